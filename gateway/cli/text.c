#include "gateway/cli/text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[CLI_LANGUAGE_COUNT] = {"kk", "ru", "en"};

static const char *const texts[CLI_TEXT_COUNT][CLI_LANGUAGE_COUNT] = {
    [CLI_TEXT_PERMIT] = {"рұқсат етілді", "разрешено", "permitted"},
    [CLI_TEXT_ABBREVIATED] = {"рұқсат етілді, қысқартылған (түсімдердің мөлшерінсіз)",
                              "разрешено, сокращённо (без размеров поступлений)",
                              "permitted, abbreviated (without amounts)"},
    [CLI_TEXT_DENY] = {"бас тартылды", "отказано", "refused"},
    [CLI_TEXT_QUERY] = {"Сұрау", "Запрос", "Query"},
    [CLI_TEXT_TIME] = {"Уақыты", "Время", "Time"},
    [CLI_TEXT_SERVICE] = {"Сервис", "Сервис", "Service"},
    [CLI_TEXT_BASIS] = {"Негіз", "Основание", "Basis"},
    [CLI_TEXT_DUTY] = {"Міндет", "Задача", "Duty"},
    [CLI_TEXT_CASE] = {"Іс нөмірі", "Номер дела", "Case"},
    [CLI_TEXT_ARTICLE] = {"Бап", "Статья", "Article"},
    [CLI_TEXT_GROUND] = {"Сұраудың негізі", "Основание запроса", "Ground"},
    [CLI_TEXT_ORDERED_BY] = {"Тапсырған", "По поручению", "Ordered by"},
    [CLI_TEXT_RECIPIENT] = {"Алушы", "Получатель", "Recipient"},
    [CLI_TEXT_OFFICER] = {"Пайдаланушы", "Пользователь", "Officer"},
    [CLI_TEXT_BODY] = {"Орган", "Орган", "Body"},
    [CLI_TEXT_PARAMS] = {"Сұрау параметрлері", "Параметры запроса", "Asked about"},
    [CLI_TEXT_DECISION] = {"Шешім", "Решение", "Decision"},
    [CLI_TEXT_EDITION] = {"Бұйрық редакциясы", "Редакция приказа", "Edition of the order"},
    [CLI_TEXT_RESTS_ON] = {"Негіздемесі", "Обоснование", "Rests on"},
    [CLI_TEXT_LOG] = {"Журнал", "Журнал", "Log"},
    [CLI_TEXT_REQUEST_RECORD] = {"сұрау жазбасы", "запись о запросе", "request record"},
    [CLI_TEXT_RESULT_RECORD] = {"нәтиже жазбасы", "запись о результате", "result record"},
    [CLI_TEXT_RESULT] = {"Нәтиже", "Результат", "Result"},
    [CLI_TEXT_NO_RECORDS] = {"Мәлімет жоқ.", "Сведений нет.", "There are no records."},
    [CLI_TEXT_RECORD] = {"Жазба", "Запись", "Record"},
    [CLI_TEXT_REASON] = {"Себебі", "Причина", "Reason"},
    [CLI_TEXT_ADVICE] = {"Не істеу керек", "Что делать", "What to do"},
    [CLI_TEXT_SAVED] = {"Іс материалдарына сақталды", "Сохранено для дела", "Saved for the case file"},
    [CLI_TEXT_NOTICE] = {"Ескерту", "Предупреждение", "Notice"},
    [CLI_TEXT_PAGE] = {"ҚАО ААЖ-ға сұраудың нәтижесі", "Результат запроса в СИО ПСО", "Result of a query to QAO"},
    [CLI_TEXT_VERIFIED] = {"Тексерілді", "Проверено", "Verified"},
    [CLI_TEXT_SIGNATURE_GOOD] = {"шлюздің қолтаңбасы дұрыс, жазбалар журналда бар",
                                 "подпись шлюза верна, записи есть в журнале",
                                 "the gateway's signature is right, the records are in the log"},
    [CLI_TEXT_CHECKPOINT] = {"журналдың бақылау нүктесі, жазбалар саны", "контрольная точка журнала, записей",
                             "checkpoint of the log, entries"},
    [CLI_TEXT_STATE] = {"Жай-күйі", "Состояние", "State"},
    [CLI_TEXT_ALL_CLOSED] = {"Барлық сервис жабық", "Закрыты все сервисы", "Every service is closed"},
    [CLI_TEXT_RETRY_AFTER] = {"Қайталауға болады, секундтан кейін", "Повторить можно через, секунд",
                              "Try again after, seconds"},
    [CLI_TEXT_SIGN_HERE] = {"Іске тіккен адамның қолы", "Подпись приобщившего к делу", "Signature of who filed it"},
    [CLI_TEXT_ONE_OF] = {"осылардың біреуі ғана", "ровно одно из", "exactly one of"},
    [CLI_TEXT_IS_ACT] = {"Тізілімді өзгертетін әрекет: бір рет қана орындалады.",
                         "Действие, изменяющее реестр: выполняется один раз.",
                         "An act that changes the registry: done once."},
    [CLI_TEXT_IS_MARKED] = {"8-қосымшадағы бап қажет (9-тармақ).", "Нужна статья приложения 8 (пункт 9).",
                            "An article of Appendix 8 is needed (clause 9)."},
    [CLI_TEXT_FORM] = {"Түрі", "Вид", "Form"},
    [CLI_TEXT_REQUIRED] = {"Міндетті", "Обязателен", "Required"},
    [CLI_TEXT_YES] = {"иә", "да", "yes"},
    [CLI_TEXT_NO] = {"жоқ", "нет", "no"},
    [CLI_TEXT_SIGNATURE] = {"Шлюздің қолтаңбасы", "Подпись шлюза", "Signature of the gateway"},
    [CLI_TEXT_SIGNATURE_RIGHT] = {"дұрыс", "верна", "right"},
    [CLI_TEXT_NOT_SIGNED] = {"қойылмаған", "отсутствует", "none"},
    [CLI_TEXT_SYSTEM] = {"Қол қойған ақпараттық жүйе, БСН", "Подписавшая информационная система, БИН",
                         "Information system that signed, BIN"},
    [CLI_TEXT_CERTIFICATE] = {"Оның сертификаты, SHA-256", "Её сертификат, SHA-256", "Its certificate, SHA-256"},
    [CLI_TEXT_PROOFS] = {"Журналдың дәлелдері", "Доказательства журнала", "Proofs of the log"},
    [CLI_TEXT_PROOFS_RIGHT] = {"дұрыс: жазбалар журналда бар", "верны: записи есть в журнале",
                               "right: the records are in the log"},
    [CLI_TEXT_NO_PROOF] = {"түбіртек келмеді, жазба дәлелденбеген", "квитанция не пришла, запись не доказана",
                           "no receipt came, no record is proven"},
    [CLI_TEXT_LOG_KEY] = {"Журналдың кілті", "Ключ журнала", "Key of the log"},
    [CLI_TEXT_ACT] = {"Акт", "Акт", "Act"},
    [CLI_TEXT_ACT_RECORD] = {"акт жазбасы", "запись об акте", "record of the act"},
    [CLI_TEXT_ACT_TAKEN] = {"Қабылданды", "Принято", "Taken"},
    [CLI_TEXT_PART] = {"Бөлігі", "Часть", "Part"},
    [CLI_TEXT_ACCEPTED] = {"Қабылданды, сервистер", "Принято, сервисов", "Taken, services"},
    [CLI_TEXT_PENDING] = {"Тізілім кейінірек жауап береді.", "Реестр ответит позже.", "The registry answers later."},
    [CLI_TEXT_UNTIL] = {"Жауап күтіледі, дейін", "Ответ ожидается до", "The answer is awaited until"},
    [CLI_TEXT_WAITING] = {"Күту, секундқа дейін (тоқтату: Ctrl-C)", "Ожидание, секунд не более (прервать: Ctrl-C)",
                          "Waiting, seconds at most (Ctrl-C stops it)"},
    [CLI_TEXT_NOT_YET] = {"жауап әлі келген жоқ", "ответа ещё нет", "not answered yet"},
    [CLI_TEXT_NOT_HELD] = {"шлюзде жауап енді сақталмайды", "шлюз ответ больше не хранит",
                           "the gateway holds no reply to it"},
    [CLI_TEXT_NOT_BELIEVED] = {"жауапқа сенуге болмайды", "ответу нельзя доверять", "what came is not to be believed"},
    [CLI_TEXT_SETTLED_RECORD] = {"тізілімнен анықталғаны туралы жазба", "запись о выясненном в реестре",
                                 "record of what the registry said of it"},
    [CLI_TEXT_FIELD] = {"Өріс", "Поле", "Field"},
    [CLI_TEXT_ALWAYS] = {"Әрқашан", "Всегда", "Always"},
    [CLI_TEXT_IS_AMOUNT] = {"сома", "сумма", "amount"},
    [CLI_TEXT_IS_PERSONAL] = {"жеке деректер", "персональные данные", "personal data"},
    [CLI_TEXT_INSTALLED] = {"шлюзге қосылу мүмкін емес; осында орнатылған сипаттама көрсетілді",
                            "шлюз недоступен; показано установленное здесь описание",
                            "the gateway cannot be reached; this is the description installed here"},
    [CLI_TEXT_NODES] = {"Тұлғалар мен нысандар", "Лица и объекты", "People and things"},
    [CLI_TEXT_RELATIONS] = {"Байланыстар", "Связи", "Relations"},
    [CLI_TEXT_MISSING] = {"Қаралмағаны", "Не рассмотрено", "Not looked at"},
    [CLI_TEXT_STEP] = {"Қадам", "Шаг", "Step"},
    [CLI_TEXT_KIND] = {"Түрі", "Вид", "Kind"},
    [CLI_TEXT_VALUE] = {"Мәні", "Значение", "Value"},
    [CLI_TEXT_LABEL] = {"Атауы", "Название", "Name"},
    [CLI_TEXT_FROM] = {"Кім, не", "Кто, что", "From"},
    [CLI_TEXT_RELATION] = {"Байланысы", "Связь", "Relation"},
    [CLI_TEXT_TO] = {"Кіммен, немен", "С кем, с чем", "To"},
    [CLI_TEXT_EVIDENCE] = {"Журнал жазбасы", "Запись журнала", "Log record"},
    [CLI_TEXT_ABOUT] = {"Кім, не туралы", "О ком, о чём", "About"},
    [CLI_TEXT_WHY] = {"Неліктен", "Почему", "Why"},
    [CLI_TEXT_COMPLETE] = {"Іздеу толық.", "Поиск полон.", "The search is complete."},
    [CLI_TEXT_INCOMPLETE] = {"Іздеу толық емес.", "Поиск неполон.", "The search is not complete."},
    [CLI_TEXT_LATER] = {"Кейінірек алу үшін", "Получить позже", "To fetch it later"},
};

