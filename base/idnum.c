#include "base/idnum.h"

static int weighted_sum(const uint8_t *digits, int first_weight)
{
    int sum = 0;
    for (int i = 0; i < 11; i++)
        sum += (digits[i] - '0') * ((first_weight - 1 + i) % 11 + 1);
    return sum % 11;
}

enum base_idnum base_idnum_check(struct base_bytes text)
{
    if (text.len != BASE_IDNUM_LEN)
        return BASE_IDNUM_MALFORMED;
    for (size_t i = 0; i < text.len; i++)
        if (text.data[i] < '0' || text.data[i] > '9')
            return BASE_IDNUM_MALFORMED;
    int expected = weighted_sum(text.data, 1);
    if (expected == 10)
        expected = weighted_sum(text.data, 3);
    return expected == text.data[11] - '0' ? BASE_IDNUM_VALID : BASE_IDNUM_CHECK_WRONG;
}
