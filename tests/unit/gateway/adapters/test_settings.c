/* Configuration: what is usable loads, and each mistake is refused with the file and the reason, never with a value of
 * a credential. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "gateway/adapters/adapter.h"
#include "gateway/adapters/settings.h"
#include "tests/check_main.h"

static char folder[] = "/tmp/qao-set.XXXXXX";

static void put(const char *below, const char *text, mode_t mode)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/%s", folder, below);
    FILE *file = fopen(path, "w");
    ck_assert_ptr_nonnull(file);
    fputs(text, file);
    fclose(file);
    chmod(path, mode);
}

#define CONNINFO "conninfo = host=/run/db dbname=d user=u password=hunter2\n"
#define GOOD_REGISTRY "[registry]\nadapter = sql\n[sql]\n" CONNINFO

static void setup(void)
{
    strcpy(folder, "/tmp/qao-set.XXXXXX");
    ck_assert_ptr_nonnull(mkdtemp(folder));
    char path[256], text[1024];
    snprintf(path, sizeof(path), "%s/registries", folder);
    mkdir(path, 0700);
    snprintf(path, sizeof(path), "%s/services", folder);
    mkdir(path, 0700);
    snprintf(text, sizeof(text),
             "[adapter]\nsocket = /run/a.sock\ngateway_user = root\nregistries = %s/registries\nservices = %s/services\n"
             "descriptions = " SERVICES_DIR "\n",
             folder, folder);
    put("adapter.ini", text, 0644);
    put("registries/one.ini", GOOD_REGISTRY, 0600);
    put("services/05.ini", "[service]\nregistry = one\nparameters = iin, plate, vin, bin\n[sql]\nstatement = select $1, $2\n", 0644);
    put("services/57.ini", "[service]\nregistry = one\nparameters = query, cadastre\n[sql]\nstatement = select $1, $2\n", 0644);
}

static void teardown(void)
{
    static const char *const files[] = {"adapter.ini",     "registries/one.ini", "registries/.ini", "services/05.ini",
                                        "services/57.ini", "services/03.ini",    "registries",      "services"};
    char path[256];
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(files); i++) {
        snprintf(path, sizeof(path), "%s/%s", folder, files[i]);
        if (unlink(path) != 0)
            rmdir(path);
    }
    rmdir(folder);
}

static int load(struct adapter_settings **ret_settings, char **ret_error)
{
    char path[256];
    snprintf(path, sizeof(path), "%s/adapter.ini", folder);
    return adapter_settings_load(path, ret_settings, ret_error);
}

/* expected is what follows the folder's name in the error. */
static void check_refused(const char *expected)
{
    struct adapter_settings *settings = NULL;
    char *error = NULL;
    ck_assert_int_eq(load(&settings, &error), -EINVAL);
    ck_assert_ptr_nonnull(error);
    ck_assert_msg(strstr(error, expected) != NULL, "%s", error);
    ck_assert_ptr_null(strstr(error, "hunter2"));
    ck_assert_ptr_null(settings);
    free(error);
}

START_TEST(test_good)
{
    setup();
    struct adapter_settings *settings = NULL;
    char *error = NULL;
    int r = load(&settings, &error);
    ck_assert_msg(r == 0, "%s", error ? error : "");
    ck_assert_uint_eq(settings->registry_count, 1);
    ck_assert_int_eq(settings->registries[0]->connections, 4);
    ck_assert_ptr_null(settings->services[1]);
    ck_assert_uint_eq(settings->services[5]->parameter_count, 4);
    ck_assert_str_eq(settings->services[5]->parameters[1], "plate");
    ck_assert(!settings->services[5]->is_act);
    ck_assert(settings->services[57]->is_act);
    ck_assert(settings->registries[0]->has_acts);
    ck_assert_ptr_eq(settings->services[57]->registry, settings->registries[0]);
    struct adapter_reach reach = {0};
    ck_assert_int_eq(settings->registries[0]->kind->reach(settings->registries[0], &reach), 0);
    ck_assert_str_eq(reach.socket_folder, "/run/db");
    ck_assert(!reach.resolves_names && !settings->resolves_names);
    free(reach.socket_folder);
    adapter_settings_free(settings);
    teardown();
}
END_TEST

