-- The log: entries with their report columns, tiles, heads, claims, subjects, blobs. Everything here is only ever added to.
set local role qao_owner;
set local search_path = qao;

create table log (
    log_id integer generated always as identity primary key,
    origin text collate "C" not null unique check (origin <> ''),
    partition_entries bigint not null check (partition_entries > 0 and partition_entries % 65536 = 0),
    at timestamptz not null default now()
);
select table_seal('log');

-- One row for each leaf. All columns but log_id and seq repeat what the leaf says, for reports.
create table entry (
    log_id integer not null,
    seq bigint not null check (seq >= 0),
    opens boolean not null, -- a conclusion must follow
    role smallint,
    service smallint,
    part smallint,
    version integer,
    at timestamptz not null,
    registration_id bigint,
    concludes bigint,
    id uuid,
    kind text collate "C" not null,
    iin text collate "C",
    body text collate "C",
    unit text collate "C",
    basis text collate "C",
    duty text collate "C",
    article text collate "C",
    case_number text collate "C",
    effect text collate "C",
    outcome text collate "C",
    reasons text[] collate "C",
    leaf bytea not null check (length(leaf) between 1 and 65535),
    primary key (log_id, seq)
) partition by range (log_id, seq);
create index entry_person on entry (iin, at);
create index entry_body on entry (body, at);
create index entry_at on entry using brin (at);
select table_seal('entry');

-- Whom a record is about, by keyed hash.
create table subject (
    log_id integer not null,
    seq bigint not null,
    ordinal smallint not null,
    kid integer not null,
    mac bytea not null check (length(mac) = 32),
    primary key (log_id, seq, ordinal)
) partition by range (log_id, seq);
create index subject_mac on subject (mac);
select table_seal('subject');

-- Blobs too large for the record's own transaction, put before it.
create table blob_large (
    large_id bigint generated always as identity primary key,
    digest bytea not null check (length(digest) = 32),
    content bytea not null,
    at timestamptz not null default now(),
    unique (large_id, digest)
);
alter table blob_large alter column content set storage external;
select table_seal('blob_large');

-- Sealed contents that belong to an entry. The digest is the one its leaf names.
create table blob (
    log_id integer not null,
    seq bigint not null,
    large_id bigint,
    kind text collate "C" not null,
    digest bytea not null check (length(digest) = 32),
    content bytea,
    primary key (log_id, seq, kind),
    foreign key (large_id, digest) references blob_large (large_id, digest),
    check ((content is null) <> (large_id is null))
) partition by range (log_id, seq);
alter table blob alter column content set storage external;
select table_seal('blob');
-- So that blob_unreferenced costs what there is of large blobs, not of entries.
create index blob_large_id on blob (large_id) where large_id is not null;

-- A signed message may be recorded once: this is what refuses a replay. Over all logs, so that two nodes cannot both
-- take one message.
create table claim (
    log_id integer not null,
    part smallint not null,
    seq bigint not null,
    id uuid not null,
    iin text collate "C" not null,
    primary key (iin, id, part)
);
select table_seal('claim');

-- Which entry concludes which: once each.
create table conclusion (
    log_id integer not null,
    request_seq bigint not null,
    seq bigint not null check (seq > request_seq),
    primary key (log_id, request_seq)
);
select table_seal('conclusion');

create table tile (
    log_id integer not null,
    level smallint not null check (level >= 0),
    index bigint not null check (index >= 0),
    hash bytea not null check (length(hash) = 32),
    hashes bytea not null check (length(hashes) = 8192),
    primary key (log_id, level, index)
);
alter table tile alter column hashes set storage external;
select table_seal('tile');

create table head (
    log_id integer not null references log,
    size bigint not null,
    prev_size bigint not null check (prev_size >= 0),
    open_from bigint not null, -- no record before this index waits for a conclusion
    at timestamptz not null default now(),
    root bytea not null check (length(root) = 32),
    checkpoint bytea not null,
    primary key (log_id, size),
    unique (log_id, prev_size),
    check (size > prev_size),
    check (open_from between 0 and size)
);
select table_seal('head');

-- A head continues the newest one and covers entries that are there. Two at once: the unique key lets one through.
create function head_follows() returns trigger
    language plpgsql set search_path = qao, pg_temp