int cli_language_find(const char *option, enum cli_language *ret_language)
{
    if (option) {
        for (int i = 0; i < CLI_LANGUAGE_COUNT; i++) {
            if (strcmp(option, names[i]) == 0) {
                *ret_language = (enum cli_language) i;
                return 0;
            }
        }
        return -EINVAL;
    }
    const char *const variables[] = {"LC_ALL", "LC_MESSAGES", "LANG"};
    const char *locale = NULL;
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(variables) && (!locale || !locale[0]); i++)
        locale = getenv(variables[i]);
    *ret_language = CLI_LANGUAGE_EN;
    if (locale && strncmp(locale, "kk", 2) == 0)
        *ret_language = CLI_LANGUAGE_KK;
    else if (locale && strncmp(locale, "ru", 2) == 0)
        *ret_language = CLI_LANGUAGE_RU;
    return 0;
}

const char *cli_language_name(enum cli_language language)
{
    return names[language];
}

enum wire_language cli_language_wire(enum cli_language language)
{
    return language == CLI_LANGUAGE_KK ? WIRE_KK : language == CLI_LANGUAGE_RU ? WIRE_RU : WIRE_EN;
}

enum policy_language cli_language_policy(enum cli_language language)
{
    return language == CLI_LANGUAGE_KK   ? POLICY_LANGUAGE_KK
           : language == CLI_LANGUAGE_RU ? POLICY_LANGUAGE_RU
                                         : POLICY_LANGUAGE_EN;
}

