/* Whole files, bounded and durable. */
#ifndef BASE_FILE_H
#define BASE_FILE_H

#include "base/buffer.h"

enum base_file_secrecy {
    BASE_FILE_SECRET = 0, /* refused with -EPERM when group or others may read it or the owner is neither us nor root */
    BASE_FILE_PUBLIC,
};

/* Appends the regular file's content. -ENOBUFS when it is longer than the buffer allows, else open()'s and read()'s
 * errors, -EISDIR or -EINVAL for what is no regular file. */
int base_file_read(const char *path, enum base_file_secrecy secrecy, struct base_buffer *out) BASE_MUST_USE;

/* Replaces the file by its new content: temporary file beside it, fsync, rename, fsync of the folder. After 0 the
 * content survives a power cut; after an error the old content stands. */
int base_file_replace(const char *path, struct base_bytes content, unsigned mode) BASE_MUST_USE;

/* Writes all of the content where the descriptor stands. write()'s errors. */
int base_file_write(int fd, struct base_bytes content) BASE_MUST_USE;

/* The folder a file lies in; "." for a bare name. The caller frees; NULL when out of memory. */
char *base_file_folder(const char *path) BASE_MUST_USE;

enum { BASE_FILE_WORDS_MAX = 256 };

/* What base_file_read()'s error means. Of a secret refused with -EPERM also what to do: its owner is another user, as whom
 * the program should run, or others may read it. The path is not in it. Not in a sandbox: users' names are looked up. One
 * thread. */
void base_file_explain(const char *path, int error, char ret_words[static BASE_FILE_WORDS_MAX]);

#endif
