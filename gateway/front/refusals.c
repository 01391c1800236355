#include "gateway/front/refusals.h"

#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

enum { ADDRESS_MAX = 64, VERDICTS = CERTS_VERDICT_PROFILE + 1, DETAIL_MAX = 200 };

/* A certificate of our authority refused in this window. */
struct known {
    struct certs_finding finding;
    uint8_t *certificate;
    size_t len;
    char peer_address[ADDRESS_MAX]; /* of the last one */
    int64_t at_us;
    uint32_t count; /* not reported yet */
    bool reported;  /* its first */
};

/* All others, by why they were refused. */
struct others {
    uint32_t absent, crowded, by_verdict[VERDICTS];
};

struct front_refusals {
    pthread_mutex_t mutex;
    bool touched;                     /* something happened since the last window */
    int64_t window_us, window_end_us; /* window_end_us 0: no window is open */
    struct others others;
    int64_t others_at_us;
    size_t known_count, known_max;
    struct known known[];
};

int front_refusals_new(size_t certificates_max, int64_t window_us, struct front_refusals **ret_refusals)
{
    struct front_refusals *refusals = calloc(1, sizeof(*refusals) + certificates_max * sizeof(refusals->known[0]));
    if (!refusals)
        return -ENOMEM;
    refusals->window_us = window_us;
    refusals->known_max = certificates_max;
    pthread_mutex_init(&refusals->mutex, NULL);
    *ret_refusals = refusals;
    return 0;
}

static void forget_known(struct front_refusals *refusals)
{
    for (size_t i = 0; i < refusals->known_count; i++)
        free(refusals->known[i].certificate);
    refusals->known_count = 0;
}

void front_refusals_free(struct front_refusals *refusals)
{
    if (!refusals)
        return;
    forget_known(refusals);
    pthread_mutex_destroy(&refusals->mutex);
    free(refusals);
}

