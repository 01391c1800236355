/* The form of what a query is typed with. What cannot be right under any registration is told here, before anything is
 * signed; what the order says of it is the gateway's to tell. */
#ifndef GATEWAY_CLI_WORDS_H
#define GATEWAY_CLI_WORDS_H

#include "base/result.h"

enum { CLI_WORDS_ERROR_MAX = 240 };

/* Named condition: ret_error says what is wrong with it and what is nearest. */
enum { CLI_WORDS_WRONG = 1 };

/* One of the four bases. */
int cli_words_basis_check(const char *text, char ret_error[static CLI_WORDS_ERROR_MAX]) BASE_MUST_USE;
/* One of the nine duties, with other duties only. basis is a right one. */
int cli_words_duty_check(const char *text, const char *basis,
                         char ret_error[static CLI_WORDS_ERROR_MAX]) BASE_MUST_USE;
/* "1" to "76". */
int cli_words_service_check(const char *text, char ret_error[static CLI_WORDS_ERROR_MAX]) BASE_MUST_USE;
/* Of the pattern (policy/case.h), which may come from a file. */
int cli_words_case_check(const char *text, const char *pattern,
                         char ret_error[static CLI_WORDS_ERROR_MAX]) BASE_MUST_USE;
/* "216/2" or "220": the form alone; whether Appendix 8 lists it is another question. */
int cli_words_article_check(const char *text, char ret_error[static CLI_WORDS_ERROR_MAX]) BASE_MUST_USE;

#endif
