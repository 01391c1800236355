#include "gateway/cli/agree.h"

#include "base/clock.h"
#include "base/encoding.h"
#include "certs/cms.h"
#include "gateway/cli/act.h"
#include "gateway/cli/ask.h"
#include "gateway/cli/collection.h"
#include "gateway/cli/exit.h"
#include "gateway/cli/save.h"
#include "gateway/cli/screen.h"
#include "gateway/cli/show.h"

#include <openssl/sha.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { TEXT_MAX = 32 << 10, NUMBER_MAX = 24 };

struct agree_options {
    struct cli_common common;
    const char *text, *save, *version;
    bool yes;
};

static const char *text_of(const json_t *object, const char *name)
{
    return json_string_value(json_object_get(object, name));
}

/* Appends the text line by line. False when a character of it cannot be shown: what is not seen is not signed. */
static bool text_show(const char *text, struct base_buffer *out)
{
    bool same = true;
    while (*text) {
        size_t len = strcspn(text, "\n");
        size_t before = out->len;
        if (cli_screen_text(base_bytes_of(text, len), out))
            return false;
        same = same && base_bytes_equal(base_bytes_of(out->data + before, out->len - before), base_bytes_of(text, len));
        if (base_buffer_append_text(out, "\n"))
            return false;
        text += text[len] ? len + 1 : len;
    }
    return same;
}

static void digest_of(const char *text, char ret_hex[static 65])
{
    uint8_t digest[SHA256_DIGEST_LENGTH];
    SHA256((const uint8_t *) text, strlen(text), digest);
    base_hex_digest(digest, ret_hex);
}

/* The act: its inner signature is over the text's bytes and nothing else. NULL: told. */
static json_t *act_make(const struct cli_session *session, const json_t *version, const char *language,
                        const char *text)
{
    const struct base_clock clock = base_clock_system();
    char hex[65];
    struct base_buffer inner BASE_CLEANUP(base_buffer_clear);
    struct base_buffer base64 BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&inner, CERTS_CMS_BYTES_MAX);
    base_buffer_init(&base64, CERTS_CMS_BYTES_MAX * 2);
    int r = certs_cms_sign(session->keys.signer, base_bytes_text(text), base_clock_now_us(&clock), &inner);
    if (r == 0)
        r = base_base64_encode(base_buffer_view(&inner), &base64);
    if (r) {
        fprintf(stderr, "qao: cannot sign: %s\n", strerror(-r));
        return NULL;
    }
    digest_of(text, hex);
    return json_pack("{s:O, s:s, s:s, s:s%}", "version", version, "language", language, "digest", hex, "signed",
                     (const char *) base64.data, base64.len);
}

static int agree(struct cli_session *session, const char *language, const json_t *item, bool yes)
{
    static const char *const question[CLI_LANGUAGE_COUNT] = {"Осы келісімге қол қоясыз ба?",
                                                             "Подписать это соглашение?", "Sign this agreement?"};
    const char *text = text_of(item, language);
    const json_t *version = json_object_get(item, "version");
    int result = CLI_EXIT_USAGE;
    struct base_buffer out BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&out, TEXT_MAX * 4);
    if (!text || !json_is_integer(version) || strlen(text) > TEXT_MAX)
        return cli_session_fault(session, CLI_FAULT_REPLY_MALFORMED, "no agreement", NULL);
    if (!text_show(text, &out)) {
        fputs("qao: the text holds characters that cannot be shown; do not sign it, and tell the administrator\n",
              stderr);
        return CLI_EXIT_REFUSED;
    }
    if (!session->json)
        cli_session_print(&out);
    if (!yes && !cli_ask_possible()) {
        fputs("qao: nobody can be asked here; say --yes to sign it\n", stderr);
        return CLI_EXIT_USAGE;
    }
    if (!yes && cli_ask(question[session->language], session->language) != CLI_ASK_YES) {
        fputs("qao: nothing was signed\n", stderr);
        return CLI_EXIT_USAGE;
    }
    json_t *content = act_make(session, version, language, text);
    const struct cli_act act = {.name = WIRE_ACT_AGREEMENT, .act = content};
    if (content)
        result = cli_act_send(session, &act);
    json_decref(content);
    return result;
}

static int text_run(struct cli_session *session, const struct agree_options *options)
{
    const char *language = options->text ? options->text : cli_language_name(session->language);
    json_t *item = NULL;
    int result = CLI_EXIT_USAGE;
    if (strcmp(language, "kk") != 0 && strcmp(language, "ru") != 0) {
        fputs("qao: say which text is signed: --text kk or --text ru\n", stderr);
        return CLI_EXIT_USAGE;
    }
    if (cli_collection_item(session, "agreement", NULL, 0, &item, &result))
        result = agree(session, language, item, options->yes);
    json_decref(item);
    return result;
}

