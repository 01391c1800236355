/* What the SOAP adapter is configured with: section [soap] of a registry's and of a service's file. Immutable once
 * checked. */
#ifndef GATEWAY_ADAPTERS_SOAP_SETTINGS_H
#define GATEWAY_ADAPTERS_SOAP_SETTINGS_H

#include "gateway/adapters/adapter.h"
#include "gateway/adapters/https.h"
#include "gateway/adapters/map.h"
#include "gateway/adapters/soap_key.h"
#include "gateway/adapters/soap_template.h"

struct adapter_soap_registry {
    struct adapter_https_settings https;
    char *sync_path, *async_path; /* of the two channels, behind the url */
    char *sender, *password;
    char *sign_certificate_path, *sign_key_path, *answer_certificate_path, *data_certificate_path;
    struct adapter_key *key;        /* we sign with */
    struct adapter_pins *pins;      /* whose signatures envelopes carry */
    struct adapter_pins *data_pins; /* whose signatures data inside carries; NULL: the same */
};

enum adapter_soap_data {
    ADAPTER_SOAP_NODE = 0, /* the data element holds what is asked and answered */
    ADAPTER_SOAP_STRING,   /* it holds a text, which is an XML document */
};

struct adapter_soap_service {
    char *service_id, *channel, *request_path, *settle_path, *records, *data;
    bool is_signed; /* the document in the text carries a signature of its own */
    enum adapter_soap_data form;
    struct base_config_pairs lines;
    struct adapter_template *request;
    struct adapter_template *settle; /* NULL where the registry cannot be asked what became of a query */
    struct adapter_map *map;
};

/* For struct adapter_kind. */
int adapter_soap_registry_new(struct adapter_registry_settings *settings, struct adapter_keys *keys) BASE_MUST_USE;
int adapter_soap_registry_check(struct adapter_registry_settings *settings, const char *folder,
                                char **ret_error) BASE_MUST_USE;
void adapter_soap_registry_free(struct adapter_registry_settings *settings);
int adapter_soap_service_new(struct adapter_service *service, struct adapter_keys *keys) BASE_MUST_USE;
int adapter_soap_service_check(struct adapter_service *service, const struct wire_service *described,
                               const char *folder, char **ret_error) BASE_MUST_USE;
void adapter_soap_service_free(struct adapter_service *service);

#endif
