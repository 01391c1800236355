-- What somebody tries who may not, and side doors out of a block: each try with the reasons it is refused with, all of them.
\set admin '520101100222@300240001502'
\set second '500615200011@300240001502'
\set responsible '510208200116@300140000015'
\set far '500615100015@300141000010'
\set officer '500101100000@300140000015'
\set moved '500101100000@300141000010'
\set stranger '500101200007@300140000015'

-- ---- the people ----
\set operator '{"bin":"300240001502","code":"operator","appendix":null,"name":{"kk":"к","ru":"р","en":"e"},"networks":["127.0.0.0/8"]}'
select test.record('admin.enrolment', :'admin', '{"iin":"520101100222","bin":"300240001502","system_role":"administrator","unit":null,"surname":"А","given":"А","patronymic":null,"position":"x","state":"active","act_number":"1","act_date":"2026-11-22"}'::jsonb
    || jsonb_build_object('body', :'operator'::jsonb));
\set police '{"bin":"300140000015","code":"police","appendix":4,"name":{"kk":"к","ru":"р","en":"e"},"networks":["127.0.0.0/8"]}'
select test.record('admin.body', :'admin', :'police');
select test.record('admin.body', :'admin', :'police'::jsonb || '{"bin":"300141000010","code":"police2"}');
\set appointment '{"iin":"510208200116","bin":"300140000015","system_role":"responsible","unit":null,"surname":"Б","given":"Б","patronymic":null,"position":"x","state":"active","act_number":"1","act_date":"2026-11-22"}'
select test.record('admin.appointment', :'admin', :'appointment');
select test.record('admin.appointment', :'admin', :'appointment'::jsonb || '{"iin":"500615100015","bin":"300141000010"}');
select test.record('admin.appointment', :'admin', :'appointment'::jsonb || '{"iin":"500615200011","bin":"300240001502","system_role":"administrator"}');
insert into blob_large (digest, content) values (sha256('sealed'), 'sealed');
select upload_put(split_part(s, '@', 1), split_part(s, '@', 2), sha256('scan'), 'application/pdf', 4, 1, now()) from unnest(array[:'officer', :'moved']) s;
select jsonb_build_object('kind', 'register', 'form', '{"surname":"А","given":"А","patronymic":null,"iin":"500101100000","bin":"300140000015","body_code":"police","unit":null,"position":"x","work_phone":"1","mobile_phone":"2","email":"a@b.example","work_address":"y","block_reason":null,"head":{"position":"h","name":"n"}}'::jsonb,
    'rights', '{"role":2,"bases":["operative_search"],"duties":[],"until":null}'::jsonb,
    'scan', jsonb_build_object('sha256', encode(sha256('scan'), 'hex'), 'bytes', 4, 'type', 'application/pdf'),
    'statements', '{"agreement":true,"protected_carrier":true,"personal_data":true,"workplace":true}'::jsonb) as application \gset
select jsonb_set(jsonb_set(:'application', '{form,bin}', '"300141000010"'), '{form,body_code}', '"police2"') || '{"kind":"transfer"}' as transfer \gset
\set four '{"appendix":4}'
select test.record('admin.application', :'officer', :'application', :'four') as filed \gset

-- ---- whoever may not, learns nothing by trying ----
\set block '{"iin":"500101100000","bin":"300140000015","cause":"violation","reason":"x","violation":null}'
select test.refuses('role-not-held', 'admin.block', :'stranger', :'block'::jsonb || b)
from unnest(array['{}', '{"iin":"500615200011"}', '{"bin":"300142000016"}', '{"violation":"00000000-0000-4000-8000-000000000000"}']::jsonb[]) b;
select test.refuses('not-competent', 'admin.block', :'far', :'block'::jsonb || b) from unnest(array['{}', '{"iin":"500615200011"}', '{"bin":"300142000016"}']::jsonb[]) b;
select test.refuses('form-incomplete role-not-held', 'admin.block', :'stranger', :'block'::jsonb || '{"reason":""}'); -- what the message itself lacks
select test.refuses('role-not-held', 'admin.decision', :'stranger', d, :'four') from unnest(array[test.decision(:'filed'), test.decision(:'filed') || '{"digest":"00"}',
    jsonb_set(test.decision(:'filed'), '{rights,role}', '3'), test.decision('00000000-0000-4000-8000-000000000000')]) d;
select test.record('admin.decision', :'admin', test.decision(:'filed'), :'four');
select test.refuses('role-not-held', 'admin.decision', :'stranger', test.decision(:'filed'), :'four'); -- decided
\set lift '{"iin":"500101100000","bin":"300140000015","reason":"x"}'
select test.refuses('role-not-held', 'admin.suspension', :'responsible', :'lift'::jsonb || s) from unnest(array['{}', '{"iin":"500615200011"}']::jsonb[]) s;
\set found '{"violation":null,"iin":"500101100000","bin":"300140000015","cause":"misuse","state":"open","measure":null,"note":null}'
select test.refuses('not-competent', 'admin.violation', :'far', :'found'::jsonb || f) from unnest(array['{}', '{"iin":"500615200011"}', '{"violation":"00000000-0000-4000-8000-000000000000"}']::jsonb[]) f;
select test.refuses('role-not-held', 'admin.import', :'responsible', '{"rows":1,"source":"x","parts":[{"sha256":"00","bytes":1}]}', '{"mark":""}');
-- Nor a stolen administrator's key elsewhere.
select test.refuses('network-not-allowed', 'admin.block', :'admin' || '@192.0.2.1', :'block'::jsonb || b) from unnest(array['{}', '{"iin":"500615200011"}', '{"bin":"300142000016"}']::jsonb[]) b;
select test.refuses('body-unknown network-not-allowed role-not-held', 'admin.block', '500101100000@300142000016', :'block');
-- Who may is told everything.
select test.refuses('body-unknown object-unknown', 'admin.block', :'admin', :'block'::jsonb || '{"bin":"300142000016"}');

