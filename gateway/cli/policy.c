#include "gateway/cli/policy.h"

#include "base/clock.h"
#include "base/data.h"
#include "gateway/cli/policy_explain.h"
#include "gateway/cli/words.h"
#include "policy/case.h"
#include "policy/encode.h"
#include "policy/enumerate.h"
#include "policy/listing.h"

#include <errno.h>
#include <getopt.h>
#include <openssl/evp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

enum exit_status { EXIT_DONE = 0, EXIT_NO = 1, EXIT_UNUSABLE = 2 };

enum { JSON_BYTES_MAX = 64 * 1024 };

static const char help[] =
    "qao policy: who may ask which service on which ground, by the editions of the order\n"
    "\n"
    "  qao policy table [--edition E]\n"
    "      Every role, ground and service as tab-separated lines: role basis duty service effect needs.\n"
    "  qao policy decide --role N --basis B [--duty D] --service S [--case C] [--article A]\n"
    "      One decision as JSON, with all reasons and citations.\n"
    "      Exit status: 0 permit (whole or abbreviated), 1 deny, 2 unusable input.\n"
    "  qao policy explain (options of decide) [--lang kk|ru|en] [--json]\n"
    "      The decision in words, and what would have to change for a permit. Exit status as decide.\n"
    "  qao policy check DIR\n"
    "      Reads one edition, or a folder of editions, and names the first mistake by file, line and column.\n"
    "      Exit status: 0 sound, 1 not, 2 unusable input.\n"
    "  qao policy diff A B\n"
    "      What edition B opens and closes against A, as tab-separated lines; each is an id or a folder.\n"
    "      Exit status: 0 the same, 1 different, 2 unusable input.\n"
    "  qao policy enumerate [--edition E] [--json]\n"
    "      The clauses as rules against the compiled table, over the whole space.\n"
    "      Exit status: 0 no difference, 1 differences, 2 unusable input.\n"
    "\n"
    "  --role N          1-15: rows of App. 12, and 15 for the Anti-Corruption Service\n"
    "  --basis B         operative_search, covert_investigation, search_measures or other_duties\n"
    "  --duty D          app4.1-app4.5, app5.1, app5.2, app6.1 or app7.1; with other_duties only\n"
    "  --service S       1-76\n"
    "  --case C          number of the criminal case\n"
    "  --article A       article of the Criminal Code: 216/2 for a part, 220 for one listed whole\n"
    "  --granted-bases L what the registration grants, separated by commas, '-' for none; without it, every basis\n"
    "                    that App. 12 allows the role\n"
    "  --granted-duties L\n"
    "                    the same for duties\n"
    "  --case-pattern P  form of a case number, # for a digit (default: 15 digits)\n"
    "  --edition E       id of an edition; without it, the one in force now\n"
    "  --editions DIR    folder of editions, instead of the installed one\n"
    "  --lang kk|ru|en   language of explain ($LANG)\n"
    "  --json            explain, enumerate: one line of JSON\n"
    "  --instance DIR    taken as by every other command; editions do not depend on it\n"
    "  --help            this text\n";

struct options {
    const char *role, *basis, *duty, *service, *case_number, *article, *granted_bases, *granted_duties, *case_pattern,
        *edition, *editions, *instance, *language;
    bool json, help;
    const char *operand[2];
    int operand_count;
};

static int BASE_PRINTF(1, 2) complain(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fputs("qao policy: ", stderr);
    vfprintf(stderr, format, arguments);
    fputc('\n', stderr);
    va_end(arguments);
    return EXIT_UNUSABLE;
}

static int sha256(struct base_bytes bytes, uint8_t ret_digest[static POLICY_DIGEST_BYTES])
{
    unsigned len = 0;
    return EVP_Digest(bytes.data, bytes.len, ret_digest, &len, EVP_sha256(), NULL) == 1 ? 0 : -EIO;
}

static void free_text(char **text)
{
    free(*text);
}

static void free_set(struct policy_editions **set)
{
    policy_editions_free(*set);
}

/* ---- options ---- */

