#include "gateway/cli/names.h"

#include "base/data.h"
#include "gateway/wire/service.h"
#include "policy/edition.h"

#include <openssl/sha.h>
#include <stdlib.h>

static int sha256(struct base_bytes bytes, uint8_t ret_digest[static POLICY_DIGEST_BYTES])
{
    SHA256(bytes.data, bytes.len, ret_digest);
    return 0;
}

void cli_names_read(struct cli_names *ret_names)
{
    char *path = NULL;
    char *error = NULL;
    *ret_names = (struct cli_names){0};
    if (base_data_path("schema/services", &path) == 0 && wire_services_new(path, &ret_names->services, &error))
        ret_names->services = NULL;
    free(path);
    free(error);
    path = NULL;
    error = NULL;
    if (base_data_path("policy/editions", &path) == 0 &&
        policy_editions_load(path, sha256, &ret_names->editions, &error))
        ret_names->editions = NULL;
    free(path);
    free(error);
}

void cli_names_clear(struct cli_names *names)
{
    wire_services_free(names->services);
    policy_editions_free(names->editions);
    *names = (struct cli_names){0};
}

const struct policy_edition *cli_names_edition(const struct cli_names *names)
{
    size_t count = names->editions ? policy_editions_count(names->editions) : 0;
    return count ? policy_edition_by_index(names->editions, count - 1) : NULL;
}

static const struct wire_service *service_find(const struct cli_names *names, long service)
{
    return names->services && service > 0 ? wire_service_find(names->services, (unsigned) service) : NULL;
}

const char *cli_names_service(const struct cli_names *names, long service, enum cli_language language)
{
    const struct wire_service *described = service_find(names, service);
    const struct policy_edition *edition = cli_names_edition(names);
    if (described)
        return wire_service_name(described, cli_language_wire(language));
    return edition && service > 0
               ? policy_edition_service_name(edition, (unsigned) service, cli_language_policy(language))
               : NULL;
}

const char *cli_names_basis(const struct cli_names *names, const char *basis, enum cli_language language)
{
    const struct policy_edition *edition = cli_names_edition(names);
    const char *name = edition ? policy_edition_basis_name(edition, policy_basis_parse(base_bytes_text(basis)),
                                                           cli_language_policy(language))
                               : NULL;
    return name ? name : cli_text_basis(basis, language);
}

const char *cli_names_duty(const struct cli_names *names, const char *duty, enum cli_language language)
{
    const struct policy_edition *edition = cli_names_edition(names);
    const char *name = edition ? policy_edition_duty_name(edition, policy_duty_parse(base_bytes_text(duty)),
                                                          cli_language_policy(language))
                               : NULL;
    return name ? name : duty;
}

const json_t *cli_names_description(const struct cli_names *names, long service)
{
    const struct wire_service *described = service_find(names, service);
    return described ? wire_service_description(described) : NULL;
}
