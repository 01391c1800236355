#include "gateway/core/settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/config.h"
#include "base/user.h"
#include "policy/case.h"
#include "schema/store/socket.h"

enum { KEYS_MAX = 64 };

/* Fills keys for these settings; the number of them. */
static size_t keys_of(struct core_settings *s, struct base_config_key keys[KEYS_MAX])
{
    const struct base_config_key all[] = {
        {"gateway", "front_socket", BASE_CONFIG_TEXT, &s->front_socket, NULL, 1, 107, "unix socket on which qao-front is awaited"},
        {"gateway", "front_user", BASE_CONFIG_TEXT, &s->front_user, NULL, 1, 64, "user (name or number) of qao-front"},
        {"gateway", "adapter_socket", BASE_CONFIG_TEXT, &s->adapter_socket, NULL, 1, 107, "unix socket of qao-adapter"},
        {"gateway", "adapter_user", BASE_CONFIG_TEXT, &s->adapter_user, NULL, 1, 64, "user (name or number) of qao-adapter"},
        {"gateway", "workers", BASE_CONFIG_INTEGER, &s->workers, "0", 0, 256, "threads that verify, decide and sign; 0: twice the processors"},
        {"gateway", "in_flight_max", BASE_CONFIG_INTEGER, &s->in_flight_max, "1024", 1, 65536, "requests served at once; more are answered with overloaded"},
        {"gateway", "stop_seconds", BASE_CONFIG_INTEGER, &s->stop_seconds, "10", 0, 600, "how long requests may take to end when the program is told to stop"},
        {"gateway", "log_level", BASE_CONFIG_TEXT, &s->log_level, "info", 1, 16, "error, warning, info or debug"},
        {"database", "conninfo", BASE_CONFIG_TEXT, &s->conninfo, NULL, 1, 2000, "libpq keywords of the role qao_gateway"},
        {"database", "connections_max", BASE_CONFIG_INTEGER, &s->connections_max, "8", 1, 64, "connections for reading"},
        {"database", "deadline_ms", BASE_CONFIG_INTEGER, &s->database_deadline_ms, "5000", 10, 600000, "of each call"},
        {"log", "origin", BASE_CONFIG_TEXT, &s->origin, NULL, 1, 255, "name of the log, as in log.vkey; signed queries name it in \"to\""},
        {"log", "key", BASE_CONFIG_TEXT, &s->log_key, NULL, 1, 0, "Ed25519 key (PEM) that signs checkpoints"},
        {"log", "high_water", BASE_CONFIG_TEXT, &s->high_water, NULL, 1, 0, "file that remembers the newest durable checkpoint"},
        {"log", "witnessed", BASE_CONFIG_TEXT, &s->witnessed, "", 0, 0, "file with the newest checkpoint a witness holds; empty: none"},
        {"log", "heartbeat_seconds", BASE_CONFIG_INTEGER, &s->heartbeat_seconds, "60", 0, 86400, "a log.heartbeat after so long without an entry; 0: none"},
        {"log", "renew_high_water", BASE_CONFIG_BOOL, &s->renew_high_water, "no", 0, 0, "make a lost high-water file anew (once, by the operator's decision)"},
        {"trust", "ca", BASE_CONFIG_TEXT, &s->ca, NULL, 1, 0, "PEM of all certificates of the authority"},
        {"trust", "crl", BASE_CONFIG_TEXT, &s->crl, NULL, 1, 0, "PEM of its revocation lists; read again when it changes"},
        {"trust", "check_digits", BASE_CONFIG_BOOL, &s->check_digits, "yes", 0, 0, "IIN and BIN of certificates carry a right check digit"},
        {"trust", "require_protected_carrier", BASE_CONFIG_BOOL, &s->require_protected_carrier, "yes", 0, 0, "refuse certificates marked as a key file (R21)"},
        {"answer", "certificate", BASE_CONFIG_TEXT, &s->answer_certificate, NULL, 1, 0, "PEM of the information system's certificate"},
        {"answer", "key", BASE_CONFIG_TEXT, &s->answer_key, NULL, 1, 0, "PEM of its key"},
        {"seal", "vault", BASE_CONFIG_TEXT, &s->vault, NULL, 1, 0, "PEM certificate of the vault"},
        {"seal", "escrow", BASE_CONFIG_TEXT, &s->escrow, NULL, 1, 0, "PEM certificate of the escrow key"},
        {"subjects", "keys", BASE_CONFIG_TEXT, &s->subject_keys, NULL, 1, 0, "file of lines \"number 64-hex-digits\"; the highest number is used"},
        {"policy", "editions", BASE_CONFIG_TEXT, &s->editions, "", 0, 0, "folder of editions; empty: the program's own"},
        {"policy", "case_pattern", BASE_CONFIG_TEXT, &s->case_pattern, POLICY_CASE_PATTERN_DEFAULT, 1, POLICY_CASE_PATTERN_MAX, "form of a case number (R12); # is a digit"},
        {"policy", "services", BASE_CONFIG_TEXT, &s->services, "", 0, 0, "folder of service descriptions; empty: the program's own"},
        {"policy", "acts", BASE_CONFIG_TEXT, &s->acts, "", 0, 0, "folder of descriptions of acts; empty: the program's own"},
        {"policy", "messages", BASE_CONFIG_TEXT, &s->messages, "", 0, 0, "messages.tsv; empty: the program's own"},
        {"query", "window_seconds", BASE_CONFIG_INTEGER, &s->window_seconds, "300", 1, 3600, "how far the signed time may be from the clock"},
        {"query", "adapter_timeout_ms", BASE_CONFIG_INTEGER, &s->adapter_timeout_ms, "15000", 10, 600000, "how long a registry may take"},
        {"query", "hold_seconds", BASE_CONFIG_INTEGER, &s->hold_seconds, "3600", 1, 86400, "how long an undelivered answer is kept"},
        {"query", "hold_replies_max", BASE_CONFIG_INTEGER, &s->hold_replies_max, "256", 1, 65536, "how many are kept"},
        {"query", "pending_seconds", BASE_CONFIG_INTEGER, &s->pending_seconds, "3600", 1, 86400, "how long is waited for a registry that answers later"},
        {"query", "pending_max", BASE_CONFIG_INTEGER, &s->pending_max, "256", 0, 65536, "how many queries may wait so; they count among in_flight_max"},
        {"query", "settles_per_minute", BASE_CONFIG_INTEGER, &s->settles_per_minute, "10", 1, 100000, "how often a person's acts of unknown outcome are asked about; more looks show what is known"},
        {"query", "refusals_per_minute", BASE_CONFIG_INTEGER, &s->refusals_per_minute, "30", 1, 100000, "recorded refusals of one person; more are answered with too-many"},
        {"query", "explains_per_minute", BASE_CONFIG_INTEGER, &s->explains_per_minute, "60", 1, 100000, "explanations of one person; more are answered with too-many"},
        {"query", "queries_per_minute", BASE_CONFIG_INTEGER, &s->queries_per_minute, "600", 0, 1000000, "queries of one person, permitted or not; more are answered with too-many; 0: any number"},
        {"links", "nodes_max", BASE_CONFIG_INTEGER, &s->links_nodes_max, "500", 1, 2000, "people, organisations and things that a search for links finds"},
        {"links", "edges_max", BASE_CONFIG_INTEGER, &s->links_edges_max, "5000", 1, 10000, "links between them"},
        {"links", "parts_max", BASE_CONFIG_INTEGER, &s->links_parts_max, "400", 1, 5000, "questions to registries that one search asks"},
        {"links", "at_once", BASE_CONFIG_INTEGER, &s->links_at_once, "16", 1, 64, "of them at a time"},
        {"links", "seconds", BASE_CONFIG_INTEGER, &s->links_seconds, "10", 1, 60, "after which no more is asked"},
        {"case_register", "enabled", BASE_CONFIG_BOOL, &s->has_case_register, "no", 0, 0, "hold each case number against the register of cases"},
        {"case_register", "timeout_ms", BASE_CONFIG_INTEGER, &s->case_timeout_ms, "2000", 10, 60000, "how long it may take; then the query is refused"},
        {"registry", "acts_per_minute", BASE_CONFIG_INTEGER, &s->acts_per_minute, "60", 1, 100000, "signed acts of one person; more are answered with too-many"},
        {"registry", "reads_per_minute", BASE_CONFIG_INTEGER, &s->reads_per_minute, "120", 1, 100000, "pages of the register for one person; more are answered with too-many"},
        {"uploads", "certificate", BASE_CONFIG_TEXT, &s->upload_certificate, NULL, 1, 0, "PEM certificate (RSA-3072) to which uploads are sealed besides vault and escrow"},
        {"uploads", "key", BASE_CONFIG_TEXT, &s->upload_key, NULL, 1, 0, "PEM of its key, by which the gateway shows a scan and reads an import"},
        {"earlier_uploads", "NAME", BASE_CONFIG_PAIRS, &s->upload_earlier, NULL, 0, CORE_UPLOAD_OPENERS_MAX - 1, "PATH of an earlier pair, PATH.pem and PATH.key, any name for each: opens what was uploaded before, seals nothing"},
        {"uploads", "per_hour", BASE_CONFIG_INTEGER, &s->uploads_per_hour, "20", 1, 100000, "uploads of one person who is no administrator"},
    };
    _Static_assert(BASE_ARRAY_LENGTH(all) <= KEYS_MAX, "room for every key");
    memcpy(keys, all, sizeof(all));
    return BASE_ARRAY_LENGTH(all);
}