static int options_parse(int argc, char **argv, struct options *options)
{
    enum { ROLE, BASIS, DUTY, SERVICE, CASE, ARTICLE, BASES, DUTIES, PATTERN, EDITION, EDITIONS, INSTANCE, LANGUAGE, JSON, HELP };
    static const struct option known[] = {{"role", required_argument, NULL, ROLE},
                                          {"basis", required_argument, NULL, BASIS},
                                          {"duty", required_argument, NULL, DUTY},
                                          {"service", required_argument, NULL, SERVICE},
                                          {"case", required_argument, NULL, CASE},
                                          {"article", required_argument, NULL, ARTICLE},
                                          {"edition", required_argument, NULL, EDITION},
                                          {"editions", required_argument, NULL, EDITIONS},
                                          {"json", no_argument, NULL, JSON},
                                          {"help", no_argument, NULL, HELP},
                                          {"granted-bases", required_argument, NULL, BASES},
                                          {"granted-duties", required_argument, NULL, DUTIES},
                                          {"case-pattern", required_argument, NULL, PATTERN},
                                          {"instance", required_argument, NULL, INSTANCE},
                                          {"lang", required_argument, NULL, LANGUAGE},
                                          {NULL, 0, NULL, 0}};
    const char **const values[] = {&options->role,          &options->basis,          &options->duty,
                                   &options->service,       &options->case_number,    &options->article,
                                   &options->granted_bases, &options->granted_duties, &options->case_pattern,
                                   &options->edition,       &options->editions,       &options->instance,
                                   &options->language};
    int which, index = 0;
    optind = 0; /* glibc: begin anew */
    opterr = 0;
    while ((which = getopt_long(argc, argv, "", known, &index)) != -1) {
        if (which == HELP)
            options->help = true;
        else if (which == JSON)
            options->json = true;
        else if (which < 0 || which >= (int) BASE_ARRAY_LENGTH(values))
            return complain("%s is unknown or lacks its value; see qao policy --help", argv[optind - 1]);
        else if (*values[which])
            return complain("--%s is given twice", known[index].name);
        else
            *values[which] = optarg;
    }
    for (; optind < argc; optind++) {
        if (options->operand_count == 2)
            return complain("'%s' is one too many; see qao policy --help", argv[optind]);
        options->operand[options->operand_count++] = argv[optind];
    }
    return EXIT_DONE;
}

static int number_parse(const char *name, const char *text, unsigned max, unsigned *ret_number)
{
    char *end = NULL;
    if (!text)
        return complain("--%s is missing: 1-%u", name, max);
    errno = 0;
    unsigned long number = strtoul(text, &end, 10);
    if (text[0] < '0' || text[0] > '9' || *end != '\0' || errno != 0 || number < 1 || number > max)
        return complain("--%s '%s' is not a number from 1 to %u", name, text, max);
    *ret_number = (unsigned) number;
    return EXIT_DONE;
}

/* A comma-separated list of names as bits; parse gives 0 for an unknown name. */
static int names_parse(const char *option, const char *text, unsigned parse(struct base_bytes), unsigned *ret_bits)
{
    unsigned bits = 0;
    for (const char *at = text; strcmp(text, "-") != 0;) {
        size_t len = strcspn(at, ",");
        unsigned value = parse(base_bytes_of(at, len));
        if (value == 0)
            return complain("--%s: '%.*s' is unknown; see qao policy --help", option, (int) len, at);
        bits |= 1u << value;
        if (at[len] == '\0')
            break;
        at += len + 1;
    }
    *ret_bits = bits;
    return EXIT_DONE;
}

static unsigned basis_parse(struct base_bytes text)
{
    return policy_basis_parse(text);
}

static unsigned duty_parse(struct base_bytes text)
{
    return policy_duty_parse(text);
}

static int ground_parse(const struct options *options, struct policy_facts *facts)
{
    if (!options->basis)
        return complain("--basis is missing: operative_search, covert_investigation, search_measures or other_duties");
    char error[CLI_WORDS_ERROR_MAX];
    if (cli_words_basis_check(options->basis, error) ||
        (options->duty && cli_words_duty_check(options->duty, options->basis, error)))
        return complain("%s", error);
    facts->basis = policy_basis_parse(base_bytes_text(options->basis));
    if (options->duty)
        facts->duty = policy_duty_parse(base_bytes_text(options->duty));
    return EXIT_DONE;
}