as $$
declare
    newest bigint;
    entries bigint;
begin
    select size into newest from head where log_id = new.log_id order by size desc limit 1;
    if new.prev_size is distinct from coalesce(newest, 0) then
        raise exception 'a head that continues size % cannot follow size %', new.prev_size, coalesce(newest, 0)
            using errcode = 'QAO03';
    end if;
    select count(*) into entries from entry where log_id = new.log_id and seq >= new.prev_size and seq < new.size;
    if entries <> new.size - new.prev_size then
        raise exception 'a head over entries % to % has % of them', new.prev_size, new.size - 1, entries
            using errcode = 'QAO05';
    end if;
    return new;
end
$$;
create trigger head_follows before insert on head for each row execute function head_follows();
alter table head enable always trigger head_follows;

-- Makes the partitions of a log up to and including the one that holds upto, and seals each. Returns the first index
-- that has no partition. Called ahead by the writer, who may make no table of its own; refused far beyond the newest head.
create function log_partition_make(log_number integer, upto bigint) returns bigint
    language plpgsql security definer set search_path = qao, pg_temp
as $$
declare
    width bigint;
    first bigint;
    parent text;
    child text;
begin
    perform pg_advisory_xact_lock(711908, log_number);
    select partition_entries into strict width from log where log_id = log_number;
    if upto > coalesce((select max(size) from head where log_id = log_number), 0) + 4 * width then
        raise exception 'partitions are made at most four ahead' using errcode = '22023';
    end if;
    -- The newest partition's bounds are in its name: entry_<log>_<first>.
    select coalesce(max(split_part(c.relname, '_', 3)::bigint) + width, 0) into first
    from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'qao.entry'::regclass and c.relname ~ ('^entry_' || log_number || '_[0-9]+$');
    while first <= upto loop
        foreach parent in array array['entry', 'subject', 'blob'] loop
            child := parent || '_' || log_number || '_' || first;
            -- Made beside and then attached: that waits for nobody who writes to the other partitions.
            execute format('create table %I (like %I including all)', child, parent);
            perform table_seal(child::regclass);
            if parent <> 'subject' then
                execute format('alter table %I set (toast_tuple_target = 8160)', child);
            end if;
            execute format('alter table %I attach partition %I for values from (%L, %L) to (%L, %L)', parent, child,
                           log_number, first, log_number, first + width);
        end loop;
        first := first + width;
    end loop;
    return first;
end
$$;

-- The number of the log of that origin, made with its first partition when it is new. The owner's alone:
-- the gateway finds the one it was given, and one that was taken over cannot make another.
create function log_make(log_origin text, entries bigint default 1048576) returns integer
    language plpgsql set search_path = qao, pg_temp
as $$
declare
    number integer;
begin
    if log_origin is null or octet_length(log_origin) not between 1 and 255 or log_origin ~ '[[:space:][:cntrl:]+]' then
        raise exception 'the name of a log has 1 to 255 bytes, no white space and no +' using errcode = '22023';
    end if;
    insert into log (origin, partition_entries) values (log_origin, entries) on conflict (origin) do nothing;
    select log_id into strict number from log where origin = log_origin;
    perform log_partition_make(number, 0);
    return number;
end
$$;

-- One writer for one log: held until the session ends. Waits as long as the session's lock_timeout.
create function log_lock(log_number integer) returns void
    language plpgsql security definer set search_path = qao, pg_temp
as $$
begin
    if not exists (select from log where log_id = log_number) then
        raise exception 'there is no log %', log_number using errcode = '22023';
    end if;
    perform pg_advisory_lock(711909, log_number);
end
$$;

-- A write whose commit waits for all that was written before it; nothing is left in any table.
create function log_barrier() returns void
    language plpgsql security definer set search_path = qao, pg_temp
as $$
begin
    perform pg_logical_emit_message(true, 'qao', 'barrier');
end
$$;

grant select on log, entry, subject, claim, conclusion, tile, head to qao_gateway, qao_reader;
grant select on blob, blob_large to qao_gateway;
grant select (log_id, seq, kind, digest, large_id) on blob to qao_reader;
grant insert on entry, subject, blob, blob_large, claim, conclusion, tile, head to qao_gateway;
grant execute on function log_partition_make(integer, bigint), log_lock(integer), log_barrier() to qao_gateway;