static bool begins_with(const char *text, const char *beginning)
{
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

/* The profile is judged in two places: some of it before the chain was looked at, when anybody may have made the
 * certificate. certs/ tells them apart by the stable first words of its detail. */
static bool is_before_chain(const char *detail)
{
    return begins_with(detail, "algorithm ") || begins_with(detail, "key: ") ||
           begins_with(detail, "extension: critical");
}

bool front_refusals_is_known(const struct certs_finding *finding)
{
    switch (finding->verdict) {
    case CERTS_VERDICT_EXPIRED:
    case CERTS_VERDICT_REVOKED:
        return true;
    case CERTS_VERDICT_PROFILE:
        return !is_before_chain(finding->detail);
    case CERTS_VERDICT_UNKNOWN:
    case CERTS_VERDICT_VALID:
    case CERTS_VERDICT_SIGNATURE_INVALID:
    case CERTS_VERDICT_UNTRUSTED:
        return false;
    }
    return false;
}

/* With the mutex held: the certificate's entry, made if there is room; NULL without. */
static struct known *find_known(struct front_refusals *refusals, struct base_bytes certificate)
{
    for (size_t i = 0; i < refusals->known_count; i++)
        if (base_bytes_equal(base_bytes_of(refusals->known[i].certificate, refusals->known[i].len), certificate))
            return &refusals->known[i];
    if (refusals->known_count == refusals->known_max || certificate.len == 0 || certificate.len > LINK_CERTIFICATE_MAX)
        return NULL;
    uint8_t *copy = malloc(certificate.len);
    if (!copy)
        return NULL;
    memcpy(copy, certificate.data, certificate.len);
    struct known *known = &refusals->known[refusals->known_count++];
    *known = (struct known){.certificate = copy, .len = certificate.len};
    return known;
}

void front_refusals_add(struct front_refusals *refusals, const struct front_refusal *refusal)
{
    pthread_mutex_lock(&refusals->mutex);
    refusals->touched = true;
    bool is_known = !refusal->absent && front_refusals_is_known(&refusal->finding);
    struct known *known = is_known ? find_known(refusals, refusal->certificate) : NULL;
    if (known) {
        known->finding = refusal->finding;
        known->at_us = refusal->at_us;
        known->count++;
        (void) snprintf(known->peer_address, sizeof(known->peer_address), "%s", refusal->peer_address);
    } else {
        refusals->others_at_us = refusal->at_us;
        if (refusal->absent)
            refusals->others.absent++;
        else if (is_known)
            refusals->others.crowded++;
        else
            refusals->others.by_verdict[refusal->finding.verdict]++;
    }
    pthread_mutex_unlock(&refusals->mutex);
}

typedef int send_function(void *context, const struct link_refusal *refusal);

/* Sends what one entry counted, without the mutex: only the sending thread ever removes an entry. */
static bool send_known(struct front_refusals *refusals, struct known *known, send_function *send, void *context)
{
    pthread_mutex_lock(&refusals->mutex);
    struct known copy = *known;
    pthread_mutex_unlock(&refusals->mutex);
    const struct link_refusal message = {.at_us = copy.at_us,
                                         .count = copy.count,
                                         .verdict = (uint8_t) copy.finding.verdict,
                                         .peer_address = base_bytes_text(copy.peer_address),
                                         .certificate = base_bytes_of(copy.certificate, copy.len),
                                         .detail = base_bytes_text(copy.finding.detail)};
    if (send(context, &message) != 0)
        return false;
    pthread_mutex_lock(&refusals->mutex);
    known->count -= copy.count;
    known->reported = true;
    pthread_mutex_unlock(&refusals->mutex);
    return true;
}

/* "absent=2 untrusted=3": how many of which kind are in the count. */
static uint32_t describe_others(const struct front_refusals *refusals, char text[static DETAIL_MAX])
{
    uint32_t total = refusals->others.absent + refusals->others.crowded;
    int len = snprintf(text, DETAIL_MAX, "absent=%u crowded=%u", refusals->others.absent, refusals->others.crowded);
    for (unsigned verdict = 0; verdict < VERDICTS; verdict++) {
        total += refusals->others.by_verdict[verdict];
        if (refusals->others.by_verdict[verdict] > 0 && len > 0 && len < DETAIL_MAX)
            len += snprintf(text + len, (size_t) (DETAIL_MAX - len), " %s=%u",
                            certs_verdict_name((enum certs_verdict) verdict), refusals->others.by_verdict[verdict]);
    }
    return total;
}

static bool send_others(struct front_refusals *refusals, send_function *send, void *context)
{
    char detail[DETAIL_MAX];
    pthread_mutex_lock(&refusals->mutex);
    uint32_t total = describe_others(refusals, detail);
    const struct link_refusal message = {
        .at_us = refusals->others_at_us, .count = total, .detail = base_bytes_text(detail)};
    struct others sent = refusals->others;
    pthread_mutex_unlock(&refusals->mutex);
    if (total == 0)
        return true;
    if (send(context, &message) != 0)
        return false;
    pthread_mutex_lock(&refusals->mutex);
    refusals->others.absent -= sent.absent;
    refusals->others.crowded -= sent.crowded;
    for (size_t i = 0; i < VERDICTS; i++)
        refusals->others.by_verdict[i] -= sent.by_verdict[i];
    pthread_mutex_unlock(&refusals->mutex);
    return true;
}

/* The next entry with something due, or NULL. */
static struct known *find_due(struct front_refusals *refusals, bool window_over)
{
    struct known *due = NULL;
    pthread_mutex_lock(&refusals->mutex);
    for (size_t i = 0; i < refusals->known_count && !due; i++)
        if (refusals->known[i].count > 0 && (window_over || !refusals->known[i].reported))
            due = &refusals->known[i];
    pthread_mutex_unlock(&refusals->mutex);
    return due;
}

void front_refusals_send(struct front_refusals *refusals, int64_t now_us, send_function *send, void *context)
{
    pthread_mutex_lock(&refusals->mutex);
    if (refusals->touched && refusals->window_end_us == 0)
        refusals->window_end_us = now_us + refusals->window_us;
    bool window_over = refusals->window_end_us != 0 && now_us >= refusals->window_end_us;
    pthread_mutex_unlock(&refusals->mutex);
    for (struct known *due = find_due(refusals, window_over); due; due = find_due(refusals, window_over))
        if (!send_known(refusals, due, send, context))
            return;
    if (!window_over || !send_others(refusals, send, context))
        return;
    pthread_mutex_lock(&refusals->mutex);
    bool all_told = true; /* one may have come in between */
    for (size_t i = 0; i < refusals->known_count; i++)
        all_told = all_told && refusals->known[i].count == 0;
    if (all_told) {
        forget_known(refusals);
        refusals->touched = refusals->others.absent + refusals->others.crowded > 0;
        for (size_t i = 0; i < VERDICTS; i++)
            refusals->touched = refusals->touched || refusals->others.by_verdict[i] > 0;
        refusals->window_end_us = 0;
    }
    pthread_mutex_unlock(&refusals->mutex);
}
