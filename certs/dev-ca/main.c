/* qao-dev-ca: the stand-in authority in an instance folder. */
#include "base/clock.h"
#include "certs/dev-ca/instance.h"

#include <ctype.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

enum { EXIT_USAGE = 2, NAMES_MAX = 16 };

static const char help[] =
    "Usage: qao-dev-ca COMMAND DIR [...]\n"
    "\n"
    "A stand-in for the certification authority, for trials and tests: it proves nobody's identity.\n"
    "DIR is an instance folder. What is already there is kept: every command may be repeated.\n"
    "\n"
    "  init DIR [--bits N]      make root and issuing authority (RSA, 3072 bits): ca/ca.pem holds both,\n"
    "                           ca/crl.pem the CRLs of both (a chain check needs both), ca/private/ the keys\n"
    "  person DIR NAME --iin I --bin B --surname S --given G --organisation O [--patronymic P]\n"
    "         [--role employee|signatory|head] [--single] [--expired] [--key-file] [--renew]\n"
    "                           people/NAME/{auth.pem,auth.key,sign.pem,sign.key,sign.p12,password}; RSA-2048;\n"
    "                           sign.p12 in the authority's own old algorithms\n"
    "                             --single    one certificate for both, as the authority issues now\n"
    "                             --expired   its year is over\n"
    "                             --key-file  marked as kept in a file, not on a protected carrier\n"
    "  server DIR [--name HOST]...  keys/server.{pem,key}: TLS server, ECDSA P-256, for localhost, 127.0.0.1 and\n"
    "                           each HOST (name or address)\n"
    "  system DIR NAME --bin B --organisation O   keys/NAME.{pem,key}: information system, ECDSA P-256\n"
    "  sealing DIR NAME         keys/NAME.{pem,key}: recipient of sealed messages, RSA-3072\n"
    "  revoke DIR CERT [--days N | --minutes N]   revoke the certificate in the file CERT and renew ca/crl.pem\n"
    "  crl DIR [--days N | --minutes N]   renew ca/crl.pem, good for that time (one day); zero or less makes it out\n"
    "                           of date\n"
    "\n"
    "--renew makes a new certificate and key where there are some. Key files are readable by their owner alone.\n"
    "Exit status: 0 done (or kept), 1 failed, 2 wrong use.\n";

struct arguments {
    struct certs_dev_request request;
    const char *names[NAMES_MAX + 1];
    size_t names_count;
    bool single, expired, renew;
    int64_t minutes;
    unsigned bits;
};

static int usage(const char *text, const char *what)
{
    fprintf(stderr, "qao-dev-ca: %s%s%s\nTry: qao-dev-ca --help\n", text, what ? ": " : "", what ? what : "");
    return EXIT_USAGE;
}

static bool number_parse(const char *text, int64_t min, int64_t max, int64_t *ret_number)
{
    char *end = NULL;
    long long number = strtoll(text, &end, 10);
    if (end == text || *end || number < min || number > max)
        return false;
    *ret_number = number;
    return true;
}

static bool role_parse(const char *text, enum certs_dev_role *ret_role)
{
    static const struct {
        const char *name;
        enum certs_dev_role role;
    } roles[] = {{"employee", CERTS_DEV_EMPLOYEE}, {"signatory", CERTS_DEV_SIGNATORY}, {"head", CERTS_DEV_HEAD}};
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(roles); i++) {
        if (strcmp(roles[i].name, text) == 0) {
            *ret_role = roles[i].role;
            return true;
        }
    }
    return false;
}

enum option_code {
    IIN = 1,
    BIN,
    SURNAME,
    GIVEN,
    PATRONYMIC,
    ORGANISATION,
    ROLE,
    NAME,
    DAYS,
    MINUTES,
    BITS,
    SINGLE,
    EXPIRED,
    KEY_FILE,
    RENEW,
    HELP
};

