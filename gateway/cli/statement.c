#include "gateway/cli/statement.h"

#include "gateway/cli/ask.h"

#include <stdio.h>

static const struct {
    const char *member;
    const char *text[CLI_LANGUAGE_COUNT];
} statements[] = {
    {"agreement",
     {"Жүйені пайдалану құқықтары туралы келісіммен таныстым және келісемін (10-қосымша).",
      "С соглашением о правах пользования Системой ознакомлен(а) и согласен(на) (приложение 10).",
      "I have read the agreement on the rights of use of the system and agree to it (Appendix 10)."}},
    {"protected_carrier",
     {"Менде қорғалған ақпарат жеткізгіштегі электрондық цифрлық қолтаңба бар екенін растаймын (9, 10-қосымшалар).",
      "Подтверждаю, что моя электронная цифровая подпись находится на защищённом носителе (приложения 9, 10).",
      "I confirm that my electronic signature is kept on a protected carrier (Appendices 9, 10)."}},
    {"personal_data",
     {"Жүйеде тіркелу үшін дербес деректерімді беруге рұқсат беремін (10-қосымша).",
      "Разрешаю предоставить мои персональные данные для регистрации в Системе (приложение 10).",
      "I permit that my personal data are used to register me in the system (Appendix 10)."}},
    {"workplace",
     {"Жұмыс орным 9-қосымшаның талаптарына сай: арна қорғалған, интернетке шығу мүмкіндігі мүлде жоқ.",
      "Моё рабочее место отвечает требованиям приложения 9: канал защищён, выход в интернет полностью исключён.",
      "My workplace meets Appendix 9: the channel is protected, and there is no way at all to the Internet."}},
};

json_t *cli_statement_take(bool agreed, enum cli_language language)
{
    json_t *taken = json_object();
    if (!agreed && !cli_ask_possible()) {
        fputs("qao: nobody can be asked here; --agree-to-all says yes to each of these:\n", stderr);
        for (size_t i = 0; i < BASE_ARRAY_LENGTH(statements); i++)
            fprintf(stderr, "  %s\n", statements[i].text[language]);
        json_decref(taken);
        return NULL;
    }
    for (size_t i = 0; taken && i < BASE_ARRAY_LENGTH(statements); i++) {
        bool yes = agreed || cli_ask(statements[i].text[language], language) == CLI_ASK_YES;
        if (!yes || json_object_set_new(taken, statements[i].member, json_true())) {
            fputs("qao: without every statement there is no application (Appendix 11)\n", stderr);
            json_decref(taken);
            return NULL;
        }
    }
    return taken;
}
