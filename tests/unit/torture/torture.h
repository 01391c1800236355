/* Makes every allocation of a case fail once.
 *
 * The case is run first as it is, which also lets libraries set up what they keep for ever. Then it is run again and
 * again: with its first allocation failing, its second ... to its last; and once more in the same way with every later
 * allocation failing too. A case has 0 to give only when all that it asked for is there, and asserts that itself: that
 * a failure was survived is fine, that it was hidden is not. What leaks is for the sanitizers to tell.
 *
 * Counted are the allocations of the objects linked with torture.c (malloc, calloc, realloc, reallocarray, strdup,
 * strndup, asprintf and vasprintf, by the linker's --wrap), those of libraries that call back into them, as jansson does
 * through gateway/wire, and those of OpenSSL when it takes the companions below, in whichever thread. */
#ifndef TESTS_TORTURE_H
#define TESTS_TORTURE_H

#include <stdbool.h>
#include <stddef.h>

/* 0: everything is there and right. Anything else: it failed, and nothing was given. */
typedef int torture_case(void *context);

enum { TORTURE_RUNS_MAX = 120 }; /* of each kind; a case with more allocations has them failed at even distances */

struct torture_counts {
    size_t allocations; /* of a run without failure */
    size_t runs;        /* with one */
    size_t survived;    /* runs that came to 0 nevertheless */
};

/* Asserts that the case succeeds without failure, before and after the others, and that it allocates at all. */
struct torture_counts torture_run(const char *name, torture_case *run, void *context);
/* And that no run with a failure succeeds: for what needs each of its allocations. */
void torture_failing(const char *name, torture_case *run, void *context);

/* What a case does between these two is spared: to look at what it was given. */
void torture_pause(void);
void torture_resume(void);
/* Whether this run has a failure. */
bool torture_is_failing(void);

/* To be used within a case instead of ck_assert(), which allocates. */
#define torture_assert(condition)                                                                                      \
    do {                                                                                                               \
        if (!(condition))                                                                                              \
            torture_fail(__FILE__, __LINE__, #condition);                                                              \
    } while (0)
_Noreturn void torture_fail(const char *file, int line, const char *condition);

/* For CRYPTO_set_mem_functions(). */
void *torture_crypto_malloc(size_t size, const char *file, int line);
void *torture_crypto_realloc(void *pointer, size_t size, const char *file, int line);
void torture_crypto_free(void *pointer, const char *file, int line);

#endif
