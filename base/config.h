/* Configuration: an INI file (libinih), checked against a table of what the program knows. An unknown section or key, a
 * missing mandatory key, a value out of range and a second value for one key are errors that name the file and the key (or the line, where it is no key at all). One thread, at start. */
#ifndef BASE_CONFIG_H
#define BASE_CONFIG_H

#include "base/result.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum base_config_type {
    BASE_CONFIG_TEXT,    /* value: char *[1], owned by the config struct's user, freed by base_config_clear() */
    BASE_CONFIG_INTEGER, /* value: int64_t * */
    BASE_CONFIG_BOOL,    /* value: bool *; yes/no, true/false, on/off, 1/0 */
    BASE_CONFIG_PAIRS,   /* value: struct base_config_pairs *, owned likewise; stands for every key of its section: the
                          * name is only for messages; at most max pairs, none is no error */
};

struct base_config_pair {
    char *name, *value;
};

/* In the file's order; no name twice. Zeroed is empty. */
struct base_config_pairs {
    size_t count;
    struct base_config_pair *items;
};

struct base_config_key {
    const char *section;
    const char *name;
    enum base_config_type type;
    void *value;         /* where it goes */
    const char *initial; /* used when the file does not name the key; NULL makes the key mandatory */
    int64_t min, max;    /* of an integer, or of a text's length in bytes (max 0: at most 4,095) */
    const char *help;    /* one line, for the manual and for error texts */
};

/* Fills every key's value. On an error nothing is owned, ret_error (freed by the caller; NULL when out of memory) says
 * what and where, and the result is -EINVAL, -ENOENT, or another errno. */
int base_config_load(const char *path, const struct base_config_key *keys, size_t count,
                     char **ret_error) BASE_MUST_USE;

/* Writes every key with its meaning and default, below the name of its section: for --help. */
void base_config_help_write(const struct base_config_key *keys, size_t count, FILE *out);

/* One key of a file alone, whatever else stands there: for a program that must know it to choose its table. The caller
 * frees *ret_value, which is NULL where the file does not name the key. Errors as above. */
int base_config_peek(const char *path, const char *section, const char *name, char **ret_value,
                     char **ret_error) BASE_MUST_USE;

/* Frees the texts and pairs of a loaded table. Accepts values that were never loaded (NULL). */
void base_config_clear(const struct base_config_key *keys, size_t count);

#endif
