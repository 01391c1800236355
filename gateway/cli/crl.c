#include "gateway/cli/crl.h"

#include "base/clock.h"
#include "base/file.h"
#include "certs/trust.h"
#include "gateway/cli/command.h"
#include "gateway/cli/crl_set.h"
#include "gateway/cli/exit.h"
#include "gateway/cli/http.h"
#include "gateway/cli/options.h"
#include "gateway/cli/screen.h"

#include <curl/curl.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_MAX = 64 << 10, FILE_MODE = 0644 };

struct crl_run {
    struct cli_crl_set set;
    struct base_buffer ca_pem;
    bool was_refused, was_unreachable, is_changed;
};

static int fail(const char *what, const char *path, int r)
{
    fprintf(stderr, "qao: cannot %s %s: %s\n", what, path, strerror(-r));
    return CLI_EXIT_USAGE;
}

static void fetched_put(struct crl_run *run, const char *url, struct base_bytes fetched)
{
    char issuer[128];
    char detail[160];
    enum cli_crl_put result = cli_crl_set_put(&run->set, base_buffer_view(&run->ca_pem), fetched, issuer, detail);
    const char *words = "taken";
    switch (result) {
    case CLI_CRL_PUT_MALFORMED:
        words = "refused: no revocation list";
        break;
    case CLI_CRL_PUT_UNVERIFIED:
        words = "refused";
        break;
    case CLI_CRL_PUT_OLDER:
        words = "refused: older than the list we have";
        break;
    case CLI_CRL_PUT_FULL:
        words = "refused: too many lists";
        break;
    case CLI_CRL_PUT_SAME:
        words = "unchanged";
        break;
    case CLI_CRL_PUT_NEWER:
        run->is_changed = true;
        break;
    }
    bool is_good = result == CLI_CRL_PUT_SAME || result == CLI_CRL_PUT_NEWER;
    struct base_buffer line BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&line, 1024);
    (void) cli_screen_text(base_bytes_text(issuer), &line);
    (void) base_buffer_printf(&line, "%s%s%s%s", line.len ? ": " : "", words, detail[0] ? ": " : "", detail);
    fprintf(is_good ? stdout : stderr, "%s: %.*s\n", url, (int) line.len, (const char *) line.data);
    run->was_refused |= !is_good;
}

static void url_fetch(struct crl_run *run, const char *url)
{
    struct cli_http_reply reply;
    char error[CLI_HTTP_ERROR_MAX];
    cli_http_reply_init(&reply, CERTS_CRL_BYTES_MAX / 2);
    if (cli_http_fetch(url, &reply, error) != CLI_HTTP_REPLIED) {
        fprintf(stderr, "%s: cannot be fetched: %s\n", url, error);
        run->was_unreachable = true;
    } else if (reply.status != 200) {
        fprintf(stderr, "%s: cannot be fetched: HTTP status %ld\n", url, reply.status);
        run->was_unreachable = true;
    } else {
        fetched_put(run, url, base_buffer_view(&reply.body));
    }
    cli_http_reply_clear(&reply);
}

/* One address a line; empty lines and those that begin with # are skipped. */
static int list_fetch(struct crl_run *run, const char *path)
{
    struct base_buffer content BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&content, LIST_MAX);
    int r = base_file_read(path, BASE_FILE_PUBLIC, &content);
    if (r)
        return fail("read", path, r);
    char *text = base_buffer_take_text(&content);
    if (!text)
        return fail("read", path, -EBADMSG);
    size_t number = 0;
    size_t urls = 0;
    char *rest = text;
    int result = CLI_EXIT_OK;
    for (char *line = strsep(&rest, "\n"); line && result == CLI_EXIT_OK; line = strsep(&rest, "\n")) {
        number++;
        line += strspn(line, " \t");
        line[strcspn(line, " \t\r")] = '\0';
        if (!line[0] || line[0] == '#')
            continue;
        if (strncmp(line, "http://", 7) != 0 || ++urls > CLI_CRL_SET_MAX) {
            fprintf(stderr, "qao: %s:%zu: %s\n", path, number,
                    urls > CLI_CRL_SET_MAX ? "too many addresses" : "not an address that begins with http://");
            result = CLI_EXIT_USAGE;
        } else {
            url_fetch(run, line);
        }
    }
    if (result == CLI_EXIT_OK && urls == 0) {
        fprintf(stderr, "qao: %s names no address\n", path);
        result = CLI_EXIT_USAGE;
    }
    free(text);
    return result;
}

