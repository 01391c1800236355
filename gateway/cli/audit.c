#include "gateway/cli/audit.h"

#include "audit/leaf.h"
#include "audit/proof.h"
#include "base/encoding.h"
#include "base/file.h"
#include "gateway/cli/archive.h"
#include "gateway/cli/command.h"
#include "gateway/cli/exit.h"
#include "gateway/cli/options.h"
#include "gateway/cli/reason.h"
#include "gateway/cli/screen.h"

#include <errno.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

/* Where a log lies, as the options say. */
struct place {
    const char *instance, *dir, *vkey;
};

static int fail(int status, const char *what, const char *name, int r)
{
    fprintf(stderr, "qao: cannot %s %s: %s\n", what, name, cli_reason_text(r));
    return status;
}

static bool index_parse(const char *text, uint64_t *ret_index)
{
    size_t digits = strspn(text, "0123456789");
    if (digits == 0 || digits > 18 || text[digits] || (digits > 1 && text[0] == '0'))
        return false;
    *ret_index = strtoull(text, NULL, 10);
    return true;
}

/* The one argument of prove and show. */
static bool index_take(const struct cli_list *rest, const char *command, uint64_t *ret_index)
{
    if (rest->count == 1 && index_parse(rest->items[0], ret_index))
        return true;
    fprintf(stderr, "qao: qao audit %s takes the number of an entry, counted from 0\n", command);
    return false;
}

static void export_progress(void *context, uint64_t done, uint64_t size)
{
    (void) context;
    if (isatty(STDERR_FILENO) && size > 0)
        fprintf(stderr, "\r%" PRIu64 " of %" PRIu64 " entries%s", done, size, done == size ? "\r\x1b[K" : "");
}

static int export_write(struct cli_archive *archive, const char *folder)
{
    const struct audit_export_config config = {
        .store = &archive->store, .log = &archive->log, .folder = folder, .progress = export_progress};
    uint64_t size = 0;
    int error = 0;
    switch (audit_export_write(&config, &size, &error)) {
    case AUDIT_EXPORT_FAILED:
        return fail(CLI_EXIT_UNREACHABLE, "export to", folder, error);
    case AUDIT_EXPORT_EMPTY:
        fputs("qao: the log has no entry yet\n", stderr);
        return CLI_EXIT_REFUSED;
    case AUDIT_EXPORT_BROKEN:
        fputs("qao: the entries do not make the signed root; nothing was exported. qao audit verify tells where\n",
              stderr);
        return CLI_EXIT_REFUSED;
    case AUDIT_EXPORT_FOREIGN:
        fprintf(stderr, "qao: %s holds another log, or another history of this one; nothing was written\n", folder);
        return CLI_EXIT_REFUSED;
    case AUDIT_EXPORT_DONE:
        break;
    }
    printf("%s: %" PRIu64 " entries in %s\n", archive->log.name, size, folder);
    return CLI_EXIT_OK;
}

static int export_run(int argc, char **argv)
{
    struct place place = {0};
    struct cli_list rest;
    struct cli_archive archive = {0};
    int result = CLI_EXIT_USAGE;
    const struct cli_option options[] = {
        {"instance", CLI_OPTION_TEXT, &place.instance, "DIR",
         "the gateway's instance folder ($QAO_INSTANCE, ./instance)"},
        {"vkey", CLI_OPTION_TEXT, &place.vkey, "FILE", "the log's key (default: log/log.vkey of the instance)"},
    };
    if (!cli_options_take(argc, argv, "audit export DIR [OPTIONS]",
                          "Writes the log as static files (C2SP tlog-tiles), or continues an earlier export of it.",
                          options, BASE_ARRAY_LENGTH(options), 1, &rest, &result))
        return result;
    if (rest.count != 1) {
        fputs("qao: qao audit export takes the folder to write to\n", stderr);
        return CLI_EXIT_USAGE;
    }
    if (cli_archive_open(&archive, place.instance, NULL, place.vkey, &result))
        result = export_write(&archive, rest.items[0]);
    cli_archive_close(&archive);
    return result;
}

