-- Whom it is about: IIN@BIN.
\set admin '520101100222@300240001502'
\set second '500615200011@300240001502'
\set responsible '510208200116@300140000015'
\set officer '500101100000@300140000015'
\set other '500101200007@300140000015'
\set stranger '500615100015@300140000015'
\set moved '500101100000@300141000010'

\set operator '{"bin":"300240001502","code":"operator","appendix":null,"name":{"kk":"к","ru":"р","en":"e"},"networks":["127.0.0.0/8"]}'
\set police '{"bin":"300140000015","code":"police","appendix":4,"name":{"kk":"Полиция қк","ru":"Полиция","en":"Police"},"networks":["127.0.0.0/8","2001:db8::/32"]}'
\set second_body '{"bin":"300141000010","code":"police2","appendix":4,"name":{"kk":"к","ru":"р","en":"e"},"networks":["127.0.0.0/8"]}'

-- ---- the first administrator ----
select '{"iin":"520101100222","bin":"300240001502","system_role":"administrator","unit":null,"surname":"ӘКІМШІЕВ","given":"ӘДІЛ","patronymic":null,"position":"x","state":"active","act_number":"17-қ","act_date":"2026-11-22"}'::jsonb
    || jsonb_build_object('body', :'operator'::jsonb) as enrolment \gset
select test.refuses('act-malformed', 'admin.unheard', :'admin', '{}');
-- What the gateway makes has no signer, and all else has one.
select test.refuses('act-malformed', k, :'admin', '{}') from unnest(array['admin.absence', 'admin.suspended', 'admin.import_part', 'incident.gateway', 'incident.registry']) k;
select test.refuses('act-malformed', k, null, '{}') from unnest(array['admin.enrolment', 'admin.body', 'admin.application', 'admin.agreement']) k;
select test.refuses('body-unknown network-not-allowed role-not-held', 'admin.body', :'admin', :'police');
select test.refuses('form-mismatch', 'admin.enrolment', :'second', :'enrolment');
select test.refuses('act-malformed', 'admin.enrolment', :'admin', :'enrolment'::jsonb || '{"system_role":"official"}');
select test.refuses('act-malformed', 'admin.enrolment', :'admin', :'enrolment'::jsonb || '{"act_date":"2026-13-01"}');
select test.refuses('unit-unknown', 'admin.enrolment', :'admin', :'enrolment'::jsonb || '{"unit":"none"}');
select test.record('admin.enrolment', :'admin', :'enrolment');
select test.refuses('already-so', 'admin.enrolment', :'admin', :'enrolment');

-- ---- bodies and units ----
select test.record('admin.body', :'admin', :'police');
select test.record('admin.body', :'admin', :'second_body');
select test.refuses('already-so', 'admin.body', :'admin', :'police');
select test.refuses('network-not-allowed', 'admin.body', :'admin' || '@192.0.2.1', :'second_body'::jsonb || '{"code":"new"}');
select test.refuses('role-not-held', 'admin.body', :'officer', :'second_body'::jsonb || '{"code":"new"}');
select test.refuses('act-malformed', 'admin.body', :'admin', :'second_body'::jsonb || '{"networks":["10.0.0.1/8"]}');
select test.refuses('act-malformed', 'admin.body', :'admin', :'second_body'::jsonb || '{"appendix":99999}');
select test.record('admin.body', :'admin', :'second_body'::jsonb || '{"networks":["10.0.0.0/8","127.0.0.0/8"]}');
select test.shows('bodies', :'admin', '{"bin":"300141000010"}', 'networks.0', '10.0.0.0/8');
select test.shows('bodies', :'admin', '{"bin":"300141000010"}', 'version', '1'); -- only its networks changed

\set unit '{"bin":"300140000015","code":"dep","above":null,"name":{"kk":"к","ru":"р","en":"Department"}}'
select test.record('admin.unit', :'admin', :'unit');
select test.record('admin.unit', :'admin', :'unit'::jsonb || '{"code":"dep.1","above":"dep"}');
select test.record('admin.unit', :'admin', :'unit'::jsonb || '{"code":"dep.1.1","above":"dep.1"}');
select test.record('admin.unit', :'admin', :'unit'::jsonb || '{"code":"far"}');
select test.refuses('already-so', 'admin.unit', :'admin', :'unit');
select test.refuses('role-not-held', 'admin.unit', :'officer', :'unit'::jsonb || '{"code":"new"}');
select test.refuses('unit-unknown', 'admin.unit', :'admin', :'unit'::jsonb || '{"code":"new","above":"none"}');
select test.refuses('body-unknown', 'admin.unit', :'admin', :'unit'::jsonb || '{"bin":"300142000016"}');
select test.refuses('form-mismatch', 'admin.unit', :'admin', :'unit'::jsonb || '{"above":"dep"}');
select test.refuses('form-mismatch', 'admin.unit', :'admin', :'unit'::jsonb || '{"above":"dep.1.1"}'); -- a circle
select test.shows('units', :'stranger', '{"bin":"300140000015"}', 'code', 'dep dep.1 dep.1.1 far');
select test.shows('units', :'stranger', '{"bin":"300140000015"}', 'above', 'dep dep.1');
select test.shows('units', :'stranger', '{"limit":"2"}', 'code', 'dep dep.1');
select test.shows('units', :'stranger', jsonb_build_object('after', read('units', test.envelope('', :'stranger', null, null, null), '{"limit":"2"}') ->> 'next'),
    'code', 'dep.1.1 far');
