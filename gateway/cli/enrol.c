#include "gateway/cli/enrol.h"

#include "base/clock.h"
#include "certs/cms.h"
#include "gateway/cli/act.h"
#include "gateway/cli/exit.h"
#include "gateway/cli/reason.h"
#include "gateway/cli/save.h"

#include <stdio.h>

static const struct cli_field fields[] = {
    {"surname", "surname", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "TEXT", "surname (of the certificate)", NULL},
    {"given", "given", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "TEXT", "given name (of the certificate)", NULL},
    {"patronymic", "patronymic", CLI_FIELD_TEXT, CLI_FIELD_NULL, "TEXT", "patronymic (of the certificate)", NULL},
    {"position", "position", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "TEXT", "position", NULL},
    {"act-number", "act_number", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "TEXT", "number of the appointing act", NULL},
    {"act-date", "act_date", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "DATE", "its date, 2026-11-22", NULL},
    {"code", "body.code", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "CODE", "code of the operator's body", NULL},
    {"appendix", "body.appendix", CLI_FIELD_NUMBER, CLI_FIELD_NULL, "N", "appendix of its other duties, 4-7", NULL},
    {"name-kk", "body.name.kk", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "TEXT", "its name in Kazakh", NULL},
    {"name-ru", "body.name.ru", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "TEXT", "in Russian", NULL},
    {"name-en", "body.name.en", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "TEXT", "in English", NULL},
    {"network", "body.networks", CLI_FIELD_TEXTS, CLI_FIELD_EMPTY, "CIDR", "network of its workstations; for each",
     NULL},
};

struct enrol_options {
    struct cli_common common;
    struct cli_field_values values;
    const char *out;
    bool dry_run;
};

static int failed(const char *what, int r)
{
    fprintf(stderr, "qao: %s: %s\n", what, cli_reason_text(r));
    return CLI_EXIT_USAGE;
}

/* What the certificate says of the person counts: the message is to prove it. */
static int act_make(struct cli_session *session, const struct enrol_options *options, json_t *content)
{
    struct cli_holder holder;
    char error[CLI_FIELD_ERROR_MAX];
    int r = cli_holder_read(session->keys.signer, &holder);
    if (r)
        return failed("the certificate cannot be read", r);
    const char *const known[][2] = {{"iin", holder.iin},     {"bin", holder.bin}, {"surname", holder.surname},
                                    {"given", holder.given}, {"state", "active"}, {"system_role", "administrator"}};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(known); i++)
        if (known[i][1][0])
            json_object_set_new(content, known[i][0], json_string(known[i][1]));
    if (holder.patronymic[0])
        json_object_set_new(content, "patronymic", json_string(holder.patronymic));
    json_object_set_new(content, "unit", json_null());
    json_object_set_new(content, "body", json_pack("{s:s}", "bin", holder.bin));
    r = cli_field_take(fields, BASE_ARRAY_LENGTH(fields), &options->values, content, error);
    if (r == CLI_FIELD_WRONG)
        fprintf(stderr, "qao: %s\n", error);
    return r == 0 ? CLI_EXIT_OK : r < 0 ? failed("the message cannot be made", r) : CLI_EXIT_USAGE;
}

static int message_write(struct cli_session *session, const struct enrol_options *options, json_t *content)
{
    const struct cli_act act = {
        .name = WIRE_ACT_ENROLMENT, .act = content, .fields = fields, .field_count = BASE_ARRAY_LENGTH(fields)};
    const struct base_clock clock = base_clock_system();
    char id[BASE_UUID_TEXT_MAX];
    int result = CLI_EXIT_OK;
    struct base_buffer text BASE_CLEANUP(base_buffer_clear);
    struct base_buffer message BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&text, WIRE_CONTENT_BYTES_MAX);
    base_buffer_init(&message, CERTS_CMS_BYTES_MAX);
    if (options->dry_run)
        return cli_act_print(session, &act);
    if (!cli_act_encode(session, &act, id, &text, &result))
        return result;
    int r = certs_cms_sign(session->keys.signer, base_buffer_view(&text), base_clock_now_us(&clock), &message);
    return r ? failed("cannot sign", r) : cli_save_file(options->out, base_buffer_view(&message), session->language);
}

int cli_enrol_run(int argc, char **argv)
{
    struct enrol_options typed = {0};
    struct cli_option options[CLI_COMMON_OPTIONS + BASE_ARRAY_LENGTH(fields) + 2];
    struct cli_session session = {0};
    struct cli_list rest;
    int result = CLI_EXIT_USAGE;
    cli_common_options(&typed.common, options);
    size_t count = CLI_COMMON_OPTIONS;
    cli_field_options(fields, BASE_ARRAY_LENGTH(fields), &typed.values, options + count);
    count += BASE_ARRAY_LENGTH(fields);
    options[count++] = (struct cli_option){"out", CLI_OPTION_TEXT, &typed.out, "FILE", "where to; a new file"};
    options[count++] = (struct cli_option){"dry-run", CLI_OPTION_FLAG, &typed.dry_run, NULL,
                                           "print what would be signed; sign and write nothing"};
    if (!cli_options_take(
            argc, argv, "enrol-message --as NAME --out FILE [OPTIONS]",
            "Makes the message by which qao-gateway enrols the first administrator, whose keys these are, and\n"
            "the operator's body. The gateway takes it within five minutes.",
            options, count, 0, &rest, &result))
        return result;
    if (!typed.out && !typed.dry_run) {
        fputs("qao: --out is needed\n", stderr);
        return CLI_EXIT_USAGE;
    }
    json_t *content = json_object();
    /* The gateway does not run. */
    if (cli_session_open_offline(&session, &typed.common, &result))
        result = act_make(&session, &typed, content);
    if (result == CLI_EXIT_OK)
        result = message_write(&session, &typed, content);
    json_decref(content);
    cli_session_close(&session);
    return result;
}
