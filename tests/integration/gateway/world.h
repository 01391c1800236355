/* A whole gateway for a test: the real program on a real PostgreSQL, between a front and an adapter that the test plays.
 * Every call fails the running test when something goes wrong.
 *
 * Three promises are held against every exchange, whatever a test is about: an adapter is asked only when the request's
 * record is in the database, a 200 to a query comes only when request and result both are, and every reply of the gateway's
 * says that it may not be kept (clause 26). */
#ifndef TESTS_INTEGRATION_GATEWAY_WORLD_H
#define TESTS_INTEGRATION_GATEWAY_WORLD_H

#include <check.h>
#include <jansson.h>
#include <libpq-fe.h>
#include <stdbool.h>
#include <stdint.h>

#include "audit/note.h"
#include "certs/signer.h"
#include "certs/trust.h"
#include "gateway/link/adapter_message.h"
#include "gateway/link/front_message.h"

#define POLICE_IIN "500101100000" /* role 2 of BIN 300140000015 */
#define SECOND_IIN "500101200007" /* role 1 of BIN 300141000010 */
#define THIRD_IIN "500615100015"  /* of BIN 300140000015, registered as each test needs */
#define FOURTH_IIN "500615200011" /* of BIN 300142000016, a stranger unless a test registers them */
#define POLICE_BIN "300140000015"
#define SECOND_BIN "300141000010"
#define FOURTH_BIN "300142000016"

enum world_person { POLICE, SECOND, THIRD, FOURTH, PEOPLE };

struct world;

/* Makes certificates and keys of authority, people and gateway, runs the tests, each in a process of its own, and tidies
 * up. What main() returns. */
int world_run(const char *title, const TTest *const *tests, size_t count);

/* The authority's trust, with a reference; the log's key. */
struct certs_trust *world_trust(void);
struct audit_vkey world_vkey(const struct world *world);

/* How the adapter answers a call. */
enum world_adapter {
    ADAPTER_ANSWERS, /* with world.records */
    ADAPTER_FAILS,   /* with world.outcome */
    ADAPTER_SILENT,
    ADAPTER_LATER, /* takes the question and answers when world_answer_later() says so */
};

/* What the front says of a reply that asks for word. */
enum world_delivery { DELIVERED, NOT_DELIVERED, NO_WORD };

struct world {
    char origin[64];
    const char *fault;    /* NULL, or one of faulty.c, before world_start() */
    const char *settings; /* further lines of the configuration, before world_start() */
    enum world_adapter adapter;
    enum world_delivery delivery;
    enum link_outcome outcome;
    const char *records;
    /* instead of records, by service and "name=value " of the parameters; NULL: the registry fails */
    const char *(*records_of)(struct world *world, unsigned service, const char *params);
    void (*before_answer)(struct world *world); /* in the adapter, with the question in hand */
    unsigned calls;        /* asked of the adapter */
    unsigned settles;      /* asked what became of an earlier call: answered with outcome, and records where there is one */
    enum world_adapter case_adapter; /* the register of cases: answers with case_records, or case_outcome */
    enum link_outcome case_outcome;
    const char *case_records;
    unsigned case_calls;
    char last_case[128];   /* its newest parameters */
    char last_params[512]; /* of the newest call: "name=value " in order */
    struct world_inner *inner;
};

/* Registers POLICE (role 2) and SECOND (role 1) anew with everything granted, THIRD and FOURTH not at all. */
void world_init(struct world *world);
void world_start(struct world *world);
/* Runs the program with --enrol over this message instead; what it exits with. Its log may not be open. */
int world_enrol(struct world *world, struct base_bytes message);
/* "qao audit verify" over the log in the database, by the reader's role; fails the test unless it is whole. */
void world_verify(const struct world *world);
/* The same of a log that is not whole: it must tell this fault. */
void world_expect_fault(const struct world *world, const char *fault);
/* SIGTERM, and a clean exit. */
void world_stop(struct world *world);
/* Another pair to which uploads are sealed, for gateways that start from now on; the path of the old one without its ending. */
const char *world_uploads_renew(void);
/* SIGKILL. */
void world_kill(struct world *world);
void world_clear(struct world *world);
/* Starts the adapter's end, where a test left it out or it died. */
void world_adapter_start(struct world *world);
void world_adapter_stop(struct world *world);
/* The answers to all that was taken with ADAPTER_LATER: records, or another outcome. */
void world_answer_later(struct world *world, enum link_outcome outcome);
/* Closes the front's connection and makes another. */
void world_front_restart(struct world *world);

