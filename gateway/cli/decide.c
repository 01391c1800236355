#include "gateway/cli/decide.h"

#include "base/clock.h"
#include "base/encoding.h"
#include "gateway/cli/act.h"
#include "gateway/cli/application.h"
#include "gateway/cli/ask.h"
#include "gateway/cli/content.h"
#include "gateway/cli/exit.h"
#include "gateway/cli/fetch.h"
#include "gateway/cli/moment.h"
#include "gateway/cli/save.h"
#include "gateway/cli/show.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>

struct decide_options {
    struct cli_common common;
    const char *refuse, *reason, *until;
    struct cli_list bases, duties;
    bool registers, yes, dry_run;
};

static int usage(const char *words)
{
    fprintf(stderr, "qao: %s\n", words);
    return CLI_EXIT_USAGE;
}

static bool id_take(const struct cli_list *rest, const char *command)
{
    if (rest->count == 1 && cli_content_is_uuid(rest->items[0]))
        return true;
    fprintf(stderr, "qao: qao admin %s takes the number of an application: a UUID in lower case\n", command);
    return false;
}

static bool is_in(const json_t *list, const char *word)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        const char *item = json_string_value(json_array_get(list, i));
        if (item && strcmp(item, word) == 0)
            return true;
    }
    return false;
}

/* Only what was asked for can be granted; nothing typed grants it all. */
static json_t *names_granted(const struct cli_list *typed, const json_t *asked, const char *option)
{
    json_t *granted = typed->count == 0 ? json_deep_copy(asked) : json_array();
    for (size_t i = 0; granted && i < typed->count; i++) {
        if (!is_in(asked, typed->items[i])) {
            fprintf(stderr, "qao: --%s %.40s was not asked for\n", option, typed->items[i]);
            json_decref(granted);
            return NULL;
        }
        json_array_append_new(granted, json_string(typed->items[i]));
    }
    return granted;
}

/* NULL: told what is wrong. */
static json_t *rights_granted(const struct decide_options *options, const json_t *asked)
{
    json_t *granted = json_deep_copy(asked);
    json_t *bases = names_granted(&options->bases, json_object_get(asked, "bases"), "grant-basis");
    json_t *duties = names_granted(&options->duties, json_object_get(asked, "duties"), "grant-duty");
    if (bases && duties && options->duties.count == 0 && !is_in(bases, "other_duties"))
        json_array_clear(duties);
    bool right = granted && bases && duties && json_object_set(granted, "bases", bases) == 0 &&
                 json_object_set(granted, "duties", duties) == 0;
    json_decref(bases);
    json_decref(duties);
    if (right && options->until) {
        int64_t until_us = 0;
        char until[BASE_TIME_TEXT_MAX];
        right = cli_moment_parse(options->until, &until_us) == 0;
        if (!right)
            usage("--grant-until takes a time such as \"2026-11-22 14:00\" (of the capital)");
        base_time_format(until_us, until);
        right = right && json_object_set_new(granted, "until", json_string(until)) == 0;
    }
    if (right)
        return granted;
    json_decref(granted);
    return NULL;
}

static json_t *decision_make(const struct decide_options *options, const struct cli_application *application)
{
    const json_t *asked = json_object_get(application->item, "rights");
    const char *reason = options->refuse ? options->refuse : options->reason;
    json_t *rights = options->refuse ? json_null() : rights_granted(options, asked);
    if (!rights)
        return NULL;
    return json_pack("{s:s, s:s, s:s, s:s?, s:o}", "application", cli_application_text(application, "application"),
                     "digest", cli_application_text(application, "digest"), "outcome",
                     options->refuse ? "refused" : "registered", "reason", reason, "rights", rights);
}

static int decide(struct cli_session *session, const struct decide_options *options,
                  const struct cli_application *application)
{
    int result = CLI_EXIT_USAGE;
    struct base_buffer out BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&out, CLI_SHOW_MAX);
    if (strcmp(cli_application_text(application, "state"), "filed") != 0) {
        fputs("qao: the application is not open any more\n", stderr);
        return CLI_EXIT_REFUSED;
    }
    if (!options->yes && !options->dry_run && cli_ask_possible() &&
        cli_application_show(session, application, &out) == 0)
        fwrite(out.data, 1, out.len, stderr);
    json_t *content = decision_make(options, application);
    const struct cli_act act = {.name = WIRE_ACT_DECISION, .act = content};
    if (content && options->dry_run)
        result = cli_act_print(session, &act);
    else if (content && cli_act_check(session, &act, &result) &&
             (options->yes || cli_act_confirm(session, &act, true, &result)))
        result = cli_act_send(session, &act);
    json_decref(content);
    return result;
}

