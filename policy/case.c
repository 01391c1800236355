#include "policy/case.h"

#include <errno.h>

int policy_case_pattern_parse(struct base_bytes text, struct policy_case_pattern *ret_pattern)
{
    bool has_digit = false;
    if (text.len == 0 || text.len > POLICY_CASE_PATTERN_MAX)
        return -EINVAL;
    for (size_t i = 0; i < text.len; i++) {
        if (text.data[i] <= 0x20 || text.data[i] > 0x7e)
            return -EINVAL;
        has_digit |= text.data[i] == '#';
    }
    if (!has_digit)
        return -EINVAL;
    *ret_pattern = (struct policy_case_pattern){.text = ""};
    memcpy(ret_pattern->text, text.data, text.len);
    return 0;
}

enum policy_case policy_case_check(const struct policy_case_pattern *pattern, struct base_bytes number)
{
    if (!number.data)
        return POLICY_CASE_ABSENT;
    if (number.len == 0 || number.len != strlen(pattern->text))
        return POLICY_CASE_MALFORMED;
    for (size_t i = 0; i < number.len; i++) {
        uint8_t byte = number.data[i];
        bool fits = pattern->text[i] == '#' ? byte >= '0' && byte <= '9' : byte == (uint8_t) pattern->text[i];
        if (!fits)
            return POLICY_CASE_MALFORMED;
    }
    return POLICY_CASE_WELLFORMED;
}
