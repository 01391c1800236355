#include "schema/store/officer.h"

#include "schema/store/pool.h"

#include <arpa/inet.h>
#include <errno.h>

bool store_names_has(const struct store_names *names, const char *name)
{
    for (size_t i = 0; i < names->count; i++)
        if (strcmp(names->names[i], name) == 0)
            return true;
    return false;
}

const char *store_peer_text(const char *peer, char ret_text[static STORE_PEER_TEXT_MAX])
{
    struct in6_addr six;
    struct in_addr four;
    if (!peer)
        return NULL;
    if (inet_pton(AF_INET, peer, &four) == 1)
        return inet_ntop(AF_INET, &four, ret_text, STORE_PEER_TEXT_MAX);
    if (inet_pton(AF_INET6, peer, &six) != 1)
        return NULL;
    if (IN6_IS_ADDR_V4MAPPED(&six)) {
        memcpy(&four, six.s6_addr + 12, sizeof(four));
        return inet_ntop(AF_INET, &four, ret_text, STORE_PEER_TEXT_MAX);
    }
    return inet_ntop(AF_INET6, &six, ret_text, STORE_PEER_TEXT_MAX);
}

static enum store_officer_state read_state(struct store_row *row)
{
    static const struct {
        const char *name;
        enum store_officer_state state;
    } states[] = {
        {"active", STORE_OFFICER_ACTIVE},
        {"blocked", STORE_OFFICER_BLOCKED},
        {"suspended", STORE_OFFICER_SUSPENDED},
        {"ended", STORE_OFFICER_ENDED},
    };
    const char *name = store_row_text(row);
    for (size_t i = 0; name && i < BASE_ARRAY_LENGTH(states); i++)
        if (strcmp(states[i].name, name) == 0)
            return states[i].state;
    row->error = -EBADMSG;
    return STORE_OFFICER_UNKNOWN;
}

/* Columns of queries/officer_find.sql. */
static int read_officer(struct store_row row, struct store_officer *ret_officer)
{
    struct store_officer officer = {.registration = store_row_i64(&row)};
    officer.version = store_row_i32(&row);
    officer.person = store_row_i64(&row);
    officer.body = store_row_i64(&row);
    officer.unit = store_row_i64(&row);
    store_row_copy(&row, officer.iin, sizeof(officer.iin));
    store_row_copy(&row, officer.bin, sizeof(officer.bin));
    store_row_copy(&row, officer.unit_code, sizeof(officer.unit_code));
    officer.role = store_row_i16(&row);
    officer.state = read_state(&row);
    officer.granted_until_us = store_row_time_or(&row, 0);
    store_row_names(&row, &officer.bases);
    store_row_names(&row, &officer.duties);
    officer.agreement_version = store_row_i32(&row);
    officer.network_allowed = store_row_bool(&row);
    officer.claimed = store_row_bool(&row);
    officer.maintenance_until_us = store_row_time_or(&row, 0);
    int r = store_row_end(&row);
    if (r == 0)
        *ret_officer = officer;
    return r;
}

int store_officer_find(struct store_pool *pool, const struct store_officer_key *key, struct store_officer *ret_officer)
{
    char peer[STORE_PEER_TEXT_MAX];
    if (key->part < 0 || key->part > INT16_MAX)
        return -EINVAL;
    struct store_params params = STORE_PARAMS_INIT;
    store_params_text(&params, key->iin);
    store_params_text(&params, key->bin);
    store_params_text(&params, store_peer_text(key->peer, peer));
    store_params_time(&params, key->at_us);
    if (key->id)
        store_params_bytes(&params, base_bytes_of(key->id, BASE_UUID_BYTES));
    else
        store_params_null(&params);
    store_params_i16(&params, (int16_t) key->part);
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    struct store_row row;
    int r = store_pool_row(pool, STORE_STATEMENT_OFFICER_FIND, &params, &result, &row);
    return r != 0 ? r : read_officer(row, ret_officer);
}

/* Columns of queries/person_find.sql. */
static int read_person(const PGresult *result, struct store_person *ret_person)
{
    struct store_person person = {.role_count = 0};
    if (PQntuples(result) > STORE_PERSON_ROLES_MAX)
        return -EBADMSG;
    for (int i = 0; i < PQntuples(result); i++) {
        struct store_row row = store_row_of(result, i);
        person.person = store_row_i64(&row);
        person.body = store_row_i64(&row);
        store_row_copy(&row, person.iin, sizeof(person.iin));
        store_row_copy(&row, person.bin, sizeof(person.bin));
        person.network_allowed = store_row_bool(&row);
        struct store_person_role *role = &person.roles[person.role_count++];
        role->registration = store_row_i64(&row);
        role->version = store_row_i32(&row);
        store_row_copy(&row, role->system_role, sizeof(role->system_role));
        role->state = read_state(&row);
        role->unit = store_row_i64(&row);
        store_row_copy(&row, role->act_number, sizeof(role->act_number));
        store_row_copy(&row, role->act_date, sizeof(role->act_date));
        int r = store_row_end(&row);
        if (r < 0)
            return r;
    }
    *ret_person = person;
    return 0;
}

int store_person_find(struct store_pool *pool, const char *iin, const char *bin, const char *peer, int64_t at_us,
                      struct store_person *ret_person)
{
    char address[STORE_PEER_TEXT_MAX];
    struct store_params params = STORE_PARAMS_INIT;
    store_params_text(&params, iin);
    store_params_text(&params, bin);
    store_params_text(&params, store_peer_text(peer, address));
    store_params_time(&params, at_us);
    BASE_CLEANUP(store_result_clear) PGresult *result = NULL;
    int r = store_pool_call(pool, STORE_STATEMENT_PERSON_FIND, &params, &result);
    if (r < 0)
        return r;
    return PQntuples(result) == 0 ? STORE_NONE : read_person(result, ret_person);
}

bool store_person_is(const struct store_person *person, const char *system_role)
{
    for (size_t i = 0; i < person->role_count; i++)
        if (person->roles[i].state == STORE_OFFICER_ACTIVE && strcmp(person->roles[i].system_role, system_role) == 0)
            return true;
    return false;
}
