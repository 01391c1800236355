#include "gateway/cli/application.h"

#include "base/encoding.h"
#include "certs/cms.h"
#include "gateway/cli/act.h"
#include "gateway/cli/collection.h"
#include "gateway/cli/exit.h"
#include "gateway/cli/show.h"
#include "gateway/cli/title.h"
#include "gateway/wire/json.h"

#include <errno.h>
#include <openssl/sha.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

static const char *text_of(const json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    return text ? text : "";
}

const char *cli_application_text(const struct cli_application *application, const char *member)
{
    return text_of(application->item, member);
}

/* A signed act: verified, of that type, for this log. The caller releases *ret_content. */
static enum cli_fault signed_read(struct cli_session *session, const json_t *holder, const char *type,
                                  struct base_buffer *ret_der, struct certs_identity *ret_signer, json_t **ret_content,
                                  char ret_why[static CLI_ACT_WHY_MAX])
{
    struct certs_message message = {0};
    if (!cli_act_verify(session, json_string_value(json_object_get(holder, "signed")), ret_der, &message, ret_why))
        return CLI_FAULT_SIGNATURE_INVALID;
    json_t *content = NULL;
    int r = wire_json_parse(base_buffer_view(&message.content), WIRE_CONTENT_BYTES_MAX, &content, NULL);
    *ret_signer = message.signer;
    certs_message_clear(&message);
    if (r || strcmp(text_of(content, "v"), type) != 0 || strcmp(text_of(content, "to"), session->log.name) != 0) {
        json_decref(content);
        return CLI_FAULT_NOT_SIGNED_CONTENT;
    }
    *ret_content = content;
    return CLI_FAULT_NONE;
}

/* What is shown of the application is what its applicant signed, and the digest is that of those bytes. */
static enum cli_fault application_check(struct cli_session *session, const json_t *item, const char *id,
                                        char ret_why[static CLI_ACT_WHY_MAX])
{
    static const char *const members[] = {"kind", "form", "statements", "rights", "scan"};
    struct base_buffer der BASE_CLEANUP(base_buffer_clear);
    struct certs_identity signer;
    json_t *content = NULL;
    uint8_t digest[SHA256_DIGEST_LENGTH];
    char hex[65];
    base_buffer_init(&der, CERTS_CMS_BYTES_MAX);
    if (strcmp(text_of(item, "application"), id) != 0)
        return CLI_FAULT_OTHER_QUERY;
    enum cli_fault fault = signed_read(session, item, "qao.application/1", &der, &signer, &content, ret_why);
    if (fault != CLI_FAULT_NONE)
        return fault;
    SHA256(der.data, der.len, digest);
    base_hex_digest(digest, hex);
    const json_t *act = json_object_get(content, "act");
    bool same = strcmp(text_of(item, "digest"), hex) == 0 && strcmp(text_of(item, "iin"), signer.iin) == 0 &&
                strcmp(text_of(item, "bin"), signer.bin) == 0 && strcasecmp(text_of(content, "id"), id) == 0;
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(members); i++)
        same = same && json_equal(json_object_get(act, members[i]), json_object_get(item, members[i]));
    json_decref(content);
    return same ? CLI_FAULT_NONE : CLI_FAULT_NOT_SIGNED_CONTENT;
}

/* The decision is about these bytes, and was not taken by the applicant. */
static enum cli_fault decision_check(struct cli_session *session, const json_t *item, json_t **ret_content,
                                     char ret_why[static CLI_ACT_WHY_MAX])
{
    const json_t *decision = json_object_get(item, "decision");
    struct base_buffer der BASE_CLEANUP(base_buffer_clear);
    struct certs_identity signer;
    json_t *content = NULL;
    base_buffer_init(&der, CERTS_CMS_BYTES_MAX);
    if (!json_is_object(decision))
        return CLI_FAULT_NONE;
    enum cli_fault fault = signed_read(session, decision, "qao.decision/1", &der, &signer, &content, ret_why);
    if (fault != CLI_FAULT_NONE)
        return fault;
    const json_t *act = json_object_get(content, "act");
    bool same = strcmp(text_of(act, "application"), text_of(item, "application")) == 0 &&
                strcmp(text_of(act, "digest"), text_of(item, "digest")) == 0 &&
                strcmp(text_of(act, "outcome"), text_of(decision, "outcome")) == 0 &&
                strcmp(text_of(act, "reason"), text_of(decision, "reason")) == 0 &&
                strcmp(text_of(decision, "iin"), signer.iin) == 0 && strcmp(text_of(item, "iin"), signer.iin) != 0;
    if (!same || json_object_set_new(content, "iin", json_string(signer.iin)) ||
        json_object_set_new(content, "bin", json_string(signer.bin))) {
        json_decref(content);
        return CLI_FAULT_NOT_SIGNED_CONTENT;
    }
    *ret_content = content;
    return CLI_FAULT_NONE;
}

