/* What a service can be asked and what it answers, read from schema/services/NN.json (format:
 * docs/PROTOCOL-SERVICES.md). Loaded once, immutable afterwards, any thread. The gateway enforces a description both
 * ways: parameters before a registry is asked, answers before anything else sees them. */
#ifndef GATEWAY_WIRE_SERVICE_H
#define GATEWAY_WIRE_SERVICE_H

#include <jansson.h>
#include <stdbool.h>

#include "base/bytes.h"
#include "base/result.h"
#include "gateway/wire/language.h"

enum { WIRE_SERVICE_COUNT = 76 };

struct wire_services;
struct wire_service;

/* Loads every NN.json of the folder. On -EINVAL or -ENOENT *ret_error (freed by the caller) names the file, the place in
 * it and what is wrong. A folder without a description for a service is no error. */
int wire_services_new(const char *folder, struct wire_services **ret_services, char **ret_error) BASE_MUST_USE;
/* Accepts NULL. */
void wire_services_free(struct wire_services *services);

/* One NN.json of the folder (0: case.json, the register of cases), for who looks at each by itself; errors as above, but -ENOENT (and no text) where there is
 * no such file. The caller frees with wire_service_free(). */
int wire_service_read(const char *folder, unsigned number, struct wire_service **ret_service,
                      char **ret_error) BASE_MUST_USE;
/* Accepts NULL. Not for one that wire_service_find() lent. */
void wire_service_free(struct wire_service *service);

/* NULL when the service has no description (then it can be decided and recorded, but not answered). Borrowed. */
const struct wire_service *wire_service_find(const struct wire_services *services, unsigned number);

/* The register of cases (case.json, number 0), which nobody asks but the gateway itself. NULL when there is none. Borrowed. */
const struct wire_service *wire_services_case(const struct wire_services *services);

enum wire_service_kind {
    WIRE_SERVICE_ACT = 0, /* changes a registry: sent once, idempotent by the query's id (R13) */
    WIRE_SERVICE_QUESTION,
};

/* 1-76; question or act; the name in that language, borrowed. */
unsigned wire_service_number(const struct wire_service *service);
enum wire_service_kind wire_service_kind(const struct wire_service *service);
const char *wire_service_name(const struct wire_service *service, enum wire_language language);
/* Whether some field is an amount: only then can an answer be abbreviated (R04). */
bool wire_service_has_amounts(const struct wire_service *service);
/* The whole description, as the file has it, for clients. Borrowed: json_incref() is for the thread that loaded. */
const json_t *wire_service_description(const struct wire_service *service);

/* As what a parameter names somebody or something: the log keeps a keyed hash of each such value. */
enum wire_identifier {
    WIRE_IDENTIFIER_NONE = 0,
    WIRE_IDENTIFIER_IIN,
    WIRE_IDENTIFIER_BIN,
    WIRE_IDENTIFIER_NAME,
    WIRE_IDENTIFIER_PLATE,
    WIRE_IDENTIFIER_VIN,
    WIRE_IDENTIFIER_CADASTRE,
    WIRE_IDENTIFIER_WEAPON,
    WIRE_IDENTIFIER_PHONE,
    WIRE_IDENTIFIER_DOCUMENT,
    WIRE_IDENTIFIER_CASE,
    WIRE_IDENTIFIER_ADDRESS,
    WIRE_IDENTIFIER_JOURNEY, /* what was made together: a crossing of the border in one vehicle */
    WIRE_IDENTIFIER_OBJECT,  /* another thing that a register numbers: a vessel, a machine, a railway car */
};

/* "iin", "bin", "name", ...; "" for none. */
const char *wire_identifier_text(enum wire_identifier identifier);
/* WIRE_IDENTIFIER_NONE for any other text and for NULL. */
enum wire_identifier wire_identifier_parse(const char *text);

/* Whether the service can be asked by a parameter of that name. */
bool wire_service_param_known(const struct wire_service *service, const char *name);

enum {
    WIRE_PARAMS_MAX = 16,
    WIRE_PARAM_NAME_MAX = 32,    /* bytes */
    WIRE_PARAM_VALUE_MAX = 1024, /* bytes */
    WIRE_FAULTS_MAX = 32,
    WIRE_FAULT_MEMBER_MAX = 128,
};

struct wire_param {
    char *name;
    char *value; /* a string as it is, an integer in decimal, a boolean as true or false */
    enum wire_identifier identifier;
};

/* Ascending by name. Zeroed is empty. */
struct wire_params {
    size_t count;
    struct wire_param items[WIRE_PARAMS_MAX];
};

/* Wipes the values. Accepts NULL and a zeroed struct. */
void wire_params_clear(struct wire_params *params);

