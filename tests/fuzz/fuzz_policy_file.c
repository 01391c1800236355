/* One file of an edition is the input, all others are sound: the first byte says which. What loads is compiled and
 * decided by, too. */
#include "policy/listing.h"
#include "policy/load.h"

#include <stdio.h>
#include <stdlib.h>

struct input {
    unsigned file;
    struct base_bytes content;
};

static int zero_digest(struct base_bytes bytes, uint8_t ret_digest[static POLICY_DIGEST_BYTES])
{
    (void) bytes;
    memset(ret_digest, 0, POLICY_DIGEST_BYTES);
    return 0;
}

static void edition_write(struct base_buffer *out)
{
    base_buffer_append_text(out, "key\tvalue\treadings\nid\tfuzz\t-\nin_force_from\t2022-05-10T00:00:00+06:00\t-\n"
                                 "in_force_to\t-\t-\nsource\tnone\t-\narticle_form\texact\t-\ncase_form\tpattern\t-\n");
    for (unsigned i = 1; i < POLICY_FILE_COUNT; i++)
        base_buffer_printf(out, "%s\t%064d\t-\n", policy_order_file_name(i), 0);
}

static void names_write(struct base_buffer *out, const char *header, unsigned count, const char *name(unsigned),
                        const char *rest)
{
    base_buffer_append_text(out, header);
    for (unsigned i = 1; i <= count; i++)
        base_buffer_printf(out, "%s\t%s\n", name(i), rest);
}

static const char *basis_name(unsigned number)
{
    return policy_basis_name((enum policy_basis) number);
}

static const char *duty_name(unsigned number)
{
    return policy_duty_name((enum policy_duty) number);
}

static void rows_write(struct base_buffer *out, const char *header, unsigned count, const char *row)
{
    base_buffer_append_text(out, header);
    for (unsigned i = 1; i <= count; i++)
        base_buffer_printf(out, "%u\t%s\n", i, row);
}

/* The least that loads, file by file in the order of policy_order_file_name(). */
static void sound_write(unsigned file, struct base_buffer *out)
{
    static const char *const matrix_header[] = {"service\t1\n", "service\t1\t2\n", "service\t1\t2\t3\t4\t5\n"};
    static const char *const matrix_row[] = {"+", "+\t-", "+\t-\tshort\t-\t+"};
    if (file == 0) {
        edition_write(out);
    } else if (file == 1) {
        rows_write(out, "service\tmarked\tacts\treadings\tkk\tru\ten\n", POLICY_SERVICE_MAX, "-\t-\t-\tk\tr\te");
    } else if (file == 2) {
        base_buffer_append_text(out, "basis\tclause\tappendix\tcase\tmarked_readings\tkk\tru\ten\n");
        for (unsigned i = 1; i <= POLICY_BASIS_MAX; i++)
            base_buffer_printf(out, "%s\t2\t%s\t-\t-\tk\tr\te\n", basis_name(i), i == 4 ? "-" : "1");
    } else if (file == 3) {
        names_write(out, "duty\tclause\tgranted_by\treadings\tkk\tru\ten\n", POLICY_DUTY_MAX, duty_name,
                    "5\tname\t-\tk\tr\te");
    } else if (file <= 10) {
        unsigned form = file == 7 ? 2 : file == 8 ? 1 : 0;
        rows_write(out, matrix_header[form], POLICY_SERVICE_MAX, matrix_row[form]);
    } else if (file == 11) {
        base_buffer_append_text(out, "entry\tarticle\tpart\tkk\ten\n1\t216\t2\tk\te\n2\t220\t-\tk\te\n");
    } else if (file == 12) {
        rows_write(out,
                   "role\trow\toperative_search\tcovert_investigation\tsearch_measures\tother_duties\tappendix\t"
                   "columns\treadings\tdoubtful\tkk\tru\ten\n",
                   POLICY_ROLE_MAX, "1\t+\t-\t+\t+\t4\tall\t-\t-\tk\tr\te");
    } else if (file == 13) {
        base_buffer_append_text(out, "appendix\trow\tcolumn\treadings\tdoubtful\n4\t11\t1\tR03,R04\tdoubtful\n");
    } else {
        base_buffer_append_text(out, "reading\ten\nR03\tx\nR04\ty\n");
    }
}

static int input_read(void *context, const char *name, struct base_buffer *out)
{
    const struct input *input = context;
    for (unsigned i = 0; i < POLICY_FILE_COUNT; i++) {
        if (strcmp(name, policy_order_file_name(i)) != 0)
            continue;
        if (i == input->file)
            return base_buffer_append(out, input->content);
        sound_write(i, out);
    }
    return base_buffer_error(out);
}

/* A refusal shows no needs, and every line can be decided. */
static void lines_check(const struct policy_edition *edition)
{
    for (unsigned i = 0; i < POLICY_LINE_COUNT; i += 101) {
        struct policy_line line = policy_line_at(edition, i);
        if (line.effect == POLICY_EFFECT_DENY && line.needs != 0)
            abort();
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    struct input input = {.file = data[0] % POLICY_FILE_COUNT, .content = base_bytes_of(data + 1, size - 1)};
    struct policy_source source = {.read = input_read, .context = &input, .path = "fuzz"};
    struct policy_edition *edition = NULL;
    char *error = NULL;
    if (policy_edition_load(&source, zero_digest, &edition, &error) == 0)
        lines_check(edition);
    policy_edition_free(edition);
    free(error);
    return 0;
}
