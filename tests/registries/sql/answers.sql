-- Services without tables of their own: each record with what it can be asked by, and the day it is about.
create table registry.answer (
    n int primary key,
    service smallint not null,
    keys jsonb not null,
    happened date,
    record jsonb not null
);

-- The records of a service that have all the given keys, in their period. Asked by nothing, nobody is found.
create function registry.answers(asked_service int, asked jsonb, begins date default null, ends date default null)
returns table (record jsonb) language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
#variable_conflict use_column
declare
    given jsonb := jsonb_strip_nulls(asked);
begin
    if given = '{}' then
        return;
    end if;
    return query
    select a.record from registry.answer a
    where a.service = asked_service and a.keys @> given
      and (answers.begins is null or a.happened >= answers.begins) and (answers.ends is null or a.happened <= answers.ends)
    order by a.n;
end
$$;

grant execute on function registry.answers(int, jsonb, date, date) to :role;
