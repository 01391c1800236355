#include "gateway/cli/import.h"

#include "base/clock.h"
#include "base/text.h"
#include "base/uuid.h"
#include "gateway/cli/exit.h"
#include "gateway/cli/import_part.h"
#include "gateway/cli/installed.h"
#include "gateway/cli/screen.h"
#include "gateway/wire/json.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { WAIT_DEFAULT_S = 300, WAIT_MAX_S = 86400, LINE_MAX_BYTES = 4096 };

/* ---- what is shown ---- */

static void fault_show(const struct cli_import *import, const struct cli_roster_fault *fault)
{
    static const char *const row[CLI_LANGUAGE_COUNT] = {"жол", "строка", "row"};
    static const char *const column[CLI_LANGUAGE_COUNT] = {"баған", "столбец", "column"};
    static const char *const same[CLI_LANGUAGE_COUNT] = {"ЖСН мына жолда тұр:", "этот ИИН уже в строке", "this IIN stands in row"};
    enum cli_language language = import->session.language;
    struct base_buffer line BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&line, LINE_MAX_BYTES);
    (void) cli_screen_text(base_bytes_text(import->path), &line);
    if (fault->line > 0)
        (void) base_buffer_printf(&line, ":%" PRIu32, fault->line);
    (void) base_buffer_printf(&line, ": %s %" PRIu32 ", %s ", row[language], fault->row, column[language]);
    (void) cli_screen_text(base_bytes_text(fault->column), &line);
    (void) base_buffer_append_text(&line, ": ");
    if (fault->other > 0)
        (void) base_buffer_printf(&line, "%s %" PRIu32, same[language], fault->other);
    else
        (void) cli_roster_fault_text(fault->code, import->session.messages, language, &line);
    (void) base_buffer_append_text(&line, " [");
    (void) cli_screen_text(base_bytes_text(fault->code), &line);
    fprintf(stderr, "%.*s]\n", (int) line.len, line.data ? (const char *) line.data : "");
}

void cli_import_faults_show(const struct cli_import *import)
{
    static const char *const more[CLI_LANGUAGE_COUNT] = {"тағы қате", "ещё ошибок", "more faults"};
    const struct cli_roster_faults *faults = &import->roster.faults;
    uint64_t kept = faults->count < CLI_ROSTER_FAULTS_MAX ? faults->count : CLI_ROSTER_FAULTS_MAX;
    for (uint64_t i = 0; !import->session.json && i < kept; i++)
        fault_show(import, &faults->items[i]);
    if (!import->session.json && faults->count > kept)
        fprintf(stderr, "%s: %" PRIu64 "\n", more[import->session.language], faults->count - kept);
}

static json_t *faults_json(const struct cli_roster_faults *faults)
{
    json_t *list = json_array();
    for (uint64_t i = 0; list && i < faults->count && i < CLI_ROSTER_FAULTS_MAX; i++) {
        const struct cli_roster_fault *fault = &faults->items[i];
        json_t *item = json_pack("{s:I, s:I, s:s, s:s}", "row", (json_int_t) fault->row, "line", (json_int_t) fault->line,
                                 "column", fault->column, "code", fault->code);
        if (item && fault->other > 0)
            json_object_set_new(item, "other", json_integer((json_int_t) fault->other));
        json_array_append_new(list, item);
    }
    return list;
}

void cli_import_summary(const struct cli_import *import, const char *state)
{
    static const char *const checked[CLI_LANGUAGE_COUNT] = {"Қате жоқ. Жол саны", "Ошибок нет. Строк", "No faults. Rows"};
    static const char *const faulty[CLI_LANGUAGE_COUNT] = {"Ештеңе жіберілген жоқ. Қате саны", "Ничего не отправлено. Ошибок",
                                                           "Nothing was sent. Faults"};
    static const char *const done[CLI_LANGUAGE_COUNT] = {"Тіркелді", "Зарегистрировано", "Registered"};
    const struct cli_roster *roster = &import->roster;
    if (import->session.json) {
        json_t *summary = json_pack("{s:s, s:s, s:s, s:s, s:I, s:I, s:I, s:s?, s:I, s:o}", "v", "qao.imported/1", "state", state,
                                    "sha256", roster->sha256, "encoding", cli_csv_encoding_name(roster->encoding), "rows",
                                    (json_int_t) roster->rows, "parts", (json_int_t) import->parts, "done",
                                    (json_int_t) import->done, "import", import->id[0] ? import->id : NULL, "fault_count",
                                    (json_int_t) roster->faults.count, "faults", faults_json(&roster->faults));
        if (summary)
            (void) cli_session_json(summary);
        json_decref(summary);
        return;
    }
    if (strcmp(state, "faulty") == 0)
        fprintf(stderr, "%s: %" PRIu64 "\n", faulty[import->session.language], roster->faults.count);
    else if (strcmp(state, "checked") == 0)
        printf("%s: %zu\n", checked[import->session.language], roster->rows);
    else if (strcmp(state, "done") == 0)
        printf("%s: %" PRIu64 " (%s)\n", done[import->session.language], import->done, import->id);
}

