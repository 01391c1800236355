/* Who may do what in a test: rows that the register's own functions would make after acts of chapter 3. */
#include <stdio.h>
#include <stdlib.h>

#include "tests/integration/gateway/world.h"
#include "tests/integration/schema/cluster.h"

static const struct {
    const char *iin, *bin;
} people[PEOPLE] = {
    [POLICE] = {POLICE_IIN, POLICE_BIN},
    [SECOND] = {SECOND_IIN, SECOND_BIN},
    [THIRD] = {THIRD_IIN, POLICE_BIN},
    [FOURTH] = {FOURTH_IIN, FOURTH_BIN},
};

static void body_make(const char *bin)
{
    free(cluster_sql("with b as (insert into body (bin) values ($1) on conflict do nothing returning body_id)"
                     ", v as (insert into body_version (body_id, version, code, appendix, name_kk, name_ru, name_en, source)"
                     " select body_id, 1, 'body', 4, 'а', 'б', 'c', 'test' from b)"
                     " insert into body_network (body_id, version, networks, source)"
                     " select body_id, 1, '{127.0.0.0/8}', 'test' from b",
                     bin, NULL));
    free(cluster_sql("insert into agreement_text (version, kk, ru, in_force_from, source) values (1, 'к', 'р', '2026-01-01', 'test')"
                     " on conflict do nothing",
                     NULL));
}

static void person_make(enum world_person person, const char *system_role)
{
    body_make(people[person].bin);
    free(cluster_sql("insert into person (iin, body_id) select $1, body_id from body where bin = $2 on conflict do nothing",
                     people[person].iin, people[person].bin, NULL));
    free(cluster_sql("insert into registration (person_id, system_role) select person_id, $3 from person join body using (body_id)"
                     " where iin = $1 and bin = $2 on conflict do nothing",
                     people[person].iin, people[person].bin, system_role, NULL));
}

#define NEXT_VERSION                                                                                                   \
    "(select coalesce(max(version), 0) + 1 from registration_version v where v.registration_id = r.registration_id)"
#define REGISTRATION_OF "registration r join person p using (person_id) join body b using (body_id)"

void world_register(enum world_person person, const char *state, int role, const char *bases, const char *duties,
                    bool is_signed)
{
    char role_text[8];
    snprintf(role_text, sizeof(role_text), "%d", role);
    person_make(person, "officer");
    if (is_signed)
        free(cluster_sql("insert into agreement (person_id, text_version, signed_at, source) select person_id, 1, now(), 'test'"
                         " from person join body using (body_id) where iin = $1 and bin = $2 on conflict do nothing",
                         people[person].iin, people[person].bin, NULL));
    free(cluster_sql("insert into registration_version (registration_id, version, system_role, state, role, bases, duties, source)"
                     " select registration_id, " NEXT_VERSION ", 'officer', $3, $4::smallint, $5::text[], $6::text[], 'test'"
                     " from " REGISTRATION_OF " where iin = $1 and bin = $2 and system_role = 'officer'",
                     people[person].iin, people[person].bin, state, role_text, bases, duties, NULL));
}

static void statement_run(PGconn *connection, const char *sql, int count, const char *const *values)
{
    PGresult *result = PQexecParams(connection, sql, count, NULL, values, NULL, NULL, 0);
    ck_assert_msg(PQresultStatus(result) == PGRES_COMMAND_OK, "%s", PQerrorMessage(connection));
    PQclear(result);
}

PGconn *world_register_begin(enum world_person person, const char *state)
{
    const char *const values[] = {people[person].iin, people[person].bin, state};
    PGconn *connection = cluster_connect("user=postgres");
    statement_run(connection, "begin", 0, NULL);
    statement_run(connection, "set constraints all immediate", 0, NULL);
    statement_run(connection,
                  "insert into qao.registration_version (registration_id, version, system_role, state, role, bases, duties, source)"
                  " select registration_id, version + 1, system_role, $3, role, bases, duties, 'test'"
                  " from qao.registration_version where registration_id = (select registration_id from qao.registration"
                  " join qao.person using (person_id) join qao.body using (body_id)"
                  " where iin = $1 and bin = $2 and system_role = 'officer')"
                  " order by version desc limit 1",
                  3, values);
    return connection;
}

void world_register_commit(PGconn *take_connection)
{
    statement_run(take_connection, "commit", 0, NULL);
    PQfinish(take_connection);
}

void world_wait_confirming(void)
{
    cluster_wait("select count(*) from pg_locks where locktype = 'advisory' and not granted");
}

void world_appoint(enum world_person person, const char *system_role)
{
    person_make(person, system_role);
    free(cluster_sql("insert into registration_version (registration_id, version, system_role, state, act_number, act_date, source)"
                     " select registration_id, " NEXT_VERSION ", $3, 'active', '1', '2026-01-01', 'test'"
                     " from " REGISTRATION_OF " where iin = $1 and bin = $2 and system_role = $3",
                     people[person].iin, people[person].bin, system_role, NULL));
}