/* Only root can give a file to another user. */
START_TEST(test_a_secret_of_another_user)
{
    setup();
    if (geteuid() == 0) {
        char path[256];
        snprintf(path, sizeof(path), "%s/registries/one.ini", folder);
        ck_assert_int_eq(chown(path, 4242424, (gid_t) -1), 0);
        check_refused("registries/one.ini: holds a secret of the user 4242424, but this program runs as root: run it as "
                      "the service's user (sudo -u)");
    }
    teardown();
}
END_TEST

START_TEST(test_registries)
{
    static const struct {
        const char *text;
        mode_t mode;
        const char *expected;
    } cases[] = {
        {GOOD_REGISTRY, 0640, "registries/one.ini: holds a secret, but others than its owner may use it"},
        {GOOD_REGISTRY, 0604, "registries/one.ini: holds a secret, but others than its owner may use it"},
        {"[registry]\nadapter = pigeon\n", 0600, "registries/one.ini: [registry] adapter: no such kind of adapter"},
        {"[registry]\nadapter = sql\n[sql]\nconninfo = hunter2\n", 0600, "not a libpq connection string"},
        {"[registry]\nadapter = sql\n[sql]\nconninfo = password=hunter2 host=/x user=u\n", 0600,
         "[sql] conninfo: host, user and dbname are needed"},
        {"[registry]\nadapter = sql\n[sql]\nconninfo = host=example.kz dbname=d user=u password=hunter2\n", 0600,
         "one: is reached over the network, but [adapter] may_connect_inet is no"},
        {"[registry]\nadapter = sql\n[sql]\nconninfo = host=/x hostaddr=10.0.0.1 dbname=d user=u\n", 0600,
         "may_connect_inet is no"},
        {"[registry]\nadapter = sql\n[sql]\nconninfo = service=s host=/x dbname=d user=u\n", 0600,
         "service and replication are not allowed"},
        {GOOD_REGISTRY "[limits]\nconnections_max = 0\n", 0600, "[limits] connections_max: number outside the allowed range"},
        {GOOD_REGISTRY "[limits]\nsurprise = 1\n", 0600, "[limits] surprise: unknown key"},
    };
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++) {
        setup();
        put("registries/one.ini", cases[i].text, cases[i].mode);
        check_refused(cases[i].expected);
        teardown();
    }
}
END_TEST

START_TEST(test_services)
{
    static const struct {
        const char *file, *text, *expected;
    } cases[] = {
        {"services/05.ini", "[service]\nregistry = two\nparameters = iin, plate, vin, bin\n[sql]\nstatement = s\n",
         "services/05.ini: [service] registry: no such file"},
        {"services/05.ini", "[service]\nregistry = one\nparameters = iin\n[sql]\nstatement = s\n",
         "services/05.ini: [service] parameters: one of the service's description is missing"},
        {"services/05.ini", "[service]\nregistry = one\nparameters = iin, plate, vin, bin, x\n[sql]\nstatement = s\n",
         "services/05.ini: [service] parameters: one is not in the service's description"},
        {"services/05.ini", "[service]\nregistry = one\nparameters = iin, iin\n[sql]\nstatement = s\n", "a name stands twice"},
        {"services/57.ini", "[service]\nregistry = one\nparameters = cadastre\n[sql]\nstatement = s\n",
         "services/57.ini: [service] parameters: an act takes query, by which it is done only once"},
        {"services/76.ini", "[service]\nregistry = one\nparameters = cadastre\n[sql]\nstatement = s\n",
         "services/76.ini: the service has no description"},
        {"services/05.ini", "[service]\nregistry = one\nparameters = iin, plate, vin, bin\n", "[sql] statement: missing"},
        {"services/05.ini", "[service]\nregistry = one\nparameters = iin, plate, vin, bin\nstatement = s\n", "[service] statement: unknown key"},
        {"services/05.ini", "[service]\nparameters = iin, plate, vin, bin\n", "services/05.ini: [service] registry: missing"},
    };
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++) {
        setup();
        put(cases[i].file, cases[i].text, 0644);
        check_refused(cases[i].expected);
        teardown();
    }
}
END_TEST

CHECK_MAIN("adapters/settings", test_good, test_a_secret_of_another_user, test_registries, test_services)
