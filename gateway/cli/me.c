#include "gateway/cli/me.h"

#include "gateway/cli/collection.h"
#include "gateway/cli/exit.h"
#include "gateway/cli/screen.h"
#include "gateway/cli/show.h"
#include "gateway/cli/title.h"

#include <stdio.h>
#include <string.h>

/* The parts that are lists, each as a table. */
static const struct {
    const char *member, *columns;
} parts[] = {
    {"registrations", "system_role state role unit bases duties until version"},
    {"applications", "application kind state filed_at due_at left_s"},
    {"announcements", "begins_at ends_at running text"},
};

static void person_show(const struct cli_session *session, const json_t *me, struct base_buffer *out)
{
    static const char *const names[] = {"iin", "bin", "body"};
    struct cli_holder holder;
    if (cli_holder_read(session->keys.connection, &holder) == 0 && holder.name[0]) {
        (void) cli_screen_text(base_bytes_text(holder.name), out);
        (void) base_buffer_append_text(out, "\n");
    }
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(names); i++) {
        const json_t *value = json_object_get(me, names[i]);
        if (json_is_object(value))
            value = json_object_get(value, "name");
        (void) base_buffer_printf(out, "%s: ", cli_title(names[i], session->language));
        (void) cli_title_value(names[i], value, session->language, out);
        (void) base_buffer_append_text(out, "\n");
    }
}

static bool is_officer(const json_t *me)
{
    const json_t *registrations = json_object_get(me, "registrations");
    for (size_t i = 0; i < json_array_size(registrations); i++) {
        const char *role = json_string_value(json_object_get(json_array_get(registrations, i), "system_role"));
        if (role && strcmp(role, "officer") == 0)
            return true;
    }
    return false;
}

/* Whether the text in force is signed: until then there are no queries (clause 14). Who is no officer cannot sign it. */
static void agreement_show(const struct cli_session *session, const json_t *me, struct base_buffer *out)
{
    static const char *const unregistered[CLI_LANGUAGE_COUNT] = {
        "пайдаланушы болып тіркелгеннен кейін қол қойылады: qao apply register",
        "подписывается после регистрации пользователем: qao apply register",
        "signed once registered as an officer: qao apply register"};
    static const char *const unsigned_text[CLI_LANGUAGE_COUNT] = {"қолданыстағы мәтінге қол қойылмаған: qao agree",
                                                                  "действующий текст не подписан: qao agree",
                                                                  "the text in force is not signed: qao agree"};
    const json_t *agreement = json_object_get(me, "agreement");
    const json_t *version = json_object_get(agreement, "version");
    const json_t *in_force = json_object_get(agreement, "in_force");
    (void) base_buffer_printf(out, "%s: ", cli_title("agreement", session->language));
    if (!is_officer(me))
        (void) base_buffer_append_text(out, unregistered[session->language]);
    else if (!json_is_integer(version) || (json_is_integer(in_force) && !json_equal(version, in_force)))
        (void) base_buffer_append_text(out, unsigned_text[session->language]);
    else
        (void) cli_title_value("agreement", agreement, session->language, out);
    (void) base_buffer_append_text(out, "\n");
}

static int me_show(const struct cli_session *session, const json_t *me)
{
    struct base_buffer out BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&out, CLI_SHOW_MAX);
    person_show(session, me, &out);
    agreement_show(session, me, &out);
    const json_t *contacts = json_object_get(me, "contacts");
    if (json_is_object(contacts)) {
        (void) base_buffer_printf(&out, "%s:\n", cli_title("contacts", session->language));
        (void) cli_title_object(contacts, NULL, session->language, 1, &out);
    }
    int r = base_buffer_error(&out);
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(parts) && r == 0; i++) {
        const json_t *items = json_object_get(me, parts[i].member);
        if (json_array_size(items) == 0)
            continue;
        r = base_buffer_printf(&out, "\n%s\n", cli_title(parts[i].member, session->language));
        if (r == 0)
            r = cli_collection_table(session, parts[i].columns, items, &out);
    }
    if (r)
        return CLI_EXIT_USAGE;
    cli_session_print(&out);
    return CLI_EXIT_OK;
}

int cli_me_run(int argc, char **argv)
{
    struct cli_common common = {0};
    struct cli_option options[CLI_COMMON_OPTIONS];
    struct cli_session session = {0};
    struct cli_list rest;
    json_t *me = NULL;
    int result = CLI_EXIT_USAGE;
    cli_common_options(&common, options);
    if (!cli_options_take(
            argc, argv, "me --as NAME [OPTIONS]",
            "Shows the own registrations and rights, the agreement, open applications with the time that is\n"
            "left, planned work, and how to reach the operator.",
            options, BASE_ARRAY_LENGTH(options), 0, &rest, &result))
        return result;
    if (cli_session_open(&session, &common, false, &result) &&
        cli_collection_item(&session, "me", NULL, 0, &me, &result))
        result = session.json ? cli_session_json(me) : me_show(&session, me);
    json_decref(me);
    cli_session_close(&session);
    return result;
}
