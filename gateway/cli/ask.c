#include "gateway/cli/ask.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { ANSWER_MAX = 64 };

bool cli_ask_possible(void)
{
    return isatty(STDIN_FILENO) == 1;
}

enum cli_ask cli_ask(const char *question, enum cli_language language)
{
    static const char *const yes[] = {"yes", "y", "да", "иә", "иа"};
    static const char *const choice[CLI_LANGUAGE_COUNT] = {"иә/жоқ", "да/нет", "yes/no"};
    char answer[ANSWER_MAX];
    fflush(stdout);
    fprintf(stderr, "%s [%s] ", question, choice[language]);
    fflush(stderr);
    if (!fgets(answer, sizeof answer, stdin))
        return CLI_ASK_NO;
    answer[strcspn(answer, "\r\n")] = '\0';
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(yes); i++)
        if (strcmp(answer, yes[i]) == 0)
            return CLI_ASK_YES;
    return CLI_ASK_NO;
}
