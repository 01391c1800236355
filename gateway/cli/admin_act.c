#include "gateway/cli/admin_act.h"

#include "gateway/cli/collection.h"
#include "gateway/cli/exit.h"
#include "gateway/cli/reason.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define NAME_FIELDS(words)                                                                                             \
    {"name-kk", "name.kk", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "TEXT", words " in Kazakh", NULL},                        \
        {"name-ru", "name.ru", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "TEXT", "in Russian", NULL},                          \
    {                                                                                                                  \
        "name-en", "name.en", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "TEXT", "in English", NULL                             \
    }
#define PERSON_FIELDS                                                                                                  \
    {"iin", "iin", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "X", "number of the person", NULL},                               \
    {                                                                                                                  \
        "bin", "bin", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "X", "number of the body", NULL                                \
    }

static const struct cli_field body_fields[] = {
    {"bin", "bin", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "X", "number of the body", NULL},
    {"code", "code", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "CODE", "its code in the classifier", NULL},
    {"appendix", "appendix", CLI_FIELD_NUMBER, CLI_FIELD_NULL, "N", "appendix of its other duties, 4-7, or - for none",
     NULL},
    NAME_FIELDS("its name"),
    {"network", "networks", CLI_FIELD_TEXTS, CLI_FIELD_EMPTY, "CIDR",
     "network of its workstations; give it for each: the whole list is replaced", NULL},
};
static const struct cli_field unit_fields[] = {
    {"bin", "bin", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "X", "number of the body", NULL},
    {"code", "code", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "CODE", "code of the unit", NULL},
    {"above", "above", CLI_FIELD_TEXT, CLI_FIELD_NULL, "CODE", "the unit above it", NULL},
    NAME_FIELDS("its name"),
};
static const struct cli_field appointment_fields[] = {
    PERSON_FIELDS,
    {"system-role", "system_role", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "WORD",
     "responsible, administrator, official, prosecutor or witness", NULL},
    {"unit", "unit", CLI_FIELD_TEXT, CLI_FIELD_NULL, "CODE", "for this unit and those below it", NULL},
    {"surname", "surname", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "TEXT", "surname", NULL},
    {"given", "given", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "TEXT", "given name", NULL},
    {"patronymic", "patronymic", CLI_FIELD_TEXT, CLI_FIELD_NULL, "TEXT", "patronymic", NULL},
    {"position", "position", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "TEXT", "position", NULL},
    {"state", "state", CLI_FIELD_TEXT, CLI_FIELD_ASSUMED, "WORD", "active (default), or ended", "active"},
    {"act-number", "act_number", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "TEXT", "number of the appointing act", NULL},
    {"act-date", "act_date", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "DATE", "its date, 2026-11-22", NULL},
};
static const struct cli_field agreement_text_fields[] = {
    {"version", "version", CLI_FIELD_NUMBER, CLI_FIELD_NEEDED, "N", "number of the text", NULL},
    {"in-force-from", "in_force_from", CLI_FIELD_MOMENT, CLI_FIELD_NEEDED, "TIME", "when it comes into force", NULL},
    {"kk", "kk", CLI_FIELD_FILE, CLI_FIELD_NEEDED, "FILE", "the text in Kazakh", NULL},
    {"ru", "ru", CLI_FIELD_FILE, CLI_FIELD_NEEDED, "FILE", "in Russian", NULL},
};
static const struct cli_field block_fields[] = {
    PERSON_FIELDS,
    {"cause", "cause", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "WORD", "dismissal, absence, violation or other", NULL},
    {"reason", "reason", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "TEXT", "why", NULL},
    {"violation", "violation", CLI_FIELD_TEXT, CLI_FIELD_NULL, "ID", "the violation it rests on", NULL},
};
static const struct cli_field lift_fields[] = {
    PERSON_FIELDS,
    {"reason", "reason", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "TEXT", "why", NULL},
};
static const struct cli_field setting_fields[] = {
    {"name", "name", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "NAME", "absence_suspension_days or refusals_per_hour", NULL},
    {"value", "value", CLI_FIELD_NUMBER, CLI_FIELD_NEEDED, "N", "0 turns it off", NULL},
};
static const struct cli_field violation_fields[] = {
    {"violation", "violation", CLI_FIELD_TEXT, CLI_FIELD_NULL, "ID", "the one that goes on; without it, a new one",
     NULL},
    PERSON_FIELDS,
    {"cause", "cause", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "WORD", "what it is", NULL},
    {"state", "state", CLI_FIELD_TEXT, CLI_FIELD_ASSUMED, "WORD", "open (of a new one), or closed", "open"},
    {"measure", "measure", CLI_FIELD_TEXT, CLI_FIELD_NULL, "TEXT", "the measure taken", NULL},
    {"note", "note", CLI_FIELD_TEXT, CLI_FIELD_NULL, "TEXT", "a note", NULL},
};
static const struct cli_field journal_fields[] = {
    {"section", "section", CLI_FIELD_NUMBER, CLI_FIELD_NEEDED, "N", "section of Appendix 13, 1-6", NULL},
    {"actions", "actions", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "TEXT", "what is done", NULL},
    {"minutes-max", "minutes_max", CLI_FIELD_NUMBER, CLI_FIELD_NULL, "N", "time needed at most", NULL},
    {"responsible", "responsible", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "TEXT", "who is responsible", NULL},
    {"started-at", "started_at", CLI_FIELD_MOMENT, CLI_FIELD_NEEDED, "TIME", "begin", NULL},
    {"ended-at", "ended_at", CLI_FIELD_MOMENT, CLI_FIELD_NULL, "TIME", "end", NULL},
    {"causes", "causes", CLI_FIELD_TEXT, CLI_FIELD_NULL, "TEXT", "causes", NULL},
    {"measures", "measures", CLI_FIELD_TEXT, CLI_FIELD_NULL, "TEXT", "measures", NULL},
    {"corrects", "corrects", CLI_FIELD_TEXT, CLI_FIELD_NULL, "ID", "the row that it corrects", NULL},
    {"incident", "incident", CLI_FIELD_TEXT, CLI_FIELD_NULL, "ID", "the incident that it completes", NULL},
};
static const struct cli_field announcement_fields[] = {
    {"announcement", "announcement", CLI_FIELD_TEXT, CLI_FIELD_NULL, "ID", "the one that it replaces", NULL},
    {"begins-at", "begins_at", CLI_FIELD_MOMENT, CLI_FIELD_NEEDED, "TIME", "begin", NULL},
    {"ends-at", "ends_at", CLI_FIELD_MOMENT, CLI_FIELD_NEEDED, "TIME", "end", NULL},
    {"text-kk", "text.kk", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "TEXT", "what is announced, in Kazakh", NULL},
    {"text-ru", "text.ru", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "TEXT", "in Russian", NULL},
    {"text-en", "text.en", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "TEXT", "in English", NULL},
    {"withdrawn", "withdrawn", CLI_FIELD_FLAG, CLI_FIELD_NEEDED, NULL, "take it back", NULL},
};
static const struct cli_field end_import_fields[] = {
    {"import", "import", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "ID", "the import", NULL},
    {"reason", "reason", CLI_FIELD_TEXT, CLI_FIELD_NEEDED, "TEXT", "why", NULL},
};
static const struct cli_field contact_fields[] = {
    {"telephone", "telephones", CLI_FIELD_TEXTS, CLI_FIELD_NEEDED, "X", "give it for each: the whole list is replaced",
     NULL},
    {"email", "emails", CLI_FIELD_TEXTS, CLI_FIELD_NEEDED, "X", "likewise", NULL},
};

