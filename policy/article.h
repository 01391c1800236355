/* How an article of the Criminal Code is written in a query and in App. 8: "216/2" for part 2 of article 216, "220" for
 * one taken whole. Articles and parts that were put in between carry a suffix: "301-1". */
#ifndef POLICY_ARTICLE_H
#define POLICY_ARTICLE_H

#include "base/bytes.h"

enum { POLICY_ARTICLE_LEN_MAX = 15 };

/* True for number[-number][/number[-number]], each number 1-999 without leading zero: nothing else is an article. */
bool policy_article_is_wellformed(struct base_bytes text);

#endif
