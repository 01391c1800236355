-- The decisions of one edition as a table with its primary key, from `qao policy table`; run in the folder of the files.
create table printed (role int, basis text, duty text, service int, effect text, needs text);
\copy printed from 'table.tsv' with (format csv, delimiter E'\t', header, quote E'\b')
create table line (role int, basis text, duty text, service int, effect text, needs_case bool, marked bool,
                   primary key (role, basis, duty, service));
insert into line select role, basis, duty, service, effect, needs like '%case%', needs like '%article' from printed;
create table article (name text primary key);
\copy article from 'articles'
analyze;
