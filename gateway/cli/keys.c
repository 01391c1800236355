#include "gateway/cli/keys.h"

#include "base/file.h"
#include "gateway/cli/reason.h"
#include "gateway/cli/suggest.h"

#include <dirent.h>
#include <errno.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

/* One pair of a certificate and its key, as files. */
struct pair {
    const char *cert, *key, *p12;
};

static int password_read(const char *path, struct base_buffer *out, const char **ret_password)
{
    *ret_password = NULL;
    if (!path)
        return 0;
    int r = base_file_read(path, BASE_FILE_SECRET, out);
    if (r == -EPERM) {
        char words[BASE_FILE_WORDS_MAX];
        base_file_explain(path, r, words);
        fprintf(stderr, "qao: %s: %s\n", path, words);
        return CLI_KEYS_UNUSABLE;
    }
    if (r) {
        fprintf(stderr, "qao: cannot read the password file %s: %s\n", path, cli_reason_text(r));
        return CLI_KEYS_UNUSABLE;
    }
    const char *end = memchr(out->data, '\n', out->len);
    out->len = end ? (size_t) (end - (const char *) out->data) : out->len;
    r = base_buffer_append_u8(out, 0);
    if (r)
        return r;
    *ret_password = (const char *) out->data;
    return 0;
}

static int pair_read(const struct pair *pair, const char *password, struct certs_signer **ret_signer)
{
    char *error = NULL;
    const char *shown = pair->p12 ? pair->p12 : pair->key;
    int r = pair->p12 ? certs_signer_read_pkcs12(pair->p12, password, ret_signer, &error)
                      : certs_signer_read_pem(pair->cert, pair->key, password, ret_signer, &error);
    if (r == -EKEYREJECTED)
        fprintf(stderr, "qao: wrong password for %s; name the file that holds it by --password-file\n", shown);
    else if (r)
        fprintf(stderr, "qao: cannot use %s: %s\n", shown, error ? error : cli_reason_text(r));
    free(error);
    return r == -ENOMEM ? r : r ? CLI_KEYS_UNUSABLE : 0;
}

static int is_person(const struct dirent *entry)
{
    return entry->d_type != DT_REG && cli_instance_is_person(entry->d_name);
}

/* Who is there, and who may have been meant. */
static int person_unknown(const struct cli_instance *instance, const char *people, const char *person)
{
    enum { SHOWN_MAX = 64 };
    struct dirent **names = NULL;
    struct cli_suggestion suggestion = {0};
    int count = scandir(people, &names, is_person, alphasort);
    if (count <= 0) {
        fprintf(stderr, "qao: nobody's keys are in %s/people; name yours by --cert and --key, or by --p12\n",
                instance->dir);
        free(names);
        return CLI_KEYS_UNUSABLE;
    }
    for (int i = 0; i < count; i++)
        cli_suggestion_check(&suggestion, person, strlen(person), names[i]->d_name);
    fprintf(stderr, "qao: there is no \"%s\" in %s/people", person, instance->dir);
    if (suggestion.name)
        fprintf(stderr, "; did you mean %s?", suggestion.name);
    fputs("\nThere are: ", stderr);
    for (int i = 0; i < count && i < SHOWN_MAX; i++)
        fprintf(stderr, "%s%s", i ? ", " : "", names[i]->d_name);
    fputs(count > SHOWN_MAX ? ", ...\n" : "\n", stderr);
    for (int i = 0; i < count; i++)
        free(names[i]);
    free(names);
    return CLI_KEYS_UNUSABLE;
}

static int person_check(const struct cli_instance *instance, const char *person)
{
    char below[160];
    struct stat state;
    snprintf(below, sizeof below, "people/%s", person);
    char *people = cli_instance_path(instance, "people");
    char *folder = cli_instance_path(instance, below);
    int r = people && folder ? 0 : -ENOMEM;
    if (r == 0 && stat(folder, &state) < 0 && errno == ENOENT)
        r = person_unknown(instance, people, person);
    free(people);
    free(folder);
    return r;
}

static int person_pair_read(const struct cli_instance *instance, const char *person, const char *use,
                            const char *password, struct certs_signer **ret_signer)
{
    char below[160];
    snprintf(below, sizeof below, "people/%s/%s.pem", person, use);
    char *cert = cli_instance_path(instance, below);
    snprintf(below, sizeof below, "people/%s/%s.key", person, use);
    char *key = cli_instance_path(instance, below);
    struct pair pair = {.cert = cert, .key = key};
    int r = cert && key ? pair_read(&pair, password, ret_signer) : -ENOMEM;
    free(cert);
    free(key);
    return r;
}

static int unusable(const char *words)
{
    fprintf(stderr, "qao: %s\n", words);
    return CLI_KEYS_UNUSABLE;
}

static int options_check(const struct cli_keys_options *options)
{
    if (!options->cert != !options->key)
        return unusable("--cert and --key belong together");
    if (!options->tls_cert != !options->tls_key)
        return unusable("--tls-cert and --tls-key belong together");
    if (options->cert && options->p12)
        return unusable("name the signing pair by --cert and --key, or by --p12, not by both");
    if (options->tls_cert && options->tls_p12)
        return unusable("name the connecting pair by --tls-cert and --tls-key, or by --tls-p12, not by both");
    if (!options->as && !options->cert && !options->p12 && !options->tls_cert && !options->tls_p12)
        return unusable("say who you are: --as NAME, --cert FILE --key FILE, or --p12 FILE --password-file FILE");
    if (options->as && !cli_instance_is_person(options->as))
        return unusable("--as takes the name of a folder below people/");
    return 0;
}