static int proof_make(const struct cli_archive *archive, uint64_t index, struct base_buffer *out)
{
    struct base_buffer text BASE_CLEANUP(base_buffer_clear);
    struct base_buffer leaf BASE_CLEANUP(base_buffer_clear);
    struct audit_proof proof;
    struct audit_checkpoint checkpoint;
    base_buffer_init(&text, AUDIT_PROOF_TEXT_MAX);
    base_buffer_init(&leaf, AUDIT_LEAF_MAX);
    int r = audit_source_prove(&archive->source, &archive->log, index, &text);
    if (r)
        return r;
    r = audit_proof_parse(base_buffer_view(&text), &proof);
    if (r == 0 && audit_checkpoint_verify(proof.checkpoint, &archive->log, &checkpoint) != AUDIT_NOTE_VERIFIED)
        r = -EBADMSG;
    if (r == 0)
        r = cli_archive_leaf(archive, checkpoint.size, index, &leaf);
    if (r)
        return r;
    struct audit_hash hash = audit_hash_leaf(base_buffer_view(&leaf));
    if (audit_proof_verify(base_buffer_view(&text), &archive->log, &hash, &proof, &checkpoint) !=
        AUDIT_PROOF_CHECK_RIGHT)
        return -EBADMSG;
    return audit_proof_leaf_encode(&proof, base_buffer_view(&leaf), out);
}

static int read_fail(uint64_t index, int r)
{
    if (r == AUDIT_STORE_NONE)
        fprintf(stderr, "qao: the log has no entry %" PRIu64 "\n", index);
    else if (r == -EBADMSG || r == -ENODATA)
        fputs("qao: the log is not what its checkpoint says; qao audit verify tells where\n", stderr);
    else
        return fail(CLI_EXIT_UNREACHABLE, "read", "the log", r);
    return CLI_EXIT_REFUSED;
}

static int prove_write(const struct cli_archive *archive, uint64_t index, const char *path)
{
    struct base_buffer proof BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&proof, AUDIT_NOTE_MAX + AUDIT_PROOF_EXTRA_MAX);
    int r = proof_make(archive, index, &proof);
    if (r)
        return read_fail(index, r);
    if (!path) {
        fwrite(proof.data, 1, proof.len, stdout);
        return CLI_EXIT_OK;
    }
    r = base_file_replace(path, base_buffer_view(&proof), 0644);
    return r ? fail(CLI_EXIT_USAGE, "write", path, r) : CLI_EXIT_OK;
}

static int prove_run(int argc, char **argv)
{
    struct place place = {0};
    const char *out = NULL;
    struct cli_list rest;
    struct cli_archive archive = {0};
    uint64_t index = 0;
    int result = CLI_EXIT_USAGE;
    const struct cli_option options[] = {
        {"instance", CLI_OPTION_TEXT, &place.instance, "DIR",
         "the gateway's instance folder ($QAO_INSTANCE, ./instance)"},
        {"dir", CLI_OPTION_TEXT, &place.dir, "DIR", "read this exported folder instead of the database"},
        {"vkey", CLI_OPTION_TEXT, &place.vkey, "FILE", "the log's key (default: log/log.vkey of the instance)"},
        {"out", CLI_OPTION_TEXT, &out, "FILE", "write the proof here instead of printing it"},
    };
    if (!cli_options_take(
            argc, argv, "audit prove INDEX [--out FILE] [OPTIONS]",
            "Proves one entry: a .tlog-proof with the entry in it, which anyone with the log's key can check.", options,
            BASE_ARRAY_LENGTH(options), 1, &rest, &result))
        return result;
    if (!index_take(&rest, "prove", &index))
        return CLI_EXIT_USAGE;
    if (cli_archive_open(&archive, place.instance, place.dir, place.vkey, &result))
        result = prove_write(&archive, index, out);
    cli_archive_close(&archive);
    return result;
}