static int facts_parse(const struct options *options, const struct policy_edition *edition, struct policy_facts *facts)
{
    struct policy_case_pattern pattern;
    const char *text = options->case_pattern ? options->case_pattern : POLICY_CASE_PATTERN_DEFAULT;
    int status;
    if ((status = number_parse("role", options->role, POLICY_ROLE_MAX, &facts->role)) ||
        (status = ground_parse(options, facts)) ||
        (status = number_parse("service", options->service, POLICY_SERVICE_MAX, &facts->service)))
        return status;
    if (policy_case_pattern_parse(base_bytes_text(text), &pattern) < 0)
        return complain("--case-pattern '%s': 1-%d printable characters, # for a digit", text, POLICY_CASE_PATTERN_MAX);
    facts->case_state = policy_case_check(&pattern, base_bytes_text(options->case_number));
    facts->article = base_bytes_text(options->article);
    policy_facts_grant_all(edition, facts);
    if (options->granted_bases &&
        (status = names_parse("granted-bases", options->granted_bases, basis_parse, &facts->granted_bases)))
        return status;
    if (options->granted_duties &&
        (status = names_parse("granted-duties", options->granted_duties, duty_parse, &facts->granted_duties)))
        return status;
    return EXIT_DONE;
}

/* ---- editions ---- */

static int set_open(const struct options *options, struct policy_editions **ret_set)
{
    BASE_CLEANUP(free_text) char *found = NULL;
    BASE_CLEANUP(free_text) char *error = NULL;
    const char *folder = options->editions;
    if (!folder && base_data_path("policy/editions", &found) < 0)
        return complain("no editions are installed beside this program; name their folder with --editions DIR");
    if (policy_editions_load(folder ? folder : found, sha256, ret_set, &error) < 0)
        return complain("%s", error ? error : "out of memory");
    return EXIT_DONE;
}

static int edition_find(const struct options *options, const struct policy_editions *set,
                        const struct policy_edition **ret_edition)
{
    struct base_clock clock = base_clock_system();
    const struct policy_edition *edition = options->edition
                                               ? policy_edition_find(set, base_bytes_text(options->edition))
                                               : policy_edition_at(set, base_clock_now_us(&clock));
    if (!edition && options->edition)
        return complain("there is no edition '%s'", options->edition);
    if (!edition)
        return complain("no edition is in force now; name one with --edition");
    *ret_edition = edition;
    return EXIT_DONE;
}

/* A set that the caller owns, and the edition of this id or folder in it. */
static int edition_open(const struct options *options, const char *name, struct policy_editions **ret_set,
                        const struct policy_edition **ret_edition)
{
    BASE_CLEANUP(free_text) char *error = NULL;
    struct stat info;
    struct options by_id = *options;
    int status;
    if (!strchr(name, '/') && stat(name, &info) < 0) {
        by_id.edition = name;
        status = set_open(options, ret_set);
        return status ? status : edition_find(&by_id, *ret_set, ret_edition);
    }
    if (policy_editions_load_one(name, sha256, ret_set, &error) < 0)
        return complain("%s", error ? error : "out of memory");
    *ret_edition = policy_edition_by_index(*ret_set, 0);
    return EXIT_DONE;
}

/* ---- the commands ---- */

static int table_show(const struct options *options, const struct policy_edition *edition)
{
    (void) options;
    puts("role\tbasis\tduty\tservice\teffect\tneeds");
    for (unsigned i = 0; i < POLICY_LINE_COUNT; i++) {
        struct policy_line line = policy_line_at(edition, i);
        struct policy_slot slot = policy_slot_at(line.slot);
        printf("%u\t%s\t%s\t%u\t%s\t%s\n", line.role, policy_basis_name(slot.basis), policy_duty_name(slot.duty),
               line.service, policy_effect_name(line.effect), policy_needs_name(line.needs));
    }
    return EXIT_DONE;
}

static int json_print(struct base_json *json, struct base_buffer *out)
{
    int r = base_json_end(json);
    if (r == 0)
        printf("%.*s\n", (int) out->len, (const char *) out->data);
    base_buffer_clear(out);
    return r == 0 ? EXIT_DONE : complain("cannot write JSON: %s", strerror(-r));
}

static int effect_status(const struct policy_decision *decision)
{
    return decision->effect == POLICY_EFFECT_DENY ? EXIT_NO : EXIT_DONE;
}