static const struct option options[] = {
    {"iin", required_argument, NULL, IIN},
    {"bin", required_argument, NULL, BIN},
    {"surname", required_argument, NULL, SURNAME},
    {"given", required_argument, NULL, GIVEN},
    {"patronymic", required_argument, NULL, PATRONYMIC},
    {"organisation", required_argument, NULL, ORGANISATION},
    {"role", required_argument, NULL, ROLE},
    {"name", required_argument, NULL, NAME},
    {"days", required_argument, NULL, DAYS},
    {"minutes", required_argument, NULL, MINUTES},
    {"bits", required_argument, NULL, BITS},
    {"single", no_argument, NULL, SINGLE},
    {"expired", no_argument, NULL, EXPIRED},
    {"key-file", no_argument, NULL, KEY_FILE},
    {"renew", no_argument, NULL, RENEW},
    {"help", no_argument, NULL, HELP},
    {0},
};

static bool option_take(struct arguments *arguments, int option, const char *value)
{
    struct certs_dev_request *request = &arguments->request;
    int64_t number = 0;
    switch (option) {
    case IIN:
        request->iin = value;
        return true;
    case BIN:
        request->bin = value;
        return true;
    case SURNAME:
        request->surname = value;
        return true;
    case GIVEN:
        request->given = value;
        return true;
    case PATRONYMIC:
        request->patronymic = value;
        return true;
    case ORGANISATION:
        request->organisation = value;
        return true;
    case ROLE:
        return role_parse(value, &request->role);
    case NAME:
        if (arguments->names_count == NAMES_MAX)
            return false;
        arguments->names[arguments->names_count++] = value;
        return true;
    case DAYS:
        return number_parse(value, -3650, 3650, &number) && (arguments->minutes = number * 24 * 60, true);
    case MINUTES:
        return number_parse(value, -5256000, 5256000, &arguments->minutes);
    case BITS:
        return number_parse(value, 2048, 8192, &number) && (arguments->bits = (unsigned) number, true);
    case SINGLE:
        arguments->single = true;
        return true;
    case EXPIRED:
        arguments->expired = true;
        return true;
    case KEY_FILE:
        request->key_file = true;
        return true;
    case RENEW:
        arguments->renew = true;
        return true;
    default:
        return false;
    }
}

/* A name becomes a folder or file: letters, digits, '-' and '_'. */
static bool name_is_plain(const char *name)
{
    size_t len = strlen(name);
    for (size_t i = 0; i < len; i++) {
        if (!isalnum((unsigned char) name[i]) && name[i] != '-' && name[i] != '_')
            return false;
    }
    return len > 0 && len <= 64;
}

static int run_init(const struct certs_dev_instance *instance, const char *name, struct arguments *arguments)
{
    (void) name;
    return certs_dev_instance_crl(instance, arguments->minutes);
}

static int run_person(const struct certs_dev_instance *instance, const char *name, struct arguments *arguments)
{
    static const int64_t day_us = INT64_C(86400) * 1000000;
    if (arguments->expired) {
        arguments->request.not_before_us = instance->now_us - 366 * day_us;
        arguments->request.not_after_us = instance->now_us - day_us;
    }
    return certs_dev_instance_person(instance, name, &arguments->request, arguments->single, arguments->renew);
}

static int run_server(const struct certs_dev_instance *instance, const char *name, struct arguments *arguments)
{
    (void) name;
    arguments->request.kind = CERTS_DEV_SERVER;
    arguments->request.dns_names = arguments->names;
    arguments->request.common_name = arguments->names_count > 0 ? arguments->names[0] : "localhost";
    return certs_dev_instance_key(instance, "server", &arguments->request, arguments->renew);
}

static int run_system(const struct certs_dev_instance *instance, const char *name, struct arguments *arguments)
{
    arguments->request.kind = CERTS_DEV_SYSTEM;
    arguments->request.common_name = arguments->request.organisation;
    return certs_dev_instance_key(instance, name, &arguments->request, arguments->renew);
}

