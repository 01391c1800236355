#include "gateway/cli/apply.h"

#include "gateway/cli/act.h"
#include "gateway/cli/application.h"
#include "gateway/cli/collection.h"
#include "gateway/cli/command.h"
#include "gateway/cli/content.h"
#include "gateway/cli/exit.h"
#include "gateway/cli/reason.h"
#include "gateway/cli/statement.h"
#include "gateway/cli/upload.h"
#include "gateway/cli/words.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Appendix 10. What a certificate tells is not needed. */
#define FORM_FIELDS                                                                                                      \
    {"surname", "form.surname", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "TEXT", "surname (of the certificate)", NULL},         \
        {"given", "form.given", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "TEXT", "given name (of the certificate)", NULL},      \
        {"patronymic", "form.patronymic", CLI_FIELD_TEXT, CLI_FIELD_NULL, "TEXT", "patronymic (of the certificate)",     \
         NULL},                                                                                                          \
        {"iin", "form.iin", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "X", "own number (of the certificate)", NULL},             \
        {"bin", "form.bin", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "X", "number of the body (of the certificate)", NULL},     \
        {"body-code", "form.body_code", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "CODE", "code of the body (of the register)",  \
         NULL},                                                                                                          \
        {"unit", "form.unit", CLI_FIELD_TEXT, CLI_FIELD_NULL, "CODE", "unit", NULL},                                     \
        {"position", "form.position", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "TEXT", "position", NULL},                       \
        {"work-phone", "form.work_phone", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "X", "work telephone", NULL},                \
        {"mobile-phone", "form.mobile_phone", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "X", "mobile telephone", NULL},          \
        {"email", "form.email", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "X", "e-mail", NULL},                                  \
        {"work-address", "form.work_address", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "TEXT", "address of work", NULL},        \
        {"head-position", "form.head.position", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "TEXT", "position of the head", NULL}, \
    {                                                                                                                    \
        "head-name", "form.head.name", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "TEXT", "full name of the head", NULL           \
    }

static const struct cli_field rights_form[] = {
    FORM_FIELDS,
    {"role", "rights.role", CLI_FIELD_NUMBER, CLI_FIELD_NEEDED, "N", "role of Appendix 12, 1-15", NULL},
    {"basis", "rights.bases", CLI_FIELD_TEXTS, CLI_FIELD_NEEDED, "B",
     "operative_search, covert_investigation, search_measures, other_duties; give it for each", NULL},
    {"duty", "rights.duties", CLI_FIELD_TEXTS, CLI_FIELD_EMPTY, "D", "app4.1 ... app7.1, with other_duties; for each",
     NULL},
    {"until", "rights.until", CLI_FIELD_MOMENT, CLI_FIELD_NULL, "TIME", "end of the rights (default: none)", NULL},
};
static const struct cli_field block_form[] = {
    FORM_FIELDS,
    {"reason", "form.block_reason", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "TEXT", "why the access is to be blocked", NULL},
};

struct apply_options {
    struct cli_common common;
    struct cli_field_values values;
    const char *form, *scan;
    bool agree_to_all, dry_run;
};

/* One application on its way. */
struct apply_run {
    struct cli_session session;
    const struct apply_options *options;
    const char *kind; /* register, transfer, block */
    const struct cli_field *fields;
    size_t field_count;
    json_t *act;
    struct cli_upload scan;
};

static bool usage(int *ret_exit, const char *words)
{
    fprintf(stderr, "qao: %s\n", words);
    *ret_exit = CLI_EXIT_USAGE;
    return false;
}

static void text_set(json_t *form, const char *member, const char *text)
{
    if (text && text[0] && !json_object_get(form, member))
        json_object_set_new(form, member, json_string(text));
}

static bool is_typed(const struct apply_run *run, const char *member)
{
    for (size_t i = 0; i < run->field_count; i++)
        if (strcmp(run->fields[i].member, member) == 0)
            return run->options->values.text[i];
    return false;
}

/* Who applies and for which body, as the certificate and the register say; what is typed or in the file counts more. */
static bool known_take(struct apply_run *run, json_t *form, int *ret_exit)
{
    struct cli_holder holder;
    json_t *me = NULL;
    if (cli_holder_read(run->session.keys.signer, &holder))
        return usage(ret_exit, "the certificate cannot be read");
    text_set(form, "surname", holder.surname);
    text_set(form, "given", holder.given);
    text_set(form, "patronymic", holder.patronymic);
    text_set(form, "iin", holder.iin);
    text_set(form, "bin", holder.bin);
    if (json_object_get(form, "body_code") || is_typed(run, "form.body_code"))
        return true;
    if (!cli_collection_item(&run->session, "me", NULL, 0, &me, ret_exit))
        return false;
    text_set(form, "body_code", json_string_value(json_object_get(json_object_get(me, "body"), "code")));
    json_decref(me);
    return true;
}

