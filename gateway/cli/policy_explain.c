#include "gateway/cli/policy_explain.h"

#include "policy/encode.h"

#include <stdio.h>
#include <string.h>

/* What the sentences speak of. */
struct telling {
    const struct policy_explanation *explanation;
    const struct policy_edition *edition;
    const struct policy_facts *facts;
    enum cli_language language;
};

typedef const char *const sentence[CLI_LANGUAGE_COUNT];

/* {role}, {basis}, {duty} and {service} are replaced by word and name, {bases} and {duties} by the words the role has. */
static sentence reason_sentences[POLICY_REASON_MAX + 1] = {
    [POLICY_REASON_ROLE_BASIS] = {"{role} рөліне {basis} негізі берілмеген. Рөлде бар негізді таңдаңыз: {bases}.",
                                  "У роли {role} нет основания {basis}. Выберите то, что у неё есть: {bases}.",
                                  "Role {role} does not have the basis {basis}. Choose one that it has: {bases}."},
    [POLICY_REASON_BASIS_NOT_GRANTED] =
        {"Тіркеуде {basis} негізі жоқ, бірақ рөлге ол берілуі мүмкін. Оны өтініммен сұрау керек.",
         "В регистрации нет основания {basis}, хотя роли оно доступно. Его нужно запросить заявкой.",
         "The registration lacks the basis {basis}, which the role may have. An application must ask for it."},
    [POLICY_REASON_DUTY_MISSING] =
        {"Өзге міндеттер үшін олардың қайсысы екені көрсетілуге тиіс. Рөлдің өз міндеттерінің бірін атаңыз: {duties}.",
         "Для иных задач нужно указать, какая именно. Назовите одну из задач роли: {duties}.",
         "Other duties need a duty. Name one of the role's own: {duties}."},
    [POLICY_REASON_DUTY_NOT_OF_ROLE] =
        {"{duty} бұл рөлдің міндеті емес. Рөлдің өз міндеттерінің бірін атаңыз: {duties}.",
         "{duty} не входит в задачи этой роли. Назовите одну из её задач: {duties}.",
         "{duty} is no duty of this role. Name one of its own: {duties}."},
    [POLICY_REASON_DUTY_NOT_GRANTED] = {"Тіркеуде {duty} жоқ.", "В регистрации нет {duty}.",
                                        "The registration lacks {duty}."},
    [POLICY_REASON_SERVICE_CLOSED] = {"Бұл негіз бойынша {service} сервисі жабық.",
                                      "Сервис {service} по этому основанию закрыт.",
                                      "Service {service} is closed on this ground."},
    [POLICY_REASON_CASE_MISSING] = {"Бұл негіз үшін қылмыстық іс нөмірі қажет. Оны көрсетіңіз.",
                                    "Для этого основания нужен номер уголовного дела. Укажите его.",
                                    "This basis needs the number of the criminal case. Name it."},
    [POLICY_REASON_CASE_MALFORMED] =
        {"Іс нөмірінің түрі қате. Түзетіңіз немесе қажет болмаса, көрсетпеңіз.",
         "Номер дела не того вида. Исправьте его или не указывайте, где он не нужен.",
         "The case number has the wrong form. Correct it, or leave it out where it is not needed."},
    [POLICY_REASON_ARTICLE_MISSING] =
        {"{service} сервисі тек 8-қосымшадағы баптар бойынша ашық. Істің бабын көрсетіңіз.",
         "Сервис {service} открыт только по статьям приложения 8. Укажите статью дела.",
         "Service {service} is open only for the articles of Appendix 8. Name the article of the case."},
    [POLICY_REASON_ARTICLE_NOT_LISTED] =
        {"Бұл бап пен бөлік 8-қосымшада жоқ. Істе болса, бапты сонда жазылғандай дәл көрсетіңіз.",
         "Этой статьи и части нет в приложении 8. Укажите статью точно так, как она там записана, если она есть в "
         "деле.",
         "This article and part is not in Appendix 8. Name one exactly as listed there, if the case has one."},
};

static sentence apply = {" Оны өтініммен сұрау керек.", " Её нужно запросить заявкой.", " An application must ask for it."};
static sentence never_granted = {" Бұл рөлге ол берілмейді.", " Этой роли она не может быть предоставлена.",
                                 " The role cannot have it at all."};