enum wire_fault_kind {
    WIRE_FAULT_MISFIT = 0,    /* none of the others */
    WIRE_FAULT_MISSING,       /* a required member is absent */
    WIRE_FAULT_UNKNOWN,       /* a member the schema does not have */
    WIRE_FAULT_TYPE,          /* another JSON type */
    WIRE_FAULT_LENGTH,        /* a text too short or too long, an array with too few or too many items */
    WIRE_FAULT_RANGE,         /* an integer too small or too large */
    WIRE_FAULT_PATTERN,       /* a text of another form */
    WIRE_FAULT_VALUE,         /* none of the allowed values */
    WIRE_FAULT_CHECK_DIGIT,   /* an IIN or BIN with a wrong check digit */
    WIRE_FAULT_DATE,          /* no calendar date, or no RFC 3339 time */
    WIRE_FAULT_COMBINATION,   /* not exactly one of the keys the service can be asked by */
    WIRE_FAULT_CHARACTER,     /* a control character, or one that turns the direction of writing */
    WIRE_FAULT_TWICE,         /* an item stands twice in a list */
    WIRE_FAULT_CONTENT,       /* a picture or document of another size or kind than it says */
    WIRE_FAULT_OTHER_SUBJECT, /* an answer about somebody else than was asked */
    WIRE_FAULT_TOO_MANY,      /* more members or faults than are looked at */
};

/* "check-digit-wrong" and the like, for programs; an English sentence part, for people. */
const char *wire_fault_code(enum wire_fault_kind kind);
const char *wire_fault_text(enum wire_fault_kind kind);

struct wire_faults {
    size_t count;
    struct {
        char member[WIRE_FAULT_MEMBER_MAX]; /* JSON pointer (RFC 6901): "/iin", "/0/owner/iin", "" for the whole */
        enum wire_fault_kind kind;
    } items[WIRE_FAULTS_MAX];
};

/* Whether its records tie people, organisations and things together ("links" of the description): a search for links asks it. */
bool wire_service_has_links(const struct wire_service *service);

/* The parameter of that kind by which alone the service can be asked; NULL when there is none. Borrowed. */
const char *wire_service_key(const struct wire_service *service, enum wire_identifier identifier);

/* One field of a record that names somebody or something: its path ("founders_fl.iin"), its value, and what the record calls
 * it ("" for nothing). Borrowed during the call. A non-zero answer stops the walk and is returned by it. */
typedef int wire_service_identified_visit(void *context, enum wire_identifier identifier, const char *path,
                                          const char *value, const char *label);

/* Shows every such field of a record that fits the description, in the order of its schema. */
int wire_service_identified(const struct wire_service *service, const json_t *record,
                            wire_service_identified_visit *visit, void *context) BASE_MUST_USE;

/* Named conditions. */
enum { WIRE_SERVICE_MISFIT = 1, WIRE_SERVICE_NOT_ABBREVIABLE = 2 };

/* Checks params against the service's request schema and turns them into texts for the adapter. Without a description
 * (service NULL): a flat object of at most 16 strings, integers and booleans, where members named iin and bin carry a
 * right check digit. WIRE_SERVICE_MISFIT with all faults in *ret_faults (then *ret_params is untouched), or -ENOMEM.
 * The caller clears *ret_params. */
int wire_service_params_check(const struct wire_service *service, const json_t *params, struct wire_params *ret_params,
                              struct wire_faults *ret_faults) BASE_MUST_USE;

/* Checks that records is an array that fits the service's answer schema, and that every field the schema ties to a
 * parameter is about the subject that was asked about. WIRE_SERVICE_MISFIT with faults; a service without a description
 * (NULL) always misfits. */
int wire_service_answer_check(const struct wire_service *service, const struct wire_params *asked,
                              const json_t *records, struct wire_faults *ret_faults) BASE_MUST_USE;

/* A non-zero answer stops the walk and is returned by it. */
typedef int wire_service_subject_visit(void *context, enum wire_identifier identifier, struct base_bytes value);

/* Visits every field of records that the schema ties to a parameter which names somebody or something: for whoever holds the
 * parameters themselves no more. records must fit the schema. */
int wire_service_answer_subjects(const struct wire_service *service, const json_t *records,
                                 wire_service_subject_visit *visit, void *context) BASE_MUST_USE;

/* Removes every declared amount (R04) from records and counts them. Fails closed: WIRE_SERVICE_MISFIT when records does
 * not fit the schema, WIRE_SERVICE_NOT_ABBREVIABLE when the description declares no amount, since then nobody has said
 * what the officer may not see. After a failure records must not be passed on. */
int wire_service_answer_abbreviate(const struct wire_service *service, json_t *records,
                                   size_t *ret_removed) BASE_MUST_USE;

/* An answer's records: at most this many, whatever the schema says. */
enum { WIRE_RECORDS_MAX = 10000 };

#endif