const char *cli_text(enum cli_text text, enum cli_language language)
{
    return texts[text][language];
}

static const struct cli_word advices[] = {
    {"signature-invalid",
     {"Қайта қол қойыңыз; қате қайталанса, әкімшіге хабарлаңыз.",
      "Подпишите заново; если ошибка повторится, сообщите администратору.",
      "Sign again; if it is refused again, tell the administrator."}},
    {"certificate-untrusted",
     {"ҰКО берген сертификатты пайдаланыңыз; сертификат ҰКО-нікі болса, әкімшіге хабарлаңыз.",
      "Используйте сертификат, выданный НУЦ; если он выдан НУЦ, сообщите администратору.",
      "Use a certificate of the National Certification Authority; if it is one, tell the administrator."}},
    {"certificate-expired",
     {"Сертификатты жаңартыңыз; тіркеуді қайталау қажет емес.", "Обновите сертификат; регистрация остаётся прежней.",
      "Renew the certificate; the registration stays as it is."}},
    {"certificate-revoked",
     {"Жаңа сертификат алыңыз және әкімшіге хабарлаңыз.", "Получите новый сертификат и сообщите администратору.",
      "Get a new certificate and tell the administrator."}},
    {"certificate-profile",
     {"Ұйым қызметкерінің қол қою сертификаты қажет (жеке тұлғанікі емес).",
      "Нужен сертификат подписи сотрудника организации, а не физического лица.",
      "A signing certificate of an organisation's employee is needed, not a private person's."}},
    {"signer-not-connection",
     {"Сұрауға қосылған адамның өзі қол қояды.", "Запрос подписывает тот же человек, который подключился.",
      "The person who connects must be the one who signs."}},
    {"params-invalid",
     {"Сервистің параметрлерін qao services show {service} көрсетеді.",
      "Параметры сервиса покажет qao services show {service}.",
      "See with qao services show {service} what the service can be asked."}},
    {"query-stale",
     {"Компьютердің сағатын тексеріп, сұрауға қайта қол қойыңыз.",
      "Проверьте часы компьютера и подпишите запрос заново.", "Check this computer's clock and sign the query again."}},
    {"query-replayed",
     {"Нәтижені qao status {id} көрсетеді; жаңа сұрауға жаңа id керек.",
      "Результат покажет qao status {id}; для нового запроса нужен новый id.",
      "See what became of it with qao status {id}; a new query needs a new id."}},
    {"officer-unknown",
     {"Тізілімдерден тек органның тіркелген пайдаланушысы сұрай алады; әкімші, оператордың лауазымды тұлғасы, жауапты "
      "лауазымды тұлға немесе қадағалаушы прокурор болу бұл құқықты бермейді. Сұрау қажет болса, тіркелуге өтінім "
      "беріңіз (10-қосымша): qao apply register.",
      "Запрашивать реестры может только зарегистрированный пользователь органа; роль администратора, должностного лица "
      "оператора, ответственного лица или надзирающего прокурора такого права не даёт. Если запросы нужны, подайте "
      "заявку на регистрацию (приложение 10): qao apply register.",
      "Only a registered officer may ask registries; being an administrator, an official of the operator, a responsible "
      "official or a supervising prosecutor gives no such right. Who needs to ask applies for registration (Appendix "
      "10): qao apply register."}},
    {"officer-blocked",
     {"Органыңыздың жауапты лауазымды тұлғасына жүгініңіз.",
      "Обратитесь к ответственному должностному лицу вашего органа.", "Ask the responsible official of your body."}},
    {"maintenance",
     {"Жұмыс қашанға дейін созылатынын qao me көрсетеді; содан кейін жаңа сұрау жіберіңіз.",
      "До какого времени идут работы, покажет qao me; после этого отправьте новый запрос.",
      "See with qao me until when the work lasts; send a new query then."}},
    {"network-not-allowed",
     {"Органыңыздың желісіндегі жұмыс орнынан қосылыңыз.", "Подключайтесь с рабочего места в сети вашего органа.",
      "Connect from a workstation in your body's network."}},
    {"agreement-unsigned",
     {"Алдымен пайдалану құқықтары туралы келісімге қол қойыңыз (11-қосымша): qao agree.",
      "Сначала подпишите соглашение о правах пользования (приложение 11): qao agree.",
      "Sign the agreement on rights of use first (Appendix 11): qao agree."}},
    {"role-basis",
     {"Рөліңізге берілген негіздерді qao services көрсетеді.", "Основания вашей роли покажет qao services.",
      "See with qao services which bases your role has."}},
    {"basis-not-granted",
     {"Құқықты өзгертуге өтінім беріңіз (12-тармақ).", "Подайте заявку на изменение прав (пункт 12).",
      "Apply for a change of rights (clause 12)."}},
    {"duty-missing",
     {"--duty арқылы 4–7-қосымшалардың бағанын таңдаңыз.", "Выберите графу приложений 4–7 с помощью --duty.",
      "Choose a column of Appendices 4-7 with --duty."}},
    {"duty-not-of-role",
     {"Өз органыңыздың қосымшасындағы бағанды таңдаңыз.", "Выберите графу приложения вашего органа.",
      "Choose a column of your own body's appendix."}},
    {"duty-not-granted",
     {"Осы міндет бойынша өтінім беріңіз (12-тармақ).", "Подайте заявку на эту задачу (пункт 12).",
      "Apply for this duty (clause 12)."}},
    {"service-closed",
     {"Ашық сервистерді qao services көрсетеді.", "Открытые сервисы покажет qao services.",
      "See with qao services what is open to you."}},
    {"case-missing",
     {"--case арқылы істің СДТБТ-дағы нөмірін көрсетіңіз.", "Укажите номер дела в ЕРДР: --case.",
      "Name the case with --case."}},
    {"case-malformed",
     {"Істің СДТБТ-дағы нөмірі он бес цифрдан тұрады.", "Номер дела в ЕРДР состоит из пятнадцати цифр.",
      "A case number of the Unified Register has fifteen digits."}},
    {"article-missing",
     {"--article арқылы 8-қосымшадағы бапты көрсетіңіз, мысалы 216/2.",
      "Укажите статью приложения 8: --article, например 216/2.",
      "Name an article of Appendix 8 with --article, such as 216/2."}},
    {"article-not-listed",
     {"8-қосымшада жазылғандай көрсетіңіз (бап/бөлік).",
      "Укажите статью так, как она записана в приложении 8 (статья/часть).",
      "Write it as Appendix 8 lists it (article/part)."}},
    {"registry-failed",
     {"Нәтижесін qao status {id} арқылы тексеріңіз; әрекетті қайта жібермеңіз.",
      "Проверьте исход командой qao status {id}; действие повторно не отправляйте.",
      "Look with qao status {id}; do not send an act again before."}},
    {"outcome-unknown",
     {"Сұрау шлюзге жеткен болуы мүмкін. Оны қайта жібермеңіз; нәтижесін qao status {id} арқылы тексеріңіз.",
      "Запрос мог дойти до шлюза. Не отправляйте его повторно; проверьте исход командой qao status {id}.",
      "The query may have reached the gateway. Do not send it again; look with qao status {id}."}},
    {"registry-timeout",
     {"Кейінірек жаңа сұрау жіберіңіз.", "Отправьте новый запрос позже.", "Send a new query later."}},
    {"service-unavailable",
     {"Сервиске тізілім қосылған болса, кейінірек жаңа сұрау жіберіңіз.",
      "Если к сервису подключён реестр, отправьте новый запрос позже.",
      "If a registry is connected for the service, send a new query later."}},
    {"log-unavailable",
     {"qao status арқылы қараңыз: ол жерде сұрау болмаса, оны кейінірек қайта жіберуге болады.",
      "Посмотрите командой qao status: если запроса там нет, его можно отправить позже.",
      "Look with qao status: if the query is not there, it may be sent again later."}},
    {"not-found",
     {"Нөмірін тексеріңіз: тек өз сұрауларыңыз көрінеді.", "Проверьте номер: видны только свои запросы.",
      "Check the id: only your own queries are shown."}},
    /* States of an act's outcome. */
    {"not-done",
     {"Әрекет орындалған жоқ: оны жаңа id-мен қайта жіберуге болады.",
      "Действие не исполнено: его можно отправить снова с новым id.",
      "The act was not done: it may be sent again, with a new id."}},
    {"unknown",
     {"Кейінірек қайта қараңыз: тізілімнен тағы сұралады. Әрекетті қайта жібермеңіз.",
      "Посмотрите ещё раз позже: реестр спросят снова. Действие повторно не отправляйте.",
      "Look again later: the registry is then asked once more. Do not send an act again before."}},
    /* The client's own. */
    {"unreachable",
     {"Желіні және шлюздің жұмысын тексеріңіз. Сұрау қабылданған болуы мүмкін: qao status {id}.",
      "Проверьте сеть и работу шлюза. Запрос мог быть принят: qao status {id}.",
      "Check the network and that the gateway runs. The query may have been taken: see qao status {id}."}},
    {"gateway-untrusted",
     {"Жалғастырмаңыз; әкімшіге хабарлаңыз.", "Не продолжайте; сообщите администратору.",
      "Do not go on; tell the administrator."}},
    {"answer-signature-invalid",
     {"Жауапқа сенуге болмайды; әкімшіге хабарлаңыз.", "Ответу нельзя доверять; сообщите администратору.",
      "The answer must not be relied on; tell the administrator."}},
    {"answer-not-signed-content",
     {"Жауапқа сенуге болмайды; әкімшіге хабарлаңыз.", "Ответу нельзя доверять; сообщите администратору.",
      "The answer must not be relied on; tell the administrator."}},
    {"receipt-missing",
     {"Дәлелсіз жауап көрсетілмейді. Сұрақты жаңа сұраумен қайталаңыз; әрекетті қайталамаңыз, тізілімнен тексеріңіз. "
      "Журнал жазбасын қадағалаушы прокурор дәлелдей алады (qao audit prove).",
      "Ответ без доказательства не показывается. Задайте вопрос новым запросом; действие не повторяйте, проверьте его в "
      "реестре. Запись журнала может доказать надзирающий прокурор (qao audit prove).",
      "An answer without proof is not shown. Ask again by a new query; do not repeat an act, look in the registry. The "
      "supervising prosecutor can prove the record in the log (qao audit prove)."}},
    {"log-went-back",
     {"Журнал өзгертілген болуы мүмкін: қадағалаушы прокурорға хабарлаңыз.",
      "Журнал мог быть изменён: сообщите надзирающему прокурору.",
      "The log may have been changed: tell the supervising prosecutor."}},
    {"log-split",
     {"Журнал өзгертілген болуы мүмкін: қадағалаушы прокурорға хабарлаңыз.",
      "Журнал мог быть изменён: сообщите надзирающему прокурору.",
      "The log may have been changed: tell the supervising prosecutor."}},
};