static int decision_show(const struct options *options, const struct policy_edition *edition)
{
    struct policy_facts facts = {.role = 0};
    struct policy_decision decision;
    struct base_buffer out;
    struct base_json json;
    int status = facts_parse(options, edition, &facts);
    if (status)
        return status;
    policy_decide(edition, &facts, &decision);
    base_buffer_init(&out, JSON_BYTES_MAX);
    base_json_begin(&json, &out);
    policy_decision_encode_whole(&decision, edition, &json);
    status = json_print(&json, &out);
    return status ? status : effect_status(&decision);
}

static int explanation_show(const struct options *options, const struct policy_edition *edition)
{
    struct policy_facts facts = {.role = 0};
    struct policy_explanation explanation;
    struct base_buffer out;
    struct base_json json;
    enum cli_language language;
    int status = facts_parse(options, edition, &facts);
    if (status)
        return status;
    if (cli_language_find(options->language, &language))
        return complain("--lang takes kk, ru or en");
    policy_explain(edition, &facts, &explanation);
    if (options->json) {
        base_buffer_init(&out, JSON_BYTES_MAX);
        base_json_begin(&json, &out);
        cli_policy_explanation_encode(&explanation, edition, &json);
        status = json_print(&json, &out);
    } else {
        cli_policy_explanation_print(&explanation, edition, &facts, language);
    }
    return status ? status : effect_status(&explanation.decision);
}

static int editions_check(const struct options *options)
{
    BASE_CLEANUP(free_text) char *file = NULL;
    BASE_CLEANUP(free_text) char *error = NULL;
    BASE_CLEANUP(free_set) struct policy_editions *set = NULL;
    struct stat info;
    if (options->operand_count != 1)
        return complain("check needs one folder: an edition, or a folder of editions");
    const char *folder = options->operand[0];
    if (stat(folder, &info) < 0 || !S_ISDIR(info.st_mode))
        return complain("'%s' is no folder", folder);
    if (asprintf(&file, "%s/edition.tsv", folder) < 0)
        return complain("out of memory");
    int r = stat(file, &info) == 0 ? policy_editions_load_one(folder, sha256, &set, &error)
                                   : policy_editions_load(folder, sha256, &set, &error);
    if (r < 0) {
        complain("%s", error ? error : "out of memory");
        return r == -ENOMEM ? EXIT_UNUSABLE : EXIT_NO;
    }
    if (base_clock_zone_init() < 0)
        return complain("the time zone database (package tzdata) is missing or older than March 2024");
    for (size_t i = 0; i < policy_editions_count(set); i++) {
        const struct policy_edition *edition = policy_edition_by_index(set, i);
        char from[BASE_TIME_TEXT_MAX], to[BASE_TIME_TEXT_MAX] = "open";
        base_time_format(policy_edition_from_us(edition), from);
        if (policy_edition_to_us(edition) != INT64_MAX)
            base_time_format(policy_edition_to_us(edition), to);
        printf("%s\tsound\tfrom %s\tto %s\tsha256 %s\n", policy_edition_id(edition), from, to,
               policy_edition_sha256_text(edition));
    }
    return EXIT_DONE;
}

static void difference_print(const struct policy_line *before, const struct policy_line *after)
{
    struct policy_slot slot = policy_slot_at(after->slot);
    bool was = before->effect != POLICY_EFFECT_DENY, is = after->effect != POLICY_EFFECT_DENY;
    printf("%s\t%u\t%s\t%s\t%u\t%s\t%s\t%s\t%s\n",
           was == is ? "changes"
           : is      ? "opens"
                     : "closes",
           after->role, policy_basis_name(slot.basis), policy_duty_name(slot.duty), after->service,
           policy_effect_name(before->effect), policy_needs_name(before->needs), policy_effect_name(after->effect),
           policy_needs_name(after->needs));
}

static bool has_article(const struct policy_edition *edition, const char *article)
{
    for (size_t i = 0; i < policy_edition_article_count(edition); i++)
        if (strcmp(policy_edition_article(edition, i), article) == 0)
            return true;
    return false;
}

/* Articles of App. 8 that only one of the two lists. */
static unsigned articles_compare(const char *change, const struct policy_edition *with,
                                 const struct policy_edition *without)
{
    unsigned count = 0;
    for (size_t i = 0; i < policy_edition_article_count(with); i++) {
        const char *article = policy_edition_article(with, i);
        if (has_article(without, article))
            continue;
        printf("%s\t-\t-\t-\tarticle %s\t-\t-\t-\t-\n", change, article);
        count++;
    }
    return count;
}