select test.shows('units', :'stranger' || '@192.0.2.1', '{}', 'code', 'not permitted');

-- ---- appointments ----
\set appointment '{"iin":"510208200116","bin":"300140000015","system_role":"responsible","unit":"dep.1","surname":"БАҚЫЛАУ","given":"БАЯН","patronymic":null,"position":"x","state":"active","act_number":"1","act_date":"2026-11-22"}'
select test.record('admin.appointment', :'admin', :'appointment');
select test.refuses('already-so', 'admin.appointment', :'admin', :'appointment');
select test.refuses('role-not-held', 'admin.appointment', :'responsible', :'appointment'::jsonb || '{"iin":"500101200007"}');
select test.refuses('own-act', 'admin.appointment', :'admin', :'appointment'::jsonb || '{"iin":"520101100222"}');
select test.refuses('own-act', 'admin.appointment', :'admin',
    :'appointment'::jsonb || '{"iin":"520101100222","bin":"300240001502","unit":null,"system_role":"administrator","state":"ended"}');
select test.refuses('body-unknown unit-unknown', 'admin.appointment', :'admin', :'appointment'::jsonb || '{"bin":"300142000016"}');
select test.refuses('unit-unknown', 'admin.appointment', :'admin', :'appointment'::jsonb || '{"unit":"none"}');
select test.refuses('not-competent', 'admin.appointment', :'admin', :'appointment'::jsonb || '{"system_role":"administrator"}');
select test.refuses('not-competent', 'admin.appointment', :'admin', :'appointment'::jsonb || '{"system_role":"official"}');
select test.refuses('object-unknown', 'admin.appointment', :'admin', :'appointment'::jsonb || '{"system_role":"witness","state":"ended"}');
select test.refuses('act-malformed', 'admin.appointment', :'admin', :'appointment'::jsonb || '{"system_role":"officer"}');
select test.refuses('act-malformed', 'admin.appointment', :'admin', :'appointment'::jsonb || '{"act_date":"2026-02-30"}');
select test.record('admin.appointment', :'admin',
    :'appointment'::jsonb || '{"iin":"500615200011","bin":"300240001502","system_role":"administrator","unit":null}');

-- ---- applications ----
insert into blob_large (digest, content) values (sha256('sealed'), 'sealed');
select upload_put(split_part(s, '@', 1), split_part(s, '@', 2), sha256('scan'), 'application/pdf', 4, 1, now())
from unnest(array[:'officer', :'other', :'stranger', :'moved', :'admin']) s;
select jsonb_build_object('sha256', encode(sha256('scan'), 'hex'), 'bytes', 4, 'type', 'application/pdf') as scan \gset
\set rights '{"role":2,"bases":["operative_search","other_duties"],"duties":["app4.1","app4.2"],"until":null}'
\set form '{"surname":"О''ХАРА''); drop table qao.person; --","given":"А́лим‏","patronymic":null,"iin":"500101100000","bin":"300140000015","body_code":"police","unit":"dep.1.1","position":"x","work_phone":"1","mobile_phone":"2","email":"a@b.example","work_address":"y","block_reason":null,"head":{"position":"h","name":"n"}}'
select jsonb_build_object('kind', 'register', 'form', :'form'::jsonb, 'rights', :'rights'::jsonb, 'scan', :'scan'::jsonb,
    'statements', '{"agreement":true,"protected_carrier":true,"personal_data":true,"workplace":true}'::jsonb) as application \gset
\set four '{"appendix":4}'
select test.refuses('form-mismatch', 'admin.application', :'stranger', :'application', :'four');
select test.refuses('form-mismatch', 'admin.application', :'officer', jsonb_set(:'application', '{form,body_code}', '"police2"'), :'four');
select test.refuses('unit-unknown', 'admin.application', :'officer', jsonb_set(:'application', '{form,unit}', '"none"'), :'four');
select test.refuses('form-incomplete', 'admin.application', :'officer', jsonb_set(:'application', '{statements,workplace}', 'false'), :'four');
select test.refuses('form-incomplete', 'admin.application', :'officer', :'application'::jsonb || '{"scan":null}', :'four');
select test.refuses('form-incomplete', 'admin.application', :'officer', jsonb_set(:'application', '{rights,bases}', '[]'), :'four');
select test.refuses('scan-missing', 'admin.application', :'officer', jsonb_set(:'application', '{scan,bytes}', '5'), :'four');
select test.refuses('scan-missing', 'admin.application', :'officer', jsonb_set(:'application', '{scan,type}', '"image/png"'), :'four');
select test.refuses('role-not-of-body', 'admin.application', :'officer', :'application', '{"appendix":6}');
select test.refuses('role-not-of-body', 'admin.application', :'officer', :'application', '{"appendix":null}');
select test.refuses('act-malformed', 'admin.application', :'officer', :'application');
select test.refuses('period-wrong', 'admin.application', :'officer', jsonb_set(:'application', '{rights,until}', '"2020-01-01T00:00:00+06:00"'), :'four');
select test.refuses('network-not-allowed', 'admin.application', :'officer' || '@192.0.2.1', :'application', :'four');
select test.refuses('form-incomplete network-not-allowed role-not-of-body unit-unknown', 'admin.application', :'officer' || '@192.0.2.1',
    jsonb_set(jsonb_set(:'application', '{form,unit}', '"none"'), '{statements,workplace}', 'false'), '{"appendix":7}');
