/* Configuration: what is usable loads, and each mistake is refused with the file and the reason, never with a value of
 * a credential. */
#include <errno.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
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
                                        "services/57.ini", "services/03.ini",    "services/11.ini", "services/11.json", "registries/two.ini",
                                        "registries/ca.pem", "registries/one.key", "registries/other.pem", "registries/other.key", "registries",      "services"};
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

#define HTTP_FILES "ca = ca.pem\ncertificate = ca.pem\nkey = one.key\n"
#define GOOD_HTTP "[registry]\nadapter = http\n[http]\nurl = https://registry.test:8443/api/\n" HTTP_FILES

/* A certificate that signs itself, and its key. */
static void write_pair(const char *certificate_file, const char *key_file)
{
    char path[256];
    EVP_PKEY *key = EVP_EC_gen("P-256");
    X509 *certificate = X509_new();
    ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
    X509_gmtime_adj(X509_getm_notBefore(certificate), 0);
    X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
    X509_set_pubkey(certificate, key);
    ck_assert_int_gt(X509_sign(certificate, key, EVP_sha256()), 0);
    put(certificate_file, "", 0644);
    put(key_file, "", 0600);
    snprintf(path, sizeof(path), "%s/%s", folder, certificate_file);
    FILE *file = fopen(path, "w");
    ck_assert_int_eq(PEM_write_X509(file, certificate), 1);
    fclose(file);
    snprintf(path, sizeof(path), "%s/%s", folder, key_file);
    file = fopen(path, "w");
    ck_assert_int_eq(PEM_write_PrivateKey(file, key, NULL, NULL, 0, NULL, NULL), 1);
    fclose(file);
    X509_free(certificate);
    EVP_PKEY_free(key);
}

static void setup_http(const char *registry, const char *service)
{
    char text[1024];
    setup();
    snprintf(text, sizeof(text),
             "[adapter]\nsocket = /run/a.sock\ngateway_user = root\nregistries = %s/registries\nservices = %s/services\n"
             "descriptions = " SERVICES_DIR "\nmay_connect_inet = yes\n",
             folder, folder);
    put("adapter.ini", text, 0644);
    write_pair("registries/ca.pem", "registries/one.key");
    write_pair("registries/other.pem", "registries/other.key");
    put("registries/two.ini", registry, 0600);
    put("services/11.ini", service, 0644);
}

#define HTTP_SERVICE "[service]\nregistry = two\nparameters = iin\n[http]\n"

START_TEST(test_good_http)
{
    setup_http(GOOD_HTTP "address = 10.0.0.1\n", HTTP_SERVICE "path = /x/{iin}\n[map]\namount = sum : tenge\n");
    struct adapter_settings *settings = NULL;
    char *error = NULL;
    int r = load(&settings, &error);
    ck_assert_msg(r == 0, "%s", error ? error : "");
    ck_assert(!settings->resolves_names);
    adapter_settings_free(settings);
    put("registries/two.ini", GOOD_HTTP, 0600);
    r = load(&settings, &error);
    ck_assert_msg(r == 0, "%s", error ? error : "");
    ck_assert(settings->resolves_names);
    adapter_settings_free(settings);
    put("registries/two.ini", "[registry]\nadapter = http\n[http]\nurl = https://[::1]\n" HTTP_FILES, 0600);
    r = load(&settings, &error);
    ck_assert_msg(r == 0, "%s", error ? error : "");
    ck_assert(!settings->resolves_names); /* the address is in the url */
    adapter_settings_free(settings);
    teardown();
}
END_TEST