static sentence no_ground = {" Оны бұл рөлге басқа ешбір негіз ашпайды.",
                             " Другого основания, открывающего его этой роли, нет.",
                             " No other ground opens it to this role."};
static sentence other_ground = {" Оны ашатын негізді пайдаланыңыз (төменде).",
                                " Используйте основание, которое его открывает (ниже).",
                                " Use a ground that opens it (below)."};
static sentence no_article = {"Бұл бап емес. 216/2 немесе 220 деп жазыңыз не көрсетпеңіз: бұл сервиске бап қажет емес.",
                              "Это не статья. Напишите 216/2 или 220 либо не указывайте: этому сервису статья не нужна.",
                              "This is no article. Write 216/2 or 220, or leave it out: this service needs none."};
static sentence by_edition = {"бұйрықтың редакциясы", "редакция приказа", "by edition"};
static sentence doubtful = {"Бұл жер анық басылмаған немесе күмән туғызады.",
                            "Это место напечатано нечётко или вызывает сомнение.",
                            "The place is badly printed or uncertain."};
static sentence open_to_registration = {
    "Осы тіркеумен сервисті мына негіздер бойынша сұрауға болады: ",
    "По этой регистрации сервис можно запросить по основаниям: ", "This registration may ask the service on: "};
static sentence open_to_role = {"Рөлге оны мына негіздер бойынша беруге болады: ",
                                "Роли его можно предоставить по основаниям: ", "The role could be granted it on: "};
static sentence open_to_none = {"Бұл сервисті бұл рөлге ешбір негіз ашпайды.",
                                "Этой роли сервис не открыт ни по какому основанию.",
                                "No ground opens this service to this role."};
static sentence none = {"жоқ", "нет", "none"};

static void slots_print(const char *lead, unsigned slots)
{
    bool first = true;
    for (unsigned i = 0; i < POLICY_SLOT_COUNT; i++) {
        if (!(slots >> i & 1))
            continue;
        struct policy_slot slot = policy_slot_at(i);
        printf("%s%s%s%s", first ? lead : ", ", policy_basis_name(slot.basis), slot.duty ? " " : "",
               slot.duty ? policy_duty_name(slot.duty) : "");
        first = false;
    }
    if (!first)
        puts("");
}

static const char *basis_name(unsigned basis)
{
    return policy_basis_name((enum policy_basis) basis);
}

static const char *duty_name(unsigned duty)
{
    return policy_duty_name((enum policy_duty) duty);
}

static void names_print(const struct telling *telling, unsigned bits, unsigned max, const char *name(unsigned))
{
    bool first = true;
    for (unsigned i = 1; i <= max; i++)
        if (bits >> i & 1) {
            printf("%s%s", first ? "" : ", ", name(i));
            first = false;
        }
    if (first)
        fputs(none[telling->language], stdout);
}

static void named_print(const char *word, const char *name)
{
    printf("%s (%s)", word, name ? name : "?");
}

static bool is_mark(const char *mark, size_t len, const char *name)
{
    return strlen(name) == len && memcmp(mark, name, len) == 0;
}

static void mark_print(const struct telling *telling, const char *mark, size_t len)
{
    const struct policy_facts *facts = telling->facts;
    const struct policy_edition *edition = telling->edition;
    enum policy_language language = cli_language_policy(telling->language);
    char number[16];
    if (is_mark(mark, len, "role")) {
        snprintf(number, sizeof number, "%u", facts->role);
        named_print(number, policy_edition_role_name(edition, facts->role, language));
    } else if (is_mark(mark, len, "service")) {
        snprintf(number, sizeof number, "%u", facts->service);
        named_print(number, policy_edition_service_name(edition, facts->service, language));
    } else if (is_mark(mark, len, "basis")) {
        named_print(policy_basis_name(facts->basis), policy_edition_basis_name(edition, facts->basis, language));
    } else if (is_mark(mark, len, "duty")) {
        named_print(policy_duty_name(facts->duty), policy_edition_duty_name(edition, facts->duty, language));
    } else if (is_mark(mark, len, "bases")) {
        names_print(telling, telling->explanation->bases, POLICY_BASIS_MAX, basis_name);
    } else {
        names_print(telling, telling->explanation->duties, POLICY_DUTY_MAX, duty_name);
    }
}

