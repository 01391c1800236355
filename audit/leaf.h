/* What an entry of the log says, for ever: canonical JSON (RFC 8785, integers only) of at most AUDIT_LEAF_MAX bytes.
 * The members of each kind are in docs/PROTOCOL-LOG.md.
 *
 * A leaf names no subject in clear: identifiers and parameters appear only as keyed digests. What is not known is left
 * out: a NULL text or pointer, a zero number, an empty list. Times are shown in the time of the capital (clause 22), so
 * encoding needs base_clock_zone_init(). All texts are UTF-8 and borrowed. Any thread. */
#ifndef AUDIT_LEAF_H
#define AUDIT_LEAF_H

#include "audit/store.h"
#include "base/uuid.h"

#define AUDIT_LEAF_VERSION "qao.leaf/1"

enum {
    AUDIT_LEAF_SUBJECTS_MAX = 64,
    AUDIT_LEAF_NAMES_MAX = 32, /* of one list of names: granted bases, duties, reasons */
    AUDIT_LEAF_CRLS_MAX = 8,
    AUDIT_LEAF_KIND_MAX = 64, /* bytes with the NUL */
};

enum audit_kind {
    AUDIT_KIND_OTHER = 0, /* named by its text: admin.*, report.*, review.*, inspection.*, vault.*, incident.* … */
    AUDIT_KIND_QUERY_REQUEST,     /* permitted; a conclusion must follow */
    AUDIT_KIND_QUERY_REFUSED,     /* a decision that denies, or a message that could not be decided on */
    AUDIT_KIND_QUERY_EXPLAINED,   /* decided without asking */
    AUDIT_KIND_QUERY_INQUIRY,     /* a message for several services, each of which becomes a part */
    AUDIT_KIND_QUERY_RESULT,      /* conclusion: the registry was asked, or could not be */
    AUDIT_KIND_QUERY_WITHHELD,    /* conclusion: there was an answer, and it was not given (a block came between) */
    AUDIT_KIND_QUERY_UNKNOWN,     /* conclusion: nobody knows whether the registry was asked */
    AUDIT_KIND_QUERY_PENDING,     /* no conclusion yet: the registry answers later */
    AUDIT_KIND_QUERY_SETTLED,     /* after .unknown: what the registry says became of the act */
    AUDIT_KIND_QUERY_UNDELIVERED, /* after a conclusion: the reply did not reach the officer */
    AUDIT_KIND_QUERY_DELIVERED,   /* after a conclusion: a reply that was held is shown to the officer */
    AUDIT_KIND_CONNECTION_REFUSED,
    AUDIT_KIND_LOG_START,
    AUDIT_KIND_LOG_HEARTBEAT,
    AUDIT_KIND_LOG_ARCHIVED,
    AUDIT_KIND_LOG_KEY,
};

/* "query.request" …; NULL for OTHER. */
const char *audit_kind_name(enum audit_kind kind);
/* A conclusion must follow this kind; this kind is a conclusion. */
bool audit_kind_opens(enum audit_kind kind);
bool audit_kind_concludes(enum audit_kind kind);

/* The key of a signed message and of what the gateway derives from it. */
struct audit_leaf_key {
    const char *iin;   /* of the signer */
    const uint8_t *id; /* 16 bytes; the whole key is left out when iin or id is NULL */
    uint32_t part;
};

/* HMAC-SHA-256 under one of the gateway's subject-hash keys. */
struct audit_leaf_mac {
    uint32_t kid; /* which key; from 1 */
    uint8_t mac[32];
};

struct audit_leaf_names {
    const char *const *names; /* in the order given */
    size_t count;
};

enum audit_leaf_fact {
    AUDIT_LEAF_NOT_KNOWN = 0,
    AUDIT_LEAF_NO,
    AUDIT_LEAF_YES,
};

