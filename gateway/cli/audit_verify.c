#include "audit/verify.h"
#include "base/encoding.h"
#include "base/file.h"
#include "base/json.h"
#include "gateway/cli/archive.h"
#include "gateway/cli/audit.h"
#include "gateway/cli/columns.h"
#include "gateway/cli/exit.h"
#include "gateway/cli/options.h"
#include "gateway/cli/reason.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { FAULTS_SHOWN_MAX = 100 };

struct verify_run {
    struct cli_archive archive;
    struct audit_verify_counts counts;
    uint64_t shown;
    uint64_t columns, column_faults;
    struct cli_open_requests open;
    bool is_terminal;
};

static void fault_show(struct verify_run *run, const char *text, const char *place, uint64_t index, const char *detail)
{
    if (run->is_terminal)
        fputs("\r\x1b[K", stderr);
    if (run->shown++ < FAULTS_SHOWN_MAX)
        fprintf(stderr, "FAULT: %s, %s %" PRIu64 "%s%s\n", text, place, index, detail ? ": " : "",
                detail ? detail : "");
    else if (run->shown == FAULTS_SHOWN_MAX + 1)
        fputs("FAULT: more are only counted\n", stderr);
}

static void fault_take(void *context, enum audit_fault fault, unsigned level, uint64_t index, const char *detail)
{
    char place[32] = "entry";
    if (level > 0 || fault == AUDIT_FAULT_TILE)
        snprintf(place, sizeof place, "level %u, tile", level);
    fault_show(context, audit_fault_text(fault), place, index, detail);
}

static void progress_show(void *context, uint64_t done, uint64_t size)
{
    const struct verify_run *run = context;
    if (run->is_terminal && size > 0)
        fprintf(stderr, "\r%" PRIu64 " of %" PRIu64 " entries (%" PRIu64 "%%)", done, size, done * 100 / size);
}

/* One entry's columns against its leaf. A leaf that cannot be read was told already. */
static int columns_visit(void *context, uint64_t index, struct base_bytes leaf, const struct store_record *columns,
                         const struct store_act_kept *act)
{
    struct verify_run *run = context;
    struct audit_leaf_view view;
    const char *column = "concludes";
    enum cli_columns verdict = CLI_COLUMNS_DIFFER;
    run->columns++;
    if (audit_leaf_parse(leaf, &view) == 0) {
        verdict = cli_columns_check(&view, columns, &column);
        enum cli_columns opened = CLI_COLUMNS_DIFFER;
        int r = cli_open_requests_check(&run->open, index, leaf, &view, columns, &opened);
        if (r)
            return r;
        if (verdict == CLI_COLUMNS_EQUAL)
            verdict = opened;
        if (verdict == CLI_COLUMNS_EQUAL) {
            verdict = cli_act_kept_check(leaf, &view, act);
            column = "act";
        }
    }
    if (verdict != CLI_COLUMNS_EQUAL) {
        run->column_faults++;
        fault_show(run, "a column differs from the leaf", "entry", index, column);
    }
    if (run->is_terminal && run->columns % 4096 == 0)
        fprintf(stderr, "\r%" PRIu64 " of %" PRIu64 " entries' columns", run->columns, run->counts.size);
    return 0;
}

static int columns_verify(struct verify_run *run)
{
    int32_t log_id = 0;
    int r = store_log_find(run->archive.pool, run->archive.log.name, &log_id);
    if (r == 0)
        r = store_columns_read(run->archive.pool, log_id, 0, run->counts.size, columns_visit, run);
    int64_t strays = 0;
    if (r == 0)
        r = store_act_strays_count(run->archive.pool, log_id, &strays);
    if (r == 0 && strays > 0) {
        run->column_faults += (uint64_t) strays;
        fault_show(run, "the register has acts that no entry stands for", "in number", (uint64_t) strays, NULL);
    }
    cli_open_requests_clear(&run->open);
    return r;
}

static void counts_json(const struct verify_run *run)
{
    const struct audit_verify_counts *counts = &run->counts;
    struct base_buffer out BASE_CLEANUP(base_buffer_clear);
    struct base_json json;
    base_buffer_init(&out, 4096);
    base_json_begin(&json, &out);
    base_json_object_begin(&json);
    base_json_member_integer(&json, "columns", (int64_t) run->columns);
    base_json_member_integer(&json, "delivered", (int64_t) counts->delivered);
    base_json_member_integer(&json, "entries", (int64_t) counts->entries);
    base_json_member_integer(&json, "explained", (int64_t) counts->explained);
    base_json_member_integer(&json, "faults", (int64_t) (counts->faults + run->column_faults));
    base_json_member_text(&json, "log", run->archive.log.name);
    base_json_name(&json, "ok");
    base_json_bool(&json, counts->faults + run->column_faults == 0);
    base_json_member_integer(&json, "others", (int64_t) counts->others);
    base_json_member_integer(&json, "pending", (int64_t) counts->pending);
    base_json_member_integer(&json, "refused", (int64_t) counts->refused);
    base_json_member_integer(&json, "requests", (int64_t) counts->requests);
    base_json_member_integer(&json, "results", (int64_t) counts->results);
    base_json_name(&json, "root");
    base_json_base64(&json, base_bytes_of(counts->root.bytes, sizeof counts->root.bytes));
    base_json_member_integer(&json, "settled", (int64_t) counts->settled);
    base_json_member_integer(&json, "size", (int64_t) counts->size);
    base_json_member_integer(&json, "tiles", (int64_t) counts->tiles);
    base_json_member_integer(&json, "undelivered", (int64_t) counts->undelivered);
    base_json_member_integer(&json, "unfinished", (int64_t) counts->unfinished);
    base_json_member_integer(&json, "unknown", (int64_t) counts->unknown);
    base_json_member_integer(&json, "withheld", (int64_t) counts->withheld);
    base_json_object_end(&json);
    if (base_json_end(&json) == 0)
        printf("%.*s\n", (int) out.len, (const char *) out.data);
}

