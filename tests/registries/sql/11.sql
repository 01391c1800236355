-- Service 11: pension contributions, by IIN. Amounts in tiyn.
create schema if not exists registry;

create table if not exists registry.contribution (
    person int not null references country.person,
    period date not null,
    organisation int not null references country.organisation,
    income bigint not null,
    primary key (person, period)
);

-- Two of three people contribute, twelve months each.
insert into registry.contribution
select n, (date '1899-01-01' + make_interval(months => m))::date, (n * 3 + m / 6) % 120,
       (85000 + n % 40 * 2500 + m * 1000) * 100 + n % 100
from generate_series(0, 299) as n, generate_series(0, 11) as m
where n % 3 <> 2
on conflict do nothing;

create or replace function registry.contributions(asked_iin text)
returns table (iin text, period text, date date, kind text, payer_bin text, payer_name text, amount bigint, income bigint)
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
    return query
    select p.iin, to_char(c.period, 'YYYY-MM'), (c.period + interval '1 month 9 days')::date,
           case when p.n % 7 = 6 then 'voluntary' else 'mandatory' end, o.bin, o.name_ru, c.income / 10, c.income
    from country.person p
    join registry.contribution c on c.person = p.n
    join country.organisation o on o.n = c.organisation
    where p.iin = asked_iin
    order by c.period;
end
$$;
