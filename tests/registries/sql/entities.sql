-- Service 2: legal entities, by BIN.
create view registry.legal_entity with (security_barrier) as
select bin, jsonb_build_object(
    'bin', bin,
    'reg_status', case when o.n % 15 = 14 then country.entry('04', 'Таратылған', 'Ликвидировано')
                       else country.entry('01', 'Тіркелген', 'Зарегистрировано') end,
    'registration_department', country.entry('001', 'Жоқ қаланың әділет басқармасы', 'Управление юстиции города Жок-кала'),
    'registration_date', registered, 'registration_last_date', null,
    'liquidation_date', case when o.n % 15 = 14 then registered + 200 end,
    'full_name_kk', name_kk, 'full_name_ru', name_ru, 'full_name_en', name_en,
    'short_name_kk', null, 'short_name_ru', null, 'short_name_en', null,
    'org_form', country.entry('02', 'Заңды тұлға', 'Юридическое лицо'),
    'form_of_law', country.entry('20', 'Жауапкершілігі шектеулі серіктестік', 'Товарищество с ограниченной ответственностью'),
    'private_enterprise_type', country.entry('1', 'Шағын', 'Малое'),
    'leader', jsonb_build_object('position', 'Директор', 'citizen_country', country.entry('398', 'Қазақстан', 'Казахстан'),
        'iin', l.iin, 'surname', l.surname, 'name', l.name, 'middle_name', l.patronymic),
    'activities', jsonb_build_array(jsonb_build_object('main', true, 'oked', '4711' || o.n % 10,
        'name_kk', 'Бөлшек сауда', 'name_ru', 'Розничная торговля')),
    'address', jsonb_build_object('rka', null, 'kato', '9900000' || lpad((o.n % 100)::text, 2, '0'), 'zip_code', '999999',
        'region', 'Ойдан шығарылған облыс', 'city', 'Жоқ қала', 'street', 'Бірінші көше',
        'building_number', (o.n + 1)::text, 'office_number', null),
    'auth_capital', (o.n % 20 + 1) * 100000 * 100,
    'founders_fl', jsonb_build_array(
        jsonb_build_object('iin', l.iin, 'surname', l.surname, 'name', l.name, 'middle_name', l.patronymic,
            'value', (o.n % 20 + 1) * 60000 * 100, 'percent', 6000),
        jsonb_build_object('iin', p.iin, 'surname', p.surname, 'name', p.name, 'middle_name', p.patronymic,
            'value', (o.n % 20 + 1) * 40000 * 100, 'percent', 4000)),
    'founders_ul', '[]'::jsonb, 'header_organization', null) as record
from country.organisation o
join country.person l on l.n = o.leader
join country.person p on p.n = (o.leader + 120) % 300;

create function registry.legal_entities(asked_bin text) returns setof jsonb
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
begin
    return query
    select record from registry.legal_entity where bin = asked_bin;
end
$$;

grant execute on function registry.legal_entities(text) to :role;