select test.refuses('object-unknown', 'admin.application', :'officer',
    jsonb_set(:'application', '{form,block_reason}', '"left"') || '{"kind":"block","rights":null,"scan":null}');
select test.record('admin.application', :'officer', :'application', :'four') as first \gset
select test.refuses('application-open', 'admin.application', :'officer', :'application', :'four');
select test.refuses('application-open query-replayed', 'admin.application', :'officer', :'application', :'four', :'first');
-- The number is one over all signers.
select test.refuses('query-replayed', 'admin.application', :'other', jsonb_set(:'application', '{form,iin}', '"500101200007"'), :'four', :'first');

-- ---- withdrawals ----
select jsonb_build_object('application', :'first', 'digest', test.digest(:'first')) as named \gset
select test.refuses('not-competent', 'admin.withdrawal', :'stranger', :'named');
select test.refuses('object-unknown', 'admin.withdrawal', :'officer', :'named'::jsonb || '{"application":"00000000-0000-4000-8000-000000000000"}');
select test.refuses('digest-mismatch', 'admin.withdrawal', :'officer', :'named'::jsonb || '{"digest":"00"}');
select test.record('admin.withdrawal', :'officer', :'named');
select test.refuses('application-closed', 'admin.withdrawal', :'officer', :'named');
select test.record('admin.application', :'officer', :'application', :'four') as first \gset
select jsonb_build_object('application', :'first', 'digest', test.digest(:'first')) as named \gset