/* ---- the run ---- */

static int fail(const char *words)
{
    fprintf(stderr, "qao: %s\n", words);
    return CLI_EXIT_USAGE;
}

static int file_check(struct cli_import *import, const char *importer)
{
    const struct policy_editions *editions = import->session.names.editions;
    const struct base_clock clock = base_clock_system();
    char why[CLI_ROSTER_WHY_MAX];
    import->rule.row.now_us = base_clock_now_us(&clock);
    import->rule.row.edition = editions ? policy_edition_at(editions, import->rule.row.now_us) : NULL;
    import->rule.row.acts = import->session.acts;
    import->rule.importer = importer;
    if (!import->rule.row.edition)
        return fail("this installation has no edition of the order that is in force: no rights can be checked");
    int r = cli_roster_read(import->path, &import->rule, &import->roster, why);
    if (r) {
        fprintf(stderr, "qao: %s: %s\n", import->path, r < 0 ? strerror(-r) : why);
        return CLI_EXIT_USAGE;
    }
    if (import->roster.encoding != CLI_CSV_UTF8 && !import->session.json)
        fprintf(stderr, "qao: note: %s was read as %s\n", import->path, cli_csv_encoding_name(import->roster.encoding));
    if (import->roster.faults.count == 0)
        return CLI_EXIT_OK;
    cli_import_faults_show(import);
    cli_import_summary(import, "faulty");
    return CLI_EXIT_REFUSED;
}

static int check_run(struct cli_import *import, const struct cli_common *common)
{
    struct cli_session *session = &import->session;
    int result = CLI_EXIT_USAGE;
    session->json = common->json;
    if (cli_language_find(common->language, &session->language))
        return fail("--lang takes kk, ru or en");
    cli_names_read(&session->names);
    if (cli_installed_messages(&session->messages) && cli_installed_acts(&session->acts))
        result = file_check(import, NULL);
    if (result == CLI_EXIT_OK)
        cli_import_summary(import, "checked");
    return result;
}

static int known_other(const struct cli_import *import)
{
    fprintf(stderr, "qao: import %s has another number of rows than %s\n", import->id, import->path);
    return CLI_EXIT_REFUSED;
}

static int send_run(struct cli_import *import)
{
    int result = CLI_EXIT_OK;
    bool is_kept = !import->continued && cli_import_state_read(import, import->id);
    if (import->continued)
        snprintf(import->id, sizeof import->id, "%s", import->continued);
    enum cli_import_known known = import->id[0] ? cli_import_look(import, &result) : CLI_IMPORT_UNKNOWN;
    if (known == CLI_IMPORT_KNOWN && import->is_ended && !import->continued) {
        known = CLI_IMPORT_UNKNOWN; /* the file is sent anew, as another import */
        import->id[0] = '\0';
        import->is_ended = false;
    }
    switch (known) {
    case CLI_IMPORT_FAILED:
        return result;
    case CLI_IMPORT_OTHER:
        return known_other(import);
    case CLI_IMPORT_KNOWN:
        if (is_kept && !import->session.json)
            fprintf(stderr, "qao: note: this file was sent before, as import %s\n", import->id);
        break;
    case CLI_IMPORT_UNKNOWN:
        if (import->continued) {
            fprintf(stderr, "qao: the gateway has no import %s; without --continue the file is sent\n", import->id);
            return CLI_EXIT_REFUSED;
        }
        result = cli_import_send(import);
        break;
    }
    if (result == CLI_EXIT_OK) {
        result = cli_import_follow(import);
        cli_import_summary(import, import->done == import->roster.rows ? "done" : import->is_ended ? "ended" : "running");
    }
    return result;
}