#define FIELDS(table) table, BASE_ARRAY_LENGTH(table)

static const struct cli_admin_act acts[] = {
    {"body", "enter or change a body and its networks", WIRE_ACT_BODY, FIELDS(body_fields), "bodies", "bin", "bin",
     "bin", NULL},
    {"unit", "enter or change a unit of a body", WIRE_ACT_UNIT, FIELDS(unit_fields), NULL, NULL, NULL, NULL, NULL},
    {"appoint", "appoint an official, or end an appointment", WIRE_ACT_APPOINTMENT, FIELDS(appointment_fields), NULL,
     NULL, NULL, NULL, NULL},
    {"agreement-text", "enter a new text of the agreement", WIRE_ACT_AGREEMENT_TEXT, FIELDS(agreement_text_fields),
     NULL, NULL, NULL, NULL, NULL},
    {"block", "block an officer at once", WIRE_ACT_BLOCK, FIELDS(block_fields), NULL, NULL, NULL, NULL, NULL},
    {"lift", "lift a suspension for absence", WIRE_ACT_SUSPENSION, FIELDS(lift_fields), NULL, NULL, NULL, NULL, NULL},
    {"setting", "change a setting", WIRE_ACT_SETTING, FIELDS(setting_fields), NULL, NULL, NULL, NULL, NULL},
    {"violation", "enter, annotate or close a violation", WIRE_ACT_VIOLATION, FIELDS(violation_fields), "violations",
     "violation", "violation", "iin", ""},
    {"journal-row", "enter or correct a row of the emergency journal", WIRE_ACT_JOURNAL, FIELDS(journal_fields),
     "journal", "corrects", "row", "corrected", "true"},
    {"announce", "announce planned work, change or take it back", WIRE_ACT_ANNOUNCEMENT, FIELDS(announcement_fields),
     "announcements", "announcement", "announcement", "all", "true"},
    {"contact", "change the operator's telephones and e-mail", WIRE_ACT_CONTACT, FIELDS(contact_fields), NULL, NULL,
     NULL, NULL, NULL},
    {"end-import", "end an import before it is done; who is registered stays so", WIRE_ACT_IMPORT_END,
     FIELDS(end_import_fields), NULL, NULL, NULL, NULL, NULL},
};

const struct cli_admin_act *cli_admin_act_at(size_t index)
{
    return index < BASE_ARRAY_LENGTH(acts) ? &acts[index] : NULL;
}

