#include "gateway/cli/log.h"

#include "base/encoding.h"
#include "base/file.h"
#include "gateway/cli/command.h"
#include "gateway/cli/exit.h"
#include "gateway/cli/session.h"
#include "gateway/cli/tiles.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

static void checkpoint_print(const struct audit_checkpoint *checkpoint, const struct cli_session *session,
                             const char *consistent)
{
    struct base_buffer root BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&root, 64);
    (void) base_base64_encode(base_bytes_of(checkpoint->root.bytes, sizeof checkpoint->root.bytes), &root);
    if (session->json)
        printf("{\"consistent_with\":%s,\"log\":\"%s\",\"root\":\"%.*s\",\"size\":%llu}\n",
               consistent ? consistent : "null", session->log.name, (int) root.len, (const char *) root.data,
               (unsigned long long) checkpoint->size);
    else
        printf("%s\n%llu\n%.*s\n%s%s%s", session->log.name, (unsigned long long) checkpoint->size, (int) root.len,
               (const char *) root.data, consistent ? "continues the log of size " : "", consistent ? consistent : "",
               consistent ? "\n" : "");
}

/* The checkpoint is verified, and shown from the tiles to continue the one seen before. */
static int checkpoint_check(struct cli_session *session, const struct cli_http_reply *http)
{
    struct audit_checkpoint checkpoint;
    char seen_size[24] = "";
    if (audit_checkpoint_verify(base_buffer_view(&http->body), &session->log, &checkpoint) != AUDIT_NOTE_VERIFIED)
        return cli_session_fault(session, CLI_FAULT_RECEIPT_LOG, "", NULL);
    if (session->seen.is_known && session->seen.size > 0 && checkpoint.size > session->seen.size) {
        char detail[CLI_HTTP_ERROR_MAX] = "";
        switch (cli_tiles_check(session, session->seen.size, &session->seen.root, &checkpoint, detail)) {
        case CLI_TILES_UNKNOWN:
            fprintf(stderr, "qao: cannot read the log's tiles: %s\n", detail);
            return CLI_EXIT_UNREACHABLE;
        case CLI_TILES_WRONG:
            return cli_session_fault(session, CLI_FAULT_LOG_SPLIT, detail, NULL);
        case CLI_TILES_CONSISTENT:
            snprintf(seen_size, sizeof seen_size, "%llu", (unsigned long long) session->seen.size);
            break;
        }
    }
    int error = 0;
    enum cli_fault fault = cli_seen_check(&session->seen, &checkpoint, base_buffer_view(&http->body), &error);
    if (error)
        fprintf(stderr, "qao: warning: cannot keep the log's checkpoint: %s\n", strerror(-error));
    if (fault != CLI_FAULT_NONE)
        return cli_session_fault(session, fault, "", NULL);
    checkpoint_print(&checkpoint, session, seen_size[0] ? seen_size : NULL);
    return CLI_EXIT_OK;
}

static int checkpoint_run(int argc, char **argv)
{
    struct cli_common common = {0};
    struct cli_option options[CLI_COMMON_OPTIONS];
    struct cli_list rest;
    struct cli_session session = {0};
    struct cli_http_reply http = {0};
    int result = CLI_EXIT_USAGE;
    cli_common_options(&common, options);
    if (!cli_options_take(
            argc, argv, "log checkpoint --as NAME [OPTIONS]",
            "Fetches the log's newest checkpoint, verifies it, and that it continues the one seen before.", options,
            BASE_ARRAY_LENGTH(options), 0, &rest, &result))
        return result;
    if (cli_session_open(&session, &common, false, &result)) {
        const struct cli_http_request request = {.path = "/v1/log/checkpoint",
                                                 .accept_language = cli_language_name(session.language)};
        cli_http_reply_init(&http, AUDIT_NOTE_MAX);
        if (cli_session_send(&session, &request, NULL, &http, &result)) {
            if (http.status == 200)
                result = checkpoint_check(&session, &http);
            else
                result = cli_session_fault(&session, CLI_FAULT_REPLY_MALFORMED, "no checkpoint came", NULL);
        }
    }
    cli_http_reply_clear(&http);
    cli_session_close(&session);
    return result;
}

/* Makes a log's key. The vkey goes out last: who finds it may rely on the key being there. */
static int keygen_run(int argc, char **argv)
{
    const char *origin = NULL;
    const char *key = NULL;
    const char *vkey_path = NULL;
    struct cli_list rest;
    int result = CLI_EXIT_USAGE;
    const struct cli_option options[] = {
        {"origin", CLI_OPTION_TEXT, &origin, "NAME", "name of the log, such as qao.example/log"},
        {"key", CLI_OPTION_TEXT, &key, "FILE", "where the private key goes (PEM, mode 0600); must not exist"},
        {"vkey", CLI_OPTION_TEXT, &vkey_path, "FILE", "where the verifier key goes"},
    };
    if (!cli_options_take(argc, argv, "log keygen --origin NAME --key FILE --vkey FILE", "Makes the key of a new log.",
                          options, BASE_ARRAY_LENGTH(options), 0, &rest, &result))
        return result;
    if (!origin || !key || !vkey_path) {
        fputs("qao: --origin, --key and --vkey are needed\n", stderr);
        return CLI_EXIT_USAGE;
    }
    struct audit_signer *signer = NULL;
    int r = audit_signer_write_new(key, origin, &signer);
    if (r) {
        fprintf(stderr, "qao: cannot make %s: %s\n", key,
                r == -EINVAL ? "the name may not stand in a log" : strerror(-r));
        return CLI_EXIT_USAGE;
    }
    char vkey[AUDIT_VKEY_MAX + 1];
    audit_vkey_encode(audit_signer_vkey(signer), vkey);
    audit_signer_free(signer);
    strcat(vkey, "\n");
    r = base_file_replace(vkey_path, base_bytes_text(vkey), 0644);
    if (r) {
        fprintf(stderr, "qao: cannot write %s: %s; %s was made and should be removed\n", vkey_path, strerror(-r), key);
        return CLI_EXIT_USAGE;
    }
    return CLI_EXIT_OK;
}

static const struct cli_command commands[] = {
    {"checkpoint", "fetch and verify the newest checkpoint", checkpoint_run},
    {"keygen", "make the key of a new log", keygen_run},
};

int cli_log_run(int argc, char **argv)
{
    return cli_command_run("qao log", commands, BASE_ARRAY_LENGTH(commands), argc, argv);
}
