-- A fictional country, the same in every registry database: people born in the 1850s and organisations registered in
-- 2030, with right check digits, all reckoned from their number. Readable by the registry's owner only.
--
-- What an adapter calls is PL/pgSQL, which keeps its plans for the session: a function in SQL that runs as its owner is
-- parsed and planned at every call, which cost more than all else a query does in the database.
create schema if not exists country;
revoke all on schema country from public;

-- The check digit of the first eleven digits; null where none is issued (government decree 406 of 22 May 2007).
create or replace function country.check_digit(digits text) returns text language sql immutable strict as $$
    with weighed as (
        select sum(substr(digits, i, 1)::int * i) % 11 as first,
               sum(substr(digits, i, 1)::int * ((i + 1) % 11 + 1)) % 11 as second
        from generate_series(1, 11) as i)
    select case when first < 10 then first::text when second < 10 then second::text end from weighed
$$;

-- The first serial from the wished one on for which a number is issued.
create or replace function country.numbered(stem text, width int, wished int) returns text
language sql immutable strict as $$
    select digits || country.check_digit(digits)
    from (select serial, stem || lpad(serial::text, width, '0') as digits
          from generate_series(wished, wished + 5) as serial) as tried
    where country.check_digit(digits) is not null order by serial limit 1
$$;

create or replace function country.pick(words text[], n int) returns text language sql immutable strict as $$
    select words[n % array_length(words, 1) + 1]
$$;

create or replace function country.entry(code text, name_kk text, name_ru text) returns jsonb language sql immutable as $$
    select jsonb_build_object('code', code, 'name_kk', name_kk, 'name_ru', name_ru)
$$;

create table if not exists country.person (
    n int primary key,
    iin text not null unique,
    is_male boolean not null,
    surname text not null,
    name text not null,
    patronymic text not null,
    birth_date date not null
);

create table if not exists country.organisation (
    n int primary key,
    bin text not null unique,
    name_kk text not null,
    name_ru text not null,
    name_en text not null,
    registered date not null,
    leader int not null references country.person
);

-- The first four people have the numbers that documents and tests name.
insert into country.person
select n,
       case n when 0 then '500101100000' when 1 then '500101200007' when 2 then '500615100015' when 3 then '500615200011'
       else country.numbered(to_char(birth, 'YYMMDD') || case when n % 2 = 0 then '1' else '2' end, 4, 100 + n) end,
       n % 2 = 0,
       country.pick(array['Асанов', 'Бекенов', 'Ғаниев', 'Дәулетов', 'Ержанов', 'Жүнісов', 'Иванов', 'Қасымов', 'Лесов',
                          'Мұратов', 'Нұрланов', 'Оразов', 'Петров', 'Рахимов', 'Сәрсенов', 'Тілеуов', 'Үмбетов'], n * 7)
           || case when n % 2 = 0 then '' else 'а' end,
       case when n % 2 = 0 then country.pick(array['Абай', 'Бауыржан', 'Ғабит', 'Дәурен', 'Ерлан', 'Жандос', 'Иван',
                                                   'Қанат', 'Марат', 'Нұрлан', 'Олжас', 'Пётр', 'Сәкен'], n * 5)
            else country.pick(array['Айгүл', 'Ботагөз', 'Гүлнар', 'Дина', 'Еркежан', 'Жанар', 'Зере', 'Қарлығаш',
                                    'Мария', 'Назым', 'Роза', 'Сәуле', 'Шолпан'], n * 5) end,
       case when n % 2 = 0 then country.pick(array['Асанұлы', 'Бекенұлы', 'Маратұлы', 'Иванович', 'Ерланұлы'], n * 3)
            else country.pick(array['Асанқызы', 'Бекенқызы', 'Маратқызы', 'Ивановна', 'Ерланқызы'], n * 3) end,
       birth
from (select n, case when n < 2 then date '1850-01-01' when n < 4 then date '1850-06-15'
                     else date '1850-01-02' + (n * 37) % 3640 end as birth
      from generate_series(0, 299) as n) as numbered
on conflict do nothing;

insert into country.organisation
select n,
       case n when 0 then '300140000015' else country.numbered('30' || lpad((n % 12 + 1)::text, 2, '0') || '40', 5, 100 + n) end,
       country.pick(array['Алтын дән', 'Көк тас', 'Ақ жол', 'Самал', 'Тұлпар', 'Береке'], n * 5) || '-' || n || ' ЖШС',
       'ТОО «' || country.pick(array['Алтын дән', 'Көк тас', 'Ақ жол', 'Самал', 'Тұлпар', 'Береке'], n * 5) || '-' || n || '»',
       country.pick(array['Altyn dan', 'Kok tas', 'Ak zhol', 'Samal', 'Tulpar', 'Bereke'], n * 5) || '-' || n || ' LLP',
       make_date(2030, n % 12 + 1, n % 28 + 1),
       n
from generate_series(0, 119) as n
on conflict do nothing;
