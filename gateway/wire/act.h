/* Signed acts (docs/PROTOCOL-ACCESS.md): the table of their types, read from schema/acts/NAME.json at start, and the strict
 * reading of one. A table is immutable once loaded, for any thread. */
#ifndef GATEWAY_WIRE_ACT_H
#define GATEWAY_WIRE_ACT_H

#include "base/buffer.h"
#include "gateway/wire/head.h"
#include "gateway/wire/language.h"
#include "gateway/wire/service.h"

/* In the order of the document's table. */
enum wire_act_name {
    WIRE_ACT_NONE = 0,
    WIRE_ACT_BODY,
    WIRE_ACT_UNIT,
    WIRE_ACT_APPOINTMENT,
    WIRE_ACT_APPLICATION,
    WIRE_ACT_WITHDRAWAL,
    WIRE_ACT_DECISION,
    WIRE_ACT_AGREEMENT_TEXT,
    WIRE_ACT_AGREEMENT,
    WIRE_ACT_BLOCK,
    WIRE_ACT_SUSPENSION,
    WIRE_ACT_SETTING,
    WIRE_ACT_VIOLATION,
    WIRE_ACT_JOURNAL,
    WIRE_ACT_ANNOUNCEMENT,
    WIRE_ACT_CONTACT,
    WIRE_ACT_IMPORT,
    WIRE_ACT_IMPORT_END,
    WIRE_ACT_ENROLMENT, /* taken on the server only: --enrol */
    WIRE_ACT_COUNT
};

struct wire_act_type;
struct wire_acts;

enum { WIRE_ACT_BY_MAX = 4 };

/* Reads the description of every type from the folder. -EINVAL, -ENOENT … with ret_error (freed by the caller) naming file
 * and place; -ENOMEM. */
int wire_acts_new(const char *folder, struct wire_acts **ret_acts, char **ret_error) BASE_MUST_USE;
/* Accepts NULL. */
void wire_acts_free(struct wire_acts *acts);

/* All faults of one row of an import against import-row.json. */
void wire_acts_row_check(const struct wire_acts *acts, const json_t *row, struct wire_faults *ret_faults);

/* NULL for NONE. */
const struct wire_act_type *wire_act_type_at(const struct wire_acts *acts, enum wire_act_name name);
/* By "qao.block/1"; NULL when there is none. */
const struct wire_act_type *wire_act_type_find(const struct wire_acts *acts, struct base_bytes type);

enum wire_act_name wire_act_type_name(const struct wire_act_type *type);
/* "qao.block/1", the kind of its entry "admin.block", the title. Owned by the table. */
const char *wire_act_type_text(const struct wire_act_type *type);
const char *wire_act_type_kind(const struct wire_act_type *type);
const char *wire_act_type_title(const struct wire_act_type *type, enum wire_language language);
/* The system roles of which one must be held, by index; NULL behind the last. None: anybody, as the register says. */
const char *wire_act_type_by(const struct wire_act_type *type, size_t index);

/* One act. act is borrowed from the document. */
struct wire_act {
    bool wellformed; /* nothing at all is wrong with the content; else fault and faults say what */
    struct wire_head head;
    const struct wire_act_type *type; /* NULL: unknown */
    const json_t *act;                /* fits the type's schema when wellformed */
    char fault[WIRE_HEAD_FAULT_MAX];  /* the first of the envelope's; "" for none */
    struct wire_faults faults;        /* all of act's: pointers below it */
};

/* Reads the content. Whatever is wrong with it is said in ret_act. The caller releases *ret_document, from which the act
 * borrows, with json_decref(); it is NULL where the content is no JSON at all. 0, or -ENOMEM. Any thread. */
int wire_act_parse(const struct wire_acts *acts, struct base_bytes content, const char *origin, json_t **ret_document,
                   struct wire_act *ret_act) BASE_MUST_USE;

/* All faults in one line: "act/form/iin: has a wrong check digit; …", as much as size holds of whole ones. */
void wire_act_faults_text(const struct wire_act *act, size_t size, char *ret_text);

/* What the leaf says of the act: the members that its description marks with x-log. Appends a canonical object, nothing
 * when none is marked. Only for a well-formed act. The buffer's errors, -ENOMEM. */
int wire_act_logged_encode(const struct wire_act *act, struct base_buffer *out) BASE_MUST_USE;

#endif
