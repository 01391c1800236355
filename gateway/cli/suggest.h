/* The known word nearest to a mistyped one. */
#ifndef GATEWAY_CLI_SUGGEST_H
#define GATEWAY_CLI_SUGGEST_H

#include <stddef.h>

/* Zeroed at the start; afterwards name is the nearest candidate within two edits (one for words of up to three
 * characters), else the one that begins with the word (of three characters or more), or has it in
 * it; or NULL. */
struct cli_suggestion {
    const char *name; /* borrowed from the candidates */
    size_t distance;
};

/* Looks at one candidate. Words longer than 32 bytes are never near. */
void cli_suggestion_check(struct cli_suggestion *suggestion, const char *word, size_t word_len, const char *candidate);

#endif
