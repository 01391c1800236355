#include "gateway/front/counters.h"

#include <inttypes.h>

static const struct {
    const char *name, *help;
} names[FRONT_COUNTERS] = {
    [FRONT_COUNT_CONNECTIONS] = {"connections", "Officers' connections accepted."},
    [FRONT_COUNT_CONNECTIONS_LIMITED] = {"connections_limited", "Connections over the limit of their address."},
    [FRONT_COUNT_HANDSHAKES] = {"handshakes", "TLS handshakes with a valid certificate."},
    [FRONT_COUNT_HANDSHAKES_REFUSED] = {"handshakes_refused", "TLS handshakes refused for the certificate."},
    [FRONT_COUNT_IDENTITIES_LAPSED] = {"identities_lapsed", "Open connections whose certificate is valid no longer."},
    [FRONT_COUNT_REQUESTS] = {"requests", "Requests whose header was read."},
    [FRONT_COUNT_REQUESTS_MALFORMED] = {"requests_malformed", "Requests refused for framing, length or size."},
    [FRONT_COUNT_REQUESTS_OVERLOADED] = {"requests_overloaded", "Requests answered 503 by the front itself."},
    [FRONT_COUNT_REPLIES] = {"replies", "Replies of the gateway."},
    [FRONT_COUNT_REPLIES_LATE] = {"replies_late", "Replies nobody waited for any more."},
    [FRONT_COUNT_GATEWAY_LOST] = {"gateway_lost", "Connections to the gateway that ended."},
    [FRONT_COUNT_DEADLINES] = {"deadlines", "Connections cut by a deadline."},
    [FRONT_COUNT_DELIVERED] = {"delivered", "Replies known to have reached the other side."},
    [FRONT_COUNT_UNDELIVERED] = {"undelivered", "Replies not known to have reached the other side."},
    [FRONT_COUNT_RELOADS] = {"trust_reloads", "Times trust and TLS files were read."},
    [FRONT_COUNT_RELOADS_FAILED] = {"trust_reloads_failed", "Times they could not be used; the old ones stay."},
};

int front_counters_write(struct front_counters *counters, const struct front_gauge *gauges, size_t gauge_count,
                         struct base_buffer *out)
{
    for (size_t i = 0; i < FRONT_COUNTERS; i++)
        base_buffer_printf(out,
                           "# HELP qao_front_%s_total %s\n# TYPE qao_front_%s_total counter\n"
                           "qao_front_%s_total %" PRIu64 "\n",
                           names[i].name, names[i].help, names[i].name, names[i].name,
                           atomic_load_explicit(&counters->values[i], memory_order_relaxed));
    for (size_t i = 0; i < gauge_count; i++)
        base_buffer_printf(out, "# HELP qao_front_%s %s\n# TYPE qao_front_%s gauge\nqao_front_%s %" PRId64 "\n",
                           gauges[i].name, gauges[i].help, gauges[i].name, gauges[i].name, gauges[i].value);
    return base_buffer_error(out);
}
