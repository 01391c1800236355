-- Service 37: cross-checks between taxpayers, by BIN. Amounts in tiyn.
create table registry.cross_check (
    bin text not null,
    check_number text primary key,
    tax_office jsonb not null,
    begin_date date not null,
    end_date date,
    period_from date not null,
    period_to date not null,
    counterparty_bin text not null,
    counterparty_name text not null,
    turnover bigint not null,
    vat bigint not null,
    result text not null
);

create index cross_check_bin on registry.cross_check (bin);

create function registry.cross_checks(asked_bin text) returns setof registry.cross_check
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
    return query
    select * from registry.cross_check where bin = asked_bin order by check_number;
end
$$;

grant execute on function registry.cross_checks(text) to :role;
