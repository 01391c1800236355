/* What a client finds wrong with what the gateway said. */
#ifndef GATEWAY_CLI_FAULT_H
#define GATEWAY_CLI_FAULT_H

#include "gateway/cli/text.h"

/* Zero is not checked, which refuses. */
enum cli_fault {
    CLI_FAULT_UNCHECKED = 0,
    CLI_FAULT_NONE,
    CLI_FAULT_REPLY_MALFORMED,    /* not the JSON of docs/PROTOCOL-QUERY.md */
    CLI_FAULT_SIGNATURE_INVALID,  /* "signed" is no valid signature of an information system */
    CLI_FAULT_NOT_SIGNED_CONTENT, /* what is shown is not what was signed */
    CLI_FAULT_OTHER_QUERY,        /* an answer to another query or of another service */
    CLI_FAULT_RECEIPT_MISSING,    /* an answer without the proof that it is recorded */
    CLI_FAULT_RECEIPT_LOG,        /* a receipt of another log, or a checkpoint the log's key did not sign */
    CLI_FAULT_RECEIPT_PROOF,      /* the proof does not lead from the record to the checkpoint */
    CLI_FAULT_RECEIPT_RECORD,     /* the proof is of another record than the receipt names, or not of this query's */
    CLI_FAULT_LOG_WENT_BACK,      /* a checkpoint smaller than one seen before the query was sent */
    CLI_FAULT_LOG_SPLIT,          /* two checkpoints of one size with different roots */
    CLI_FAULT_COUNT,
};

/* "answer-signature-invalid" and the like; static. */
const char *cli_fault_code(enum cli_fault fault);
/* One sentence; static. */
const char *cli_fault_text(enum cli_fault fault, enum cli_language language);

#endif