static int run_sealing(const struct certs_dev_instance *instance, const char *name, struct arguments *arguments)
{
    arguments->request.kind = CERTS_DEV_SEALING;
    arguments->request.common_name = name;
    return certs_dev_instance_key(instance, name, &arguments->request, arguments->renew);
}

static int run_revoke(const struct certs_dev_instance *instance, const char *name, struct arguments *arguments)
{
    int r = certs_dev_instance_revoke(instance, name);
    return r < 0 ? r : certs_dev_instance_crl(instance, arguments->minutes);
}

enum operand { OPERAND_NONE, OPERAND_NAME, OPERAND_FILE };

struct command {
    const char *name;
    enum operand operand;
    bool needs_person, needs_body;
    int (*run)(const struct certs_dev_instance *instance, const char *name, struct arguments *arguments);
};

static const struct command commands[] = {
    {"init", OPERAND_NONE, false, false, run_init},       {"person", OPERAND_NAME, true, true, run_person},
    {"server", OPERAND_NONE, false, false, run_server},   {"system", OPERAND_NAME, false, true, run_system},
    {"sealing", OPERAND_NAME, false, false, run_sealing}, {"revoke", OPERAND_FILE, false, false, run_revoke},
    {"crl", OPERAND_NONE, false, false, run_init},
};

static int run(const struct command *command, const char *folder, const char *name, struct arguments *arguments)
{
    struct base_clock clock = base_clock_system();
    struct certs_dev_instance instance;
    bool made = false, is_init = strcmp(command->name, "init") == 0;
    int r = certs_dev_instance_open(folder, base_clock_now_us(&clock), arguments->bits, is_init, &instance, &made);
    if (r < 0)
        return EXIT_FAILURE;
    r = command->run(&instance, name, arguments);
    certs_dev_instance_close(&instance);
    if (r < 0)
        return EXIT_FAILURE;
    bool kept = r == CERTS_DEV_KEPT || (is_init && !made);
    printf("%s%s%s: %s\n", command->name, name ? " " : "", name ? name : "", kept ? "kept" : "done");
    return EXIT_SUCCESS;
}

static int command_check(const struct command *command, const char *name, const struct arguments *arguments)
{
    const struct certs_dev_request *request = &arguments->request;
    if (command->operand == OPERAND_NAME && !name_is_plain(name))
        return usage("NAME is letters, digits, '-' and '_'", NULL);
    if (command->needs_person && (!request->iin || !request->surname || !request->given))
        return usage("person needs --iin, --surname and --given", NULL);
    if (command->needs_body && (!request->bin || !request->organisation))
        return usage("--bin and --organisation are needed", NULL);
    return EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    struct arguments arguments = {.minutes = 24 * 60, .bits = 3072};
    opterr = 0;
    for (int option; (option = getopt_long(argc, argv, "", options, NULL)) != -1;) {
        if (option == HELP) {
            fputs(help, stdout);
            return EXIT_SUCCESS;
        }
        if (!option_take(&arguments, option, optarg))
            return usage("unknown option, or a value it cannot have", argv[optind - 1]);
    }
    if (argc - optind < 2)
        return usage("COMMAND and DIR are needed", NULL);
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(commands); i++) {
        const struct command *command = &commands[i];
        if (strcmp(command->name, argv[optind]) != 0)
            continue;
        int wanted = command->operand == OPERAND_NONE ? 2 : 3;
        if (argc - optind != wanted)
            return usage(wanted == 2 ? "it takes DIR alone" : "it takes DIR and one more", command->name);
        const char *name = wanted == 3 ? argv[optind + 2] : NULL;
        int r = command_check(command, name, &arguments);
        return r != EXIT_SUCCESS ? r : run(command, argv[optind + 1], name, &arguments);
    }
    return usage("no such command", argv[optind]);
}
