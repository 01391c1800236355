#include "gateway/cli/title.h"

#include "base/clock.h"
#include "gateway/cli/moment.h"
#include "gateway/cli/screen.h"
#include "gateway/cli/show.h"

#include <string.h>

enum { INDENT_MAX = 8 };

static const struct cli_word members[] = {
    {"above", {"Жоғары тұрған бөлімше", "Вышестоящее подразделение", "Unit above"}},
    {"act", {"Акт", "Акт", "Act"}},
    {"act_date", {"Тағайындау актісінің күні", "Дата акта о назначении", "Date of the appointing act"}},
    {"act_number", {"Тағайындау актісінің нөмірі", "Номер акта о назначении", "Number of the appointing act"}},
    {"actions", {"Іс-әрекеттер", "Действия", "Actions"}},
    {"adds", {"Қосылады", "Будет добавлено", "Adds"}},
    {"agreement", {"Келісім", "Соглашение", "Agreement"}},
    {"allowed", {"Рұқсат етілгені", "Допустимо", "Allowed"}},
    {"announcement", {"Хабарландыру", "Объявление", "Announcement"}},
    {"announcements", {"Хабарландырулар", "Объявления", "Announcements"}},
    {"appendix", {"Қосымша", "Приложение", "Appendix"}},
    {"application", {"Өтінім", "Заявка", "Application"}},
    {"applications", {"Өтінімдер", "Заявки", "Applications"}},
    {"at", {"Уақыты", "Время", "Time"}},
    {"bases", {"Негіздер", "Основания", "Bases"}},
    {"begins_at", {"Басталуы", "Начало", "Begins"}},
    {"bin", {"БСН", "БИН", "BIN"}},
    {"block_reason", {"Бұғаттау себебі", "Причина блокирования", "Reason of the block"}},
    {"body", {"Орган", "Орган", "Body"}},
    {"body_code", {"Органның коды", "Код органа", "Code of the body"}},
    {"by", {"Кім", "Кем", "By"}},
    {"bytes", {"Көлемі, байт", "Размер, байт", "Bytes"}},
    {"cause", {"Себебінің түрі", "Вид причины", "Cause"}},
    {"causes", {"Себептері", "Причины", "Causes"}},
    {"code", {"Коды", "Код", "Code"}},
    {"contact", {"Байланыс деректері", "Контактные данные", "Contact"}},
    {"contacts", {"Оператордың байланыс деректері", "Контактные данные оператора", "Contacts of the operator"}},
    {"corrected_by", {"Түзеткен жол", "Исправлено строкой", "Corrected by"}},
    {"corrects", {"Түзететін жолы", "Исправляет строку", "Corrects"}},
    {"decided_at", {"Шешім қабылданды", "Решено", "Decided"}},
    {"decision", {"Шешім", "Решение", "Decision"}},
    {"difference", {"Айырма", "Разница", "Difference"}},
    {"digest", {"Хэш (SHA-256)", "Хэш (SHA-256)", "Digest (SHA-256)"}},
    {"done", {"Орындалды", "Выполнено", "Done"}},
    {"due_at", {"Мерзімі", "Срок", "Due"}},
    {"duties", {"Өзге міндеттер", "Иные задачи", "Other duties"}},
    {"email", {"Электрондық пошта", "Электронная почта", "E-mail"}},
    {"emails", {"Электрондық пошта", "Электронная почта", "E-mail"}},
    {"en", {"Ағылшынша", "По-английски", "In English"}},
    {"ended_at", {"Аяқталды", "Окончание", "Ended"}},
    {"ends_at", {"Аяқталуы", "Окончание", "Ends"}},
    {"entry", {"Журнал жазбасы", "Запись журнала", "Log entry"}},
    {"filed_at", {"Берілді", "Подана", "Filed"}},
    {"form", {"Өтінім деректері", "Данные заявки", "Form"}},
    {"given", {"Аты", "Имя", "Given name"}},
    {"has", {"Қазіргі құқықтары", "Имеющиеся права", "Has now"}},
    {"head", {"Басшысы", "Руководитель", "Head"}},
    {"iin", {"ЖСН", "ИИН", "IIN"}},
    {"import", {"Көшіру", "Перенос", "Import"}},
    {"in_force", {"Қолданыстағы нұсқа", "Действующая редакция", "Version in force"}},
    {"in_force_from", {"Күшіне енуі", "Действует с", "In force from"}},
    {"incident", {"Оқиға", "Происшествие", "Incident"}},
    {"kind", {"Түрі", "Вид", "Kind"}},
    {"kk", {"Қазақша", "По-казахски", "In Kazakh"}},
    {"language", {"Тілі", "Язык", "Language"}},
    {"last_entry_at", {"Соңғы кіру", "Последний вход", "Last entry"}},
    {"left_s", {"Қалған уақыт", "Осталось", "Time left"}},
    {"measure", {"Шара", "Мера", "Measure"}},
    {"measures", {"Шаралар", "Меры", "Measures"}},
    {"minutes_max", {"Қажет уақыт, мин (ең көбі)", "Необходимое время, мин (макс.)", "Minutes (max)"}},
    {"mobile_phone", {"Ұялы телефон", "Мобильный телефон", "Mobile telephone"}},
    {"name", {"Атауы", "Наименование", "Name"}},
    {"networks", {"Желілер", "Сети", "Networks"}},
    {"note", {"Ескертпе", "Примечание", "Note"}},
    {"number", {"№", "№", "No"}},
    {"outcome", {"Нәтижесі", "Исход", "Outcome"}},
    {"overdue", {"Мерзімі өткен", "Просрочена", "Overdue"}},
    {"parts", {"Бөліктер", "Части", "Parts"}},
    {"patronymic", {"Әкесінің аты", "Отчество", "Patronymic"}},
    {"personal_data",
     {"Дербес деректерді беруге рұқсат", "Разрешение на предоставление персональных данных",
      "Consent to personal data"}},
    {"position", {"Лауазымы", "Должность", "Position"}},
    {"protected_carrier", {"Қорғалған жеткізгіш", "Защищённый носитель", "Protected carrier"}},
    {"reason", {"Себебі", "Причина", "Reason"}},
    {"registration", {"Тіркеу", "Регистрация", "Registration"}},
    {"registrations", {"Тіркеулер", "Регистрации", "Registrations"}},
    {"removes", {"Алып тасталады", "Будет исключено", "Removes"}},
    {"responsible", {"Жауапты", "Ответственный", "Responsible"}},
    {"rights", {"Сұралған құқықтар", "Запрошенные права", "Rights asked for"}},
    {"role", {"Рөлі", "Роль", "Role"}},
    {"row", {"Журнал жолы", "Строка журнала", "Journal row"}},
    {"rows", {"Жолдар", "Строки", "Rows"}},
    {"ru", {"Орысша", "По-русски", "In Russian"}},
    {"running", {"Жүріп жатыр", "Идёт", "Running"}},
    {"scan", {"Скан", "Скан", "Scan"}},
    {"section", {"Бөлім", "Раздел", "Section"}},
    {"service", {"Сервис", "Сервис", "Service"}},
    {"sha256", {"SHA-256", "SHA-256", "SHA-256"}},
    {"signed_at", {"Қол қойылды", "Подписано", "Signed"}},
    {"since", {"Басталған уақыты", "С", "Since"}},
    {"source", {"Дереккөз", "Источник", "Source"}},
    {"started_at", {"Басталды", "Начало", "Started"}},
    {"state", {"Күйі", "Состояние", "State"}},
    {"statements", {"Растаулар", "Подтверждения", "Statements"}},
    {"surname", {"Тегі", "Фамилия", "Surname"}},
    {"suspends_at", {"Уақытша тоқтатылады", "Будет приостановлен", "Suspended on"}},
    {"system_role", {"Жүйедегі рөлі", "Роль в системе", "System role"}},
    {"telephones", {"Телефондар", "Телефоны", "Telephones"}},
    {"text", {"Мәтіні", "Текст", "Text"}},
    {"type", {"Түрі", "Тип", "Type"}},
    {"unit", {"Бөлімше", "Подразделение", "Unit"}},
    {"until", {"Қолданылу мерзімі", "Действует до", "Until"}},
    {"value", {"Мәні", "Значение", "Value"}},
    {"version", {"Нұсқасы", "Редакция", "Version"}},
    {"versions", {"Нұсқалары", "Редакции", "Versions"}},
    {"violation", {"Бұзушылық", "Нарушение", "Violation"}},
    {"withdrawn", {"Кері қайтарып алынды", "Отозвано", "Withdrawn"}},
    {"work_address", {"Жұмыс мекенжайы", "Рабочий адрес", "Work address"}},
    {"work_phone", {"Жұмыс телефоны", "Рабочий телефон", "Work telephone"}},
    {"workplace", {"Жұмыс орны", "Рабочее место", "Workplace"}},
};