void core_settings_clear(struct core_settings *settings)
{
    struct base_config_key keys[KEYS_MAX];
    size_t count = keys_of(settings, keys);
    base_config_clear(keys, count);
    free(settings->database_folder);
    settings->database_folder = NULL;
}

static int database_find(const char *conninfo, char **ret_folder, char **ret_error)
{
    int r = store_socket_find(conninfo, ret_folder);
    if (r == -EINVAL && asprintf(ret_error, "database.conninfo: host=FOLDER of the unix socket is needed; the gateway speaks to "
                                            "no network") < 0)
        *ret_error = NULL;
    return r;
}

static int user_find(const char *key, const char *text, uid_t *ret_uid, char **ret_error)
{
    if (base_user_find(text, ret_uid) == 0)
        return 0;
    if (asprintf(ret_error, "%s: no such user", key) < 0)
        *ret_error = NULL;
    return -EINVAL;
}

int core_settings_read(const char *path, struct core_settings *ret_settings, char **ret_error)
{
    struct base_config_key keys[KEYS_MAX];
    memset(ret_settings, 0, sizeof(*ret_settings));
    size_t count = keys_of(ret_settings, keys);
    int r = base_config_load(path, keys, count, ret_error);
    if (r < 0)
        return r;
    r = user_find("gateway.front_user", ret_settings->front_user, &ret_settings->front_uid, ret_error);
    if (r == 0)
        r = user_find("gateway.adapter_user", ret_settings->adapter_user, &ret_settings->adapter_uid, ret_error);
    if (r == 0)
        r = database_find(ret_settings->conninfo, &ret_settings->database_folder, ret_error);
    if (r < 0)
        core_settings_clear(ret_settings);
    return r;
}

void core_settings_help_write(FILE *out)
{
    struct core_settings settings = {0};
    struct base_config_key keys[KEYS_MAX];
    base_config_help_write(keys, keys_of(&settings, keys), out);
}