/* The entry as JSON with line breaks; what is no JSON (a fault) as it is. */
static void leaf_print(struct base_bytes leaf)
{
    json_t *document = json_loadb((const char *) leaf.data, leaf.len, 0, NULL);
    char *text = document ? json_dumps(document, JSON_INDENT(2) | JSON_SORT_KEYS) : NULL;
    struct base_buffer shown BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&shown, AUDIT_LEAF_MAX * 8);
    /* Line by line: a line feed is the only control character that jansson writes bare. */
    for (const char *line = text; line && *line;) {
        size_t len = strcspn(line, "\n");
        (void) cli_screen_text(base_bytes_of(line, len), &shown);
        (void) base_buffer_append_text(&shown, "\n");
        line += len + (line[len] == '\n');
    }
    if (!text)
        (void) cli_screen_text(leaf, &shown);
    fwrite(shown.data, 1, shown.len, stdout);
    free(text);
    json_decref(document);
}

static int show_leaf(const struct cli_archive *archive, uint64_t index)
{
    struct base_buffer leaf BASE_CLEANUP(base_buffer_clear);
    uint64_t size = 0;
    char hex[65];
    base_buffer_init(&leaf, AUDIT_LEAF_MAX);
    int r = cli_archive_size(archive, &size);
    if (r == 0)
        r = cli_archive_leaf(archive, size, index, &leaf);
    if (r)
        return read_fail(index, r);
    struct audit_hash hash = audit_hash_leaf(base_buffer_view(&leaf));
    base_hex_digest(hash.bytes, hex);
    printf("entry %" PRIu64 ", leaf hash %s\n", index, hex);
    leaf_print(base_buffer_view(&leaf));
    return CLI_EXIT_OK;
}

static int show_run(int argc, char **argv)
{
    struct place place = {0};
    struct cli_list rest;
    struct cli_archive archive = {0};
    uint64_t index = 0;
    int result = CLI_EXIT_USAGE;
    const struct cli_option options[] = {
        {"instance", CLI_OPTION_TEXT, &place.instance, "DIR",
         "the gateway's instance folder ($QAO_INSTANCE, ./instance)"},
        {"dir", CLI_OPTION_TEXT, &place.dir, "DIR", "read this exported folder instead of the database"},
        {"vkey", CLI_OPTION_TEXT, &place.vkey, "FILE", "the log's key (default: log/log.vkey of the instance)"},
    };
    if (!cli_options_take(argc, argv, "audit show INDEX [OPTIONS]",
                          "Shows one entry of the log. It proves nothing by itself; qao audit prove does.", options,
                          BASE_ARRAY_LENGTH(options), 1, &rest, &result))
        return result;
    if (!index_take(&rest, "show", &index))
        return CLI_EXIT_USAGE;
    if (cli_archive_open(&archive, place.instance, place.dir, place.vkey, &result))
        result = show_leaf(&archive, index);
    cli_archive_close(&archive);
    return result;
}

/* The leaf hash from the option, the file, or the proof's own extra line. */
static int hash_find(const struct audit_proof *proof, const char *leaf_path, const char *hash_text,
                     struct base_buffer *leaf, struct audit_hash *ret_hash)
{
    if (hash_text) {
        struct base_buffer hash BASE_CLEANUP(base_buffer_clear);
        base_buffer_init(&hash, AUDIT_HASH_BYTES);
        if (base_hex_decode(base_bytes_text(hash_text), &hash) || hash.len != AUDIT_HASH_BYTES) {
            fputs("qao: --leaf-hash takes 64 lower-case hex digits\n", stderr);
            return CLI_EXIT_USAGE;
        }
        memcpy(ret_hash->bytes, hash.data, AUDIT_HASH_BYTES);
        return CLI_EXIT_OK;
    }
    if (leaf_path) {
        int r = base_file_read(leaf_path, BASE_FILE_PUBLIC, leaf);
        if (r)
            return fail(CLI_EXIT_USAGE, "read", leaf_path, r);
    } else if (proof->extra.len == 0) {
        fputs("qao: the proof does not carry its entry: name it by --leaf FILE, or its hash (as receipt.json has it) "
              "by --leaf-hash "
              "HEX\n",
              stderr);
        return CLI_EXIT_USAGE;
    } else if (base_base64_decode(proof->extra, leaf)) {
        fputs("FAULT: the extra line is no entry\n", stderr);
        return CLI_EXIT_REFUSED;
    }
    *ret_hash = audit_hash_leaf(base_buffer_view(leaf));
    return CLI_EXIT_OK;
}

