/* qao-gateway with one fault, named by QAO_TEST_FAULT, for what no test can bring about from outside. Linked with --wrap of
 * the four functions below; the rest is the real program. */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

#include "audit/writer.h"
#include "gateway/core/outage.h"
#include "gateway/link/adapter_message.h"
#include "gateway/link/channel.h"
#include "schema/store/record.h"

int __real_link_client_send(struct link_client *client, uint16_t type, struct base_bytes body);
int __wrap_link_client_send(struct link_client *client, uint16_t type, struct base_bytes body);
int __real_audit_writer_proofs(struct audit_writer *writer, const uint64_t *indexes, const struct base_bytes *leaves,
                               size_t count, struct base_buffer *texts);
int __wrap_audit_writer_proofs(struct audit_writer *writer, const uint64_t *indexes, const struct base_bytes *leaves,
                               size_t count, struct base_buffer *texts);
int __real_audit_writer_append(struct audit_writer *writer, struct audit_record *take_record);
int __wrap_audit_writer_append(struct audit_writer *writer, struct audit_record *take_record);

void __real_core_outages_note(struct core_outages *outages, unsigned service, enum core_outage_sign sign, int64_t at_us);
void __wrap_core_outages_note(struct core_outages *outages, unsigned service, enum core_outage_sign sign, int64_t at_us);

static bool has_fault(const char *name)
{
    const char *fault = getenv("QAO_TEST_FAULT");
    return fault && strcmp(fault, name) == 0;
}

/* call-lost: the connection to the adapter breaks while the question is being written. */
int __wrap_link_client_send(struct link_client *client, uint16_t type, struct base_bytes body)
{
    if (type == LINK_ADAPTER_CALL && has_fault("call-lost"))
        return LINK_CHANNEL_LOST;
    return __real_link_client_send(client, type, body);
}

static atomic_uint proofs_asked;

/* no-proof: the tree that proofs are read from cannot be read. no-first-proof: it cannot the first time. */
int __wrap_audit_writer_proofs(struct audit_writer *writer, const uint64_t *indexes, const struct base_bytes *leaves,
                               size_t count, struct base_buffer *texts)
{
    bool is_first = atomic_fetch_add(&proofs_asked, 1) == 0;
    return has_fault("no-proof") || (is_first && has_fault("no-first-proof")) ? -EIO : __real_audit_writer_proofs(writer, indexes, leaves, count, texts);
}

/* failing-long: what fails has failed two hours ago. */
void __wrap_core_outages_note(struct core_outages *outages, unsigned service, enum core_outage_sign sign, int64_t at_us)
{
    if (sign == CORE_OUTAGE_FAILED && has_fault("failing-long"))
        at_us -= 2 * core_outage_min_us;
    __real_core_outages_note(outages, service, sign, at_us);
}

static atomic_flag is_untold = ATOMIC_FLAG_INIT;
static void (*told)(struct audit_record *record, enum audit_outcome outcome);

static void untold(struct audit_record *record, enum audit_outcome outcome)
{
    told(record, outcome == AUDIT_OUTCOME_DURABLE ? AUDIT_OUTCOME_UNKNOWN : outcome);
}

/* result-untold: the first result is durable, and no word of it comes. */
int __wrap_audit_writer_append(struct audit_writer *writer, struct audit_record *take_record)
{
    const struct store_record *columns = take_record->entry.beside;
    if (has_fault("result-untold") && strcmp(columns->kind, "query.result") == 0 &&
        !atomic_flag_test_and_set(&is_untold)) {
        told = take_record->done;
        take_record->done = untold;
    }
    return __real_audit_writer_append(writer, take_record);
}