/* Where the refused message was an act: instead of the above, or in addition. */
static const struct cli_word act_advices[] = {
    {"signer-not-connection",
     {"Актіге қосылған адамның өзі қол қояды.", "Акт подписывает тот же человек, который подключился.",
      "The person who connects must be the one who signs."}},
    {"query-stale",
     {"Компьютердің сағатын тексеріп, қайта қол қойыңыз.", "Проверьте часы компьютера и подпишите заново.",
      "Check this computer's clock and sign again."}},
    {"query-replayed",
     {"Бұл акт бұрын қабылданған; екінші рет жіберудің қажеті жоқ.",
      "Этот акт уже принят; отправлять его снова не нужно.",
      "This act was taken already; there is no need to send it again."}},
    {"unreachable",
     {"Желіні және шлюздің жұмысын тексеріңіз. Акт қабылданған болуы мүмкін: қайта қол қоймас бұрын Жүйе тізілімінен "
      "қараңыз.",
      "Проверьте сеть и работу шлюза. Акт мог быть принят: посмотрите в реестре Системы, прежде чем подписывать снова.",
      "Check the network and that the gateway runs. The act may have been taken: look in the register before you sign "
      "again."}},
    {"log-unavailable",
     {"Жүйе тізілімінен қараңыз: акт ол жерде болмаса, кейінірек қайта қол қойыңыз.",
      "Посмотрите в реестре Системы: если акта там нет, подпишите его снова позже.",
      "Look in the register: if the act is not there, sign it again later."}},
    {"receipt-missing",
     {"Актінің жазылғаны дәлелденбеді: Жүйе тізілімінен қараңыз және әкімшіге хабарлаңыз.",
      "Запись акта не доказана: посмотрите в реестре Системы и сообщите администратору.",
      "It is not proven that the act was recorded: look in the register and tell the administrator."}},
    {"role-not-held",
     {"Рөлдеріңізді qao me көрсетеді.", "Ваши роли покажет qao me.", "See with qao me which roles you hold."}},
    {"own-act",
     {"Мұны осыған құқығы бар басқа адам жасауға тиіс.", "Это должен сделать другой человек, у которого есть на это право.",
      "Another person who may must do this."}},
    {"officer-blocked",
     {"Бұғаттау бұғаттаудан кейін берілген жаңа өтініммен алынады: qao apply; басқа органдағы бұзушылық алдымен жабылады.",
      "Блокировку снимает новая заявка, поданная после неё: qao apply; нарушение в другом органе сначала закрывают.",
      "A new application, filed after the block, lifts it: qao apply; a violation in another body is closed first."}},
    {"not-competent",
     {"Бұл органның немесе бөлімшенің жауапты лауазымды тұлғасына жүгініңіз.",
      "Обратитесь к ответственному должностному лицу этого органа или подразделения.",
      "Ask the responsible official of that body or unit."}},
    {"body-unknown",
     {"Органдарды qao admin bodies көрсетеді.", "Органы покажет qao admin bodies.",
      "See the bodies with qao admin bodies."}},
    {"unit-unknown",
     {"Бөлімшелерді qao admin units көрсетеді.", "Подразделения покажет qao admin units.",
      "See the units with qao admin units."}},
    {"object-unknown",
     {"Нөмірді немесе ЖСН мен БСН-ді тексеріңіз.", "Проверьте номер либо ИИН и БИН.",
      "Check the number, or the IIN and BIN."}},
    {"application-open",
     {"Ашық өтінімді qao me көрсетеді; оны qao apply withdraw арқылы кері қайтарып алуға болады.",
      "Открытую заявку покажет qao me; отозвать её можно командой qao apply withdraw.",
      "See the open application with qao me; qao apply withdraw takes it back."}},
    {"application-closed",
     {"Қабылданған шешімді qao apply show көрсетеді.", "Принятое решение покажет qao apply show.",
      "See with qao apply show what was decided."}},
    {"digest-mismatch",
     {"Өтінімді қайта қараңыз: бұл басқа өтінім.", "Посмотрите заявку снова: это другая заявка.",
      "Look at it again: it is another one."}},
    {"form-mismatch",
     {"Өтінімде – өз ЖСН, БСН және органыңыздың коды; шешімде – сұралған құқықтар ғана; өз органыңыздың желілерінде – осы "
      "мекенжай.",
      "В заявке – свои ИИН, БИН и код органа; в решении – только права, о которых просили; в сетях своего органа – этот адрес.",
      "Your own IIN, BIN and body's code in the form; rights that were asked for in a decision; this address in the networks of "
      "your own body."}},
    {"form-incomplete",
     {"Барлық растауды, себебін, құқықтарды, ал бұзушылықты жапқанда шараны немесе ескертпені көрсетіңіз.",
      "Укажите все подтверждения, причину, права, а закрывая нарушение – меру или примечание.",
      "Give every statement, the reason, the rights, and the measure or a note when you close a violation."}},
    {"scan-missing",
     {"Басшы қол қойған скан файлын --scan арқылы тіркеңіз.", "Приложите подписанный руководителем скан: --scan.",
      "Attach the scan signed by the head with --scan."}},
    {"role-basis",
     {"Рөлге берілетін негіздерді qao policy table көрсетеді (12-қосымша).",
      "Основания роли покажет qao policy table (приложение 12).",
      "See with qao policy table which bases the role has (Appendix 12)."}},
    {"role-not-of-body",
     {"Органыңыздың рөлін таңдаңыз (12-қосымша).", "Выберите роль своего органа (приложение 12).",
      "Choose a role of your own body (Appendix 12)."}},
    {"text-not-in-force",
     {"Қолданыстағы мәтінді qao agree көрсетеді.", "Действующий текст покажет qao agree.",
      "See the text in force with qao agree."}},
    {"period-wrong",
     {"Басталу және аяқталу уақытын тексеріңіз (елорда уақыты).", "Проверьте начало и конец (время столицы).",
      "Check begin and end (time of the capital)."}},
    {"import-running",
     {"Барысын qao admin imports көрсетеді; содан кейін қайталаңыз.",
      "Ход покажет qao admin imports; повторите после окончания.",
      "See with qao admin imports how far it is, and try again then."}},
};

