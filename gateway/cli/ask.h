/* A question to the person at the terminal. */
#ifndef GATEWAY_CLI_ASK_H
#define GATEWAY_CLI_ASK_H

#include "gateway/cli/text.h"

/* Whether somebody is there to be asked: standard input is a terminal. */
bool cli_ask_possible(void);

/* Zero is what counts when nobody answers. */
enum cli_ask {
    CLI_ASK_NO = 0,
    CLI_ASK_YES,
};

/* Shows the question (plain text of ours or made safe) on standard error and reads one line. Only the whole word for
 * yes in one of the three languages is yes. */
enum cli_ask cli_ask(const char *question, enum cli_language language);

#endif
