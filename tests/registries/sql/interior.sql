-- Service 5: vehicles, by the owner's IIN or BIN, by number plate or VIN. Region 99 does not exist.
create table registry.vehicle (
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
    owner_iin text,
    owner_bin text,
    owner_name text not null,
    check ((owner_iin is null) <> (owner_bin is null))
);

create index vehicle_owner_iin on registry.vehicle (owner_iin);
create index vehicle_owner_bin on registry.vehicle (owner_bin);

create function registry.vehicles(asked_iin text, asked_plate text, asked_vin text, asked_bin text)
returns setof registry.vehicle
language plpgsql stable security definer set search_path = pg_catalog, pg_temp as $$
begin
    if asked_iin is not null then
        return query
        select * from registry.vehicle
        where owner_iin = asked_iin and (asked_plate is null or plate = asked_plate) order by plate;
    elsif asked_bin is not null then
        return query select * from registry.vehicle where owner_bin = asked_bin order by plate;
    else
        return query select * from registry.vehicle where plate = asked_plate or vin = asked_vin;
    end if;
end
$$;

grant execute on function registry.vehicles(text, text, text, text) to :role;