static const struct cli_word words[] = {
    {"absence", {"жұмыс орнында болмау", "отсутствие на рабочем месте", "absence"}},
    {"active", {"қолданыста", "действует", "active"}},
    {"administrator", {"әкімші", "администратор", "administrator"}},
    {"block", {"бұғаттау", "блокирование", "block"}},
    {"blocked", {"бұғатталған", "заблокирован", "blocked"}},
    {"closed", {"жабық", "закрыто", "closed"}},
    {"dismissal", {"жұмыстан шығару", "увольнение", "dismissal"}},
    {"done", {"аяқталды", "завершён", "done"}},
    {"ended", {"тоқтатылды", "прекращено", "ended"}},
    {"filed", {"қаралуда", "на рассмотрении", "filed"}},
    {"gateway", {"шлюз", "шлюз", "gateway"}},
    {"network-not-allowed", {"рұқсат етілмеген желі", "недопустимая сеть", "network not allowed"}},
    {"officer", {"пайдаланушы", "пользователь", "officer"}},
    {"officer-blocked", {"бұғаттаудан кейінгі сұрау", "запрос после блокирования", "query after a block"}},
    {"official", {"оператордың лауазымды тұлғасы", "должностное лицо оператора", "official"}},
    {"open", {"ашық", "открыто", "open"}},
    {"other", {"өзге", "иное", "other"}},
    {"prosecutor", {"қадағалаушы прокурор", "надзирающий прокурор", "prosecutor"}},
    {"query-replayed", {"қайталанған сұрау", "повторный запрос", "query replayed"}},
    {"refusals", {"бас тарту тым көп", "слишком много отказов", "many refusals"}},
    {"refused", {"бас тартылды", "отказано", "refused"}},
    {"register", {"тіркелу", "регистрация", "register"}},
    {"registered", {"тіркелді", "зарегистрировано", "registered"}},
    {"registry", {"тізілім", "реестр", "registry"}},
    {"responsible", {"жауапты лауазымды тұлға", "ответственное должностное лицо", "responsible official"}},
    {"running", {"жүріп жатыр", "идёт", "running"}},
    {"signature-invalid", {"қолтаңба дұрыс емес", "неверная подпись", "signature invalid"}},
    {"signer-not-connection", {"басқа адамның қолтаңбасы", "подпись другого лица", "signed by another person"}},
    {"suspended", {"уақытша тоқтатылған", "приостановлен", "suspended"}},
    {"transfer", {"ауысу", "перевод", "transfer"}},
    {"violation", {"бұзушылық", "нарушение", "violation"}},
    {"withdrawn", {"кері қайтарып алынды", "отозвана", "withdrawn"}},
    {"witness", {"куәгер", "свидетель", "witness"}},
};