/* The person acted for, and the registration as it was read. */
struct audit_leaf_actor {
    const char *iin;
    const char *body;               /* BIN */
    const char *unit;               /* unit code */
    const char *system_role;        /* administrator, prosecutor …; an officer has a role instead */
    int role;                       /* of App. 12 as read by R05: 1-15 */
    int64_t registration;           /* its number */
    int64_t registration_version;   /* from 1 */
    const char *registration_state; /* active | blocked | suspended | ended; NULL when there is no registration */
    int64_t granted_until_us;       /* 0: without end */
    int64_t agreement_version;      /* of the text in force that was signed; 0: not signed */
    struct audit_leaf_names bases, duties; /* granted */
    enum audit_leaf_fact network_allowed;  /* the address lies in a network of the body (R15) */
};

struct audit_leaf_connection {
    const char *address;        /* of the peer, without port */
    const char *iin, *bin;      /* of the connection's certificate */
    const uint8_t *certificate; /* SHA-256 of its DER */
};

/* Bytes kept elsewhere. */
struct audit_leaf_blob {
    const uint8_t *sha256; /* 32 bytes, of the bytes as received or sent; NULL leaves the blob out */
    const uint8_t *sealed; /* 32 bytes, SHA-256 of the sealed form stored beside the leaf */
    int64_t bytes;         /* length of what sha256 is of */
};

/* .request, .refused, .explained, .inquiry */
struct audit_leaf_query {
    int64_t arrival_us; /* becomes "at": the moment the decision is about */
    struct audit_leaf_key key;
    struct audit_leaf_actor actor;
    struct audit_leaf_connection connection;
    const uint8_t *signer_certificate;        /* SHA-256 of its DER */
    const uint8_t *crls[AUDIT_LEAF_CRLS_MAX]; /* SHA-256 of each CRL used; NULL ends the list */
    struct audit_leaf_blob query;             /* the signed message as received */
    int64_t signed_at_us;                     /* what the query says in "at" */
    const char *message;                      /* its type, "qao.query/1" */
    int service;
    const char *basis, *duty, *case_number, *article;
    const char *ordered_by, *recipient;
    const struct audit_leaf_mac *params; /* keyed digest of the canonical parameters */
    const struct audit_leaf_mac *subjects;
    size_t subject_count;
    const char *effect; /* permit | abbreviated | deny; NULL when nothing could be decided */
    struct audit_leaf_names reasons;
    const char *case_verdict;       /* of the register of cases: "open", or the first reason; NULL: it was not asked */
    const uint8_t *case_answer;     /* SHA-256 of its canonical answer; NULL: none that fits */
    struct base_bytes citations; /* canonical JSON array; empty leaves it out */
    const char *edition;
    const uint8_t *edition_sha256;
    struct base_bytes data; /* .inquiry: canonical JSON object; empty leaves it out */
};

/* Appends the leaf of one of the four kinds. -EINVAL for a misuse (another kind, a permitted request without a key or
 * with reasons, a text that is no UTF-8, a name with other characters than a-z 0-9 _ . -), -ENOBUFS over
 * AUDIT_LEAF_MAX. */
int audit_leaf_query_encode(enum audit_kind kind, const struct audit_leaf_query *query,
                            struct base_buffer *out) BASE_MUST_USE;

/* .result, .withheld, .unknown, .pending, .settled, .undelivered, .delivered */
struct audit_leaf_conclusion {
    int64_t at_us;
    struct audit_leaf_key key;
    const struct audit_hash *request; /* leaf hash of the request; mandatory */
    const char *outcome; /* .result: answered | registry-failed | registry-timeout | service-unavailable …; .settled: done |
                          * not-done | unknown */
    struct audit_leaf_names reasons;       /* .withheld: why */
    struct audit_leaf_blob answer;         /* the signed answer */
    const struct audit_leaf_mac *received; /* keyed digest of what the registry sent, where it was no answer */
    bool has_counts;
    int64_t records, amounts_removed;
    int64_t adapter_us; /* time spent on the registry */
    int64_t due_us;     /* .pending: held until */
};

/* Appends the leaf of one of these kinds. Errors as of audit_leaf_query_encode(); -EINVAL also without request. */
int audit_leaf_conclusion_encode(enum audit_kind kind, const struct audit_leaf_conclusion *conclusion,
                                 struct base_buffer *out) BASE_MUST_USE;

/* connection.refused: handshakes refused in a window, of one known certificate or of all others together. */
struct audit_leaf_refusal_count {
    const char *reason;
    int64_t count;
};