/* The whole file must be one that the gateway will take; else the old one stands. */
static int set_write(const struct crl_run *run, const char *path)
{
    const struct certs_trust_options options = {0};
    struct base_buffer pem BASE_CLEANUP(base_buffer_clear);
    struct certs_trust *trust = NULL;
    char *error = NULL;
    char until[BASE_TIME_TEXT_MAX] = "";
    base_buffer_init(&pem, CERTS_CRL_BYTES_MAX);
    int r = cli_crl_set_encode(&run->set, &pem);
    if (r == 0)
        r = certs_trust_new(base_buffer_view(&run->ca_pem), base_buffer_view(&pem), &options, &trust, &error);
    if (r) {
        fprintf(stderr, "qao: the lists together cannot be used, %s stays as it was: %s\n", path,
                error ? error : strerror(-r));
        free(error);
        return CLI_EXIT_REFUSED;
    }
    int64_t next_us = certs_trust_next_update_us(trust);
    certs_trust_unref(trust);
    if (next_us != INT64_MIN)
        base_time_format(next_us, until);
    if (run->is_changed)
        r = base_file_replace(path, base_buffer_view(&pem), FILE_MODE);
    if (r)
        return fail("write", path, r);
    const char *what = run->is_changed ? "renewed" : "unchanged";
    if (next_us == INT64_MIN)
        printf("%s: %s; an authority is without a list: its certificates are refused\n", path, what);
    else
        printf("%s: %s, good until %s\n", path, what, until);
    return CLI_EXIT_OK;
}

static int fetch(struct crl_run *run, const char *ca, const char *list, const char *out)
{
    struct base_buffer old BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&old, CERTS_CRL_BYTES_MAX);
    int r = base_file_read(ca, BASE_FILE_PUBLIC, &run->ca_pem);
    if (r)
        return fail("read", ca, r);
    r = base_file_read(out, BASE_FILE_PUBLIC, &old);
    if (r == 0)
        r = cli_crl_set_parse(base_buffer_view(&old), &run->set);
    if (r && r != -ENOENT)
        return fail("use what is in", out, r);
    int result = list_fetch(run, list);
    if (result != CLI_EXIT_OK)
        return result;
    result = set_write(run, out);
    if (result != CLI_EXIT_OK)
        return result;
    return run->was_refused ? CLI_EXIT_REFUSED : run->was_unreachable ? CLI_EXIT_UNREACHABLE : CLI_EXIT_OK;
}

static int fetch_run(int argc, char **argv)
{
    const char *ca = NULL;
    const char *list = NULL;
    const char *out = NULL;
    struct cli_list rest;
    int result = CLI_EXIT_USAGE;
    const struct cli_option options[] = {
        {"ca", CLI_OPTION_TEXT, &ca, "FILE", "certificates of the authorities, PEM"},
        {"list", CLI_OPTION_TEXT, &list, "FILE", "addresses of the lists, one http:// address a line"},
        {"out", CLI_OPTION_TEXT, &out, "FILE", "where all lists go, PEM: what front and gateway read"},
    };
    if (!cli_options_take(
            argc, argv, "crl fetch --ca FILE --list FILE --out FILE",
            "Fetches revocation lists, takes those that an authority signed and that are newer than ours, and "
            "replaces\nthe file in one step. A list that cannot be fetched stays as it was.",
            options, BASE_ARRAY_LENGTH(options), 0, &rest, &result))
        return result;
    if (!ca || !list || !out) {
        fputs("qao: --ca, --list and --out are needed\n", stderr);
        return CLI_EXIT_USAGE;
    }
    if (curl_global_init(CURL_GLOBAL_DEFAULT))
        return CLI_EXIT_USAGE;
    struct crl_run run = {.was_refused = false};
    base_buffer_init(&run.ca_pem, CERTS_CA_BYTES_MAX);
    result = fetch(&run, ca, list, out);
    cli_crl_set_clear(&run.set);
    base_buffer_clear(&run.ca_pem);
    return result;
}

static const struct cli_command commands[] = {
    {"fetch", "renew the file of revocation lists from the authority", fetch_run},
};

int cli_crl_run(int argc, char **argv)
{
    return cli_command_run("qao crl", commands, BASE_ARRAY_LENGTH(commands), argc, argv);
}