-- ---- one's own ----
select test.record('admin.violation', :'responsible', :'found') as violation \gset
select test.refuses('own-act', 'admin.violation', :'responsible', :'found'::jsonb || '{"iin":"510208200116","state":"closed","note":"x"}');
select test.record('admin.violation', :'responsible', :'found'::jsonb || '{"iin":"510208200116"}') as own \gset
select test.refuses('own-act', 'admin.violation', :'responsible', :'found'::jsonb || '{"iin":"510208200116","note":"x"}' || jsonb_build_object('violation', :'own', 'state', s)) from unnest(array['open', 'closed']) s;
select test.record('admin.violation', :'second', :'found'::jsonb || '{"iin":"510208200116","note":"x","state":"closed"}' || jsonb_build_object('violation', :'own'));
-- A new violation cannot have the number of one that the gateway saw: it would be refused only when it is recorded.
select nextval('test.seq') as number \gset
begin;
select log_lock(1);
insert into entry (log_id, seq, opens, at, kind, iin, body, reasons, leaf) values (1, :number, false, now(), 'query.refused', '500101100000', '300140000015', '{query-replayed}', '{}');
select violation_append(1, array[:number], array['query-replayed']);
commit;
select v ->> 'violation' as seen from jsonb_array_elements(read('violations', test.envelope('', :'responsible', null, null, null), '{"cause":"query-replayed"}') -> 'items') v \gset
select test.refuses('query-replayed', 'admin.violation', :'responsible', :'found', null, :'seen');

-- ---- out of a block by blocking oneself ----
select test.record('admin.application', :'officer', jsonb_set(:'application', '{form,block_reason}', '"leave"') || '{"kind":"block","rights":null,"scan":null}');
select test.refuses('already-so', 'admin.block', :'admin', :'block'::jsonb || '{"cause":"dismissal"}');
select test.record('admin.application', :'moved', :'transfer', :'four') as away \gset
select test.record('admin.block', :'responsible', :'block'); -- for the violation, on top of his own
select test.refuses('already-so', 'admin.block', :'admin', :'block');
select test.refuses('already-so', 'admin.block', :'admin', :'block'::jsonb || '{"cause":"other"}'); -- and back is no way
select test.refuses('officer-blocked', 'admin.decision', :'admin', test.decision(:'away'), :'four');

-- ---- a responsible official of another body ----
select test.shows('application', :'far', jsonb_build_object('application', :'away'), 'blocked_in', '[]');
select test.shows('application', :'far', jsonb_build_object('application', :'away'), 'has', '');
select test.shows('application', :'second', jsonb_build_object('application', :'away'), 'blocked_in.0.cause', 'violation');
select test.shows('application', :'second', jsonb_build_object('application', :'away'), 'has', '');
select test.shows('application', :'moved', jsonb_build_object('application', :'away'), 'blocked_in.0.bin', '300140000015');
select test.shows('application', :'responsible', jsonb_build_object('application', :'away'), 'state', 'not permitted');
select test.shows('registrations', :'far', '{}', 'iin', '');
select test.shows('registrations', :'far', '{"bin":"300140000015"}', 'iin', '');
select test.shows('registrations', :'far', '{"iin":"500101100000"}', 'iin', '');
select test.shows('registrations', :'far', '{"name":"А","state":"blocked"}', 'iin', '');
select test.shows('violations', :'far', '{"bin":"300140000015"}', 'iin', '');
select test.shows('agreements', :'far', '{}', 'iin', '');
-- Of his own he sees what he asks for.
select test.shows('registrations', :'responsible', f, 'iin', '500101100000') from unnest(array['{}', '{"state":"blocked"}', '{"name":"а"}', '{"name":"А","state":"blocked","role":"2"}']::jsonb[]) f;
select test.shows('registrations', :'responsible', f, 'iin', '') from unnest(array['{"state":"active"}', '{"state":"suspended"}', '{"name":"_"}', '{"name":"%"}', '{"name":"\\"}',
    '{"name":"аа"}', '{"bin":"300141000010"}', '{"after":"999999999999999999"}', '{"unit":"''; drop table qao.person; --"}']::jsonb[]) f;

-- ---- forged cursors and numbers ----
select test.attempt(c, f) from unnest(array['registrations', 'violations', 'agreements', 'applications', 'units', 'absences', 'journal', 'imports', 'announcements', 'incidents']) c,
    unnest(array['{"after":"9999999999999999999999"}', '{"after":"1.2.3.4"}', '{"after":"."}']::jsonb[]) f;

-- ---- the operator does not lock himself out ----
select test.refuses('form-mismatch', 'admin.body', :'admin', :'operator'::jsonb || jsonb_build_object('networks', n)) from unnest(array['[]', '["10.0.0.0/8"]', '["::/0"]']::jsonb[]) n;
select test.record('admin.body', :'admin', :'operator'::jsonb || '{"networks":["10.0.0.0/8","127.0.0.1/32"]}');
select test.record('admin.body', :'admin', :'police'::jsonb || '{"networks":[]}'); -- another's is his to close