/* Explicit files come first, then the person of --as; a pair for signing also connects, as the newer single
 * certificates do. */
static int both_read(const struct cli_instance *instance, const struct cli_keys_options *options, bool needs_signer,
                     const char *password, struct cli_keys *keys)
{
    struct pair signing = {options->cert, options->key, options->p12};
    struct pair connecting = {options->tls_cert, options->tls_key, options->tls_p12};
    bool signing_named = options->cert || options->p12;
    bool connecting_named = options->tls_cert || options->tls_p12;
    int r = 0;
    if (needs_signer) {
        if (!signing_named && !options->as)
            return unusable("the signing pair is missing: --cert and --key, --p12, or --as");
        r = signing_named ? pair_read(&signing, password, &keys->signer)
                          : person_pair_read(instance, options->as, "sign", password, &keys->signer);
        if (r)
            return r;
    }
    if (connecting_named)
        return pair_read(&connecting, password, &keys->connection);
    if (options->as)
        return person_pair_read(instance, options->as, "auth", password, &keys->connection);
    return pair_read(&signing, password, &keys->connection);
}

int cli_keys_read(const struct cli_instance *instance, const struct cli_keys_options *options, bool needs_signer,
                  struct cli_keys *ret_keys)
{
    struct base_buffer secret BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&secret, CERTS_PASSWORD_MAX);
    const char *password = NULL;
    struct cli_keys keys = {0};
    int r = options_check(options);
    if (r == 0 && options->as)
        r = person_check(instance, options->as);
    if (r == 0)
        r = password_read(options->password_file, &secret, &password);
    if (r == 0)
        r = both_read(instance, options, needs_signer, password, &keys);
    if (r) {
        cli_keys_clear(&keys);
        return r;
    }
    *ret_keys = keys;
    return 0;
}

void cli_keys_clear(struct cli_keys *keys)
{
    certs_signer_free(keys->signer);
    certs_signer_free(keys->connection);
    *keys = (struct cli_keys){0};
}

/* Appends the first value of an attribute as UTF-8 to a text of `size` bytes, after a space when it holds something. */
static void attribute_append(const X509_NAME *name, int nid, char *text, size_t size)
{
    int at = X509_NAME_get_index_by_NID((X509_NAME *) (uintptr_t) name, nid, -1);
    if (at < 0)
        return;
    unsigned char *utf8 = NULL;
    int len = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
    size_t used = strlen(text);
    if (len > 0 && !memchr(utf8, 0, (size_t) len) && used + (size_t) len + 2 <= size)
        snprintf(text + used, size - used, "%s%.*s", used ? " " : "", len, (const char *) utf8);
    OPENSSL_free(utf8);
}

/* "IIN500101100000" -> "500101100000" */
static void number_read(const X509_NAME *name, int nid, const char *prefix, char ret_number[static BASE_IDNUM_TEXT_MAX])
{
    char text[64] = "";
    attribute_append(name, nid, text, sizeof text);
    const char *number = strncmp(text, prefix, strlen(prefix)) == 0 ? text + strlen(prefix) : "";
    snprintf(ret_number, BASE_IDNUM_TEXT_MAX, "%.*s", BASE_IDNUM_LEN, number);
}

/* The common name without the surname that it begins with is the given name. */
static void names_read(const X509_NAME *subject, struct cli_holder *holder)
{
    char common[CLI_HOLDER_TEXT_MAX] = "";
    attribute_append(subject, NID_commonName, common, sizeof common);
    attribute_append(subject, NID_surname, holder->surname, sizeof holder->surname);
    attribute_append(subject, NID_givenName, holder->patronymic, sizeof holder->patronymic);
    size_t len = strlen(holder->surname);
    if (len > 0 && strncmp(common, holder->surname, len) == 0 && common[len] == ' ')
        snprintf(holder->given, sizeof holder->given, "%s", common + len + 1);
}

int cli_holder_read(const struct certs_signer *signer, struct cli_holder *ret_holder)
{
    struct base_buffer der BASE_CLEANUP(base_buffer_clear);
    base_buffer_init(&der, CERTS_KEY_FILE_MAX);
    int r = certs_signer_cert_der(signer, &der);
    if (r)
        return r;
    const unsigned char *at = der.data;
    X509 *cert = d2i_X509(NULL, &at, (long) der.len);
    if (!cert)
        return -EBADMSG;
    const X509_NAME *subject = X509_get_subject_name(cert);
    struct cli_holder holder = {.name = ""};
    /* The common name is surname and given name; the attribute givenName holds the patronymic. */
    attribute_append(subject, NID_commonName, holder.name, sizeof holder.name);
    attribute_append(subject, NID_givenName, holder.name, sizeof holder.name);
    names_read(subject, &holder);
    attribute_append(subject, NID_organizationName, holder.organisation, sizeof holder.organisation);
    number_read(subject, NID_serialNumber, "IIN", holder.iin);
    number_read(subject, NID_organizationalUnitName, "BIN", holder.bin);
    X509_free(cert);
    *ret_holder = holder;
    return 0;
}
