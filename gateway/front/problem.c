#include "gateway/front/problem.h"

#include <string.h>
#include <strings.h>

enum { LANGUAGES = 3, PROBLEMS = FRONT_PROBLEM_OUTCOME_UNKNOWN + 1 };

#define BODY(code, status, title)                                                                                      \
    "{\"type\":\"urn:qao:problem:" code "\",\"title\":\"" title "\",\"status\":" #status "}\n"

static const struct {
    unsigned status;
    const char *body[LANGUAGES];
} problems[PROBLEMS] = {
    [FRONT_PROBLEM_NONE] = {500, {"", "", ""}},
    [FRONT_PROBLEM_BAD_REQUEST] = {400,
                                   {BODY("bad-request", 400, "The request is not well-formed HTTP"),
                                    BODY("bad-request", 400, "Запрос не соответствует протоколу HTTP"),
                                    BODY("bad-request", 400, "Сұрау HTTP хаттамасына сәйкес емес")}},
    [FRONT_PROBLEM_LENGTH_REQUIRED] =
        {411,
         {BODY("length-required", 411, "The request needs a Content-Length"),
          BODY("length-required", 411, "В запросе должна быть указана длина (Content-Length)"),
          BODY("length-required", 411, "Сұрауда оның ұзындығы (Content-Length) көрсетілуі тиіс")}},
    [FRONT_PROBLEM_TOO_LARGE] = {413,
                                 {BODY("too-large", 413, "The request is too large"),
                                  BODY("too-large", 413, "Запрос слишком велик"),
                                  BODY("too-large", 413, "Сұрау тым үлкен")}},
    [FRONT_PROBLEM_OVERLOADED] =
        {503,
         {BODY("overloaded", 503, "The gateway cannot take the request now; try again shortly"),
          BODY("overloaded", 503, "Шлюз сейчас не может принять запрос; повторите попытку чуть позже"),
          BODY("overloaded", 503, "Шлюз қазір сұрауды қабылдай алмайды; сәл кейінірек қайталаңыз")}},
    [FRONT_PROBLEM_OUTCOME_UNKNOWN] =
        {503,
         {BODY("outcome-unknown", 503,
               "It is not known whether the request was carried out; do not send it again, look with GET "
               "/v1/queries/{id}"),
          BODY("outcome-unknown", 503,
               "Неизвестно, выполнен ли запрос; не отправляйте его повторно, проверьте: GET /v1/queries/{id}"),
          BODY("outcome-unknown", 503,
               "Сұраудың орындалған-орындалмағаны белгісіз; оны қайта жібермеңіз, тексеріңіз: GET "
               "/v1/queries/{id}")}},
};

unsigned front_problem_status(enum front_problem problem)
{
    return problems[problem].status;
}

struct base_bytes front_problem_body(enum front_problem problem, enum front_language language)
{
    return base_bytes_text(problems[problem].body[language]);
}

const char *front_language_name(enum front_language language)
{
    static const char *const names[LANGUAGES] = {
        [FRONT_LANGUAGE_EN] = "en", [FRONT_LANGUAGE_RU] = "ru", [FRONT_LANGUAGE_KK] = "kk"};
    return names[language];
}

static struct base_bytes trim(struct base_bytes text)
{
    while (text.len > 0 && (text.data[0] == ' ' || text.data[0] == '\t')) {
        text.data++;
        text.len--;
    }
    while (text.len > 0 && (text.data[text.len - 1] == ' ' || text.data[text.len - 1] == '\t'))
        text.len--;
    return text;
}

/* Cuts the text before the separator off and returns it, without the white space around it. */
static struct base_bytes take_part(struct base_bytes *text, uint8_t separator)
{
    const uint8_t *at = text->len > 0 ? memchr(text->data, separator, text->len) : NULL;
    size_t len = at ? (size_t) (at - text->data) : text->len;
    struct base_bytes part = base_bytes_of(text->data, len);
    size_t used = at ? len + 1 : len;
    *text = base_bytes_of(used < text->len ? text->data + used : NULL, text->len - used);
    return trim(part);
}

/* "q=0.7" in thousandths; 1000 for what is no weight. */
static int weight_of(struct base_bytes parameter)
{
    if (parameter.len < 3 || (parameter.data[0] | 0x20) != 'q' || parameter.data[1] != '=')
        return 1000;
    if (parameter.data[2] != '0')
        return 1000;
    int weight = 0, unit = 100;
    for (size_t i = 4; i < parameter.len && unit > 0; i++, unit /= 10) {
        if (parameter.data[i] < '0' || parameter.data[i] > '9')
            break;
        weight += (parameter.data[i] - '0') * unit;
    }
    return weight;
}

static bool is_language(struct base_bytes tag, enum front_language language)
{
    return tag.len >= 2 && strncasecmp((const char *) tag.data, front_language_name(language), 2) == 0 &&
           (tag.len == 2 || tag.data[2] == '-');
}

enum front_language front_language_find(struct base_bytes accept_language)
{
    static const enum front_language known[] = {FRONT_LANGUAGE_KK, FRONT_LANGUAGE_RU, FRONT_LANGUAGE_EN};
    enum front_language best = FRONT_LANGUAGE_EN;
    int best_weight = 0;
    while (accept_language.len > 0) {
        struct base_bytes range = take_part(&accept_language, ',');
        struct base_bytes tag = take_part(&range, ';');
        int weight = weight_of(trim(range));
        for (size_t i = 0; i < BASE_ARRAY_LENGTH(known); i++)
            if (weight > best_weight && is_language(tag, known[i])) {
                best = known[i];
                best_weight = weight;
            }
    }
    return best;
}
