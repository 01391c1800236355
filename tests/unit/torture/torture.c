#include "tests/unit/torture/torture.h"

#include <check.h>
#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* None fails while is_armed is false. */
static struct {
    atomic_bool is_armed;
    bool is_running;
    atomic_size_t count;
    bool for_ever; /* set while nothing is armed */
    size_t fail_at;
} torture;

static bool fails(void)
{
    if (!atomic_load(&torture.is_armed))
        return false;
    size_t number = atomic_fetch_add(&torture.count, 1) + 1;
    bool now = torture.fail_at != 0 && (torture.for_ever ? number >= torture.fail_at : number == torture.fail_at);
    if (now)
        errno = ENOMEM;
    return now;
}

/* The linker gives our objects these for the C library's, and the C library's as __real_. */
void *__real_malloc(size_t size);
void *__real_calloc(size_t count, size_t size);
void *__real_realloc(void *pointer, size_t size);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_realloc(void *pointer, size_t size);
void *__wrap_reallocarray(void *pointer, size_t count, size_t size);
char *__wrap_strdup(const char *text);
char *__wrap_strndup(const char *text, size_t max);
int __wrap_asprintf(char **ret_text, const char *format, ...) __attribute__((format(printf, 2, 3)));
int __wrap_vasprintf(char **ret_text, const char *format, va_list arguments) __attribute__((format(printf, 2, 0)));
int __wrap___asprintf_chk(char **ret_text, int flag, const char *format, ...) __attribute__((format(printf, 3, 4)));
int __wrap___vasprintf_chk(char **ret_text, int flag, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

void *__wrap_malloc(size_t size)
{
    return fails() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t count, size_t size)
{
    return fails() ? NULL : __real_calloc(count, size);
}

void *__wrap_realloc(void *pointer, size_t size)
{
    return fails() ? NULL : __real_realloc(pointer, size);
}

void *__wrap_reallocarray(void *pointer, size_t count, size_t size)
{
    size_t bytes;
    return __builtin_mul_overflow(count, size, &bytes) || fails() ? NULL : __real_realloc(pointer, bytes);
}

char *__wrap_strndup(const char *text, size_t max)
{
    size_t len = strnlen(text, max);
    char *copy = fails() ? NULL : __real_malloc(len + 1);
    if (copy) {
        memcpy(copy, text, len);
        copy[len] = '\0';
    }
    return copy;
}

char *__wrap_strdup(const char *text)
{
    return __wrap_strndup(text, SIZE_MAX);
}

/* After a failure the pointer is of no use: a caller that frees it nevertheless shall be seen. */
int __wrap_vasprintf(char **ret_text, const char *format, va_list arguments)
{
    va_list again;
    va_copy(again, arguments);
    int len = vsnprintf(NULL, 0, format, again);
    va_end(again);
    char *text = len < 0 || fails() ? NULL : __real_malloc((size_t) len + 1);
    if (!text) {
        *ret_text = (char *) (uintptr_t) 0xdead;
        return -1;
    }
    vsnprintf(text, (size_t) len + 1, format, arguments);
    *ret_text = text;
    return len;
}

int __wrap___vasprintf_chk(char **ret_text, int flag, const char *format, va_list arguments)
{
    (void) flag;
    return __wrap_vasprintf(ret_text, format, arguments);
}

int __wrap_asprintf(char **ret_text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    int len = __wrap_vasprintf(ret_text, format, arguments);
    va_end(arguments);
    return len;
}

int __wrap___asprintf_chk(char **ret_text, int flag, const char *format, ...)
{
    (void) flag;
    va_list arguments;
    va_start(arguments, format);
    int len = __wrap_vasprintf(ret_text, format, arguments);
    va_end(arguments);
    return len;
}

void *torture_crypto_malloc(size_t size, const char *file, int line)
{
    (void) file, (void) line;
    return size > 0 ? __wrap_malloc(size) : NULL;
}

void *torture_crypto_realloc(void *pointer, size_t size, const char *file, int line)
{
    (void) file, (void) line;
    if (size > 0)
        return __wrap_realloc(pointer, size);
    free(pointer);
    return NULL;
}

void torture_crypto_free(void *pointer, const char *file, int line)
{
    (void) file, (void) line;
    free(pointer);
}

void torture_pause(void)
{
    atomic_store(&torture.is_armed, false);
}

void torture_resume(void)
{
    atomic_store(&torture.is_armed, torture.is_running);
}

bool torture_is_failing(void)
{
    return torture.is_running && torture.fail_at != 0;
}

static int run_armed(torture_case *run, void *context, size_t fail_at, bool for_ever)
{
    atomic_store(&torture.count, 0);
    torture.fail_at = fail_at;
    torture.for_ever = for_ever;
    torture.is_running = true;
    torture_resume();
    int r = run(context);
    torture_pause();
    torture.is_running = false;
    return r;
}

struct torture_counts torture_run(const char *name, torture_case *run, void *context)
{
    struct torture_counts counts = {.runs = 0};
    ck_assert_msg(run(context) == 0, "%s fails as it is", name);
    ck_assert_msg(run_armed(run, context, 0, false) == 0, "%s fails the second time", name);
    counts.allocations = atomic_load(&torture.count);
    ck_assert_msg(counts.allocations > 0, "%s allocates nothing", name);
    size_t failed = counts.allocations < TORTURE_RUNS_MAX ? counts.allocations : TORTURE_RUNS_MAX;
    for (int for_ever = 0; for_ever < 2; for_ever++) {
        for (size_t i = 0; i < failed; i++) {
            size_t fail_at = 1 + i * counts.allocations / failed;
            if (getenv("TORTURE_TELL"))
                fprintf(stderr, "%s: allocation %zu fails%s\n", name, fail_at, for_ever ? ", and all after it" : "");
            counts.runs++;
            if (run_armed(run, context, fail_at, for_ever != 0) == 0)
                counts.survived++;
        }
    }
    ck_assert_msg(run(context) == 0, "%s fails after its failures", name);
    printf("%s: %zu allocations, %zu runs, %zu of them succeeded nevertheless\n", name, counts.allocations, counts.runs,
           counts.survived);
    fflush(stdout);
    return counts;
}

void torture_failing(const char *name, torture_case *run, void *context)
{
    struct torture_counts counts = torture_run(name, run, context);
    ck_assert_msg(counts.survived == 0, "%s: %zu runs with a failure succeed", name, counts.survived);
}

void torture_fail(const char *file, int line, const char *condition)
{
    atomic_store(&torture.is_armed, false);
    ck_abort_msg("%s:%d: %s, with allocation %zu failed%s", file, line, condition, torture.fail_at,
                 torture.for_ever ? " and all after it" : "");
    abort();
}
