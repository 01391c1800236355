#include "gateway/cli/fault.h"

static const struct {
    const char *code;
    const char *text[CLI_LANGUAGE_COUNT];
} faults[CLI_FAULT_COUNT] = {
    [CLI_FAULT_UNCHECKED] = {"unchecked", {"Жауап тексерілмеді.", "Ответ не проверен.", "The reply was not checked."}},
    [CLI_FAULT_NONE] = {"none", {"Қате табылған жоқ.", "Ошибок не найдено.", "Nothing wrong was found."}},
    [CLI_FAULT_REPLY_MALFORMED] = {"reply-malformed",
                                   {"Шлюздің жауабы хаттамаға сай емес.", "Ответ шлюза не соответствует протоколу.",
                                    "The gateway's reply is not what the protocol describes."}},
    [CLI_FAULT_SIGNATURE_INVALID] = {"answer-signature-invalid",
                                     {"Жауаптағы шлюз қолтаңбасы дұрыс емес.", "Подпись шлюза под ответом неверна.",
                                      "The gateway's signature over the answer is wrong."}},
    [CLI_FAULT_NOT_SIGNED_CONTENT] = {"answer-not-signed-content",
                                      {"Жауап шлюз қол қойған мазмұннан өзгеше.",
                                       "Ответ отличается от того, что подписал шлюз.",
                                       "The answer is not what the gateway signed."}},
    [CLI_FAULT_OTHER_QUERY] = {"answer-of-another-query",
                               {"Жауап басқа сұрауға берілген.", "Это ответ на другой запрос.",
                                "The answer belongs to another query."}},
    [CLI_FAULT_RECEIPT_MISSING] = {"receipt-missing",
                                   {"Жауаптың журналға жазылғаны дәлелденбеген.",
                                    "Нет доказательства, что ответ записан в журнал.",
                                    "There is no proof that the answer was recorded."}},
    [CLI_FAULT_RECEIPT_LOG] = {"receipt-of-another-log",
                               {"Түбіртек басқа журналдікі немесе журнал кілтімен қол қойылмаған.",
                                "Квитанция другого журнала или не подписана ключом журнала.",
                                "The receipt is of another log, or not signed by the log's key."}},
    [CLI_FAULT_RECEIPT_PROOF] = {"receipt-proof-invalid",
                                 {"Журналға енгізілгенінің дәлелі дұрыс емес.",
                                  "Доказательство включения в журнал неверно.",
                                  "The proof of inclusion in the log is wrong."}},
    [CLI_FAULT_RECEIPT_RECORD] = {"receipt-of-another-record",
                                  {"Дәлел журналдың басқа жазбасына қатысты.",
                                   "Доказательство относится к другой записи журнала.",
                                   "The proof is of another record of the log."}},
    [CLI_FAULT_LOG_WENT_BACK] = {"log-went-back",
                                 {"Журнал бұрын көрілгеннен қысқа.", "Журнал короче, чем был раньше.",
                                  "The log is shorter than it was before."}},
    [CLI_FAULT_LOG_SPLIT] = {"log-split",
                             {"Журнал бірдей көлемде екі түрлі көрсетілді.",
                              "Журнал одного размера показан в двух разных видах.",
                              "The log was shown in two different forms of one size."}},
};

const char *cli_fault_code(enum cli_fault fault)
{
    return faults[fault].code;
}

const char *cli_fault_text(enum cli_fault fault, enum cli_language language)
{
    return faults[fault].text[language];
}