static bool form_take(struct apply_run *run, int *ret_exit)
{
    const struct apply_options *options = run->options;
    char error[CLI_FIELD_ERROR_MAX];
    json_t *form = NULL;
    int r = 0;
    if (options->form)
        r = cli_field_read(options->form, &form);
    else
        form = json_object();
    if (r || !form || json_object_set_new(run->act, "form", form)) {
        fprintf(stderr, "qao: cannot use %s: %s\n", options->form ? options->form : "memory", cli_reason_text(r));
        *ret_exit = CLI_EXIT_USAGE;
        return false;
    }
    if (!known_take(run, form, ret_exit))
        return false;
    r = cli_field_take(run->fields, run->field_count, &options->values, run->act, error);
    if (r)
        return usage(ret_exit, r < 0 ? "out of memory" : error);
    if (!json_object_get(form, "block_reason"))
        json_object_set_new(form, "block_reason", json_null());
    return true;
}

/* What no body could be given is told here, as for a query. */
static bool rights_check(const struct apply_run *run, int *ret_exit)
{
    const json_t *bases = json_object_get(json_object_get(run->act, "rights"), "bases");
    const json_t *duties = json_object_get(json_object_get(run->act, "rights"), "duties");
    char error[CLI_WORDS_ERROR_MAX];
    bool has_other = false;
    for (size_t i = 0; i < json_array_size(bases); i++) {
        const char *basis = json_string_value(json_array_get(bases, i));
        if (!basis || cli_words_basis_check(basis, error))
            return usage(ret_exit, basis ? error : "--basis takes words");
        has_other = has_other || strcmp(basis, "other_duties") == 0;
    }
    for (size_t i = 0; i < json_array_size(duties); i++) {
        const char *duty = json_string_value(json_array_get(duties, i));
        if (!duty || cli_words_duty_check(duty, has_other ? "other_duties" : "operative_search", error))
            return usage(ret_exit, duty ? error : "--duty takes words");
    }
    return true;
}

static bool act_make(struct apply_run *run, int *ret_exit)
{
    const struct apply_options *options = run->options;
    bool is_block = strcmp(run->kind, "block") == 0;
    run->act = json_pack("{s:s, s:n, s:n}", "kind", run->kind, "rights", "scan");
    if (!run->act)
        return usage(ret_exit, "out of memory");
    if (!is_block)
        json_object_set_new(run->act, "rights", json_object());
    if (!form_take(run, ret_exit) || !rights_check(run, ret_exit))
        return false;
    if (options->scan) {
        if (!cli_upload_read(options->scan, &run->scan, ret_exit))
            return false;
        json_object_set_new(run->act, "scan", cli_upload_named(&run->scan));
    } else if (!is_block) {
        return usage(ret_exit,
                     "--scan is needed: the form signed by the head and sealed, as PDF, PNG or JPEG (clause 11)");
    }
    /* Said yes to later, when all else is right; the form is checked as if it were so. */
    return json_object_set_new(run->act, "statements",
                               json_pack("{s:b, s:b, s:b, s:b}", "agreement", 1, "personal_data", 1,
                                         "protected_carrier", 1, "workplace", 1)) == 0;
}

static int apply_run(struct apply_run *run)
{
    const struct apply_options *options = run->options;
    struct cli_session *session = &run->session;
    int result = CLI_EXIT_USAGE;
    if (!cli_session_open(session, &options->common, true, &result) || !act_make(run, &result))
        return result;
    const struct cli_act act = {
        .name = WIRE_ACT_APPLICATION, .act = run->act, .fields = run->fields, .field_count = run->field_count};
    if (options->dry_run)
        return cli_act_print(session, &act);
    if (!cli_act_check(session, &act, &result))
        return result;
    json_t *statements = cli_statement_take(options->agree_to_all, session->language);
    if (!statements || json_object_set_new(run->act, "statements", statements))
        return CLI_EXIT_USAGE;
    if (!options->agree_to_all && !cli_act_confirm(session, &act, true, &result))
        return result;
    if (options->scan && !cli_upload_send(session, &run->scan, &result))
        return result;
    return cli_act_send(session, &act);
}

static int file_run(int argc, char **argv)
{
    bool is_block = strcmp(argv[0], "block") == 0;
    struct apply_options typed = {0};
    struct apply_run run = {.options = &typed,
                            .kind = argv[0],
                            .fields = is_block ? block_form : rights_form,
                            .field_count = is_block ? BASE_ARRAY_LENGTH(block_form) : BASE_ARRAY_LENGTH(rights_form)};
    struct cli_option options[CLI_COMMON_OPTIONS + CLI_FIELDS_MAX + 4];
    struct cli_list rest;
    char synopsis[64];
    int result = CLI_EXIT_USAGE;
    cli_common_options(&typed.common, options);
    size_t count = CLI_COMMON_OPTIONS;
    cli_field_options(run.fields, run.field_count, &typed.values, options + count);
    count += run.field_count;
    options[count++] = (struct cli_option){"form", CLI_OPTION_TEXT, &typed.form, "FILE",
                                           "members of the form from this JSON file, where no option stands"};
    options[count++] = (struct cli_option){"scan", CLI_OPTION_TEXT, &typed.scan, "FILE",
                                           "the form signed by the head and sealed: PDF, PNG or JPEG"};
    options[count++] = (struct cli_option){"agree-to-all", CLI_OPTION_FLAG, &typed.agree_to_all, NULL,
                                           "say yes to the statements of Appendices 9 and 10, and sign"};
    options[count++] = (struct cli_option){"dry-run", CLI_OPTION_FLAG, &typed.dry_run, NULL,
                                           "print what would be signed; sign and send nothing"};
    snprintf(synopsis, sizeof synopsis, "apply %s --as NAME [OPTIONS]", run.kind);
    if (!cli_options_take(
            argc, argv, synopsis,
            is_block ? "Files an application to block the own access (Appendix 10). It takes effect at once."
                     : "Files an application of Appendix 10. The administrator decides within 24 hours.\n"
                       "On a terminal every statement is asked about, and the form is shown before it is signed.",
            options, count, 0, &rest, &result))
        return result;
    result = apply_run(&run);
    json_decref(run.act);
    cli_upload_clear(&run.scan);
    cli_session_close(&run.session);
    return result;
}

