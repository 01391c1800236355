/* Proves: files are read within their bound, a secret that others may read is refused, a replaced file is whole, and
 * configuration errors name what is wrong. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/config.h"
#include "base/file.h"
#include "tests/check_main.h"

static char folder[64], path[128];

static void folder_make(void)
{
    strcpy(folder, "/tmp/qao-test-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/file", folder);
}

static void folder_remove(void)
{
    unlink(path);
    ck_assert_int_eq(rmdir(folder), 0);
}

START_TEST(replace_then_read)
{
    folder_make();
    struct base_buffer buffer;
    base_buffer_init(&buffer, 16);
    ck_assert_int_eq(base_file_read(path, BASE_FILE_SECRET, &buffer), -ENOENT);
    ck_assert_int_eq(base_file_replace(path, base_bytes_text("first"), 0600), 0);
    ck_assert_int_eq(base_file_replace(path, base_bytes_text("second"), 0600), 0);
    ck_assert_int_eq(base_file_read(path, BASE_FILE_SECRET, &buffer), 0);
    ck_assert(base_bytes_equal_text(base_buffer_view(&buffer), "second"));
    base_buffer_clear(&buffer);
    folder_remove(); /* fails if a temporary file was left behind */
}
END_TEST

START_TEST(a_secret_others_may_read_is_refused)
{
    folder_make();
    struct base_buffer buffer;
    base_buffer_init(&buffer, 16);
    ck_assert_int_eq(base_file_replace(path, base_bytes_text("key"), 0600), 0);
    static const mode_t open_modes[] = {0640, 0604, 0620, 0601};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(open_modes); i++) {
        ck_assert_int_eq(chmod(path, open_modes[i]), 0);
        ck_assert_int_eq(base_file_read(path, BASE_FILE_SECRET, &buffer), -EPERM);
    }
    ck_assert_int_eq(base_file_read(path, BASE_FILE_PUBLIC, &buffer), 0);
    base_buffer_clear(&buffer);
    folder_remove();
}
END_TEST

START_TEST(over_the_bound_or_no_file_is_refused)
{
    folder_make();
    struct base_buffer buffer;
    base_buffer_init(&buffer, 4);
    ck_assert_int_eq(base_file_replace(path, base_bytes_text("12345"), 0600), 0);
    ck_assert_int_eq(base_file_read(path, BASE_FILE_PUBLIC, &buffer), -ENOBUFS);
    base_buffer_clear(&buffer);
    ck_assert_int_eq(base_file_read(folder, BASE_FILE_PUBLIC, &buffer), -EISDIR);
    ck_assert_int_eq(base_file_read("/dev/null", BASE_FILE_PUBLIC, &buffer), -EINVAL);
    base_buffer_clear(&buffer);
    folder_remove();
}
END_TEST

START_TEST(all_is_written)
{
    folder_make();
    int pipe_ends[2];
    ck_assert_int_eq(pipe(pipe_ends), 0);
    ck_assert_int_eq(base_file_write(pipe_ends[1], base_bytes_text("whole")), 0);
    ck_assert_int_eq(base_file_write(pipe_ends[1], base_bytes_text("")), 0);
    close(pipe_ends[1]);
    char got[8] = "";
    ck_assert_int_eq(read(pipe_ends[0], got, sizeof(got)), 5);
    ck_assert_str_eq(got, "whole");
    ck_assert_int_eq(base_file_write(pipe_ends[0], base_bytes_text("x")), -EBADF); /* its reading end */
    close(pipe_ends[0]);
    folder_remove();
}
END_TEST

START_TEST(folders_of_files)
{
    static const struct {
        const char *path, *folder;
    } cases[] = {{"/etc/qao/front.ini", "/etc/qao"}, {"/file", "/"}, {"file", "."}, {"a/b", "a"}, {"./x", "."}};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++) {
        char *found = base_file_folder(cases[i].path);
        ck_assert_str_eq(found, cases[i].folder);
        free(found);
    }
}
END_TEST

