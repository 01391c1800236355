-- Service 5: vehicles, by the owner's IIN or BIN, by number plate or VIN. Region 99 does not exist.
create schema if not exists registry;

create table if not exists registry.vehicle (
    plate text primary key,
    vin text unique,
    certificate text not null unique,
    make text not null,
    model text not null,
    year int not null,
    category text not null,
    color text not null,
    engine_volume int not null,
    registration_date date not null,
    deregistration_date date,
    owner_person int references country.person,
    owner_organisation int references country.organisation,
    check ((owner_person is null) <> (owner_organisation is null))
);

create index if not exists vehicle_owner_person on registry.vehicle (owner_person);
create index if not exists vehicle_owner_organisation on registry.vehicle (owner_organisation);

insert into registry.vehicle
select lpad((500 + n)::text, 3, '0') || country.pick(array['AAA', 'BBB', 'CCC'], n) || '99',
       'XQA0000000' || lpad(n::text, 7, '0'), 'ZZ' || lpad(n::text, 8, '0'),
       country.pick(array['Тұлпар', 'Жорға', 'Пырақ'], n), country.pick(array['Бір', 'Екі', 'Үш', 'Төрт'], n * 3),
       1886 + n % 14, 'B', country.pick(array['ақ', 'қара', 'көк', 'сары'], n), 900 + n % 20 * 100,
       date '1890-01-01' + n * 11, case when n % 25 = 24 then date '1899-01-01' + n end,
       case when n % 5 = 4 then null else n % 300 end, case when n % 5 = 4 then n % 120 end
from generate_series(0, 399) as n
on conflict do nothing;

create or replace view registry.vehicle_record as
select v.plate, v.vin, v.certificate, v.make, v.model, v.year, v.category, v.color, v.engine_volume, v.registration_date,
       v.deregistration_date, p.iin as owner_iin, o.bin as owner_bin,
       coalesce(p.surname || ' ' || p.name || ' ' || p.patronymic, o.name_ru) as owner_name
from registry.vehicle v
left join country.person p on p.n = v.owner_person
left join country.organisation o on o.n = v.owner_organisation;

drop function if exists registry.vehicles(text, text);

create or replace function registry.vehicles(asked_iin text, asked_plate text, asked_vin text, asked_bin text)
returns setof registry.vehicle_record
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
    if asked_iin is not null then
        return query
        select * from registry.vehicle_record
        where owner_iin = asked_iin and (asked_plate is null or plate = asked_plate) order by plate;
    elsif asked_bin is not null then
        return query select * from registry.vehicle_record where owner_bin = asked_bin order by plate;
    else
        return query select * from registry.vehicle_record where plate = asked_plate or vin = asked_vin;
    end if;
end
$$;