static const struct cli_word bases[] = {
    {"operative_search", {"жедел-іздестіру қызметі", "оперативно-розыскная деятельность", "operative-search activity"}},
    {"covert_investigation",
     {"жасырын тергеу қызметі", "негласные следственные действия", "covert investigative actions"}},
    {"search_measures", {"іздестіру іс-шаралары", "розыскные мероприятия", "search measures"}},
    {"other_duties", {"өзге міндеттер", "иные задачи", "other duties"}},
};

static const struct cli_word short_bases[] = {
    {"operative_search", {"жедел", "опер.", "operative"}},
    {"covert_investigation", {"жасырын", "негл.", "covert"}},
    {"search_measures", {"іздестіру", "розыск", "search"}},
};

static const struct cli_word states[] = {
    {"accepted", {"қабылданды", "принят", "accepted"}},
    {"done", {"орындалды", "исполнен", "done"}},
    {"not-done", {"орындалған жоқ", "не исполнено", "not done"}},
    {"refused", {"бас тартылды", "отказано", "refused"}},
    {"pending", {"күтуде", "ожидается", "pending: no conclusion yet"}},
    {"answered", {"жауап берілді", "ответ получен", "answered"}},
    {"failed", {"тізілім қатесі", "ошибка реестра", "the registry failed"}},
    {"timeout",
     {"тізілім уақытында жауап бермеді", "реестр не ответил вовремя", "the registry did not answer in time"}},
    {"unavailable", {"тізілім қолжетімсіз болды", "реестр был недоступен", "the registry could not be asked"}},
    {"withheld",
     {"берілмеді: бұған дейін пайдаланушы бұғатталды", "не выдан: до выдачи пользователь заблокирован",
      "withheld: a block came between"}},
    {"unknown", {"нәтижесі белгісіз", "исход неизвестен", "the outcome is unknown"}},
};