static void sentence_print(const struct telling *telling, const char *text)
{
    while (*text) {
        size_t plain = strcspn(text, "{");
        printf("%.*s", (int) plain, text);
        text += plain;
        if (!*text)
            break;
        size_t mark = strcspn(text + 1, "}");
        mark_print(telling, text + 1, mark);
        text += mark + 2;
    }
}

/* What is wrong, and the change that would mend it. */
static void reason_print(const struct telling *telling, enum policy_reason reason)
{
    const struct policy_explanation *explanation = telling->explanation;
    const struct policy_facts *facts = telling->facts;
    const char *text = reason_sentences[reason][telling->language];
    const char *more = "";
    if (reason == POLICY_REASON_DUTY_NOT_GRANTED)
        more = (explanation->duties >> facts->duty & 1 ? apply : never_granted)[telling->language];
    else if (reason == POLICY_REASON_SERVICE_CLOSED)
        more = (explanation->slots == 0 ? no_ground : other_ground)[telling->language];
    else if (reason == POLICY_REASON_ARTICLE_NOT_LISTED &&
             !policy_edition_service_marked(telling->edition, facts->service))
        text = no_article[telling->language];
    printf("\n%s\n  ", policy_reason_name(reason));
    sentence_print(telling, text);
    puts(more);
}

static void citation_print(const struct telling *telling, const struct policy_citation *citation)
{
    const struct cli_citation numbers = {.clause = citation->clause,
                                         .appendix = citation->appendix,
                                         .row = citation->row,
                                         .column = citation->column};
    struct base_buffer text BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&text, 256);
    if (cli_text_citation(&numbers, telling->language, &text) == 0)
        printf("  %.*s\n", (int) text.len, (const char *) text.data);
    for (unsigned i = 1; i < 64; i++)
        if (citation->readings >> i & 1)
            printf("    R%02u: %s\n", i, policy_edition_reading(telling->edition, i));
}

static void slots_encode(unsigned slots, struct base_json *json)
{
    base_json_array_begin(json);
    for (unsigned i = 0; i < POLICY_SLOT_COUNT; i++)
        if (slots >> i & 1) {
            struct policy_slot slot = policy_slot_at(i);
            base_json_object_begin(json);
            base_json_member_text(json, "basis", policy_basis_name(slot.basis));
            base_json_member_text(json, "duty", slot.duty ? policy_duty_name(slot.duty) : NULL);
            base_json_object_end(json);
        }
    base_json_array_end(json);
}

void cli_policy_explanation_encode(const struct policy_explanation *explanation, const struct policy_edition *edition,
                                   struct base_json *json)
{
    base_json_object_begin(json);
    base_json_name(json, "decision");
    policy_decision_encode_whole(&explanation->decision, edition, json);
    base_json_name(json, "open_to_registration");
    slots_encode(explanation->granted_slots, json);
    base_json_name(json, "open_to_role");
    slots_encode(explanation->slots, json);
    base_json_object_end(json);
}

void cli_policy_explanation_print(const struct policy_explanation *explanation, const struct policy_edition *edition,
                                  const struct policy_facts *facts, enum cli_language language)
{
    static const enum cli_text effects[] = {[POLICY_EFFECT_DENY] = CLI_TEXT_DENY,
                                            [POLICY_EFFECT_ABBREVIATED] = CLI_TEXT_ABBREVIATED,
                                            [POLICY_EFFECT_PERMIT] = CLI_TEXT_PERMIT};
    const struct policy_decision *decision = &explanation->decision;
    const struct telling telling = {explanation, edition, facts, language};
    printf("%s: %s\n", policy_effect_name(decision->effect), cli_text(effects[decision->effect], language));
    for (unsigned reason = 1; reason <= POLICY_REASON_MAX; reason++)
        if (policy_decision_has(decision, (enum policy_reason) reason))
            reason_print(&telling, (enum policy_reason) reason);
    printf("\n%s %s:\n", by_edition[language], policy_edition_id(edition));
    for (unsigned i = 0; i < decision->citation_count; i++)
        citation_print(&telling, &decision->citations[i]);
    if (decision->doubtful)
        printf("  %s\n", doubtful[language]);
    if (decision->effect != POLICY_EFFECT_DENY)
        return;
    puts("");
    slots_print(open_to_registration[language], explanation->granted_slots);
    slots_print(open_to_role[language], explanation->slots & ~explanation->granted_slots);
    if (explanation->slots == 0)
        puts(open_to_none[language]);
}
