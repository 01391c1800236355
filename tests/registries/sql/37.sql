-- Service 37: cross-checks between taxpayers, by BIN. Amounts in tiyn.
create schema if not exists registry;

create table if not exists registry.cross_check (
    number int primary key,
    organisation int not null references country.organisation,
    counterparty int not null references country.organisation,
    turnover bigint not null,
    check (organisation <> counterparty)
);

insert into registry.cross_check
select n, n % 120, (n % 120 + 1 + n / 120) % 120, (n % 50 + 1) * 1234567::bigint * 100
from generate_series(0, 299) as n
where n % 4 <> 3
on conflict do nothing;

create or replace function registry.cross_checks(asked_bin text) returns setof jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
    return query
    select jsonb_build_object(
        'bin', o.bin, 'check_number', 'ВП-' || lpad(c.number::text, 6, '0'),
        'tax_office', country.entry('9901', 'Жоқ қаланың МКБ', 'УГД города Жок-кала'),
        'begin_date', o.registered + 100 + c.number, 'end_date', case when c.number % 9 = 8 then null
            else o.registered + 130 + c.number end,
        'period_from', o.registered, 'period_to', o.registered + 90,
        'counterparty_bin', k.bin, 'counterparty_name', k.name_ru, 'turnover', c.turnover, 'vat', c.turnover * 12 / 112,
        'result', case when c.number % 9 = 8 then 'under_way'
            else country.pick(array['confirmed', 'partly_confirmed', 'not_confirmed'], c.number) end)
    from registry.cross_check c
    join country.organisation o on o.n = c.organisation
    join country.organisation k on k.n = c.counterparty
    where o.bin = asked_bin
    order by c.number;
end
$$;