struct act_options {
    struct cli_common common;
    struct cli_field_values values;
    const char *file;
    bool yes, dry_run;
};

/* What was typed for the member by which the register's row is found; NULL for nothing. */
static const char *key_typed(const struct cli_admin_act *row, const struct act_options *options)
{
    for (size_t i = 0; row->collection && i < row->field_count; i++)
        if (strcmp(row->fields[i].member, row->member) == 0)
            return options->values.text[i];
    return NULL;
}

/* Copies the members that the command has options for. */
static void members_copy(const struct cli_admin_act *row, const json_t *item, json_t *act)
{
    for (size_t i = 0; i < row->field_count; i++) {
        char name[64];
        snprintf(name, sizeof name, "%.*s", (int) strcspn(row->fields[i].member, "."), row->fields[i].member);
        const json_t *value = json_object_get(item, name);
        if (value && strcmp(name, row->member) != 0 && !json_object_get(act, name))
            json_object_set_new(act, name, json_deep_copy(value));
    }
}

/* Where the act goes on with something that is in the register, what is not typed stays as it is there. */
static bool known_take(struct cli_session *session, const struct cli_admin_act *row, const struct act_options *options,
                       json_t *act, int *ret_exit)
{
    const char *key = key_typed(row, options);
    if (!key || strcmp(key, "-") == 0)
        return true;
    const struct cli_filter filters[] = {{row->filter, !row->filter_value     ? key
                                                       : row->filter_value[0] ? row->filter_value
                                                                              : NULL},
                                         {"limit", "500"}};
    json_t *document = NULL;
    if (!cli_collection_read(session, row->collection, filters, BASE_ARRAY_LENGTH(filters), CLI_PAGES_ALL, &document,
                             ret_exit))
        return false;
    const json_t *items = json_object_get(document, "items");
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        const char *found = json_string_value(json_object_get(item, row->column));
        if (found && strcmp(found, key) == 0)
            members_copy(row, item, act);
    }
    json_decref(document);
    return true;
}

static int act_run(struct cli_session *session, const struct cli_admin_act *row, const struct act_options *options,
                   json_t *content)
{
    char error[CLI_FIELD_ERROR_MAX];
    int result = CLI_EXIT_USAGE;
    if (!known_take(session, row, options, content, &result))
        return result;
    int r = cli_field_take(row->fields, row->field_count, &options->values, content, error);
    if (r) {
        fprintf(stderr, "qao: %s\n", r < 0 ? "out of memory" : error);
        return CLI_EXIT_USAGE;
    }
    const struct cli_act act = {
        .name = row->name, .act = content, .fields = row->fields, .field_count = row->field_count};
    if (options->dry_run)
        return cli_act_print(session, &act);
    if (!cli_act_check(session, &act, &result) || (!options->yes && !cli_act_confirm(session, &act, false, &result)))
        return result;
    return cli_act_send(session, &act);
}

int cli_admin_act_run(int argc, char **argv)
{
    const struct cli_admin_act *row = acts;
    while (strcmp(row->command, argv[0]) != 0)
        row++;
    struct act_options typed = {0};
    struct cli_option options[CLI_COMMON_OPTIONS + CLI_FIELDS_MAX + 3];
    struct cli_session session = {0};
    struct cli_list rest;
    char synopsis[96], summary[160];
    int result = CLI_EXIT_USAGE;
    cli_common_options(&typed.common, options);
    size_t count = CLI_COMMON_OPTIONS;
    cli_field_options(row->fields, row->field_count, &typed.values, options + count);
    count += row->field_count;
    options[count++] = (struct cli_option){"act", CLI_OPTION_TEXT, &typed.file, "FILE",
                                           "members of the act from this JSON file, where no option stands"};
    options[count++] = (struct cli_option){"yes", CLI_OPTION_FLAG, &typed.yes, NULL, "sign without asking"};
    options[count++] = (struct cli_option){"dry-run", CLI_OPTION_FLAG, &typed.dry_run, NULL,
                                           "print what would be signed; sign and send nothing"};
    snprintf(synopsis, sizeof synopsis, "admin %s --as NAME [OPTIONS]", row->command);
    snprintf(summary, sizeof summary, "%s%s: a signed act, recorded in the log.", row->summary,
             row->collection ? "; what is not given stays as the register has it" : "");
    summary[0] = (char) toupper((unsigned char) summary[0]);
    if (!cli_options_take(argc, argv, synopsis, summary, options, count, 0, &rest, &result))
        return result;
    json_t *content = json_object();
    int r = 0;
    if (typed.file) {
        json_decref(content);
        content = NULL;
        r = cli_field_read(typed.file, &content);
    }
    if (r || !content)
        fprintf(stderr, "qao: cannot use %s: %s\n", typed.file ? typed.file : "memory", cli_reason_text(r));
    else if (cli_session_open(&session, &typed.common, true, &result))
        result = act_run(&session, row, &typed, content);
    json_decref(content);
    cli_session_close(&session);
    return result;
}
