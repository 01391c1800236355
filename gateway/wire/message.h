/* What a person reads: title and detail of each code, and the notice of clauses 23-26, in the three languages, from
 * schema/messages.tsv. Immutable once loaded, for any thread. */
#ifndef GATEWAY_WIRE_MESSAGE_H
#define GATEWAY_WIRE_MESSAGE_H

#include "base/bytes.h"
#include "base/result.h"
#include "gateway/wire/code.h"
#include "gateway/wire/language.h"

/* Texts that belong to no code. */
enum wire_note {
    WIRE_NOTE_NOTICE = 0,      /* clauses 23-26, beside every answer */
    WIRE_NOTE_OUTCOME_UNKNOWN, /* an act may or may not have been done */
    WIRE_NOTE_EXPLAINED,       /* nothing was asked, this is what would be decided */
    WIRE_NOTE_NO_REGISTRY,     /* why a service is unavailable for good */
    WIRE_NOTE_ANSWER_LATER,    /* the query is recorded, and what became of it cannot be told now */
    WIRE_NOTE_ACT_LATER,       /* the act was done and recorded, and cannot be acknowledged now */
    WIRE_NOTE_EXPLAIN_LATER,   /* the explanation is recorded, and cannot be proved now */
    WIRE_NOTE_COUNT
};

struct wire_messages;

enum { WIRE_MESSAGES_BYTES_MAX = 256 << 10, WIRE_MESSAGE_TEXT_MAX = 1000 };

/* Reads the file: a header line, then one line for each code and note, no other, none twice, no empty text. -EBADMSG
 * with ret_error (freed by the caller) naming line and column; -ENOMEM; base_file_read()'s errors. */
int wire_messages_read(const char *path, struct wire_messages **ret_messages, char **ret_error) BASE_MUST_USE;
/* The same from the file's content. */
int wire_messages_parse(struct base_bytes tsv, struct wire_messages **ret_messages, char **ret_error) BASE_MUST_USE;
/* Accepts NULL. */
void wire_messages_free(struct wire_messages *messages);

/* Owned by the messages. */
const char *wire_message_title(const struct wire_messages *messages, enum wire_code code, enum wire_language language);
const char *wire_message_detail(const struct wire_messages *messages, enum wire_code code,
                                enum wire_language language);
const char *wire_message_note(const struct wire_messages *messages, enum wire_note note, enum wire_language language);

#endif