/* A new version of a registration. bases and duties are lists for PostgreSQL: "{a,b}". signed: the agreement too. */
void world_register(enum world_person person, const char *state, int role, const char *bases, const char *duties,
                    bool is_signed);
/* Begins a new version that differs from the newest in its state alone: whatever confirms a registration waits, and nobody
 * sees it, until it is committed. */
PGconn *world_register_begin(enum world_person person, const char *state);
void world_register_commit(PGconn *take_connection);
/* Waits until somebody waits for that. */
void world_wait_confirming(void);
/* A registration in another system role ("prosecutor"). */
void world_appoint(enum world_person person, const char *system_role);

#define ALL_BASES "{operative_search,covert_investigation,search_measures,other_duties}"

/* One query; NULL or 0 takes what is usual: service 11, operative_search, params {"iin": POLICE_IIN}, now, a new id. */
struct world_query {
    const char *id;
    long age_s; /* how long ago it was signed */
    const char *to;
    int service;
    const char *services; /* "2,11": an inquiry */
    const char *basis, *duty, *case_number, *article, *params;
    const char *more; /* further members: ",\"x\":1" */
};

/* One act: its type without "qao." and version, and its JSON. */
struct world_act {
    const char *type, *act;
    long age_s; /* how long ago it was signed */
};

/* Fills the JSON text; ret_id when not NULL, here and below. The caller frees. */
char *world_query_text(const struct world *world, const struct world_query *query, char ret_id[37]);
char *world_act_text(const struct world *world, const struct world_act *act, char ret_id[37]);
/* CMS of that person over the text; over the query; over the act. */
struct base_buffer world_sign(enum world_person signer, const char *text);
struct base_buffer world_query_sign(const struct world *world, enum world_person signer, const struct world_query *query,
                                    char ret_id[37]);
struct base_buffer world_act_sign(const struct world *world, enum world_person signer, const struct world_act *act,
                                  char ret_id[37]);

struct world_reply {
    unsigned status;
    char content_type[128];
    char retry_after[16];
    char allow[16];
    char cache_control[32];
    bool wants_delivery;
    struct base_buffer body;
    json_t *json; /* of a JSON body */
};

void world_reply_clear(struct world_reply *reply);

/* Sends a request and waits for its reply. */
struct world_reply world_send(struct world *world, enum world_person connection, const char *method, const char *path,
                              struct base_bytes body);
/* The same with an Accept header, Accept-Language and the peer's address; NULL for the usual. */
struct world_reply world_send_as(struct world *world, enum world_person connection, const char *method,
                                 const char *path, const char *content_type, const char *accept, const char *language,
                                 const char *address, struct base_bytes body);
/* To the local listener. */
struct world_reply world_probe(struct world *world, const char *path);

/* Builds, signs and posts a query of that person. */
struct world_reply world_ask(struct world *world, enum world_person person, const struct world_query *query);
/* The same, to be explained. */
struct world_reply world_explain(struct world *world, enum world_person person, const struct world_query *query);

/* The problem's type is this code, its status that of the table, and its reasons are these, in order and no other
 * ("case-missing article-missing"). */
void world_expect(const struct world_reply *reply, unsigned status, const char *reasons);

/* So many records in the receipt, and each proof holds for its leaf hash and index under the log's key alone. */
void world_expect_receipt(const struct world *world, const json_t *receipt, size_t count);

/* A number from the database about this log: "select ... where log_id = $1 ..." is the caller's text with $1. */
long world_count(const struct world *world, const char *condition);
/* Waits until world_count() gives that. */
void world_wait_count(const struct world *world, const char *condition, long count);

/* Waits until the adapter has been asked so often. */
void world_wait_calls(struct world *world, unsigned calls);

/* Sends without waiting; the reply is taken later. For many at once. */
uint64_t world_post(struct world *world, enum world_person connection, const char *path, struct base_bytes body);
/* The same of a GET. */
uint64_t world_get(struct world *world, enum world_person connection, const char *path);
struct world_reply world_take(struct world *world, uint64_t id);

#endif