int cli_decide_run(int argc, char **argv)
{
    struct decide_options typed = {0};
    struct cli_session session = {0};
    struct cli_application application = {0};
    struct cli_list rest;
    int result = CLI_EXIT_USAGE;
    struct cli_option options[CLI_COMMON_OPTIONS + 8];
    const struct cli_option own[] = {
        {"register", CLI_OPTION_FLAG, &typed.registers, NULL, "register the applicant, with the rights asked for"},
        {"grant-basis", CLI_OPTION_LIST, &typed.bases, "B", "with this basis only; give it for each"},
        {"grant-duty", CLI_OPTION_LIST, &typed.duties, "D", "with this duty only; give it for each"},
        {"grant-until", CLI_OPTION_TEXT, &typed.until, "TIME", "with this end"},
        {"reason", CLI_OPTION_TEXT, &typed.reason, "TEXT", "why not all that was asked for"},
        {"refuse", CLI_OPTION_TEXT, &typed.refuse, "REASON", "refuse, for this reason"},
        {"yes", CLI_OPTION_FLAG, &typed.yes, NULL, "sign without asking"},
        {"dry-run", CLI_OPTION_FLAG, &typed.dry_run, NULL, "print what would be signed; sign and send nothing"},
    };
    cli_common_options(&typed.common, options);
    memcpy(options + CLI_COMMON_OPTIONS, own, sizeof own);
    if (!cli_options_take(
            argc, argv, "admin decide ID --as NAME --register | --refuse REASON [OPTIONS]",
            "Decides on an application. On a terminal it is shown first: what may be given, what is asked for,\n"
            "what the applicant has, and the difference. The applicant's signature is verified.",
            options, BASE_ARRAY_LENGTH(options), 1, &rest, &result))
        return result;
    if (!id_take(&rest, "decide"))
        return CLI_EXIT_USAGE;
    if (typed.registers == (typed.refuse != NULL))
        return usage("say either --register or --refuse REASON");
    if (typed.refuse && (typed.bases.count > 0 || typed.duties.count > 0 || typed.until || typed.reason))
        return usage("nothing is granted with --refuse");
    if (cli_session_open(&session, &typed.common, true, &result) &&
        cli_application_read(&session, rest.items[0], &application, &result))
        result = decide(&session, &typed, &application);
    cli_application_clear(&application);
    cli_session_close(&session);
    return result;
}

int cli_decide_application_run(int argc, char **argv)
{
    struct cli_common common = {0};
    struct cli_option options[CLI_COMMON_OPTIONS];
    struct cli_session session = {0};
    struct cli_application application = {0};
    struct cli_list rest;
    int result = CLI_EXIT_USAGE;
    cli_common_options(&common, options);
    if (!cli_options_take(argc, argv, "admin application ID --as NAME [OPTIONS]",
                          "Shows one application whole, with its signatures verified.", options,
                          BASE_ARRAY_LENGTH(options), 1, &rest, &result))
        return result;
    if (!id_take(&rest, "application"))
        return CLI_EXIT_USAGE;
    if (cli_session_open(&session, &common, false, &result) &&
        cli_application_read(&session, rest.items[0], &application, &result))
        result = cli_application_print(&session, &application);
    cli_application_clear(&application);
    cli_session_close(&session);
    return result;
}

/* The bytes must be those that the applicant's signature names. */
static int scan_save(struct cli_session *session, const struct cli_application *application, const char *id,
                     const char *path)
{
    const json_t *scan = json_object_get(application->item, "scan");
    const char *named = json_string_value(json_object_get(scan, "sha256"));
    struct cli_http_reply http = {0};
    uint8_t digest[SHA256_DIGEST_LENGTH];
    char hex[65], url[64];
    int result = CLI_EXIT_REFUSED;
    if (!named) {
        fputs("qao: the application has no scan\n", stderr);
        return CLI_EXIT_REFUSED;
    }
    snprintf(url, sizeof url, "/v1/scans/%s", id);
    if (cli_fetch_bytes(session, url, &http, &result)) {
        SHA256(http.body.data, http.body.len, digest);
        base_hex_digest(digest, hex);
        if (strcmp(hex, named) != 0)
            result = cli_session_fault(session, CLI_FAULT_NOT_SIGNED_CONTENT, "the scan is another one than was signed",
                                       NULL);
        else
            result = cli_save_file(path, base_buffer_view(&http.body), session->language);
    }
    cli_http_reply_clear(&http);
    return result;
}

int cli_decide_scan_run(int argc, char **argv)
{
    struct cli_common common = {0};
    struct cli_option options[CLI_COMMON_OPTIONS + 1];
    struct cli_session session = {0};
    struct cli_application application = {0};
    struct cli_list rest;
    const char *save = NULL;
    int result = CLI_EXIT_USAGE;
    cli_common_options(&common, options);
    options[CLI_COMMON_OPTIONS] = (struct cli_option){"save", CLI_OPTION_TEXT, &save, "FILE", "where to; a new file"};
    if (!cli_options_take(argc, argv, "admin scan ID --as NAME --save FILE [OPTIONS]",
                          "Saves the scan of an application, if it is the one that the applicant's signature names.",
                          options, BASE_ARRAY_LENGTH(options), 1, &rest, &result))
        return result;
    if (!id_take(&rest, "scan"))
        return CLI_EXIT_USAGE;
    if (!save)
        return usage("--save is needed");
    if (cli_session_open(&session, &common, false, &result) &&
        cli_application_read(&session, rest.items[0], &application, &result))
        result = scan_save(&session, &application, rest.items[0], save);
    cli_application_clear(&application);
    cli_session_close(&session);
    return result;
}
