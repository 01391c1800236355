-- Service 1: individuals, by IIN or by name and date of birth.
create function registry.region(n int) returns jsonb language sql immutable as $$
    select country.entry(lpad((n % 3 + 1)::text, 2, '0'), country.pick(array['Абай облысы', 'Ақмола облысы', 'Ұлытау облысы'], n),
                         country.pick(array['Абайская область', 'Акмолинская область', 'Улытауская область'], n))
$$;

create function registry.address(n int, since date) returns jsonb language sql immutable as $$
    select jsonb_build_object(
        'country', country.entry('398', 'Қазақстан', 'Казахстан'), 'district', registry.region(n), 'region', null,
        'city', country.pick(array['Ойдан шығарылған', 'Жоқ қала', 'Болмаған'], n),
        'street', country.pick(array['Бірінші көше', 'Екінші көше', 'Үшінші көше', 'Төртінші көше'], n * 3),
        'building', (n % 90 + 1)::text, 'corpus', null, 'flat', case when n % 3 = 0 then null else (n % 60 + 1)::text end,
        'begin_date', since, 'end_date', null, 'ar_code', lpad((n * 7919 % 100000000)::text, 16, '0'))
$$;

create view registry.individual with (security_barrier) as
select iin, jsonb_build_object(
    'iin', iin, 'surname', surname, 'name', name, 'patronymic', patronymic, 'eng_surname', null, 'eng_first_name', null,
    'birth_date', birth_date, 'death_date', case when n % 10 = 9 then birth_date + 20000 end,
    'gender', case when is_male then country.entry('1', 'Ер', 'Мужской') else country.entry('2', 'Әйел', 'Женский') end,
    'nationality', country.entry('005', 'Қазақ', 'Казах'),
    'citizenship', country.entry('398', 'Қазақстан', 'Казахстан'),
    'life_status', case when n % 10 = 9 then country.entry('1', 'Қайтыс болған', 'Умерший')
                        else country.entry('0', 'Қалыпты', 'Нормальный') end,
    'birth_place', registry.address(n + 1, null),
    'reg_address', case when n % 10 = 9 then null else registry.address(n, birth_date + 7000) end,
    'person_capable_status', case when n % 50 = 48 then jsonb_build_object('date', birth_date + 9000, 'number',
        '2-' || n || '/75', 'body', country.entry('01', 'Жоқ қаланың соты', 'Суд города Жок-кала')) end,
    'missing_status', case when n % 70 = 68 then jsonb_build_object('date', birth_date + 9500, 'number', '2-' || n || '/76',
        'body', country.entry('01', 'Жоқ қаланың соты', 'Суд города Жок-кала')) end,
    'disappear_status', null,
    'documents', jsonb_build_array(jsonb_build_object(
        'type', country.entry('002', 'Жеке куәлік', 'Удостоверение личности'), 'number', lpad(n::text, 9, '0'), 'series', null,
        'begin_date', birth_date + 6000, 'end_date', birth_date + 9650,
        'issue_organization', country.entry('001', 'ІІМ', 'МВД'), 'status', country.entry('00', 'Жарамды', 'Действителен'))),
    'addresses', case when n % 4 = 0 then jsonb_build_array(registry.address(n + 2, birth_date + 3000)) else '[]' end,
    'removed', false) as record
from country.person;

drop function if exists registry.individuals(text);

create function registry.individuals(asked_iin text, asked_surname text, asked_name text, asked_patronymic text,
                                                asked_birth_date text) returns setof jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
    if asked_iin is not null then
        return query
        select record from registry.individual where iin = asked_iin;
    else
        return query
        select record from registry.individual
        where record ->> 'surname' = asked_surname and record ->> 'name' = asked_name
          and record ->> 'birth_date' = asked_birth_date
          and (asked_patronymic is null or record ->> 'patronymic' = asked_patronymic)
        order by iin;
    end if;
end
$$;

grant execute on function registry.individuals(text, text, text, text, text) to :role;
