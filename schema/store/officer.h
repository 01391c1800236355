/* Who may query, as registered (clauses 10-15, 34, 46). Registrations are versions: what is read here is the newest
 * one, and its version is confirmed again in the transaction of the request record (store_record.confirm). */
#ifndef SCHEMA_STORE_OFFICER_H
#define SCHEMA_STORE_OFFICER_H

#include "schema/store/store.h"

enum store_officer_state {
    STORE_OFFICER_UNKNOWN = 0,
    STORE_OFFICER_ACTIVE,
    STORE_OFFICER_BLOCKED,
    STORE_OFFICER_SUSPENDED,
    STORE_OFFICER_ENDED, /* by an act, or because granted_until_us has passed */
};

struct store_officer {
    int64_t registration; /* what store_record.confirm names; never 0 */
    int32_t version;      /* of the registration, from 1 */
    int64_t person;
    int64_t body;
    int64_t unit; /* 0: of the body itself */
    char iin[BASE_IDNUM_TEXT_MAX];
    char bin[BASE_IDNUM_TEXT_MAX];  /* of the body */
    char unit_code[STORE_NAME_MAX]; /* "" when unit is 0 */
    int role;                       /* of App. 12 as read by R05: 1-15 */
    enum store_officer_state state; /* at the time asked for */
    int64_t granted_until_us;       /* 0: without end */
    struct store_names bases;       /* granted, by name: "operative_search" … */
    struct store_names duties;      /* granted, by name: "app4.1" … */
    int32_t agreement_version; /* of the text in force that was signed (clause 17); 0: not signed, or a newer text is in
                                  force */
    bool network_allowed;      /* the peer address lies in a network of the body (R15) */
    int64_t maintenance_until_us; /* end of the announced work that runs at the time asked for (clause 35); 0: none */
    bool claimed;                 /* (iin, id, part) is in the log: the query is a replay */
};

struct store_officer_key {
    const char *iin;
    const char *bin;   /* of the body, from the signer's certificate */
    const char *peer;  /* IPv4 or IPv6 address as text; an IPv4-mapped one counts as IPv4. NULL, empty or no address: in
                          no network */
    int64_t at_us;     /* arrival: for ends of grants and the agreement in force */
    const uint8_t *id; /* 16 bytes of the query's id; NULL when there is none to look for */
    int part;
};

/* The peer address as the database takes it, in ret_text; NULL when it is none. An IPv4-mapped address becomes the IPv4
 * one. */
enum { STORE_PEER_TEXT_MAX = 46 };
const char *store_peer_text(const char *peer, char ret_text[static STORE_PEER_TEXT_MAX]);

/* The officer's registration in one round trip. STORE_NONE: no registration as an officer of that body. */
int store_officer_find(struct store_pool *pool, const struct store_officer_key *key,
                       struct store_officer *ret_officer) BASE_MUST_USE;

/* What a person is besides, or instead of, an officer: "administrator", "official" (of the operator), "responsible"
 * (official of a body), "prosecutor" (supervising), "witness". */
enum { STORE_PERSON_ROLES_MAX = 8 };

struct store_person_role {
    int64_t registration;
    int32_t version;
    char system_role[STORE_NAME_MAX]; /* "officer" included */
    enum store_officer_state state;
    int64_t unit;
    char act_number[STORE_TEXT_MAX]; /* of the appointing act (clauses 29, 33); "" for none */
    char act_date[16];               /* "2026-11-22"; "" for none */
};

struct store_person {
    int64_t person;
    int64_t body;
    char iin[BASE_IDNUM_TEXT_MAX];
    char bin[BASE_IDNUM_TEXT_MAX];
    bool network_allowed;
    size_t role_count;
    struct store_person_role roles[STORE_PERSON_ROLES_MAX];
};

/* All registrations of a person of that body, whatever their state. STORE_NONE: no such person. */
int store_person_find(struct store_pool *pool, const char *iin, const char *bin, const char *peer, int64_t at_us,
                      struct store_person *ret_person) BASE_MUST_USE;

/* True when the person holds the system role now (state active). */
bool store_person_is(const struct store_person *person, const char *system_role);

#endif