static void counts_show(const struct verify_run *run)
{
    const struct audit_verify_counts *counts = &run->counts;
    uint64_t faults = counts->faults + run->column_faults;
    struct base_buffer root BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&root, 64);
    (void) base_base64_encode(base_bytes_of(counts->root.bytes, sizeof counts->root.bytes), &root);
    printf("log         %s\n", run->archive.log.name);
    printf("checkpoint  %" PRIu64 " entries, root %.*s\n", counts->size, (int) root.len, (const char *) root.data);
    printf("checked     %" PRIu64 " entries, %" PRIu64 " tiles", counts->entries, counts->tiles);
    if (run->columns)
        printf(", %" PRIu64 " entries' columns", run->columns);
    printf("\nrequests    %" PRIu64 ": %" PRIu64 " results, %" PRIu64 " unknown, %" PRIu64 " withheld, %" PRIu64
           " without a conclusion\n",
           counts->requests, counts->results, counts->unknown, counts->withheld, counts->unfinished);
    printf("others      %" PRIu64 " refused, %" PRIu64 " explained, %" PRIu64 " undelivered, %" PRIu64
           " shown later, %" PRIu64 " pending, %" PRIu64 " settled, %" PRIu64 " of other kinds\n",
           counts->refused, counts->explained, counts->undelivered, counts->delivered, counts->pending, counts->settled,
           counts->others);
    if (faults)
        printf("FAULTS      %" PRIu64 "\n", faults);
    else
        puts("OK          the log is whole");
}

static int verify(struct verify_run *run, bool allow_unfinished, const struct base_buffer *known, bool json)
{
    const struct audit_verify_config config = {.source = &run->archive.source,
                                               .log = &run->archive.log,
                                               .known = base_buffer_view(known),
                                               .allow_unfinished = allow_unfinished,
                                               .fault = fault_take,
                                               .progress = progress_show,
                                               .context = run};
    run->is_terminal = isatty(STDERR_FILENO);
    int r = audit_verify(&config, &run->counts);
    if (r == 0 && run->archive.pool && run->counts.entries > 0)
        r = columns_verify(run);
    if (run->is_terminal)
        fputs("\r\x1b[K", stderr);
    if (r == -ENODATA) {
        fault_show(run, "an entry is missing, or what it concludes", "after entry", run->columns, NULL);
        run->column_faults++;
        r = 0;
    }
    if (r) {
        fprintf(stderr, "qao: cannot verify: %s\n", cli_reason_text(r));
        return CLI_EXIT_UNREACHABLE;
    }
    if (json)
        counts_json(run);
    else
        counts_show(run);
    return run->counts.faults + run->column_faults ? CLI_EXIT_REFUSED : CLI_EXIT_OK;
}

int cli_audit_verify_run(int argc, char **argv)
{
    const char *instance = NULL;
    const char *dir = NULL;
    const char *vkey = NULL;
    const char *known_path = NULL;
    bool json = false;
    bool running = false;
    struct cli_list rest;
    int result = CLI_EXIT_USAGE;
    const struct cli_option options[] = {
        {"instance", CLI_OPTION_TEXT, &instance, "DIR", "the gateway's instance folder ($QAO_INSTANCE, ./instance)"},
        {"dir", CLI_OPTION_TEXT, &dir, "DIR", "verify this exported folder instead of the database"},
        {"vkey", CLI_OPTION_TEXT, &vkey, "FILE", "the log's key (default: log/log.vkey of the instance)"},
        {"known", CLI_OPTION_TEXT, &known_path, "FILE", "a checkpoint held already, which the log must continue"},
        {"running", CLI_OPTION_FLAG, &running, NULL,
         "queries are under way: a request without a conclusion is no fault"},
        {"json", CLI_OPTION_FLAG, &json, NULL, "print the counts as one line of JSON"},
    };
    if (!cli_options_take(
            argc, argv, "audit verify [--dir DIR --vkey FILE] [OPTIONS]",
            "Verifies the whole log: every leaf, tile, the root, the checkpoint's signature, that each request "
            "was concluded,\nand, in the database, every column against its leaf, and the signed message of every act.",
            options, BASE_ARRAY_LENGTH(options), 0, &rest, &result))
        return result;
    struct verify_run run = {.shown = 0};
    struct base_buffer known;
    base_buffer_init(&known, AUDIT_NOTE_MAX);
    int r = known_path ? base_file_read(known_path, BASE_FILE_PUBLIC, &known) : 0;
    if (r)
        fprintf(stderr, "qao: cannot read %s: %s\n", known_path, cli_reason_text(r));
    else if (cli_archive_open(&run.archive, instance, dir, vkey, &result))
        result = verify(&run, running, &known, json);
    cli_archive_close(&run.archive);
    base_buffer_clear(&known);
    return result;
}
