#include "gateway/cli/service_check.h"

#include "base/data.h"
#include "gateway/cli/exit.h"
#include "gateway/cli/names.h"
#include "gateway/wire/service.h"
#include "policy/listing.h"

#include <dirent.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct check {
    const char *folder;
    const struct policy_edition *edition;
    bool is_abbreviated[WIRE_SERVICE_COUNT + 1]; /* by some cell of the order */
    size_t described, faults;
};

static void BASE_PRINTF(3, 4) fault(struct check *check, unsigned number, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    printf("%s/%02u.json: ", check->folder, number);
    vprintf(format, arguments);
    putchar('\n');
    va_end(arguments);
    check->faults++;
}

static void abbreviated_find(struct check *check)
{
    for (unsigned index = 0; index < POLICY_LINE_COUNT; index++) {
        struct policy_line line = policy_line_at(check->edition, index);
        if (line.effect == POLICY_EFFECT_ABBREVIATED)
            check->is_abbreviated[line.service] = true;
    }
}

/* What the order says of a service, against its description. */
static void order_compare(struct check *check, const struct wire_service *service, unsigned number)
{
    static const char *const languages[] = {"kk", "ru", "en"};
    for (unsigned i = 0; i < BASE_ARRAY_LENGTH(languages); i++) {
        const char *name = policy_edition_service_name(check->edition, number, (enum policy_language) i);
        if (!name || strcmp(name, wire_service_name(service, (enum wire_language) i)) != 0)
            fault(check, number, "name/%s: is not that of the order: %s", languages[i], name ? name : "none");
    }
    bool is_marked = json_is_true(json_object_get(wire_service_description(service), "marked"));
    if (is_marked != policy_edition_service_marked(check->edition, number))
        fault(check, number, "marked: is not what clause 9 says");
    if ((wire_service_kind(service) == WIRE_SERVICE_ACT) != policy_edition_service_acts(check->edition, number))
        fault(check, number, "kind: is not what the order makes of the service");
    if (check->is_abbreviated[number] && !wire_service_has_amounts(service))
        fault(check, number, "has_amounts: the order abbreviates its answers, and no field is an amount");
}

static int service_look(struct check *check, unsigned number)
{
    struct wire_service *service = NULL;
    char *error = NULL;
    int r = wire_service_read(check->folder, number, &service, &error);
    if (r == -EINVAL) {
        puts(error ? error : "a description is not sound");
        check->faults++;
        check->described++;
    } else if (r == 0) {
        check->described++;
        order_compare(check, service, number);
    }
    wire_service_free(service);
    free(error);
    return r == -ENOMEM ? r : 0;
}

/* "05.json"; besides, the case register's. Anything else of that ending is a description that nobody reads. */
static bool name_is_read(const char *name)
{
    size_t len = strlen(name);
    if (len < 5 || strcmp(name + len - 5, ".json") != 0 || strcmp(name, "case.json") == 0)
        return true;
    if (len != 7 || strspn(name, "0123456789") != 2)
        return false;
    int number = (name[0] - '0') * 10 + name[1] - '0';
    return number >= 1 && number <= WIRE_SERVICE_COUNT;
}

static int folder_look(struct check *check)
{
    DIR *folder = opendir(check->folder);
    if (!folder)
        return -errno;
    for (struct dirent *entry = readdir(folder); entry; entry = readdir(folder)) {
        if (name_is_read(entry->d_name))
            continue;
        printf("%s: holds a description under a name that is not read: a file is named 01.json to 76.json\n",
               check->folder);
        check->faults++;
    }
    closedir(folder);
    return 0;
}

static int check_run(struct check *check)
{
    int r = folder_look(check);
    if (r == 0)
        abbreviated_find(check);
    for (unsigned number = 1; number <= WIRE_SERVICE_COUNT && r == 0; number++)
        r = service_look(check, number);
    if (r == 0 && check->described == 0)
        r = -ENOENT;
    if (r < 0) {
        fprintf(stderr, "qao: %s: %s\n", check->folder, r == -ENOENT ? "holds no service description" : strerror(-r));
        return CLI_EXIT_USAGE;
    }
    printf("%zu of %d services are described; faults: %zu\n", check->described, WIRE_SERVICE_COUNT, check->faults);
    return check->faults ? CLI_EXIT_REFUSED : CLI_EXIT_OK;
}

int cli_service_check(const char *folder)
{
    struct check check = {0};
    struct cli_names names;
    char *installed = NULL;
    int result = CLI_EXIT_USAGE;
    cli_names_read(&names);
    check.edition = cli_names_edition(&names);
    if (!folder && base_data_path("schema/services", &installed) == 0)
        folder = installed;
    check.folder = folder;
    if (check.edition && folder)
        result = check_run(&check);
    else
        fputs("qao: the installed descriptions or editions of the order are missing\n", stderr);
    cli_names_clear(&names);
    free(installed);
    return result;
}