const char *cli_title(const char *member, enum cli_language language)
{
    const char *title = cli_word_find(members, BASE_ARRAY_LENGTH(members), base_bytes_text(member), language);
    return title ? title : member;
}

/* The members whose values are words of the protocol. A name or a reason that is such a word by chance stays itself. */
static bool is_word(const char *member)
{
    static const char *const names[] = {"state", "kind", "system_role", "outcome", "cause"};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(names); i++)
        if (strcmp(names[i], member) == 0)
            return true;
    return false;
}

static int text_value(const char *member, const char *text, enum cli_language language, struct base_buffer *out)
{
    size_t len = strlen(member);
    const char *name =
        is_word(member) ? cli_word_find(words, BASE_ARRAY_LENGTH(words), base_bytes_text(text), language) : NULL;
    if (strcmp(member, "bases") == 0)
        name = cli_text_basis(text, language);
    if ((len > 3 && strcmp(member + len - 3, "_at") == 0) || strcmp(member, "at") == 0 ||
        strcmp(member, "until") == 0 || strcmp(member, "since") == 0 || strcmp(member, "in_force_from") == 0) {
        char time[64];
        cli_show_time(text, time);
        return cli_screen_text(base_bytes_text(time), out);
    }
    return cli_screen_text(base_bytes_text(name ? name : text), out);
}

