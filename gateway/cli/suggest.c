#include "gateway/cli/suggest.h"

#include <string.h>

enum { WORD_MAX = 32, PART_MIN = 3, PART_DISTANCE = WORD_MAX + 1 };

static size_t least(size_t a, size_t b, size_t c)
{
    size_t ab = a < b ? a : b;
    return ab < c ? ab : c;
}

/* Insertions, deletions, replacements and swaps of neighbours that turn one word into the other. */
static size_t edits(const char *a, size_t a_len, const char *b, size_t b_len)
{
    size_t row[WORD_MAX + 1][WORD_MAX + 1];
    for (size_t i = 0; i <= a_len; i++)
        row[i][0] = i;
    for (size_t j = 0; j <= b_len; j++)
        row[0][j] = j;
    for (size_t i = 1; i <= a_len; i++) {
        for (size_t j = 1; j <= b_len; j++) {
            size_t replaced = row[i - 1][j - 1] + (a[i - 1] != b[j - 1]);
            row[i][j] = least(row[i - 1][j] + 1, row[i][j - 1] + 1, replaced);
            if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1] && row[i - 2][j - 2] + 1 < row[i][j])
                row[i][j] = row[i - 2][j - 2] + 1;
        }
    }
    return row[a_len][b_len];
}

void cli_suggestion_check(struct cli_suggestion *suggestion, const char *word, size_t word_len, const char *candidate)
{
    size_t candidate_len = strlen(candidate);
    if (word_len > WORD_MAX || candidate_len > WORD_MAX)
        return;
    size_t distance = edits(word, word_len, candidate, candidate_len);
    if (distance > (word_len <= 3 ? 1u : 2u)) {
        const char *part = word_len < PART_MIN ? NULL : memmem(candidate, candidate_len, word, word_len);
        if (!part)
            return;
        distance = part == candidate ? PART_DISTANCE : PART_DISTANCE + 1;
    }
    if (!suggestion->name || distance < suggestion->distance) {
        suggestion->name = candidate;
        suggestion->distance = distance;
    }
}