static int proof_check(struct base_bytes text, const struct audit_vkey *log, const char *leaf_path,
                       const char *hash_text)
{
    static const char *const words[] = {
        [AUDIT_PROOF_CHECK_MALFORMED] = "this is no tlog-proof",
        [AUDIT_PROOF_CHECK_CHECKPOINT] = "the checkpoint is not one that this log's key signed",
        [AUDIT_PROOF_CHECK_PATH] = "the entry is not in the log at this place",
    };
    struct base_buffer leaf BASE_CLEANUP(base_buffer_clear);
    struct audit_proof proof;
    struct audit_checkpoint checkpoint;
    struct audit_hash hash;
    char hex[65];
    base_buffer_init(&leaf, AUDIT_LEAF_MAX);
    if (audit_proof_parse(text, &proof)) {
        fprintf(stderr, "FAULT: %s\n", words[AUDIT_PROOF_CHECK_MALFORMED]);
        return CLI_EXIT_REFUSED;
    }
    int result = hash_find(&proof, leaf_path, hash_text, &leaf, &hash);
    if (result != CLI_EXIT_OK)
        return result;
    enum audit_proof_check verdict = audit_proof_verify(text, log, &hash, &proof, &checkpoint);
    if (verdict != AUDIT_PROOF_CHECK_RIGHT) {
        fprintf(stderr, "FAULT: %s\n", words[verdict]);
        return CLI_EXIT_REFUSED;
    }
    base_hex_digest(hash.bytes, hex);
    printf("OK: entry %" PRIu64 " of %" PRIu64 " in %s, leaf hash %s\n", proof.index, checkpoint.size, log->name, hex);
    if (leaf.len > 0)
        leaf_print(base_buffer_view(&leaf));
    return CLI_EXIT_OK;
}

static int check_proof_run(int argc, char **argv)
{
    struct place place = {0};
    const char *leaf = NULL;
    const char *leaf_hash = NULL;
    struct cli_list rest;
    struct audit_vkey log;
    int result = CLI_EXIT_USAGE;
    const struct cli_option options[] = {
        {"instance", CLI_OPTION_TEXT, &place.instance, "DIR", "where log/log.vkey lies ($QAO_INSTANCE, ./instance)"},
        {"vkey", CLI_OPTION_TEXT, &place.vkey, "FILE", "the log's key; then no instance is needed"},
        {"leaf", CLI_OPTION_TEXT, &leaf, "FILE", "the entry, where the proof does not carry it"},
        {"leaf-hash", CLI_OPTION_TEXT, &leaf_hash, "HEX", "or its hash, as a receipt names it"},
    };
    if (!cli_options_take(argc, argv, "audit check-proof FILE [--vkey FILE] [OPTIONS]",
                          "Checks a .tlog-proof with nothing but the log's key.", options, BASE_ARRAY_LENGTH(options),
                          1, &rest, &result))
        return result;
    if (rest.count != 1) {
        fputs("qao: qao audit check-proof takes one file\n", stderr);
        return CLI_EXIT_USAGE;
    }
    if (!cli_archive_vkey(place.instance, place.vkey, &log, &result))
        return result;
    struct base_buffer text BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&text, AUDIT_NOTE_MAX);
    int r = base_file_read(rest.items[0], BASE_FILE_PUBLIC, &text);
    if (r == -ENOBUFS) {
        fprintf(stderr, "FAULT: %s is too large for a tlog-proof\n", rest.items[0]);
        return CLI_EXIT_REFUSED;
    }
    return r ? fail(CLI_EXIT_USAGE, "read", rest.items[0], r)
             : proof_check(base_buffer_view(&text), &log, leaf, leaf_hash);
}

static const struct cli_command commands[] = {
    {"verify", "verify the whole log", cli_audit_verify_run},
    {"export", "write the log as static files", export_run},
    {"prove", "prove one entry: a .tlog-proof", prove_run},
    {"check-proof", "check such a proof with the log's key alone", check_proof_run},
    {"show", "show one entry", show_run},
};

int cli_audit_run(int argc, char **argv)
{
    return cli_command_run("qao audit", commands, BASE_ARRAY_LENGTH(commands), argc, argv);
}
