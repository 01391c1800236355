/* Proves: whatever allocation of base/ fails, a call fails with an error or gives what it gives otherwise, and nothing
 * leaks; an encoder that appends everything and asks once never takes a part for the whole. */
#include "base/config.h"
#include "base/data.h"
#include "base/encoding.h"
#include "base/file.h"
#include "base/json.h"
#include "base/queue.h"
#include "tests/check_main.h"
#include "tests/unit/torture/torture.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

static char folder[64], path[96];

/* Everything is appended whatever happens, and asked once. */
static int buffer(void *context)
{
    (void) context;
    BASE_CLEANUP(base_buffer_clear) struct base_buffer out = {.max = 1 << 20};
    char expected[16384] = "";
    size_t len = 0;
    for (unsigned i = 0; i < 500; i++) {
        base_buffer_printf(&out, "line %u;", i);
        base_buffer_append_field(&out, base_bytes_text("field"));
        base_hex_encode(base_bytes_text("\x01\xfe"), &out);
        len += (size_t) snprintf(expected + len, sizeof(expected) - len, "line %u;", i);
        memcpy(expected + len, "\0\0\0\5field01fe", 13);
        len += 13;
    }
    if (base_buffer_error(&out) < 0)
        return base_buffer_error(&out);
    torture_assert(base_bytes_equal(base_buffer_view(&out), base_bytes_of(expected, len)));
    return 0;
}

static int json(void *context)
{
    (void) context;
    BASE_CLEANUP(base_buffer_clear) struct base_buffer out = {.max = 1 << 20};
    struct base_json json;
    base_json_begin(&json, &out);
    base_json_object_begin(&json);
    base_json_member_text(&json, "a", "\"\n\x01");
    base_json_name(&json, "b");
    base_json_array_begin(&json);
    for (int64_t i = 0; i < 300; i++)
        base_json_integer(&json, i);
    base_json_array_end(&json);
    base_json_name(&json, "c");
    base_json_base64(&json, base_bytes_text("bytes"));
    base_json_object_end(&json);
    int r = base_json_end(&json);
    if (r < 0)
        return r;
    char *text = base_buffer_take_text(&out);
    if (!text)
        return -1;
    torture_assert(strncmp(text, "{\"a\":\"\\\"\\n\\u0001\",\"b\":[0,1,2,", 29) == 0);
    torture_assert(strstr(text, ",298,299],\"c\":\"Ynl0ZXM=\"}"));
    free(text);
    return 0;
}

static int file(void *context)
{
    (void) context;
    BASE_CLEANUP(base_buffer_clear) struct base_buffer out = {.max = 1 << 20};
    static const char old[] = "old", new[] = "new content";
    int r = base_file_replace(path, base_bytes_text(old), 0600);
    if (r == 0)
        r = base_file_replace(path, base_bytes_text(new), 0600);
    if (r < 0)
        return r;
    r = base_file_read(path, BASE_FILE_SECRET, &out);
    if (r < 0)
        return r;
    torture_assert(base_bytes_equal_text(base_buffer_view(&out), new));
    return 0;
}

static int data(void *context)
{
    (void) context;
    char *found = NULL;
    int r = base_data_path("schema/messages.tsv", &found);
    if (r == 0)
        torture_assert(access(found, R_OK) == 0);
    else
        torture_assert(!found);
    free(found);
    return r;
}

static int config(void *context)
{
    const char *text = context;
    char *name = NULL, *place = NULL, *error = NULL;
    int64_t number = 0;
    bool flag = false;
    const struct base_config_key keys[] = {
        {.section = "a", .name = "name", .type = BASE_CONFIG_TEXT, .value = &name},
        {.section = "a", .name = "number", .type = BASE_CONFIG_INTEGER, .value = &number, .max = 10},
        {.section = "b", .name = "flag", .type = BASE_CONFIG_BOOL, .value = &flag},
        {.section = "b", .name = "initial", .type = BASE_CONFIG_INTEGER, .value = &number, .initial = "5", .max = 10},
        {.section = "b", .name = "path", .type = BASE_CONFIG_TEXT, .value = &place, .initial = "/somewhere"},
    };
    FILE *out = fopen(path, "w");
    torture_assert(out);
    fputs(text, out);
    fclose(out);
    int r = base_config_load(path, keys, BASE_ARRAY_LENGTH(keys), &error);
    free(error);
    if (r == 0) {
        torture_assert(strcmp(name, "some text") == 0 && strcmp(place, "/somewhere") == 0);
        torture_assert(flag && number == 5);
        base_config_clear(keys, BASE_ARRAY_LENGTH(keys));
    }
    torture_assert(!name && !place);
    return r;
}

static int config_refused(void *context)
{
    return config(context) == 0;
}

static int queue(void *context)
{
    struct base_queue *made;
    int r = base_queue_new(8, &made);
    if (r < 0)
        return r;
    void *item;
    torture_assert(base_queue_put(made, context) == 0);
    torture_assert(base_queue_take(made, 0, &item) == 0);
    torture_assert(item == context);
    base_queue_free(made);
    return 0;
}

START_TEST(all)
{
    snprintf(folder, sizeof(folder), "/tmp/qao-torture-XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    snprintf(path, sizeof(path), "%s/file", folder);
    char unknown[] = "[a]\nname = some text\nnumber = 3\nnonsense = 1\n[b]\nflag = yes\n";
    char missing[] = "[a]\nname = some text\nnumber = 3\n";
    char right[] = "[a]\nname = some text\nnumber = 3\n[b]\nflag = yes\n";
    torture_failing("buffer", buffer, NULL);
    torture_failing("json", json, NULL);
    torture_failing("file", file, NULL);
    torture_failing("data", data, NULL);
    torture_failing("config", config, right);
    torture_run("config with an unknown key", config_refused, unknown);
    torture_run("config without a key", config_refused, missing);
    torture_failing("queue", queue, path);
    unlink(path);
    rmdir(folder);
}
END_TEST

CHECK_MAIN("allocations of base/ that fail", all)
