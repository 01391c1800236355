/* How far an import is: asked of the register, shown while it goes on. */
#include "base/clock.h"
#include "gateway/cli/exit.h"
#include "gateway/cli/fetch.h"
#include "gateway/cli/import_part.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { POLL_FIRST_MS = 100, POLL_MAX_MS = 2000, SECOND_US = 1000000 };

enum cli_import_known cli_import_look(struct cli_import *import, int *ret_exit)
{
    char path[128];
    json_t *document = NULL;
    enum cli_import_known known = CLI_IMPORT_UNKNOWN;
    snprintf(path, sizeof path, "/v1/registry/imports?import=%s", import->id);
    if (!cli_fetch(&import->session, path, "qao.list/1", &document, ret_exit))
        return CLI_IMPORT_FAILED;
    const json_t *item = json_array_get(json_object_get(document, "items"), 0);
    const char *id = json_string_value(json_object_get(item, "import"));
    if (id && strcmp(id, import->id) == 0) {
        json_int_t rows = json_integer_value(json_object_get(item, "rows"));
        json_int_t done = json_integer_value(json_object_get(item, "done"));
        known = rows == (json_int_t) import->roster.rows && done >= 0 && done <= rows ? CLI_IMPORT_KNOWN : CLI_IMPORT_OTHER;
        import->done = known == CLI_IMPORT_KNOWN ? (uint64_t) done : 0;
        const char *state = json_string_value(json_object_get(item, "state"));
        import->is_ended = state && strcmp(state, "ended") == 0;
    }
    json_decref(document);
    return known;
}

/* What is shown while it goes on. */
struct progress {
    const struct cli_import *import;
    bool is_terminal;
    int64_t begin_us;
    uint64_t begin_done, shown_tenth;
};

static void left_text(const struct progress *progress, char *ret_text, size_t size)
{
    static const char *const forms[CLI_LANGUAGE_COUNT] = {", шамамен %" PRIu64 " мин %02" PRIu64 " с қалды",
                                                          ", осталось около %" PRIu64 " мин %02" PRIu64 " с",
                                                          ", about %" PRIu64 " min %02" PRIu64 " s left"};
    const struct cli_import *import = progress->import;
    uint64_t done = import->done - progress->begin_done;
    uint64_t taken_us = (uint64_t) (base_clock_monotonic_us() - progress->begin_us);
    ret_text[0] = '\0';
    if (done == 0 || import->done == import->roster.rows)
        return;
    uint64_t left_s = taken_us / done * (import->roster.rows - import->done) / SECOND_US;
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
    snprintf(ret_text, size, forms[import->session.language], left_s / 60, left_s % 60);
#pragma GCC diagnostic pop
}

static void progress_show(struct progress *progress)
{
    static const char *const of[CLI_LANGUAGE_COUNT] = {"тіркелді", "зарегистрировано", "registered"};
    const struct cli_import *import = progress->import;
    char left[80];
    uint64_t tenth = import->done * 10 / import->roster.rows;
    if (import->session.json ||
        (!progress->is_terminal && tenth == progress->shown_tenth && import->done < import->roster.rows))
        return;
    progress->shown_tenth = tenth;
    left_text(progress, left, sizeof left);
    fprintf(stderr, "%s%s: %" PRIu64 " / %zu%s%s", progress->is_terminal ? "\r\033[K" : "",
            of[import->session.language], import->done, import->roster.rows, left,
            progress->is_terminal && import->done < import->roster.rows ? "" : "\n");
    fflush(stderr);
}

static void pause_ms(long ms)
{
    const struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
    (void) nanosleep(&pause, NULL);
}

/* What it means when it is not seen to end: the gateway goes on by itself. */
static void hint(const struct cli_import *import, const char *why)
{
    fprintf(stderr, "qao: %sthe gateway goes on with import %s by itself; the same command, or --continue %s, shows how far "
                    "it is\n",
            why, import->id, import->id);
}

int cli_import_follow(struct cli_import *import)
{
    struct progress progress = {.import = import,
                                .is_terminal = isatty(STDERR_FILENO) == 1,
                                .begin_us = base_clock_monotonic_us(),
                                .begin_done = import->done,
                                .shown_tenth = UINT64_MAX};
    int64_t moved_us = progress.begin_us;
    long wait_ms = POLL_FIRST_MS;
    int result = CLI_EXIT_OK;
    for (;;) {
        uint64_t before = import->done;
        progress_show(&progress);
        if (import->done == import->roster.rows)
            return CLI_EXIT_OK;
        if (import->is_ended) {
            fprintf(stderr, "qao: import %s was ended by an administrator: %" PRIu64 " of %zu rows are registered\n", import->id,
                    import->done, import->roster.rows);
            return CLI_EXIT_REFUSED;
        }
        if (base_clock_monotonic_us() - moved_us >= (int64_t) import->wait_s * SECOND_US) {
            char why[64];
            snprintf(why, sizeof why, "no row was registered for %ld s; ", import->wait_s);
            hint(import, import->wait_s > 0 ? why : "");
            return import->wait_s > 0 ? CLI_EXIT_UNREACHABLE : CLI_EXIT_OK;
        }
        pause_ms(wait_ms);
        wait_ms = wait_ms < POLL_MAX_MS ? 2 * wait_ms : POLL_MAX_MS;
        enum cli_import_known known = cli_import_look(import, &result);
        if (known != CLI_IMPORT_KNOWN) {
            hint(import, known == CLI_IMPORT_FAILED ? "" : "the register does not show it any more; ");
            return known == CLI_IMPORT_FAILED ? result : CLI_EXIT_UNREACHABLE;
        }
        if (import->done != before)
            moved_us = base_clock_monotonic_us();
    }
}