START_TEST(a_refusal_says_what_to_do)
{
    folder_make();
    char words[BASE_FILE_WORDS_MAX];
    ck_assert_int_eq(base_file_replace(path, base_bytes_text("key"), 0640), 0);
    ck_assert_int_eq(chmod(path, 0640), 0); /* whatever the umask took away */
    base_file_explain(path, -EPERM, words);
    ck_assert_str_eq(words, "holds a secret, but others than its owner may use it (mode 640): chmod 600 it first");
    if (geteuid() == 0) { /* only root can make a file of another user */
        struct base_buffer buffer;
        base_buffer_init(&buffer, 16);
        ck_assert_int_eq(chmod(path, 0600), 0);
        ck_assert_int_eq(chown(path, 4242424, (gid_t) -1), 0);
        ck_assert_int_eq(base_file_read(path, BASE_FILE_SECRET, &buffer), -EPERM);
        base_file_explain(path, -EPERM, words);
        ck_assert_str_eq(words, "holds a secret of the user 4242424, but this program runs as root: run it as the "
                                "service's user (sudo -u), or change the file's owner");
    }
    base_file_explain("/nowhere", -ENOENT, words);
    ck_assert_str_eq(words, "No such file or directory");
    folder_remove();
}
END_TEST

struct settings {
    char *name;
    int64_t port;
    bool strict;
};

static int load(const char *text, struct settings *settings, char **ret_error)
{
    const struct base_config_key keys[] = {
        {"front", "name", BASE_CONFIG_TEXT, &settings->name, NULL, 1, 600, "the name"},
        {"front", "port", BASE_CONFIG_INTEGER, &settings->port, "8443", 1, 65535, "the port"},
        {"gateway", "strict", BASE_CONFIG_BOOL, &settings->strict, "yes", 0, 0, "whether"},
    };
    ck_assert_int_eq(base_file_replace(path, base_bytes_text(text), 0600), 0);
    return base_config_load(path, keys, BASE_ARRAY_LENGTH(keys), ret_error);
}

START_TEST(configuration_is_read_with_its_initial_values)
{
    folder_make();
    char text[700], name[501];
    memset(name, 'n', 500); /* over libinih's own line limit */
    memcpy(name + 100, " ; ", 3); /* no comment inside a value */
    name[500] = '\0';
    snprintf(text, sizeof(text), "; comment\n[front]\nname = %s\n", name);
    struct settings settings = {0};
    char *error = NULL;
    int r = load(text, &settings, &error);
    ck_assert_msg(r == 0, "%s", error ? error : "no words");
    ck_assert_str_eq(settings.name, name);
    ck_assert_int_eq(settings.port, 8443);
    ck_assert(settings.strict);
    free(settings.name);
    folder_remove();
}
END_TEST

START_TEST(configuration_errors_name_the_key)
{
    static const struct {
        const char *text, *words;
    } bad[] = {
        {"[front]\nport = 1\n", "[front] name: missing"},
        {"[front]\nname = x\nport = 0\n", "[front] port: number outside the allowed range"},
        {"[front]\nname = x\nport = 8x\n", "[front] port: not a whole number"},
        {"[front]\nname = x\ncolour = red\n", "[front] colour: unknown key"},
        {"[front]\nname = x\nname = y\n", "[front] name: given twice"},
        {"[front]\nname = x\n[gateway]\nstrict = perhaps\n", "[gateway] strict: neither yes nor no"},
        {"[front]\nname = x\nnonsense\n", ":3: not a line of an INI file"},
    };
    folder_make();
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(bad); i++) {
        struct settings settings = {0};
        char *error = NULL;
        ck_assert_int_eq(load(bad[i].text, &settings, &error), -EINVAL);
        ck_assert_ptr_nonnull(error);
        ck_assert_msg(strstr(error, bad[i].words) != NULL, "got: %s", error);
        ck_assert_ptr_null(settings.name);
        free(error);
    }
    folder_remove();
}
END_TEST

START_TEST(configuration_is_explained)
{
    const struct base_config_key keys[] = {
        {"front", "name", BASE_CONFIG_TEXT, NULL, NULL, 1, 600, "the name"},
        {"front", "port", BASE_CONFIG_INTEGER, NULL, "8443", 1, 65535, "the port"},
        {"gateway", "folder", BASE_CONFIG_TEXT, NULL, "", 0, 0, "the folder"},
    };
    char *text = NULL;
    size_t len = 0;
    FILE *out = open_memstream(&text, &len);
    ck_assert_ptr_nonnull(out);
    base_config_help_write(keys, BASE_ARRAY_LENGTH(keys), out);
    ck_assert_int_eq(fclose(out), 0);
    ck_assert_str_eq(text, "\n[front]\n"
                           "  name                         the name (mandatory)\n"
                           "  port                         the port (default 8443)\n"
                           "\n[gateway]\n"
                           "  folder                       the folder (default empty)\n");
    free(text);
}
END_TEST