static int editions_compare(const struct options *options)
{
    BASE_CLEANUP(free_set) struct policy_editions *set_a = NULL;
    BASE_CLEANUP(free_set) struct policy_editions *set_b = NULL;
    const struct policy_edition *a, *b;
    unsigned count = 0;
    int status;
    if (options->operand_count != 2)
        return complain("diff needs two editions: ids or folders");
    if ((status = edition_open(options, options->operand[0], &set_a, &a)) ||
        (status = edition_open(options, options->operand[1], &set_b, &b)))
        return status;
    puts("change\trole\tbasis\tduty\tservice\tbefore\tbefore_needs\tafter\tafter_needs");
    for (unsigned i = 0; i < POLICY_LINE_COUNT; i++) {
        struct policy_line before = policy_line_at(a, i), after = policy_line_at(b, i);
        if (before.effect == after.effect && before.needs == after.needs)
            continue;
        difference_print(&before, &after);
        count++;
    }
    count += articles_compare("opens", b, a);
    count += articles_compare("closes", a, b);
    return count == 0 ? EXIT_DONE : EXIT_NO;
}

static int space_enumerate(const struct options *options, const struct policy_edition *edition)
{
    struct policy_enumeration enumeration;
    int64_t began_us = base_clock_monotonic_us();
    policy_enumerate(edition, &enumeration);
    int64_t took_us = base_clock_monotonic_us() - began_us;
    const struct policy_facts *first = &enumeration.first;
    if (options->json)
        printf("{\"combinations\":%llu,\"differences\":%llu,\"edition\":\"%s\",\"took_us\":%lld}\n",
               (unsigned long long) enumeration.combinations, (unsigned long long) enumeration.differences,
               policy_edition_id(edition), (long long) took_us);
    else
        printf("edition %s: %llu combinations, %llu differences between rules and table, %lld ms\n",
               policy_edition_id(edition), (unsigned long long) enumeration.combinations,
               (unsigned long long) enumeration.differences, (long long) took_us / 1000);
    if (enumeration.differences == 0)
        return EXIT_DONE;
    complain(
        "the first difference: role %u, basis %s, duty %s, service %u, case state %d, article '%.*s', granted bases "
        "0x%x, granted duties 0x%x",
        first->role, policy_basis_name(first->basis), policy_duty_name(first->duty), first->service,
        (int) first->case_state, (int) first->article.len, (const char *) first->article.data, first->granted_bases,
        first->granted_duties);
    return EXIT_NO;
}

static const struct {
    const char *name;
    int (*run)(const struct options *options); /* opens what it needs */
    int (*run_edition)(const struct options *options, const struct policy_edition *edition);
} commands[] = {
    {"table", NULL, table_show},     {"decide", NULL, decision_show},  {"explain", NULL, explanation_show},
    {"check", editions_check, NULL}, {"diff", editions_compare, NULL}, {"enumerate", NULL, space_enumerate},
};

static int command_run(size_t index, const struct options *options)
{
    BASE_CLEANUP(free_set) struct policy_editions *set = NULL;
    const struct policy_edition *edition;
    int status;
    if (commands[index].run)
        return commands[index].run(options);
    if (options->operand_count > 0)
        return complain("'%s' is one too many; see qao policy --help", options->operand[0]);
    if ((status = set_open(options, &set)) || (status = edition_find(options, set, &edition)))
        return status;
    return commands[index].run_edition(options, edition);
}

int cli_policy_run(int argc, char **argv)
{
    struct options options = {.role = NULL};
    if (argc >= 2 && strcmp(argv[1], "--help") == 0) {
        fputs(help, stdout);
        return EXIT_DONE;
    }
    for (size_t i = 0; argc >= 2 && i < BASE_ARRAY_LENGTH(commands); i++) {
        if (strcmp(argv[1], commands[i].name) != 0)
            continue;
        int status = options_parse(argc - 1, argv + 1, &options);
        if (status == EXIT_DONE && options.help)
            fputs(help, stdout);
        else if (status == EXIT_DONE)
            status = command_run(i, &options);
        if (fflush(stdout) != 0 || ferror(stdout))
            return complain("cannot write the output: %s", strerror(errno));
        return status;
    }
    complain(argc >= 2 ? "'%s' is no command" : "a command is missing%s", argc >= 2 ? argv[1] : "");
    fputs(help, stderr);
    return EXIT_UNUSABLE;
}