START_TEST(test_http)
{
#define WITH_URL(url_) "[registry]\nadapter = http\n[http]\nurl = " url_ "\n" HTTP_FILES
    static const struct {
        const char *registry, *service, *expected;
    } cases[] = {
        {WITH_URL("http://registry.test"), NULL, "two.ini: [http] url: must begin with https://"},
        {WITH_URL("https://user:hunter2@registry.test"), NULL, "[http] url: not an address"},
        {WITH_URL("https://registry.test/?a=b"), NULL, "[http] url: may not have a query part or a fragment"},
        {WITH_URL("https://registry.test/#a"), NULL, "[http] url: may not have a query part or a fragment"},
        {WITH_URL("https://"), NULL, "[http] url: "},
        {GOOD_HTTP "address = registry.test\n", NULL, "[http] address: not a numeric address"},
        {"[registry]\nadapter = http\n", NULL, "[http] url: missing"},
        {GOOD_HTTP "[sql]\nconninfo = hunter2\n", NULL, "[sql] conninfo: unknown key"},
        {"[registry]\nadapter = http\n[http]\nurl = https://r.test\nca = ca.pem\ncertificate = ca.pem\nkey = ca.pem\n", NULL,
         "[http] key: holds a secret, but others than its owner may use it"},
        {"[registry]\nadapter = http\n[http]\nurl = https://r.test\nca = one.key\ncertificate = ca.pem\nkey = one.key\n", NULL,
         "[http] ca: no certificate in it"},
        {"[registry]\nadapter = http\n[http]\nurl = https://r.test\nca = ca.pem\ncertificate = ca.pem\nkey = other.key\n", NULL,
         "[http] key: is not that of the certificate"},
        {"[registry]\nadapter = http\n[http]\nurl = https://r.test\nca = ca.pem\ncertificate = ca.pem\nkey = two.ini\n", NULL,
         "[http] key: no private key in it"},
        {"[registry]\nadapter = http\n[http]\nurl = https://r.test\nca = no.pem\ncertificate = ca.pem\nkey = one.key\n", NULL,
         "[http] ca: "},
        {NULL, HTTP_SERVICE "path = /x\n", "11.ini: [http] path: the parameter iin is not sent"},
        {NULL, HTTP_SERVICE "method = PUT\npath = /x\n", "[http] method: "},
        {NULL, HTTP_SERVICE "method = GETS\npath = /x\n", "[http] method: must be GET or POST"},
        {NULL, HTTP_SERVICE "path = /x/{iin}\n[request]\na = {iin}\n", "[request]: a GET has no body"},
        {NULL, HTTP_SERVICE "path = /x/{iin}\nrecords = items\n", "[http] records: not a JSON pointer"},
        {NULL, HTTP_SERVICE "path = /x/{iin}\nsettle = /y\n", "[http] settle: does not take {query}"},
        {NULL, HTTP_SERVICE "path = /x/{iin}\n[map]\nmoney = m\n", "[map] money: no such member in the description"},
        {NULL, HTTP_SERVICE "method = POST\npath = /x\n[request]\na = b\n", "the parameter iin is not sent"},
        {NULL, "[service]\nregistry = two\nparameters = iin\n[sql]\nstatement = s\n", "[sql] statement: unknown key"},
    };
    for (size_t i = 0; i < BASE_ARRAY_LENGTH(cases); i++) {
        setup_http(cases[i].registry ? cases[i].registry : GOOD_HTTP,
                   cases[i].service ? cases[i].service : HTTP_SERVICE "path = /x/{iin}\n");
        check_refused(cases[i].expected);
        teardown();
    }
}
END_TEST

/* An act goes by POST: what a GET does may be done again by whoever stands between. */
START_TEST(test_an_act_by_get)
{
    setup_http(GOOD_HTTP, HTTP_SERVICE "path = /x/{iin}\n");
    put("services/57.ini", "[service]\nregistry = two\nparameters = query, cadastre\n[http]\npath = /x?c={cadastre}&q={query}\n",
        0644);
    check_refused("57.ini: [http] method: an act is sent by POST");
    teardown();
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

/* A folder of descriptions that has that of another service alone. */
START_TEST(test_undescribed)
{
    char text[1024];
    setup();
    snprintf(text, sizeof(text),
             "[adapter]\nsocket = /run/a.sock\ngateway_user = root\nregistries = %s/registries\nservices = %s/services\n"
             "descriptions = %s/services\n",
             folder, folder, folder);
    put("adapter.ini", text, 0644);
    char other[300];
    snprintf(other, sizeof(other), "cp " SERVICES_DIR "/11.json %s/services", folder);
    ck_assert_int_eq(system(other), 0);
    check_refused("services/05.ini: the service has no description");
    teardown();
}
END_TEST

CHECK_MAIN("adapters/settings", test_undescribed, test_good, test_good_http, test_http, test_an_act_by_get, test_a_secret_of_another_user, test_registries, test_services)