static int load_lines(const char *text, struct settings *settings, struct base_config_pairs *lines, char **ret_error)
{
    const struct base_config_key keys[] = {
        {"front", "name", BASE_CONFIG_TEXT, &settings->name, NULL, 1, 600, "the name"},
        {"lines", "LINE", BASE_CONFIG_PAIRS, lines, NULL, 0, 2, "a line"},
    };
    ck_assert_int_eq(base_file_replace(path, base_bytes_text(text), 0600), 0);
    int r = base_config_load(path, keys, BASE_ARRAY_LENGTH(keys), ret_error);
    if (r == 0) {
        ck_assert_str_eq(settings->name, "x");
        base_config_clear(keys, 1);
    }
    return r;
}

static void clear_lines(struct base_config_pairs *lines)
{
    const struct base_config_key key = {"lines", "LINE", BASE_CONFIG_PAIRS, lines, NULL, 0, 2, "a line"};
    base_config_clear(&key, 1);
    ck_assert_uint_eq(lines->count, 0);
}

/* A section whose keys the program does not know beforehand: all of them, in order, none twice, and no more than
 * allowed. */
START_TEST(a_section_of_any_keys)
{
    folder_make();
    struct settings settings = {0};
    struct base_config_pairs lines;
    char *error = NULL;
    ck_assert_int_eq(load_lines("[front]\nname = x\n", &settings, &lines, &error), 0);
    ck_assert_uint_eq(lines.count, 0);
    ck_assert_int_eq(load_lines("[lines]\nb[].c = d.e : f\na = 1\n[front]\nname = x\n", &settings, &lines, &error), 0);
    ck_assert_uint_eq(lines.count, 2);
    ck_assert_str_eq(lines.items[0].name, "b[].c");
    ck_assert_str_eq(lines.items[0].value, "d.e : f");
    ck_assert_str_eq(lines.items[1].name, "a");
    clear_lines(&lines);
    ck_assert_int_eq(load_lines("[front]\nname = x\n[lines]\na = 1\na = 2\n", &settings, &lines, &error), -EINVAL);
    ck_assert_msg(strstr(error, "[lines] a: given twice") != NULL, "got: %s", error);
    ck_assert_uint_eq(lines.count, 0);
    free(error);
    ck_assert_int_eq(load_lines("[front]\nname = x\n[lines]\na = 1\nb = 2\nc = 3\n", &settings, &lines, &error), -EINVAL);
    ck_assert_msg(strstr(error, "[lines] c: too many keys in this section") != NULL, "got: %s", error);
    free(error);
    folder_remove();
}
END_TEST

/* One key is read from a file whose others are not known yet. */
START_TEST(one_key_is_peeked_at)
{
    folder_make();
    char *value = NULL, *error = NULL;
    const char *text = "[front]\nname = x\nodd = y\n[other]\nname = z\n";
    ck_assert_int_eq(base_file_replace(path, base_bytes_text(text), 0600), 0);
    ck_assert_int_eq(base_config_peek(path, "other", "name", &value, &error), 0);
    ck_assert_str_eq(value, "z");
    free(value);
    ck_assert_int_eq(base_config_peek(path, "front", "colour", &value, &error), 0);
    ck_assert_ptr_null(value);
    ck_assert_int_eq(base_file_replace(path, base_bytes_text("nonsense\n"), 0600), 0);
    ck_assert_int_eq(base_config_peek(path, "front", "name", &value, &error), -EINVAL);
    ck_assert_msg(strstr(error, ":1: not a line of an INI file") != NULL, "got: %s", error);
    free(error);
    folder_remove();
    ck_assert_int_eq(base_config_peek(path, "front", "name", &value, &error), -ENOENT);
    free(error);
}
END_TEST

CHECK_MAIN("base/file, base/config", replace_then_read, a_secret_others_may_read_is_refused,
           over_the_bound_or_no_file_is_refused, all_is_written, folders_of_files, a_refusal_says_what_to_do,
           configuration_is_read_with_its_initial_values,
           configuration_errors_name_the_key, configuration_is_explained, a_section_of_any_keys,
           one_key_is_peeked_at)