static int object_value(const json_t *value, enum cli_language language, struct base_buffer *out)
{
    const char *name;
    const json_t *member;
    const char *between = "";
    const json_t *in_language = json_object_get(value, cli_language_name(language));
    if (json_is_string(in_language) && json_object_size(value) == CLI_LANGUAGE_COUNT)
        return cli_screen_text(base_bytes_text(json_string_value(in_language)), out);
    json_object_foreach((json_t *) (uintptr_t) value, name, member)
    {
        (void) base_buffer_append_text(out, between);
        (void) cli_screen_text(base_bytes_text(cli_title(name, language)), out);
        (void) base_buffer_append_text(out, ": ");
        (void) cli_title_value(name, member, language, out);
        between = "; ";
    }
    return base_buffer_error(out);
}

int cli_title_value(const char *member, const json_t *value, enum cli_language language, struct base_buffer *out)
{
    if (json_is_integer(value) && strcmp(member, "left_s") == 0) {
        char left[CLI_MOMENT_TEXT_MAX];
        cli_moment_left(json_integer_value(value), language, left);
        return base_buffer_append_text(out, left);
    }
    if (json_is_string(value))
        return text_value(member, json_string_value(value), language, out);
    if (json_is_integer(value))
        return base_buffer_printf(out, "%lld", (long long) json_integer_value(value));
    if (json_is_boolean(value))
        return base_buffer_append_text(out, cli_text(json_is_true(value) ? CLI_TEXT_YES : CLI_TEXT_NO, language));
    if (json_is_object(value))
        return object_value(value, language, out);
    if (json_array_size(value) == 0)
        return base_buffer_append_text(out, "-");
    for (size_t i = 0; i < json_array_size(value); i++) {
        (void) base_buffer_append_text(out, i ? ", " : "");
        (void) cli_title_value(member, json_array_get(value, i), language, out);
    }
    return base_buffer_error(out);
}

static bool is_hidden(const char *const *hidden, const char *name)
{
    if (strcmp(name, "signed") == 0)
        return true;
    for (; hidden && *hidden; hidden++)
        if (strcmp(*hidden, name) == 0)
            return true;
    return false;
}

/* Nested: an object without languages, or a list of objects. */
static bool is_nested(const json_t *value)
{
    return (json_is_object(value) && !json_is_string(json_object_get(value, "kk"))) ||
           json_is_object(json_array_get(value, 0));
}

static void nested(const json_t *value, const char *const *hidden, enum cli_language language, unsigned indent,
                   struct base_buffer *out)
{
    if (json_is_object(value)) {
        (void) cli_title_object(value, hidden, language, indent, out);
        return;
    }
    for (size_t i = 0; i < json_array_size(value); i++) {
        (void) base_buffer_printf(out, "%*s%zu.\n", (int) indent * 2, "", i + 1);
        (void) cli_title_object(json_array_get(value, i), hidden, language, indent + 1, out);
    }
}

int cli_title_object(const json_t *object, const char *const *hidden, enum cli_language language, unsigned indent,
                     struct base_buffer *out)
{
    const char *name;
    const json_t *value;
    json_object_foreach((json_t *) (uintptr_t) object, name, value)
    {
        if (is_hidden(hidden, name))
            continue;
        (void) base_buffer_printf(out, "%*s", (int) indent * 2, "");
        (void) cli_screen_text(base_bytes_text(cli_title(name, language)), out);
        (void) base_buffer_append_text(out, ":");
        if (is_nested(value) && indent < INDENT_MAX) {
            (void) base_buffer_append_text(out, "\n");
            nested(value, hidden, language, indent + 1, out);
            continue;
        }
        (void) base_buffer_append_text(out, " ");
        (void) cli_title_value(name, value, language, out);
        (void) base_buffer_append_text(out, "\n");
    }
    return base_buffer_error(out);
}