const char *cli_word_find(const struct cli_word *words, size_t count, struct base_bytes word, enum cli_language language)
{
    for (size_t i = 0; i < count; i++)
        if (base_bytes_equal_text(word, words[i].word))
            return words[i].text[language];
    return NULL;
}

/* The advice with "{service}" and "{id}" filled in: N and ID stand for what is not known. */
static int advice_fill(const char *advice, const struct cli_asked *asked, struct base_buffer *out)
{
    static const char service[] = "{service}", id[] = "{id}";
    int r = 0;
    while (*advice && r == 0) {
        size_t plain = strcspn(advice, "{");
        r = base_buffer_append(out, base_bytes_of(advice, plain));
        advice += plain;
        if (r || !*advice)
            break;
        if (strncmp(advice, service, sizeof service - 1) == 0) {
            r = asked->service > 0 ? base_buffer_printf(out, "%ld", asked->service) : base_buffer_append_text(out, "N");
            advice += sizeof service - 1;
        } else {
            r = base_buffer_append_text(out, asked->id ? asked->id : "ID");
            if (r == 0 && asked->part > 0)
                r = base_buffer_printf(out, " --part %u", asked->part);
            advice += sizeof id - 1;
        }
    }
    return r;
}

int cli_text_advice(struct base_bytes code, enum cli_language language, const struct cli_asked *asked,
                    const char *before, struct base_buffer *out)
{
    const char *advice = asked->act ? cli_word_find(act_advices, BASE_ARRAY_LENGTH(act_advices), code, language) : NULL;
    if (!advice)
        advice = cli_word_find(advices, BASE_ARRAY_LENGTH(advices), code, language);
    if (!advice)
        return base_buffer_error(out);
    (void) base_buffer_printf(out, "%s%s: ", before, cli_text(CLI_TEXT_ADVICE, language));
    (void) advice_fill(advice, asked, out);
    return base_buffer_append_text(out, "\n");
}

