#include "policy/article.h"

static bool take_number(struct base_bytes *text)
{
    size_t digits = 0;
    while (digits < text->len && text->data[digits] >= '0' && text->data[digits] <= '9')
        digits++;
    if (digits == 0 || digits > 3 || text->data[0] == '0')
        return false;
    *text = base_bytes_of(text->data + digits, text->len - digits);
    return true;
}

static bool take_sign(struct base_bytes *text, uint8_t sign)
{
    if (text->len == 0 || text->data[0] != sign)
        return false;
    *text = base_bytes_of(text->data + 1, text->len - 1);
    return true;
}

bool policy_article_is_wellformed(struct base_bytes text)
{
    if (!take_number(&text) || (take_sign(&text, '-') && !take_number(&text)))
        return false;
    if (take_sign(&text, '/') && (!take_number(&text) || (take_sign(&text, '-') && !take_number(&text))))
        return false;
    return text.len == 0;
}