static int session_run(struct cli_import *import, const struct cli_common *common)
{
    struct cli_holder holder;
    int result = CLI_EXIT_USAGE;
    if (!cli_session_open(&import->session, common, true, &result))
        return result;
    if (cli_holder_read(import->session.keys.signer, &holder))
        return fail("cannot read the signing certificate");
    if (!cli_installed_acts(&import->session.acts))
        return CLI_EXIT_USAGE;
    result = file_check(import, holder.iin);
    return result == CLI_EXIT_OK ? send_run(import) : result;
}

/* ---- options ---- */

struct typed {
    struct cli_common common;
    const char *encoding, *source, *continued, *wait;
    bool check, yes;
};

static bool wait_read(const char *text, long *ret_s)
{
    char *end = NULL;
    *ret_s = WAIT_DEFAULT_S;
    if (!text)
        return true;
    if (text[0] < '0' || text[0] > '9')
        return false;
    *ret_s = strtol(text, &end, 10);
    return *end == '\0' && *ret_s <= WAIT_MAX_S;
}

static const char *name_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static bool typed_take(const struct typed *typed, const char *path, struct cli_import *import)
{
    enum { SOURCE_CHARACTERS_MAX = 1000 };
    uint8_t uuid[BASE_UUID_BYTES];
    import->path = path;
    import->source = typed->source ? typed->source : name_of(path);
    import->continued = typed->continued;
    import->yes = typed->yes;
    if (typed->encoding) {
        import->rule.encoding = cli_csv_encoding_parse(typed->encoding);
        if (import->rule.encoding == CLI_CSV_UNKNOWN) {
            fail("--encoding takes utf-8, windows-1251 or kz-1048");
            return false;
        }
    }
    if (import->continued && base_uuid_parse(base_bytes_text(import->continued), BASE_UUID_LOWER_CASE, uuid)) {
        fail("--continue takes the id of an import");
        return false;
    }
    struct base_bytes source = base_bytes_text(import->source);
    if (source.len == 0 || !base_text_is_plain(source, BASE_TEXT_ONE_LINE) || base_text_length(source) > SOURCE_CHARACTERS_MAX) {
        fail("--source takes one line of text, at most 1,000 characters");
        return false;
    }
    if (!wait_read(typed->wait, &import->wait_s)) {
        fail("--wait takes seconds, at most 86400");
        return false;
    }
    return true;
}

int cli_import_run(int argc, char **argv)
{
    struct typed typed = {0};
    struct cli_option options[CLI_COMMON_OPTIONS + 6];
    struct cli_list rest;
    int result = CLI_EXIT_USAGE;
    cli_common_options(&typed.common, options);
    const struct cli_option own[] = {
        {"check", CLI_OPTION_FLAG, &typed.check, NULL, "only check the file; nothing is sent, no gateway needed"},
        {"encoding", CLI_OPTION_TEXT, &typed.encoding, "NAME", "utf-8, windows-1251 or kz-1048, where it is not found"},
        {"source", CLI_OPTION_TEXT, &typed.source, "TEXT", "where the data come from (the file's name)"},
        {"continue", CLI_OPTION_TEXT, &typed.continued, "ID", "follow this file's import, sent from elsewhere"},
        {"wait", CLI_OPTION_TEXT, &typed.wait, "SECONDS", "give up when no row is registered for so long (300)"},
        {"yes", CLI_OPTION_FLAG, &typed.yes, NULL, "sign without asking"},
    };
    memcpy(options + CLI_COMMON_OPTIONS, own, sizeof own);
    if (!cli_options_take(argc, argv, "admin import FILE.csv --as NAME [OPTIONS]",
                          "Registers the officers of a table: checks every row, then uploads them and signs the import.\n"
                          "With one wrong row nothing is sent. Sent again, a file goes on where it was.",
                          options, BASE_ARRAY_LENGTH(options), 1, &rest, &result))
        return result;
    if (rest.count == 0)
        return fail("which file? usage: qao admin import FILE.csv --as NAME [OPTIONS]");
    struct cli_import *import = calloc(1, sizeof *import);
    if (!import)
        return fail("out of memory");
    if (typed_take(&typed, rest.items[0], import))
        result = typed.check ? check_run(import, &typed.common) : session_run(import, &typed.common);
    cli_roster_clear(&import->roster);
    cli_session_close(&import->session);
    free(import);
    return result;
}
