/* Keys and certificates made at run time, and signed messages to spoil. */
#ifndef TESTS_SOAP_FIXTURE_H
#define TESTS_SOAP_FIXTURE_H

#include "base/buffer.h"
#include "gateway/adapters/soap_key.h"

/* A moment within every fixture certificate's time. */
#define FIXTURE_NOW_US INT64_C(1795287600000000)

struct fixture_pem {
    char *certificate, *key;
};

/* kind is "RSA" with bits, or a curve's name with bits 0. Valid a year around FIXTURE_NOW_US. Asserts. */
struct fixture_pem fixture_pem_new(const char *kind, unsigned bits);
void fixture_pem_clear(struct fixture_pem *pem);

/* What a fixture can sign with and be checked by. */
struct fixture_signer {
    struct fixture_pem pem;
    struct adapter_key *key;
    struct adapter_pins *pins;
};
struct fixture_signer fixture_signer_new(const char *kind, unsigned bits);
void fixture_signer_clear(struct fixture_signer *signer);

/* A synchronous answer about somebody, its Body signed: the text, freed by the caller. */
char *fixture_answer_new(const struct fixture_signer *signer);

/* Replaces the one place where a text stands; frees and returns a new text. Asserts that there is exactly one. */
char *fixture_replace(char *take_text, const char *old, const char *new);

/* What lies between two texts, those included; freed by the caller. */
char *fixture_between(const char *text, const char *begin, const char *end);

#endif
