-- Service 11: pension contributions, by IIN. Amounts in tiyn.
create table registry.contribution (
    iin text not null,
    period text not null,
    date date not null,
    kind text not null,
    payer_bin text not null,
    payer_name text not null,
    amount bigint not null,
    income bigint not null
);

create index contribution_iin on registry.contribution (iin);

create function registry.contributions(asked_iin text)
returns setof registry.contribution
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
    return query
    select * from registry.contribution where iin = asked_iin order by period, date, payer_bin;
end
$$;

grant execute on function registry.contributions(text) to :role;
