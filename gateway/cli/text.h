/* The command's own words in the three languages. What the gateway says of a code comes from schema/messages.tsv. */
#ifndef GATEWAY_CLI_TEXT_H
#define GATEWAY_CLI_TEXT_H

#include "base/buffer.h"
#include "gateway/wire/language.h"
#include "policy/edition.h"

enum cli_language { CLI_LANGUAGE_KK = 0, CLI_LANGUAGE_RU, CLI_LANGUAGE_EN, CLI_LANGUAGE_COUNT };

/* option ("kk", "ru", "en") when not NULL; else by $LC_ALL, $LC_MESSAGES, $LANG: kk* and ru* as they say, all else
 * English. -EINVAL for an unknown option. */
int cli_language_find(const char *option, enum cli_language *ret_language) BASE_MUST_USE;
/* "kk", "ru", "en". */
const char *cli_language_name(enum cli_language language);
/* The same for the words of the gateway and of the order. */
enum wire_language cli_language_wire(enum cli_language language);
enum policy_language cli_language_policy(enum cli_language language);

enum cli_text {
    CLI_TEXT_PERMIT,
    CLI_TEXT_ABBREVIATED,
    CLI_TEXT_DENY,
    CLI_TEXT_QUERY,
    CLI_TEXT_TIME,
    CLI_TEXT_SERVICE,
    CLI_TEXT_BASIS,
    CLI_TEXT_DUTY,
    CLI_TEXT_CASE,
    CLI_TEXT_ARTICLE,
    CLI_TEXT_GROUND,
    CLI_TEXT_ORDERED_BY,
    CLI_TEXT_RECIPIENT,
    CLI_TEXT_OFFICER,
    CLI_TEXT_BODY,
    CLI_TEXT_PARAMS,
    CLI_TEXT_DECISION,
    CLI_TEXT_EDITION,
    CLI_TEXT_RESTS_ON,
    CLI_TEXT_LOG,
    CLI_TEXT_REQUEST_RECORD,
    CLI_TEXT_RESULT_RECORD,
    CLI_TEXT_RESULT,
    CLI_TEXT_NO_RECORDS,
    CLI_TEXT_RECORD,
    CLI_TEXT_REASON,
    CLI_TEXT_ADVICE,
    CLI_TEXT_SAVED,
    CLI_TEXT_NOTICE,
    CLI_TEXT_PAGE,
    CLI_TEXT_VERIFIED,
    CLI_TEXT_SIGNATURE_GOOD,
    CLI_TEXT_CHECKPOINT,
    CLI_TEXT_STATE,
    CLI_TEXT_ALL_CLOSED,
    CLI_TEXT_RETRY_AFTER,
    CLI_TEXT_SIGN_HERE,
    CLI_TEXT_ONE_OF,
    CLI_TEXT_IS_ACT,
    CLI_TEXT_IS_MARKED,
    CLI_TEXT_FORM,
    CLI_TEXT_REQUIRED,
    CLI_TEXT_YES,
    CLI_TEXT_NO,
    CLI_TEXT_SIGNATURE,
    CLI_TEXT_SIGNATURE_RIGHT,
    CLI_TEXT_NOT_SIGNED,
    CLI_TEXT_SYSTEM,
    CLI_TEXT_CERTIFICATE,
    CLI_TEXT_PROOFS,
    CLI_TEXT_PROOFS_RIGHT,
    CLI_TEXT_NO_PROOF,
    CLI_TEXT_LOG_KEY,
    CLI_TEXT_ACT,
    CLI_TEXT_ACT_RECORD,
    CLI_TEXT_ACT_TAKEN,
    CLI_TEXT_PART,
    CLI_TEXT_ACCEPTED,
    CLI_TEXT_PENDING,
    CLI_TEXT_UNTIL,
    CLI_TEXT_WAITING,
    CLI_TEXT_NOT_YET,
    CLI_TEXT_NOT_HELD,
    CLI_TEXT_NOT_BELIEVED,
    CLI_TEXT_LATER,
    CLI_TEXT_SETTLED_RECORD,
    CLI_TEXT_FIELD,
    CLI_TEXT_ALWAYS,
    CLI_TEXT_IS_AMOUNT,
    CLI_TEXT_IS_PERSONAL,
    CLI_TEXT_INSTALLED,
    CLI_TEXT_NODES,
    CLI_TEXT_RELATIONS,
    CLI_TEXT_MISSING,
    CLI_TEXT_STEP,
    CLI_TEXT_KIND,
    CLI_TEXT_VALUE,
    CLI_TEXT_LABEL,
    CLI_TEXT_FROM,
    CLI_TEXT_RELATION,
    CLI_TEXT_TO,
    CLI_TEXT_EVIDENCE,
    CLI_TEXT_ABOUT,
    CLI_TEXT_WHY,
    CLI_TEXT_COMPLETE,
    CLI_TEXT_INCOMPLETE,
    CLI_TEXT_COUNT,
};

/* Static. */
const char *cli_text(enum cli_text text, enum cli_language language);

/* What was asked, as far as it is known; 0 and NULL where it is not. Borrowed. */
struct cli_asked {
    const char *id; /* of the query */
    const char *at; /* when it was signed, RFC 3339 */
    long service;
    unsigned part;   /* of an inquiry; 0: the message itself */
    const char *act; /* title of the signed act it was; NULL: a query */
};

/* Appends `before`, what somebody can do about a refusal with this code ("case-missing") of this query, and a line
 * feed; nothing when there is nothing to say. The buffer's errors. */
int cli_text_advice(struct base_bytes code, enum cli_language language, const struct cli_asked *asked,
                    const char *before, struct base_buffer *out);

/* A row of a table of names. */
struct cli_word {
    const char *word;
    const char *text[CLI_LANGUAGE_COUNT];
};
/* NULL when the table has no such word. */
const char *cli_word_find(const struct cli_word *words, size_t count, struct base_bytes word, enum cli_language language);

/* Names of the words of the protocol; the word itself when it is unknown. Static or borrowed. */
const char *cli_text_basis(const char *word, enum cli_language language);
/* For the heading of a column. */
const char *cli_text_basis_short(const char *word, enum cli_language language);
const char *cli_text_state(const char *word, enum cli_language language);

struct cli_citation {
    long long clause, appendix, row, column; /* 0: not named */
};

/* Appends "clause 2, appendix 1, row 11, column 1" in the language. */
int cli_text_citation(const struct cli_citation *citation, enum cli_language language, struct base_buffer *out);

#endif
