/* A text as a file, for what reads files. */
#ifndef TESTS_TEXT_FILE_H
#define TESTS_TEXT_FILE_H

#include <check.h>
#include <stdbool.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/file.h"

static char text_file_path[] = "/tmp/qao-test-XXXXXX";

static inline void text_file_remove(void)
{
    unlink(text_file_path);
}

/* The path of a file of mode 0600 with this text: one for each process of a test, removed at its end. */
static inline const char *text_file(const char *text)
{
    static bool is_made;
    if (!is_made) {
        int fd = mkstemp(text_file_path);
        ck_assert_int_ge(fd, 0);
        close(fd);
        ck_assert_int_eq(atexit(text_file_remove), 0);
        is_made = true;
    }
    ck_assert_int_eq(base_file_replace(text_file_path, base_bytes_text(text), 0600), 0);
    return text_file_path;
}

#endif
