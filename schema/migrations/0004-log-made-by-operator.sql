-- A log is made by the operator, with the owner's rights, and by nobody else: the gateway finds the one it was given, and one
-- that was taken over cannot make another.
set local role qao_owner;
set local search_path = qao;

drop function log_open(text, bigint);

-- The number of the log of that origin, made with its first partition when it is new. The owner's alone.
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

-- So that blob_unreferenced costs what there is of large blobs, not of entries.
create index blob_large_id on blob (large_id) where large_id is not null;