struct audit_leaf_refusal {
    int64_t at_us;                                  /* end of the window */
    int64_t since_us;                               /* its begin; 0 for a single event */
    struct audit_leaf_connection connection;        /* known certificate; all empty when aggregated */
    const struct audit_leaf_refusal_count *reasons; /* ascending by reason, no two alike, 1 or more */
    size_t reason_count;
};

/* Appends the leaf. Errors as of audit_leaf_query_encode(). */
int audit_leaf_refusal_encode(const struct audit_leaf_refusal *refusal, struct base_buffer *out) BASE_MUST_USE;

/* Every other kind, log.* included: who, by which signed message, and the kind's own members as one canonical object.
 */
struct audit_leaf_event {
    const char *kind; /* "admin.registered" …: lower-case words joined by dots, at least one dot; not query.* */
    int64_t at_us;
    struct audit_leaf_key key;
    struct audit_leaf_actor actor;
    struct audit_leaf_connection connection;
    const uint8_t *signer_certificate;
    const uint8_t *crls[AUDIT_LEAF_CRLS_MAX];
    struct audit_leaf_blob act; /* the signed message that ordered it */
    struct base_bytes data; /* canonical JSON object, checked; empty leaves it out. No subject's identifier in clear */
};

/* Appends the leaf. Errors as of audit_leaf_query_encode(). */
int audit_leaf_event_encode(const struct audit_leaf_event *event, struct base_buffer *out) BASE_MUST_USE;

/* A leaf as it is read: views into its bytes. A text is shown as it stands between the quotes of the JSON; only
 * ordered_by, recipient, case_number, unit and other free texts can hold escapes. Empty when absent. */
struct audit_leaf_view {
    enum audit_kind kind;
    struct base_bytes kind_name;
    int64_t at_us;
    bool has_key, has_counts;
    struct base_bytes key_iin;
    uint8_t key_id[BASE_UUID_BYTES];
    uint32_t key_part;
    struct {
        struct base_bytes iin, body, unit, system_role, registration_state;
        int role;
        int64_t registration, registration_version, granted_until_us, agreement_version;
        size_t base_count, duty_count;
        struct base_bytes bases[AUDIT_LEAF_NAMES_MAX], duties[AUDIT_LEAF_NAMES_MAX];
        enum audit_leaf_fact network_allowed;
    } actor;
    struct {
        struct base_bytes address, iin, bin, certificate; /* certificate as 64 hex digits */
    } connection;
    struct base_bytes signer_certificate; /* hex */
    size_t crl_count;
    struct base_bytes crls[AUDIT_LEAF_CRLS_MAX]; /* hex */
    struct {
        struct base_bytes sha256, sealed; /* hex */
        int64_t bytes;
    } query, answer, act;
    int64_t signed_at_us;
    struct base_bytes message;
    int service;
    struct base_bytes basis, duty, case_number, article, ordered_by, recipient;
    struct {
        struct base_bytes sha256, verdict; /* hex; name */
    } case_check;
    struct audit_leaf_mac params, received; /* kid 0: absent */
    size_t subject_count;
    struct audit_leaf_mac subjects[AUDIT_LEAF_SUBJECTS_MAX];
    struct base_bytes effect;
    size_t reason_count;
    struct base_bytes reasons[AUDIT_LEAF_NAMES_MAX];
    struct base_bytes citations; /* raw canonical JSON */
    struct base_bytes edition, edition_sha256;
    struct audit_hash request; /* conclusions */
    struct base_bytes outcome;
    int64_t records, amounts_removed, adapter_us, due_us;
    struct base_bytes data; /* raw canonical JSON: events, connection.refused */
};

/* Reads a leaf strictly: canonical bytes only, known version, the members of its kind and no others. -EBADMSG, with
 * nothing to be said of ret_view. Any thread. */
int audit_leaf_parse(struct base_bytes leaf, struct audit_leaf_view *ret_view) BASE_MUST_USE;

/* A view's text against a plain one, and decoded. */
bool audit_leaf_text_equal(struct base_bytes view_text, struct base_bytes utf8);
int audit_leaf_text_decode(struct base_bytes view_text, struct base_buffer *out) BASE_MUST_USE;

#endif