-- ---- what is seen of it ----
select test.shows('applications', :'officer', '{}', 'state', 'withdrawn filed');
select test.shows('applications', :'officer', '{"state":"filed"}', 'overdue', 'false');
select test.shows('applications', :'stranger', '{}', 'state', '');
select test.shows('applications', :'responsible', '{"state":"filed"}', 'iin', '500101100000'); -- dep.1.1 is below dep.1
select test.shows('applications', :'second', '{"state":"filed","kind":"register"}', 'application', :'first');
select test.shows('applications', :'second', '{"limit":"1"}', 'state', 'withdrawn');
select test.shows('applications', :'second', '{"limit":"1","after":"1"}', 'state', 'filed');
select test.shows('applications', :'second', '{"overdue":"true"}', 'state', '');
select set_config('test.at', (now() + interval '24 hours 1 second')::text, false);
select test.shows('applications', :'second', '{"overdue":"true"}', 'application', :'first');
select test.is('seconds left', case when (read('applications', test.envelope('', :'second', null, null, null), '{"state":"filed"}') #>> '{items,0,left_s}')::integer
    between -60 and -1 then 'late' end, 'late');
select set_config('test.at', '', false);
select test.shows('application', :'second', jsonb_build_object('application', :'first'), 'form.given', :'form'::jsonb ->> 'given');
select test.shows('application', :'second', jsonb_build_object('application', :'first'), 'difference.adds', '["operative_search", "other_duties", "app4.1", "app4.2"]');
select test.shows('application', :'second', jsonb_build_object('application', :'first'), 'has', '');
select test.shows('application', :'stranger', jsonb_build_object('application', :'first'), 'state', 'not permitted');
select test.is('the scan, for a stranger', (select count(*)::text from scan_find(test.envelope('', :'stranger', null, null, null), :'first')), '0');
select test.is('the scan, for the applicant', (select large_id::text from scan_find(test.envelope('', :'officer', null, null, null), :'first')), '1');
select test.is('the scan, for the administrator', (select large_id::text from scan_find(test.envelope('', :'second', null, null, null), :'first')), '1');

-- ---- decisions ----
select :'named'::jsonb || jsonb_build_object('outcome', 'registered', 'reason', null, 'rights',
    :'rights'::jsonb || '{"duties":["app4.1"]}') as decision \gset
select test.refuses('role-not-held', 'admin.decision', :'responsible', :'decision', :'four');
select test.refuses('own-act role-not-held', 'admin.decision', :'officer', :'decision', :'four');
select test.refuses('object-unknown', 'admin.decision', :'admin', :'decision'::jsonb || '{"application":"00000000-0000-4000-8000-000000000000"}', :'four');
select test.refuses('digest-mismatch', 'admin.decision', :'admin', :'decision'::jsonb || '{"digest":"00"}', :'four');
select test.refuses('form-incomplete', 'admin.decision', :'admin', :'decision'::jsonb || '{"outcome":"refused","rights":null}', :'four');
select test.refuses('form-incomplete', 'admin.decision', :'admin', :'decision'::jsonb || '{"outcome":"refused","reason":"x"}', :'four');
select test.refuses('form-incomplete form-mismatch', 'admin.decision', :'admin', :'decision'::jsonb || '{"rights":null}', :'four');
select test.refuses('form-mismatch', 'admin.decision', :'admin', jsonb_set(:'decision', '{rights,bases}', '["search_measures"]'), :'four');
select test.refuses('form-mismatch', 'admin.decision', :'admin', jsonb_set(:'decision', '{rights,duties}', '["app4.3"]'), :'four');
select test.refuses('form-mismatch', 'admin.decision', :'admin', jsonb_set(:'decision', '{rights,role}', '12'), :'four');
select test.refuses('role-not-of-body', 'admin.decision', :'admin', :'decision', '{"appendix":5}');
select test.refuses('period-wrong', 'admin.decision', :'admin', jsonb_set(:'decision', '{rights,until}', '"2020-01-01T00:00:00+06:00"'), :'four');
select test.record('admin.decision', :'admin', :'decision', :'four');
select test.refuses('application-closed', 'admin.decision', :'second', :'decision', :'four');
select test.shows('application', :'officer', jsonb_build_object('application', :'first'), 'decision.iin', '520101100222');
select test.shows('application', :'officer', jsonb_build_object('application', :'first'), 'has.duties', '["app4.1"]');
select test.shows('registrations', :'responsible', '{}', 'iin', '500101100000');
select test.shows('registrations', :'second', '{"iin":"500101100000"}', 'surname', 'О''ХАРА''); drop table qao.person; --');
select test.shows('registrations', :'second', '{"name":"о''хар"}', 'iin', '500101100000');
select test.shows('registrations', :'second', '{"name":"%"}', 'iin', '');
select test.shows('registrations', :'second', '{"system_role":"officer","role":"2","state":"active","unit":"dep.1.1"}', 'duties.0', 'app4.1');
select test.shows('registrations', :'officer', '{}', 'iin', 'not permitted');
-- An administrator's own application is for another to decide.
select test.record('admin.application', :'admin', jsonb_set(jsonb_set(jsonb_set(jsonb_set(:'application', '{form,iin}', '"520101100222"'), '{form,bin}', '"300240001502"'),
    '{form,body_code}', '"operator"'), '{form,unit}', 'null'), '{"appendix":null}') as own \gset
select jsonb_build_object('application', :'own', 'digest', test.digest(:'own'), 'outcome', 'refused', 'reason', 'нет', 'rights', null) as refusal \gset
select test.refuses('own-act', 'admin.decision', :'admin', :'refusal');
select test.record('admin.decision', :'second', :'refusal');
select test.shows('application', :'admin', jsonb_build_object('application', :'own'), 'decision.reason', 'нет');

-- ---- the agreement ----
\set text '{"version":1,"in_force_from":"2026-01-01T00:00:00+05:00","kk":"Келісім","ru":"Соглашение"}'
select test.refuses('text-not-in-force', 'admin.agreement', :'officer', '{"version":1,"language":"kk","digest":"00","signed":"QQ=="}');
select test.refuses('role-not-held', 'admin.agreement_text', :'officer', :'text');
select test.record('admin.agreement_text', :'admin', :'text');
select test.refuses('period-wrong text-not-in-force', 'admin.agreement_text', :'admin', :'text');
select test.refuses('period-wrong', 'admin.agreement_text', :'admin', :'text'::jsonb || '{"version":2,"in_force_from":"2025-01-01T00:00:00+05:00"}');
select jsonb_build_object('version', 1, 'language', 'kk', 'signed', 'AQID', 'digest', encode(sha256(convert_to('Келісім', 'UTF8')), 'hex')) as agreement \gset
select test.shows('bodies', :'officer', '{}', 'bin', 'not permitted'); -- before the agreement
select test.shows('me', :'officer', '{}', 'agreement.in_force', '1');
select test.shows('me', :'officer', '{}', 'agreement.version', '');
select test.shows('agreement', :'officer', '{}', 'sha256.kk', :'agreement'::jsonb ->> 'digest');
select test.refuses('role-not-held', 'admin.agreement', :'stranger', :'agreement');
select test.refuses('digest-mismatch', 'admin.agreement', :'officer', :'agreement'::jsonb || '{"language":"ru"}');
select test.refuses('text-not-in-force', 'admin.agreement', :'officer', :'agreement'::jsonb || '{"version":7}');
select test.refuses('act-malformed', 'admin.agreement', :'officer', :'agreement'::jsonb || '{"signed":"*"}');
select test.record('admin.agreement', :'officer', :'agreement') as signed \gset
select test.refuses('already-so', 'admin.agreement', :'officer', :'agreement');
select test.shows('bodies', :'officer', '{"bin":"300140000015"}', 'code', 'police');
select test.shows('bodies', :'officer', '{}', 'networks.0', '127.0.0.0/8'); -- of the own body, no other
select test.shows('me', :'officer', '{}', 'agreement.version', '1');
select test.shows('agreements', :'officer', '{}', 'signed', 'AQID');
select test.shows('agreements', :'second', '{"iin":"500101100000"}', 'act', :'signed');
select test.shows('agreements', :'stranger', '{}', 'signed', '');
-- A new version asks again.
select test.record('admin.agreement_text', :'admin', :'text'::jsonb || '{"version":2,"in_force_from":"2026-02-01T00:00:00+05:00"}');
select test.shows('bodies', :'officer', '{}', 'bin', 'not permitted');
select test.refuses('already-so text-not-in-force', 'admin.agreement', :'officer', :'agreement'::jsonb || '{"version":1}');
select test.record('admin.agreement', :'officer', :'agreement'::jsonb || '{"version":2}');

-- ---- other rights, fewer than asked; the same again ----
select test.refuses('already-so', 'admin.application', :'officer', :'application'::jsonb || jsonb_build_object('rights', :'rights'::jsonb || '{"duties":["app4.1"]}'), :'four');
select test.record('admin.application', :'officer', :'application'::jsonb || '{"kind":"transfer"}', :'four') as filed \gset
select test.shows('application', :'officer', jsonb_build_object('application', :'filed'), 'difference.adds', '["app4.2"]');

-- ---- blocks ----
\set block '{"iin":"500101100000","bin":"300140000015","cause":"violation","reason":"x","violation":null}'
select test.refuses('role-not-held', 'admin.block', :'stranger', :'block');
select test.refuses('form-incomplete', 'admin.block', :'admin', :'block'::jsonb || '{"reason":""}');
select test.refuses('act-malformed', 'admin.block', :'admin', :'block'::jsonb || '{"cause":"mood"}');
select test.refuses('object-unknown', 'admin.block', :'admin', :'block'::jsonb || '{"iin":"500615100015"}');
select test.refuses('not-competent', 'admin.block', :'responsible', :'block'::jsonb || '{"bin":"300141000010"}');
select test.refuses('body-unknown object-unknown', 'admin.block', :'admin', :'block'::jsonb || '{"bin":"300142000016"}');
select test.refuses('object-unknown', 'admin.block', :'admin', :'block'::jsonb || '{"violation":"00000000-0000-4000-8000-000000000000"}');
-- Out of reach: appointed for another unit.
select test.record('admin.appointment', :'admin', :'appointment'::jsonb || '{"unit":"far"}');
select test.refuses('not-competent', 'admin.block', :'responsible', :'block');
select test.shows('registrations', :'responsible', '{}', 'iin', '');
select test.record('admin.appointment', :'admin', :'appointment'::jsonb || '{"unit":"dep"}');
select test.record('admin.block', :'responsible', :'block');
select test.refuses('already-so', 'admin.block', :'admin', :'block');
select test.shows('me', :'officer', '{}', 'registrations', (read('me', test.envelope('', :'officer', null, null, null), '{}') #>> '{items,0,registrations}'));
select test.shows('registrations', :'second', '{"iin":"500101100000"}', 'state', 'blocked');
-- The application that the block met lifts nothing; a new one does.
select jsonb_build_object('application', :'filed', 'digest', test.digest(:'filed'), 'outcome', 'registered', 'reason', null, 'rights', :'rights'::jsonb) as decision \gset
select test.refuses('officer-blocked', 'admin.decision', :'admin', :'decision', :'four');
select test.refuses('role-not-held', 'admin.suspension', :'responsible', '{"iin":"500101100000","bin":"300140000015","reason":"x"}');
select test.record('admin.withdrawal', :'officer', jsonb_build_object('application', :'filed', 'digest', test.digest(:'filed')));
-- Nor is a block for a violation left behind by going to another body, until the violation is closed.
select jsonb_set(jsonb_set(jsonb_set(:'application', '{form,bin}', '"300141000010"'), '{form,body_code}', '"police2"'), '{form,unit}', 'null')
    || '{"kind":"transfer"}' as elsewhere \gset
select test.record('admin.application', :'moved', :'elsewhere', :'four') as away \gset
select test.shows('application', :'second', jsonb_build_object('application', :'away'), 'blocked_in.0.bin', '300140000015');
select test.shows('application', :'second', jsonb_build_object('application', :'away'), 'blocked_in.0.cause', 'violation');
select :'decision'::jsonb || jsonb_build_object('application', :'away', 'digest', test.digest(:'away')) as escape \gset
select test.refuses('officer-blocked', 'admin.decision', :'admin', :'escape', :'four');
\set found '{"violation":null,"iin":"500101100000","bin":"300140000015","cause":"misuse","state":"open","measure":null,"note":null}'
select test.record('admin.violation', :'admin', :'found') as violation \gset
select test.refuses('officer-blocked', 'admin.decision', :'admin', :'escape', :'four');
select test.record('admin.violation', :'admin', :'found'::jsonb || jsonb_build_object('violation', :'violation', 'state', 'closed', 'measure', 'warned'));
select test.is('once the violation is closed', array_to_string(act_check(test.envelope('admin.decision', :'admin', :'escape', gen_random_uuid(), :'four')), ' '), '');
select test.record('admin.withdrawal', :'moved', jsonb_build_object('application', :'away', 'digest', test.digest(:'away')));
select test.record('admin.application', :'officer', :'application'::jsonb || '{"kind":"transfer"}', :'four') as filed \gset
-- By a clock that was set back: the newest version is still the newest.
select set_config('test.at', (now() - interval '1 hour')::text, false);
select test.record('admin.decision', :'admin', :'decision'::jsonb || jsonb_build_object('application', :'filed', 'digest', test.digest(:'filed')), :'four');
select set_config('test.at', '', false);
select test.shows('registrations', :'second', '{"iin":"500101100000"}', 'state', 'active');
select test.shows('registration', :'officer', jsonb_build_object('registration', (select min(registration_id)::text from registration where system_role = 'officer')),
    'state', 'active blocked active');
select test.shows('registration', :'stranger', jsonb_build_object('registration', (select min(registration_id)::text from registration where system_role = 'officer')),
    'state', 'not permitted');
-- By the officer himself, at once.
select test.refuses('form-incomplete', 'admin.application', :'officer', :'application'::jsonb || '{"kind":"block","rights":null}');
select jsonb_set(:'application', '{form,block_reason}', '"leave"') || '{"kind":"block","rights":null,"scan":null}' as leave \gset
select test.record('admin.application', :'officer', :'leave') as own_block \gset
select test.shows('application', :'officer', jsonb_build_object('application', :'own_block'), 'state', 'registered');
select test.refuses('already-so', 'admin.application', :'officer', :'leave');

-- ---- another body: old rights end the moment new ones begin ----
select test.record('admin.application', :'officer', :'application', :'four') as filed \gset
select test.record('admin.decision', :'admin', :'decision'::jsonb || jsonb_build_object('application', :'filed', 'digest', test.digest(:'filed')), :'four');
select test.record('admin.application', :'moved', jsonb_set(jsonb_set(jsonb_set(:'application', '{form,bin}', '"300141000010"'), '{form,body_code}', '"police2"'),
    '{form,unit}', 'null') || '{"kind":"transfer"}', :'four') as filed \gset
select test.shows('application', :'moved', jsonb_build_object('application', :'filed'), 'has.bin', '300140000015');
select test.record('admin.decision', :'admin', :'decision'::jsonb || jsonb_build_object('application', :'filed', 'digest', test.digest(:'filed')), :'four');
select test.shows('registrations', :'second', '{"iin":"500101100000"}', 'bin', '300140000015 300141000010');
select test.shows('registrations', :'second', '{"iin":"500101100000"}', 'state', 'ended active');
select test.is('both in one transaction', (select count(distinct v.act)::text from registration_version v join registration r using (registration_id)
    join person p using (person_id) where p.iin = '500101100000' and v.version = (select max(x.version) from registration_version x where x.registration_id = v.registration_id)), '1');
select test.refuses('already-so', 'admin.block', :'admin', :'block');

-- ---- imports ----
select upload_put('520101100222', '300240001502', sha256('rows'), 'application/json', 4, 1, now());
select jsonb_build_object('rows', 2, 'source', 'old', 'parts', jsonb_build_array(jsonb_build_object('sha256', encode(sha256('rows'), 'hex'), 'bytes', 4))) as import \gset
\set row '{"iin":"500101200007","bin":"300140000015","unit":"dep","surname":"А","given":"Б","patronymic":null,"position":"x","role":2,"bases":["operative_search"],"duties":[],"until":null,"appendix":4}'
select test.refuses('role-not-held', 'admin.import', :'responsible', :'import', jsonb_build_object('mark', import_mark()));
select test.refuses('scan-missing', 'admin.import', :'admin', jsonb_set(:'import', '{parts,0,bytes}', '5'), jsonb_build_object('mark', import_mark()));
select test.refuses('form-incomplete', 'admin.import', :'admin', :'import'::jsonb || '{"rows":0}', jsonb_build_object('mark', import_mark()));
select test.is('a good row', import_check(test.envelope('', :'admin', null, null, null), jsonb_build_array(:'row'::jsonb))::text, '[]');
select test.is('faults', (select string_agg((f ->> 'row') || ' ' || (f ->> 'column') || ' ' || (f ->> 'code'), ', ' order by n)
    from jsonb_array_elements(import_check(test.envelope('', :'admin', null, null, null), jsonb_build_array(:'row'::jsonb, :'row'::jsonb,
        :'row'::jsonb || '{"iin":"500101100000"}', :'row'::jsonb || '{"iin":"520101100222","unit":"none"}', :'row'::jsonb || '{"iin":"1","bin":"300142000016","unit":null}',
        :'row'::jsonb || '{"iin":"2","appendix":5,"bases":[]}', :'row'::jsonb || '{"iin":"3","until":"2020-01-01T00:00:00Z"}'))) with ordinality as x (f, n)),
    '1 iin already-so, 2 iin already-so, 3 iin own-act, 3 unit unit-unknown, 4 bin body-unknown, 5 role role-not-of-body, 5 bases form-incomplete, 6 until period-wrong');
select test.refuses('act-malformed', 'admin.import', :'admin', :'import'); -- of rows that nobody says were checked
-- A registration, or a change of a body, after the rows were checked.
select import_mark() as stale \gset
select test.record('admin.body', :'admin', :'second_body'::jsonb || '{"appendix":5}');
select test.refuses('import-running', 'admin.import', :'admin', :'import', jsonb_build_object('mark', :'stale'));
select import_mark() as stale \gset
select test.record('admin.body', :'admin', :'second_body');
select test.refuses('import-running', 'admin.import', :'admin', :'import', jsonb_build_object('mark', :'stale'));
select import_mark() as stale \gset
select test.record('admin.application', :'moved', jsonb_set(:'elsewhere', '{form,work_phone}', '"3"') || '{"kind":"register"}', :'four') as late \gset
select test.is('an application changes nothing', import_mark(), :'stale');
select test.record('admin.decision', :'admin', :'decision'::jsonb || jsonb_build_object('application', :'late', 'digest', test.digest(:'late')), :'four');
select test.refuses('import-running', 'admin.import', :'admin', :'import', jsonb_build_object('mark', :'stale'));
select test.record('admin.import', :'admin', :'import', jsonb_build_object('mark', import_mark())) as import_id \gset
select test.refuses('import-running', 'admin.import', :'admin', :'import', jsonb_build_object('mark', import_mark()));
select test.record('admin.application', :'stranger', jsonb_set(:'application', '{form,iin}', '"500615100015"'), :'four') as waiting \gset
select test.refuses('import-running', 'admin.decision', :'admin', :'decision'::jsonb || jsonb_build_object('application', :'waiting', 'digest', test.digest(:'waiting')), :'four');
select test.shows('imports', :'admin', '{}', 'state', 'running');
select test.shows('imports', :'responsible', '{}', 'state', 'not permitted');
select test.refuses('object-unknown', 'admin.import_part', null, '{"import":"00000000-0000-4000-8000-000000000000","part":1}', jsonb_build_object('rows', jsonb_build_array(:'row'::jsonb)));
select test.refuses('import-wrong', 'admin.import_part', null, jsonb_build_object('import', :'import_id', 'part', 2), jsonb_build_object('rows', jsonb_build_array(:'row'::jsonb)));
select test.refuses('act-malformed', 'admin.import_part', null, jsonb_build_object('import', :'import_id', 'part', 1));
select test.record('admin.import_part', null, jsonb_build_object('import', :'import_id', 'part', 1), jsonb_build_object('rows', jsonb_build_array(:'row'::jsonb)));
select test.refuses('already-so', 'admin.import_part', null, jsonb_build_object('import', :'import_id', 'part', 1), jsonb_build_object('rows', jsonb_build_array(:'row'::jsonb)));
select test.is('what is left', import_unfinished() ->> 'done', '1');
select test.record('admin.import_part', null, jsonb_build_object('import', :'import_id', 'part', 2), jsonb_build_object('rows', jsonb_build_array(:'row'::jsonb || '{"iin":"500615200011","unit":"far"}')));
select test.is('nothing left', import_unfinished()::text, null);
-- One that was ended: what is registered stays so, nothing is added, and others register again.
select test.refuses('already-so', 'admin.import_end', :'admin', jsonb_build_object('import', :'import_id', 'reason', 'x')); -- it is done
select test.record('admin.import', :'admin', :'import', jsonb_build_object('mark', import_mark())) as ended \gset
select test.record('admin.import_part', null, jsonb_build_object('import', :'ended', 'part', 1), jsonb_build_object('rows', jsonb_build_array(:'row'::jsonb || '{"iin":"510208200116"}')));
select jsonb_build_object('import', :'ended', 'reason', 'wrong table') as end_import \gset
select test.refuses('role-not-held', 'admin.import_end', :'responsible', :'end_import');
select test.refuses('form-incomplete', 'admin.import_end', :'admin', :'end_import'::jsonb || '{"reason":""}');
select test.refuses('object-unknown', 'admin.import_end', :'admin', :'end_import'::jsonb || '{"import":"00000000-0000-4000-8000-000000000000"}');
select test.record('admin.import_end', :'second', :'end_import');
select test.refuses('already-so', 'admin.import_end', :'admin', :'end_import');
select test.refuses('already-so', 'admin.import_part', null, jsonb_build_object('import', :'ended', 'part', 2), jsonb_build_object('rows', jsonb_build_array(:'row'::jsonb || '{"iin":"520101100222"}')));
select test.is('nothing to go on with', import_unfinished()::text, null);
select test.shows('imports', :'admin', '{}', 'state', 'done ended');
select test.shows('registrations', :'second', '{"iin":"510208200116","system_role":"officer"}', 'state', 'active');
select test.record('admin.block', :'admin', '{"iin":"510208200116","bin":"300140000015","cause":"other","reason":"x","violation":null}');
select test.shows('registrations', :'second', '{"iin":"500101200007"}', 'state', 'active');
select test.refuses('role-not-of-body', 'admin.decision', :'admin', :'decision'::jsonb || jsonb_build_object('application', :'waiting', 'digest', test.digest(:'waiting')), '{"appendix":7}');

-- ---- absence ----
select set_config('test.at', (now() + interval '3 months')::text, false);
select test.shows('absences', :'second', '{}', 'iin', '500101100000 500101200007 500615200011');
select test.shows('absences', :'responsible', '{}', 'iin', '500101200007'); -- the one in dep
select test.shows('absences', :'officer', '{}', 'iin', 'not permitted');
select test.is('nobody is suspended unless the operator wants it', absence_find(test.moment(), 10)::text, '[]');
select test.record('admin.setting', :'admin', '{"name":"absence_suspension_days","value":10}');
select absence_find(test.moment(), 10) -> 1 as announce \gset
select test.is('who is told', :'announce'::jsonb #>> '{act,iin}', '500101200007');
select test.is('of what', :'announce'::jsonb ->> 'kind', 'admin.absence');
select test.refuses('period-wrong', 'admin.absence', null, (:'announce'::jsonb -> 'act') || '{"suspends_at":"2020-01-01T00:00:00Z"}');
select test.refuses('object-unknown', 'admin.suspended', null, :'announce'::jsonb -> 'act');
select test.record('admin.absence', null, :'announce'::jsonb -> 'act');
select test.refuses('already-so', 'admin.absence', null, :'announce'::jsonb -> 'act');
select test.refuses('period-wrong', 'admin.suspended', null, :'announce'::jsonb -> 'act');
select test.is('told once', jsonb_array_length(absence_find(test.moment(), 10))::text, '2');
select set_config('test.at', (now() + interval '3 months 11 days')::text, false);
select test.is('time is up', absence_find(test.moment(), 10) #>> '{1,kind}', 'admin.suspended');
select test.record('admin.suspended', null, :'announce'::jsonb -> 'act');
select test.shows('registrations', :'second', '{"iin":"500101200007"}', 'state', 'suspended');
\set lift '{"iin":"500101200007","bin":"300140000015","reason":"is back"}'
select test.refuses('role-not-held', 'admin.suspension', :'responsible', :'lift');
select test.refuses('form-incomplete', 'admin.suspension', :'admin', :'lift'::jsonb || '{"reason":""}');
select test.refuses('already-so', 'admin.suspension', :'admin', :'lift'::jsonb || '{"iin":"500101100000","bin":"300141000010"}');
select test.refuses('already-so own-act', 'admin.suspension', :'second', :'lift'::jsonb || '{"iin":"500615200011"}');
select test.refuses('body-unknown object-unknown', 'admin.suspension', :'admin', :'lift'::jsonb || '{"bin":"300142000016"}');
select test.record('admin.suspension', :'admin', :'lift');
select test.shows('registrations', :'second', '{"iin":"500101200007"}', 'state', 'active');
select test.shows('absences', :'second', '{"bin":"300140000015"}', 'iin', '500615200011'); -- his days begin anew
-- Who comes in is no longer absent: the announcement no longer holds.
select test.record('admin.absence', null, '{"iin":"500101100000","bin":"300141000010","suspends_at":"2099-01-01T00:00:00Z"}');
select test.record('admin.agreement', :'moved', :'agreement'::jsonb || '{"version":2}');
select test.refuses('object-unknown', 'admin.suspended', null, '{"iin":"500101100000","bin":"300141000010"}');
select set_config('test.at', '', false);

-- ---- an end ----
select test.record('admin.appointment', :'second', :'appointment'::jsonb || '{"unit":"dep","state":"ended"}');
select test.refuses('already-so', 'admin.appointment', :'second', :'appointment'::jsonb || '{"unit":"dep","state":"ended"}');
select test.refuses('role-not-held', 'admin.block', :'responsible', :'block'::jsonb || '{"iin":"500101200007"}');
-- One administrator ends another, who then cannot end him.
select test.record('admin.appointment', :'second', :'appointment'::jsonb || '{"iin":"520101100222","bin":"300240001502","system_role":"administrator","unit":null,"state":"ended"}');
select test.refuses('role-not-held', 'admin.appointment', :'admin', :'appointment'::jsonb || '{"iin":"500615200011","bin":"300240001502","system_role":"administrator","unit":null,"state":"ended"}');
select test.refuses('already-so', 'admin.enrolment', :'admin', :'enrolment');