const char *cli_text_basis(const char *word, enum cli_language language)
{
    const char *text = cli_word_find(bases, BASE_ARRAY_LENGTH(bases), base_bytes_text(word), language);
    return text ? text : word;
}

const char *cli_text_basis_short(const char *word, enum cli_language language)
{
    const char *text = cli_word_find(short_bases, BASE_ARRAY_LENGTH(short_bases), base_bytes_text(word), language);
    return text ? text : word;
}

const char *cli_text_state(const char *word, enum cli_language language)
{
    const char *text = cli_word_find(states, BASE_ARRAY_LENGTH(states), base_bytes_text(word), language);
    return text ? text : word;
}

int cli_text_citation(const struct cli_citation *citation, enum cli_language language, struct base_buffer *out)
{
    static const char *const before[4][CLI_LANGUAGE_COUNT] = {{"", "пункт ", "clause "},
                                                              {"", "приложение ", "appendix "},
                                                              {"", "строка ", "row "},
                                                              {"", "графа ", "column "}};
    static const char *const after[4][CLI_LANGUAGE_COUNT] = {
        {"-тармақ", "", ""}, {"-қосымша", "", ""}, {"-жол", "", ""}, {"-баған", "", ""}};
    const long long numbers[4] = {citation->clause, citation->appendix, citation->row, citation->column};
    const char *comma = "";
    int r = 0;
    for (size_t i = 0; i < 4 && r == 0; i++) {
        if (numbers[i] <= 0)
            continue;
        r = base_buffer_printf(out, "%s%s%lld%s", comma, before[i][language], numbers[i], after[i][language]);
        comma = ", ";
    }
    return r;
}
