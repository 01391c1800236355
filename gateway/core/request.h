/* One request on its way through the program: a state object that one thread owns at a time. It moves between the work
 * queue, the workers, the log's writer and those who wait; every one alive is counted in gateway->in_flight. A part
 * (part.h) is one too: derived from a signed message, and with nobody connected to it. */
#ifndef GATEWAY_CORE_REQUEST_H
#define GATEWAY_CORE_REQUEST_H

#include <jansson.h>

#include "audit/tile_path.h"
#include "certs/cms.h"
#include "gateway/core/entry.h"
#include "gateway/core/gateway.h"
#include "gateway/core/router.h"
#include "gateway/link/adapter_message.h"
#include "gateway/link/front_message.h"
#include "gateway/wire/code.h"
#include "gateway/wire/query.h"
#include "gateway/wire/upload.h"
#include "policy/decision.h"
#include "schema/store/officer.h"

enum { CORE_FAULT_MAX = 1000, CORE_ADDRESS_MAX = 64 };

enum core_case_state {
    CORE_CASE_NONE = 0,  /* not asked */
    CORE_CASE_UNCHECKED, /* asked, and no answer that fits */
    CORE_CASE_CHECKED,
};

/* What the register of cases said of a message's case (case.h). */
struct core_case {
    enum core_case_state state;
    json_t *document, *record; /* record is borrowed from it; NULL: there is no such case */
    uint8_t digest[32];
};

struct core_request {
    struct core_gateway *gateway;
    void (*resume)(struct core_request *request); /* what a worker does with it next */
    atomic_uint references; /* its own, and one of each part that borrows from it */

    unsigned part;               /* of the signed message: 0 is the message itself. Of GET /v1/queries/{id}/{part}: asked for */
    struct core_request *origin; /* of a part: the message's request, from which frame, http, message and texts are borrowed */
    void (*concluded)(struct core_request *part); /* of a part that somebody waits for: called once, before it is freed */
    void *waiter;                                 /* for concluded */
    int64_t give_up_us;                           /* of a part: until when a later answer is waited for, monotonic; 0: as usual */
    size_t room;                                  /* places taken for parts that are not made yet */

    /* as it came */
    struct link_channel *channel;
    struct base_buffer frame;
    struct link_request http; /* borrows from frame */
    int64_t arrival_us;       /* by our own clock */
    int64_t arrival_monotonic_us;
    struct core_route route;
    enum wire_language language;

    /* who and what (steps 3-5) */
    struct certs_identity peer;
    bool has_message; /* the signature is right: message holds signer and content */
    struct certs_message message;
    json_t *document;
    struct wire_query query;
    const struct wire_service *service; /* NULL: unknown or without a description */
    struct wire_params params;
    bool registered;
    struct store_officer officer;

    struct core_case case_found;
    bool is_case_call; /* what is asked now is the register of cases */
    void (*case_told)(struct core_request *request);

    /* the decision (step 6) */
    const struct policy_edition *edition;
    struct policy_decision decision;
    struct wire_codes codes;
    char fault[CORE_FAULT_MAX];
    bool is_counted;   /* as a refusal of the person's */
    bool is_run;       /* that refusal is one too many in an hour */
    unsigned attempts; /* decisions made again because a registration changed */

    /* the registry (steps 8 and 9) */
    struct core_wait wait;
    void (*answered)(struct core_request *request); /* goes on with the answer */
    enum link_call_mode call_mode;
    bool is_settled; /* this look has asked what became of the act, or may not (settle.h) */
    void (*settled)(struct core_request *request); /* goes on after that */
    struct base_buffer decided;                    /* the decision of an act's record; empty: that of this request */
    atomic_int pending;        /* enum core_pending_state */
    struct link_answer answer; /* records and detail are not kept */
    struct base_buffer records; /* as the adapter sent them, then canonical */
    size_t record_count, amounts_removed;

    /* the answer (steps 10 and 11) */
    struct base_buffer answer_json, signed_der, reply;
    bool is_unproved; /* reply is without its receipt */
    bool replied;  /* the officer was told something, or nobody is connected: what comes can only be held */
    bool owes;     /* counted in gateway->owing */
    unsigned owed; /* attempts to conclude after that */
    enum audit_kind conclusion; /* what request->second is, or is to be */
    const char *conclusion_outcome; /* static */
    bool conclusion_confirms;

    /* an act (POST /v1/acts) */
    struct wire_act act;
    bool is_claimed;             /* its id is used up */
    bool has_person;             /* person holds what the register knows of the signer */
    struct store_person person;
    struct base_buffer envelope; /* for the register; NUL-terminated */
    struct store_act change;
    struct base_buffer faults; /* of an import's rows: a canonical array */
    bool is_accepted;          /* 202: what it began goes on */

    enum wire_upload_type upload; /* of GET /v1/scans/... */
    struct audit_tile_path tile; /* of GET /v1/log/tile/entries/... */

    /* its records in the log */
    struct core_entry first;  /* request, refusal or explanation */
    struct core_entry second; /* result, withheld or unknown */
    struct core_entry third;  /* undelivered */
};

/* A request from a frame of the front, with a copy of its bytes. -EBADMSG when it is none, -ENOMEM. */
int core_request_new(struct core_gateway *gateway, struct link_channel *channel, struct base_bytes frame,
                     struct core_request **ret_request) BASE_MUST_USE;

/* Frees it and counts it out. Accepts NULL. */
void core_request_free(struct core_request *request);

/* Hands it to the workers, who call resume. Never fails: the queue has room for all in flight. The caller owns it no
 * more. */
void core_request_queue(struct core_request *take_request, void (*resume)(struct core_request *request));

/* The id of the query or act as text, NULL when it could not be read. */
const char *core_request_id(const struct core_request *request);

/* Who reads, as qao.read() wants it: appends a JSON object and a NUL. The buffer's errors. */
int core_reader_encode(const struct core_request *request, struct base_buffer *out) BASE_MUST_USE;

/* What the register knows of whoever is connected or signed, seen from the address the request came from. STORE_NONE, the
 * store's errors. */
int core_person_find(const struct core_request *request, const struct certs_identity *who,
                     struct store_person *ret_person) BASE_MUST_USE;

/* The peer's address as text; empty when it is too long to be one. */
void core_request_address(const struct core_request *request, char ret_address[static CORE_ADDRESS_MAX]);

#endif