static int own_list(struct cli_session *session)
{
    struct cli_holder holder;
    json_t *document = NULL;
    int result = CLI_EXIT_USAGE;
    if (cli_holder_read(session->keys.connection, &holder))
        return CLI_EXIT_USAGE;
    const struct cli_filter filters[] = {{"iin", holder.iin}, {"limit", "500"}};
    if (!cli_collection_read(session, "applications", filters, BASE_ARRAY_LENGTH(filters), CLI_PAGES_ALL, &document,
                             &result))
        return result;
    result = session->json ? cli_session_json(document)
                           : cli_collection_show(session, "application kind state filed_at due_at left_s decided_at", document);
    json_decref(document);
    return result;
}

static int show_run(int argc, char **argv)
{
    struct cli_common common = {0};
    struct cli_option options[CLI_COMMON_OPTIONS];
    struct cli_session session = {0};
    struct cli_application application = {0};
    struct cli_list rest;
    int result = CLI_EXIT_USAGE;
    cli_common_options(&common, options);
    if (!cli_options_take(
            argc, argv, "apply show [ID] --as NAME [OPTIONS]",
            "Lists the own applications, or shows one of them with its decision. The signatures of both are\n"
            "verified, and that the decision is about this very application.",
            options, BASE_ARRAY_LENGTH(options), 1, &rest, &result))
        return result;
    if (rest.count == 1 && !cli_content_is_uuid(rest.items[0])) {
        fputs("qao: the number of an application is a UUID in lower case\n", stderr);
        return CLI_EXIT_USAGE;
    }
    if (cli_session_open(&session, &common, false, &result)) {
        if (rest.count == 0)
            result = own_list(&session);
        else if (cli_application_read(&session, rest.items[0], &application, &result))
            result = cli_application_print(&session, &application);
    }
    cli_application_clear(&application);
    cli_session_close(&session);
    return result;
}

static int withdraw(struct cli_session *session, const char *id, bool yes)
{
    struct cli_application application = {0};
    int result = CLI_EXIT_USAGE;
    if (cli_application_read(session, id, &application, &result)) {
        json_t *content =
            json_pack("{s:s, s:s}", "application", id, "digest", cli_application_text(&application, "digest"));
        const struct cli_act act = {.name = WIRE_ACT_WITHDRAWAL, .act = content};
        if (content && cli_act_check(session, &act, &result) && (yes || cli_act_confirm(session, &act, false, &result)))
            result = cli_act_send(session, &act);
        json_decref(content);
    }
    cli_application_clear(&application);
    return result;
}

static int withdraw_run(int argc, char **argv)
{
    struct cli_common common = {0};
    struct cli_option options[CLI_COMMON_OPTIONS + 1];
    struct cli_session session = {0};
    struct cli_list rest;
    bool yes = false;
    int result = CLI_EXIT_USAGE;
    cli_common_options(&common, options);
    options[CLI_COMMON_OPTIONS] = (struct cli_option){"yes", CLI_OPTION_FLAG, &yes, NULL, "sign without asking"};
    if (!cli_options_take(argc, argv, "apply withdraw ID --as NAME [OPTIONS]",
                          "Withdraws an own application that is open.", options, BASE_ARRAY_LENGTH(options), 1, &rest,
                          &result))
        return result;
    if (rest.count != 1 || !cli_content_is_uuid(rest.items[0])) {
        fputs("qao: qao apply withdraw takes the number of an application: a UUID in lower case\n", stderr);
        return CLI_EXIT_USAGE;
    }
    if (cli_session_open(&session, &common, true, &result))
        result = withdraw(&session, rest.items[0], yes);
    cli_session_close(&session);
    return result;
}

static const struct cli_command commands[] = {
    {"register", "apply to be registered, or for other rights", file_run},
    {"transfer", "apply for a move to another unit or body", file_run},
    {"block", "apply to be blocked: at once", file_run},
    {"show", "list own applications, or show one and its decision", show_run},
    {"withdraw", "withdraw an open application", withdraw_run},
};

int cli_apply_run(int argc, char **argv)
{
    return cli_command_run("qao apply", commands, BASE_ARRAY_LENGTH(commands), argc, argv);
}