/* What was signed, by whom it says, over the text that stands under this version. */
static enum cli_fault signed_check(struct cli_session *session, const json_t *item, const char *iin,
                                   struct base_buffer *ret_der, struct base_buffer *ret_text,
                                   char ret_why[static CLI_ACT_WHY_MAX], int *ret_exit)
{
    char number[NUMBER_MAX];
    struct certs_message message = {0};
    json_t *agreement = NULL;
    snprintf(number, sizeof number, "%lld", (long long) json_integer_value(json_object_get(item, "version")));
    const struct cli_filter filter = {"version", number};
    if (!cli_act_verify(session, text_of(item, "signed"), ret_der, &message, ret_why))
        return CLI_FAULT_SIGNATURE_INVALID;
    int r = base_buffer_append(ret_text, base_buffer_view(&message.content));
    bool own = strcmp(message.signer.iin, iin) == 0;
    certs_message_clear(&message);
    if (r || !own)
        return r ? CLI_FAULT_UNCHECKED : CLI_FAULT_OTHER_QUERY;
    if (!cli_collection_item(session, "agreement", &filter, 1, &agreement, ret_exit))
        return CLI_FAULT_COUNT;
    const char *language = text_of(item, "language");
    const char *text = language ? text_of(agreement, language) : NULL;
    bool same = text && base_bytes_equal_text(base_buffer_view(ret_text), text);
    json_decref(agreement);
    return same ? CLI_FAULT_NONE : CLI_FAULT_NOT_SIGNED_CONTENT;
}

static int signed_show(struct cli_session *session, const struct agree_options *options, const json_t *item,
                       const char *iin)
{
    char why[CLI_ACT_WHY_MAX] = "";
    int result = CLI_EXIT_USAGE;
    struct base_buffer der BASE_CLEANUP(base_buffer_clear);
    struct base_buffer text BASE_CLEANUP(base_buffer_clear);
    struct base_buffer out BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&der, CERTS_CMS_BYTES_MAX);
    base_buffer_init(&text, TEXT_MAX);
    base_buffer_init(&out, CLI_SHOW_MAX);
    enum cli_fault fault = signed_check(session, item, iin, &der, &text, why, &result);
    if (fault == CLI_FAULT_COUNT)
        return result;
    if (fault != CLI_FAULT_NONE)
        return cli_session_fault(session, fault, why, NULL);
    if (session->json) {
        result = cli_session_json(item);
    } else {
        char *shown = base_buffer_take_text(&text);
        const bool whole = shown && text_show(shown, &out);
        free(shown);
        if (whole)
            cli_session_print(&out);
        base_buffer_reset(&out);
        json_t *items = json_pack("[O]", item);
        result = items && cli_collection_table(session, "version language signed_at act", items, &out) == 0
                     ? CLI_EXIT_OK
                     : CLI_EXIT_USAGE;
        json_decref(items);
        cli_session_print(&out);
    }
    return options->save && result == CLI_EXIT_OK
               ? cli_save_file(options->save, base_buffer_view(&der), session->language)
               : result;
}

static int show_run(struct cli_session *session, const struct agree_options *options)
{
    struct cli_holder holder;
    json_t *document = NULL;
    int result = CLI_EXIT_USAGE;
    if (cli_holder_read(session->keys.connection, &holder))
        return CLI_EXIT_USAGE;
    const struct cli_filter filters[] = {{"iin", holder.iin}, {"version", options->version}};
    if (!cli_collection_read(session, "agreements", filters, BASE_ARRAY_LENGTH(filters), CLI_PAGES_ALL, &document,
                             &result))
        return result;
    const json_t *items = json_object_get(document, "items");
    const json_t *newest = NULL;
    for (size_t i = 0; i < json_array_size(items); i++) {
        const json_t *item = json_array_get(items, i);
        if (!newest || json_integer_value(json_object_get(item, "version")) >
                           json_integer_value(json_object_get(newest, "version")))
            newest = item;
    }
    if (newest)
        result = signed_show(session, options, newest, holder.iin);
    else
        result = fprintf(stderr, "qao: %s\n", cli_text(CLI_TEXT_NO_RECORDS, session->language)) < 0 ? CLI_EXIT_USAGE
                                                                                                    : CLI_EXIT_REFUSED;
    json_decref(document);
    return result;
}

int cli_agree_run(int argc, char **argv)
{
    struct agree_options typed = {0};
    struct cli_option options[CLI_COMMON_OPTIONS + 4];
    struct cli_session session = {0};
    struct cli_list rest;
    int result = CLI_EXIT_USAGE;
    const struct cli_option own[] = {
        {"text", CLI_OPTION_TEXT, &typed.text, "kk|ru", "the text to sign (default: that of the language of words)"},
        {"yes", CLI_OPTION_FLAG, &typed.yes, NULL, "sign without asking"},
        {"save", CLI_OPTION_TEXT, &typed.save, "FILE", "with show: keep the signed agreement, byte for byte"},
        {"version", CLI_OPTION_TEXT, &typed.version, "N", "with show: this version (default: the newest signed)"},
    };
    cli_common_options(&typed.common, options);
    memcpy(options + CLI_COMMON_OPTIONS, own, sizeof own);
    if (!cli_options_take(
            argc, argv, "agree [show] --as NAME [OPTIONS]",
            "Shows the agreement on rights of use that is in force, asks, and signs exactly what was shown.\n"
            "agree show shows the one that was signed, verified.",
            options, BASE_ARRAY_LENGTH(options), 1, &rest, &result))
        return result;
    bool is_show = rest.count == 1 && strcmp(rest.items[0], "show") == 0;
    if (rest.count == 1 && !is_show) {
        fputs("usage: qao agree [show] --as NAME [OPTIONS]\n", stderr);
        return CLI_EXIT_USAGE;
    }
    if (!is_show && (typed.save || typed.version)) {
        fputs("qao: --save and --version belong to qao agree show\n", stderr);
        return CLI_EXIT_USAGE;
    }
    if (cli_session_open(&session, &typed.common, !is_show, &result))
        result = is_show ? show_run(&session, &typed) : text_run(&session, &typed);
    cli_session_close(&session);
    return result;
}