bool cli_application_read(struct cli_session *session, const char *id, struct cli_application *ret_application,
                          int *ret_exit)
{
    const struct cli_filter filter = {"application", id};
    char why[CLI_ACT_WHY_MAX] = "";
    *ret_application = (struct cli_application){0};
    if (!cli_collection_item(session, "application", &filter, 1, &ret_application->item, ret_exit))
        return false;
    enum cli_fault fault = application_check(session, ret_application->item, id, why);
    if (fault == CLI_FAULT_NONE)
        fault = decision_check(session, ret_application->item, &ret_application->decision, why);
    if (fault != CLI_FAULT_NONE)
        *ret_exit = cli_session_fault(session, fault, why, NULL);
    return fault == CLI_FAULT_NONE;
}

void cli_application_clear(struct cli_application *application)
{
    json_decref(application->item);
    json_decref(application->decision);
    *application = (struct cli_application){0};
}

/* The object with these members first, in this order; NULL when memory is short. */
static json_t *ordered_make(const json_t *object, const char *const *first)
{
    json_t *ordered = json_object();
    for (; *first; first++) {
        json_t *value = json_object_get(object, *first);
        if (value && json_object_set(ordered, *first, value))
            break;
    }
    if (*first || json_object_update_missing(ordered, (json_t *) (uintptr_t) object)) {
        json_decref(ordered);
        return NULL;
    }
    return ordered;
}

/* As one decides: who asks for what, what there is already, what may be given; the form as Appendix 10 has it. */
static int item_show(const struct cli_session *session, const json_t *item, struct base_buffer *out)
{
    static const char *const hidden[] = {"decision", "versions", NULL};
    static const char *const members[] = {"application", "kind",       "state",   "overdue", "left_s",     "filed_at",
                                          "due_at",      "decided_at", "iin",     "bin",     "form",       "rights",
                                          "has",         "difference", "allowed", "scan",    "statements", NULL};
    static const char *const form_members[] = {"surname",   "given",        "patronymic", "iin",        "bin",
                                               "body_code", "unit",         "position",   "work_phone", "mobile_phone",
                                               "email",     "work_address", "head",       NULL};
    json_t *ordered = ordered_make(item, members);
    json_t *form = ordered_make(json_object_get(item, "form"), form_members);
    if (ordered && form)
        (void) json_object_set(ordered, "form", form);
    int r = ordered ? cli_title_object(ordered, hidden, session->language, 0, out) : -ENOMEM;
    json_decref(form);
    json_decref(ordered);
    return r;
}

int cli_application_show(const struct cli_session *session, const struct cli_application *application,
                         struct base_buffer *out)
{
    static const char *const verified[CLI_LANGUAGE_COUNT] = {"өтінім берушінің қолтаңбасы мен хэш дұрыс",
                                                             "подпись заявителя и хэш верны",
                                                             "the applicant's signature and the digest are right"};
    static const char *const decided[CLI_LANGUAGE_COUNT] = {
        "шешімнің қолтаңбасы дұрыс, ол дәл осы өтінімге қатысты",
        "подпись под решением верна, оно относится именно к этой заявке",
        "the decision's signature is right, and it is about this very application"};
    static const char *const granted[CLI_LANGUAGE_COUNT] = {"Берілген құқықтар", "Предоставленные права",
                                                            "Rights granted"};
    const json_t *act = json_object_get(application->decision, "act");
    int r = item_show(session, application->item, out);
    if (r)
        return r;
    (void) base_buffer_printf(out, "%s: %s\n", cli_text(CLI_TEXT_VERIFIED, session->language),
                              verified[session->language]);
    if (!act)
        return base_buffer_error(out);
    json_t *shown = json_pack("{s:O, s:O, s:O, s:O}", "outcome", json_object_get(act, "outcome"), "reason",
                              json_object_get(act, "reason"), "at", json_object_get(application->decision, "at"), "by",
                              json_object_get(application->decision, "iin"));
    (void) base_buffer_printf(out, "%s:\n", cli_title("decision", session->language));
    (void) cli_title_object(shown, NULL, session->language, 1, out);
    json_decref(shown);
    if (json_is_object(json_object_get(act, "rights"))) {
        (void) base_buffer_printf(out, "  %s:\n", granted[session->language]);
        (void) cli_title_object(json_object_get(act, "rights"), NULL, session->language, 2, out);
    }
    return base_buffer_printf(out, "%s: %s\n", cli_text(CLI_TEXT_VERIFIED, session->language),
                              decided[session->language]);
}

int cli_application_print(const struct cli_session *session, const struct cli_application *application)
{
    struct base_buffer out BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&out, CLI_SHOW_MAX);
    if (session->json)
        return cli_session_json(application->item);
    if (cli_application_show(session, application, &out))
        return CLI_EXIT_USAGE;
    cli_session_print(&out);
    return CLI_EXIT_OK;
}
