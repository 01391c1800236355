-- What the tables of a registry refer to: the people and organisations of tests/registries/country, copied in by
-- fill.py, and the words that records share. Readable by the registry's owner only.
--
-- What an adapter calls is PL/pgSQL, which keeps its plans for the session: a function in SQL that runs as its owner is
-- parsed and planned at every call, which cost more than all else a query does in the database.
create schema country;
revoke all on schema country from public;

create function country.pick(words text[], n int) returns text language sql immutable strict as $$
    select words[n % array_length(words, 1) + 1]
$$;

create function country.entry(code text, name_kk text, name_ru text) returns jsonb language sql immutable as $$
    select jsonb_build_object('code', code, 'name_kk', name_kk, 'name_ru', name_ru)
$$;

create table country.person (
    n int primary key,
    iin text not null unique,
    is_male boolean not null,
    surname text not null,
    name text not null,
    patronymic text,
    birth_date date not null
);

create table country.organisation (
    n int primary key,
    bin text not null unique,
    name_kk text not null,
    name_ru text not null,
    name_en text not null,
    registered date not null,
    leader int not null references country.person
);
