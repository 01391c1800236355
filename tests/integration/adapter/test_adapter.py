#!/usr/bin/env python3
"""qao-adapter before real PostgreSQL: what it answers, and what it says when a registry is slow, dead or lying."""
import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import threading
import time
import unittest
import uuid

import harness
from harness import Adapter, Cluster, description, registry, service, until

PROGRAM = os.environ["QAO_ADAPTER"]
IIN, BIN, PLATE, CADASTRE = "500101100000", "300140000015", "500AAA99", "99:001:001:001"
STRANGER = "500101100018"  # nobody's number

# Does what its parameter says: seconds to sleep, rows, bytes of filling in each.
TRICK = ("select jsonb_build_object('n', n, 'fill', repeat('x', split_part($1::text, ',', 3)::int)) "
         "from pg_sleep(split_part($1::text, ',', 1)::float8), generate_series(1, split_part($1::text, ',', 2)::int) n")


class Registries(unittest.TestCase):
    """The six synthetic registries as they are configured for an instance."""

    @classmethod
    def setUpClass(cls):
        cls.folder = harness.temporary_folder()
        cls.addClassCleanup(harness.remove, cls.folder)
        cls.cluster = Cluster(f"{cls.folder}/pg", cls.addClassCleanup)
        subprocess.run([harness.LOAD, "--configure", f"{cls.folder}/made", cls.cluster.folder, harness.USER], check=True)
        files = {below: {f.stem: f.read_text() for f in pathlib.Path(f"{cls.folder}/made/{below}").iterdir()}
                 for below in ("registries", "services")}
        cls.adapter = Adapter(PROGRAM, f"{cls.folder}/ad", files["registries"], files["services"])
        cls.addClassCleanup(cls.adapter.stop)
        cls.country = harness.country.Country()

    def test_answers_are_the_country_s(self):
        """Each service that a database serves, asked in each way: what the country says, nothing else."""
        numbers = [number for number in harness.sql_services() if number in self.country.served and number != 57]
        self.assertGreater(len(numbers), 10)
        for number in numbers:
            for asked in self.country.samples(number):
                told = [json.dumps(record, sort_keys=True) for record in self.country.ask(number, asked)]
                heard = [json.dumps(record, sort_keys=True) for record in self.ask(number, **asked)]
                self.assertEqual(sorted(heard), sorted(told), (number, asked))

    def ask(self, number, **params):
        answer = self.adapter.call(number, params)
        self.assertEqual(answer.outcome, "ANSWERED", answer)
        return answer.records

    def test_individuals(self):
        [person] = self.ask(1, iin=IIN)
        self.assertEqual((person["iin"], person["birth_date"], person["gender"]["code"]), (IIN, "1850-01-01", "1"))

    def test_legal_entities(self):
        [entity] = self.ask(2, bin=BIN)
        self.assertEqual((entity["bin"], entity["leader"]["iin"]), (BIN, IIN))

    def test_vehicles(self):
        owned = self.ask(5, iin=IIN)
        self.assertIn(PLATE, [vehicle["plate"] for vehicle in owned])
        self.assertEqual({vehicle["owner_iin"] for vehicle in owned}, {IIN})
        [vehicle] = self.ask(5, plate=PLATE)
        self.assertIn(vehicle, owned)

    def test_pension(self):
        paid = self.ask(11, iin=IIN)
        self.assertEqual([record["period"] for record in paid], [f"1899-{month:02}" for month in range(1, 13)])
        for record in paid:
            self.assertEqual(record["amount"], record["income"] // 10)

    def test_cross_checks(self):
        checks = self.ask(37, bin=BIN)
        self.assertTrue(checks)
        self.assertEqual({check["bin"] for check in checks}, {BIN})

    def test_every_record_fits_its_description(self):
        """All of the fictional country, held to the descriptions by the gateway's own check and by another's."""
        people = [person.iin for person in self.country.people[:700]]
        organisations = [organisation.bin for organisation in self.country.organisations[:300]]
        plates = [vehicle.plate for vehicle in self.country.vehicles if vehicle.owner in self.country.organisations[:50]]
        asked = [(number, {"iin": iin}) for number in (1, 5, 11) for iin in people]
        asked += [(number, {"bin": bin_}) for number in (2, 37) for bin_ in organisations]
        asked += [(5, {"plate": plate}) for plate in plates] + [(57, {"cadastre": f"99:00{i}:001:00{j}"})
                                                                for i in range(1, 5) for j in range(1, 10)]
        answers, lines = [], []
        for first in range(0, len(asked), 50):
            sent = [(call, self.adapter.send(*call)) for call in asked[first:first + 50]]
            for (number, params), identifier in sent:
                answer = self.adapter.wait(identifier)
                self.assertEqual(answer.outcome, "ANSWERED", (number, params, answer))
                answers.append(answer.records)
                lines.append(f"{number}\t{json.dumps(params)}\t{answer.raw.decode()}\n")
        verdicts = subprocess.run([os.environ["QAO_CHECK_ANSWERS"], f"{harness.ROOT}/schema/services"], check=True,
                                  input="".join(lines), capture_output=True, text=True).stdout.splitlines()
        self.assertEqual([(line, verdict) for line, verdict in zip(lines, verdicts) if verdict != "ok"][:3], [])
        self.assertEqual(len(verdicts), len(asked))
        self.assertGreater(sum(len(records) for records in answers), 1500)
        self.check_by_another(asked, answers)

    def check_by_another(self, asked, answers):
        try:
            import jsonschema
        except ImportError:
            print("skipped: python3-jsonschema is not installed, descriptions were checked by ours alone", file=sys.stderr)
            return
        for number in {number for number, _ in asked}:
            described = json.loads(pathlib.Path(f"{harness.ROOT}/schema/services/{number:02}.json").read_text())
            for part in ("request", "answer"):
                jsonschema.Draft202012Validator.check_schema(described[part])
            requests = jsonschema.Draft202012Validator(described["request"])
            records = jsonschema.Draft202012Validator(described["answer"])
            for (_, params), answer in [(a, b) for a, b in zip(asked, answers) if a[0] == number][:100]:
                requests.validate(params)
                records.validate(answer)

    def test_nobody_is_an_empty_answer(self):
        for number, params in ((1, {"iin": STRANGER}), (2, {"bin": STRANGER}), (5, {"plate": "999ZZZ99"}),
                               (11, {"iin": STRANGER}), (37, {"bin": STRANGER}), (57, {"cadastre": "99:999:001:001"})):
            answer = self.adapter.call(number, params)
            self.assertEqual((answer.outcome, answer.raw), ("ANSWERED", b"[]"), number)

    def test_answers_are_canonical(self):
        raw = self.adapter.call(1, {"iin": IIN}).raw.decode()
        self.assertTrue(raw.startswith('[{"addresses":[') and '": ' not in raw, raw[:40])

    def test_sql_in_parameters_is_only_text(self):
        before = self.cluster.sql("qao_registry_prohibitions", "select count(*) from acts.prohibition")
        for text in ("' or '1'='1", "x'; drop table acts.prohibition; --", "\\", "$1", "%", "$$", "E'\\000'", "a" * 1024,
                     "500101100000' union select 1 --", "\u02bc\uff07", "{}", "null"):
            for number, name in ((1, "iin"), (2, "bin"), (5, "plate"), (5, "iin"), (11, "iin"), (37, "bin"), (57, "cadastre")):
                answer = self.adapter.call(number, {name: text})
                self.assertEqual((answer.outcome, answer.raw), ("ANSWERED", b"[]"), (number, text, answer))
        self.assertEqual(self.cluster.sql("qao_registry_prohibitions", "select count(*) from acts.prohibition"), before)

    def test_service_without_adapter(self):
        answer = self.adapter.call(3, {"cadastre": CADASTRE})
        self.assertEqual((answer.outcome, answer.detail), ("UNCONNECTED", "no registry is connected for this service"))

    def test_parameters_that_the_statement_does_not_take(self):
        for params in ({"iin": IIN, "bin": BIN}, {"query": str(uuid.uuid4())}):
            answer = self.adapter.call(1, params)
            self.assertEqual((answer.outcome, answer.detail), ("UNAVAILABLE", "parameters are not those of the service"))

    def test_act_is_done_once(self):
        query = str(uuid.uuid4())
        numbers = [self.adapter.send(57, {"cadastre": CADASTRE}, query) for _ in range(12)]
        answers = [self.adapter.wait(number) for number in numbers]
        self.assertEqual({answer.outcome for answer in answers}, {"ANSWERED"})
        self.assertEqual(len({answer.raw for answer in answers}), 1)
        [record] = answers[0].records
        self.assertEqual((record["cadastre"], record["state"]), (CADASTRE, "imposed"))
        self.assertRegex(record["imposed_at"], r"^\d{4}-\d\d-\d\dT[\d:.]+\+05:00$")
        count = self.cluster.sql("qao_registry_prohibitions", f"select count(*) from acts.prohibition where query = '{query}'")
        self.assertEqual(count, "1")

    def test_act_of_one_query_on_another_object(self):
        query = str(uuid.uuid4())
        self.assertEqual(self.adapter.call(57, {"cadastre": CADASTRE}, query).outcome, "ANSWERED")
        answer = self.adapter.call(57, {"cadastre": "99:001:001:002"}, query)
        self.assertEqual((answer.outcome, answer.detail), ("FAILED", "registry error, SQLSTATE 22023"))

    def test_settling_finds_what_was_done_and_does_nothing(self):
        done, undone = str(uuid.uuid4()), str(uuid.uuid4())
        first = self.adapter.call(57, {"cadastre": CADASTRE}, done)
        settled = self.adapter.call(57, {"cadastre": CADASTRE}, done, mode=harness.SETTLE)
        self.assertEqual((settled.outcome, settled.records), ("ANSWERED", first.records))
        answer = self.adapter.call(57, {"cadastre": CADASTRE}, undone, mode=harness.SETTLE)
        self.assertEqual((answer.outcome, answer.detail), ("FAILED", "the registry has not done it"))
        self.assertEqual(self.cluster.sql("qao_registry_prohibitions",
                                          f"select count(*) from acts.prohibition where query = '{undone}'"), "0")
        answer = self.adapter.call(1, {"iin": IIN}, mode=harness.SETTLE)
        self.assertEqual((answer.outcome, answer.detail), ("UNKNOWN", "this registry cannot be asked that"))

    def test_another_act_is_another_prohibition(self):
        first, second = (self.adapter.call(57, {"cadastre": CADASTRE}).records[0] for _ in range(2))
        self.assertNotEqual(first["prohibition_number"], second["prohibition_number"])

    def test_loading_again_keeps_acts(self):
        self.adapter.call(57, {"cadastre": CADASTRE})
        before = self.cluster.sql("qao_registry_prohibitions", "select count(*), max(number) from acts.prohibition")
        subprocess.run([harness.LOAD, "--psql", f"psql -h {self.cluster.folder} -U postgres"], check=True)
        self.assertEqual(self.cluster.sql("qao_registry_prohibitions", "select count(*), max(number) from acts.prohibition"), before)
        self.assertEqual(len(self.ask(1, iin=IIN)), 1)

    def test_a_registry_s_role_may_only_execute(self):
        def refused(number, statement):
            run = subprocess.run(["psql", "-X", "-q", "-h", self.cluster.folder, "-U", f"qao_registry_{number}", "-d",
                                  f"qao_registry_{number}", "-c", statement], capture_output=True, text=True)
            self.assertRegex(run.stderr, "permission denied", statement)
        refused("individuals", "select * from registry.answer")
        refused("interior", "select * from registry.vehicle")
        refused("prohibitions", "delete from acts.prohibition")
        refused("prohibitions", "insert into acts.prohibition (query, cadastre) values (gen_random_uuid(), '99:001:001:001')")
        refused("prohibitions", "create table registry.mine (a int)")
        refused("prohibitions", "create table public.mine (a int)")
        refused("prohibitions", "create temporary table mine (a int)")
        refused("prohibitions", "select lo_create(0)")
        refused("prohibitions", "select lo_from_bytea(0, 'x')")
        refused("prohibitions", "select pg_logical_emit_message(false, 'a', 'b')")
        refused("prohibitions", "set temp_file_limit = -1")
        for other in ("entities", "prohibitions", "postgres"):
            database = other if other == "postgres" else f"qao_registry_{other}"
            run = subprocess.run(["psql", "-X", "-q", "-h", self.cluster.folder, "-U", "qao_registry_individuals", "-d", database,
                                  "-c", "select 1"], capture_output=True, text=True)
            if other != "postgres":
                self.assertRegex(run.stderr, "permission denied for database")

    def test_the_registries_leave_the_gateway_room(self):
        limits = self.cluster.sql("postgres", "select min(rolconnlimit), sum(rolconnlimit) from pg_roles "
                                  "where rolname ~ '^qao_registry_' and rolcanlogin")
        least, total = map(int, limits.split("|"))
        self.assertGreater(least, 0)
        self.assertLessEqual(total, int(self.cluster.sql("postgres", "show max_connections")) // 2)
        run = subprocess.run(["psql", "-X", "-q", "-h", self.cluster.folder, "-U", "qao_registry_prohibitions", "-d", "qao_registry_prohibitions",
                              "-c", "set work_mem = '64kB'; select count(*) from (select n from "
                              "generate_series(1, 20000000) as n order by -n) as x"], capture_output=True, text=True)
        self.assertRegex(run.stderr, "temporary file size exceeds temp_file_limit")

    def test_malformed_frames_are_passed_over(self):
        for kind, body in ((16, b""), (16, b"\0" * 40), (99, b"x"), (17, b"\0" * 25), (16, os.urandom(300))):
            self.adapter.client.send_frame(kind, body)
        self.assertEqual(len(self.ask(1, iin=IIN)), 1)
        self.assertIn("event=malformed-frame", self.adapter.log_text())

    def test_the_log_names_nobody(self):
        self.ask(1, iin=IIN)
        self.adapter.call(57, {"cadastre": CADASTRE})
        text = self.adapter.log_text()
        self.assertIn("event=call", text)
        for secret in (IIN, BIN, PLATE, CADASTRE):
            self.assertNotIn(secret, text)


class Faults(unittest.TestCase):
    """A registry that is slow, gone, hung or lying, with small limits so that they are reached."""

    @classmethod
    def setUpClass(cls):
        cls.folder = harness.temporary_folder()
        cls.addClassCleanup(harness.remove, cls.folder)
        cls.cluster = Cluster(f"{cls.folder}/pg", cls.addClassCleanup)
        cls.cluster.sql("qao_registry_prohibitions", """
            create table registry.doomed (query uuid);
            create function registry.doom() returns trigger language plpgsql as $$
                begin raise exception 'refused at commit' using errcode = '23514'; end $$;
            create constraint trigger doom after insert on registry.doomed deferrable initially deferred
                for each row execute function registry.doom();
            create function registry.try_doomed(q uuid) returns jsonb language sql security definer as $$
                insert into registry.doomed values (q) returning '{"done": true}'::jsonb $$;
            grant execute on function registry.try_doomed(uuid) to qao_registry_prohibitions;""")

    def start(self, **limits):
        limits = {"connections_max": 2, "queue_max": 4, "deadline_ms": 1000, "records_max": 1000, "breaker_failures": 3,
                  "breaker_pause_ms": 100, "breaker_pause_max_ms": 200, **limits}
        pg = self.cluster.folder
        slow_act = "select r.* from registry.impose($1, $2) r, pg_sleep(case when $2 like '%:001:002' then 600 else 0 end)"
        adapter = Adapter(
            PROGRAM, f"{self.folder}/{self.id().rsplit('.')[-1]}",
            {"trick": registry(pg, "individuals", **limits), "acts": registry(pg, "prohibitions", **{**limits, "deadline_ms": 5000}),
             "living": registry(pg, "pension", connections_max=2), "dead": registry(f"{self.folder}/nowhere", "entities", **limits)},
            {"01": service("trick", "iin", TRICK), "02": service("dead", "bin", "select $1"),
             "11": service("living", "iin", "select * from registry.contributions($1)"),
             "37": service("trick", "bin", getattr(self, "other_statement", "select $1::text as bin")),
             "57": service("acts", "query, cadastre", getattr(self, "act_statement", slow_act))},
            descriptions=[description(1, ["iin"]), description(2, ["bin"]), description(11, ["iin"]), description(37, ["bin"]),
                          description(57, ["cadastre"], kind="act")])
        self.addCleanup(adapter.stop)
        return adapter

    def backends(self, database, condition="true"):
        return self.cluster.sql("postgres", f"""select pid from pg_stat_activity
            where datname = '{database}' and backend_type = 'client backend' and {condition}""").split()

    def test_slow_statement_ends_at_its_deadline(self):
        adapter = self.start()
        begun = time.monotonic()
        answer = adapter.call(1, {"iin": "600,1,1"})
        took = time.monotonic() - begun
        self.assertEqual(answer.outcome, "TIMEOUT", answer)
        self.assertTrue(0.9 < took < 3, took)
        self.assertEqual(adapter.call(1, {"iin": "0,1,1"}).outcome, "ANSWERED")
        until(lambda: not self.backends("qao_registry_individuals", "state = 'active'"))

    def test_the_gateway_s_deadline_may_be_shorter(self):
        adapter = self.start()
        begun = time.monotonic()
        self.assertEqual(adapter.call(1, {"iin": "600,1,1"}, timeout=0.2).outcome, "TIMEOUT")
        self.assertLess(time.monotonic() - begun, 0.9)  # the registry's own is 1 s
        until(lambda: not self.backends("qao_registry_individuals", "state = 'active'"))  # cancelled, not only left

    def test_concurrency_and_queue_are_limited(self):
        adapter = self.start(deadline_ms=20000)
        numbers = [adapter.send(1, {"iin": "0.5,1,1"}) for _ in range(12)]
        most = 0
        while any(number not in adapter.client.answers for number in numbers):
            most = max(most, len(self.backends("qao_registry_individuals", "state = 'active'")))
        answers = [adapter.wait(number) for number in numbers]
        refused = [answer for answer in answers if answer.outcome == "UNAVAILABLE"]
        self.assertEqual({answer.detail for answer in refused}, {"too many calls wait"})
        self.assertEqual({answer.outcome for answer in answers}, {"ANSWERED", "UNAVAILABLE"})
        self.assertTrue(6 <= len(refused) <= 8, len(refused))  # two under way, four waiting
        self.assertEqual(most, 2)

    def test_a_call_without_a_turn_in_time_is_not_asked(self):
        adapter = self.start(connections_max=1, deadline_ms=20000)
        first = adapter.send(1, {"iin": "2,1,1"})
        until(lambda: self.backends("qao_registry_individuals", "state = 'active'"))
        second = adapter.call(1, {"iin": "0,1,1"}, timeout=0.3)
        self.assertEqual((second.outcome, second.detail), ("UNAVAILABLE", "no turn within the deadline"))
        self.assertEqual(adapter.wait(first).outcome, "ANSWERED")

    def test_too_large_answers(self):
        adapter = self.start(deadline_ms=20000)
        for what, expected in (("0,1,7000000", "ANSWERED"), ("0,1,8400000", "FAILED"), ("0,3,4000000", "FAILED"),
                               ("0,1,200000000", "FAILED"), ("0,1000,1", "ANSWERED"), ("0,1001,1", "FAILED")):
            answer = adapter.call(1, {"iin": what}, timeout=20)
            self.assertEqual(answer.outcome, expected, (what, answer))
            if expected == "FAILED":
                self.assertEqual(answer.detail, "answer too large")
        self.assertEqual(adapter.call(1, {"iin": "0,1,1"}).outcome, "ANSWERED")

    def test_endless_answer(self):
        self.other_statement = "select jsonb_build_object('bin', $1::text, 'n', generate_series(1, 2000000000))"
        adapter = self.start()
        answer = adapter.call(37, {"bin": BIN})
        self.assertEqual((answer.outcome, answer.detail), ("FAILED", "answer too large"))
        until(lambda: not self.backends("qao_registry_individuals", "state = 'active'"))

    def test_memory_stays_bounded_by_a_lying_registry(self):
        adapter = self.start(deadline_ms=20000)
        adapter.call(1, {"iin": "0,1,900000000"}, timeout=20)
        status = pathlib.Path(f"/proc/{adapter.process.pid}/status").read_text()
        peak_kib = int(re.search(r"VmHWM:\s+(\d+)", status).group(1))
        limit_kib = 1024 * (1024 if os.environ.get("QAO_SANITIZED") else 128)
        self.assertLess(peak_kib, limit_kib)

    def check_other(self, statement, expected, records=None):
        with self.subTest(statement):
            self.other_statement = statement
            adapter = self.start()
            answer = adapter.call(37, {"bin": BIN})
            self.assertEqual(answer.outcome, expected, answer)
            if records is not None:
                self.assertEqual(answer.records, records)
            adapter.stop()
            harness.remove(adapter.folder)

    def test_rows_become_records(self):
        self.check_other("select $1::text as bin, 5::int as i, -6::bigint as b, true as t, null::text as n, date '1850-02-28' as d, "
                         "'{\"x\":[1]}'::jsonb as j, 7::numeric as m, timestamptz '2026-11-22 12:00:00.5+05' as z",
                         "ANSWERED", [{"bin": BIN, "i": 5, "b": -6, "t": True, "n": None, "d": "1850-02-28", "j": {"x": [1]},
                                       "m": 7, "z": "2026-11-22T12:00:00.5+05:00"}])
        self.check_other("select json_build_object('bin', $1::text)", "ANSWERED", [{"bin": BIN}])

    def test_rows_that_are_no_records(self):
        self.check_other("select $1::text as bin, 1.5::numeric as n", "FAILED")
        self.check_other("select $1::text as bin, 1.5::float8 as n", "FAILED")
        self.check_other("select $1::text as bin, $1::text as bin", "FAILED")
        self.check_other("select $1::text as bin, 9007199254740992::bigint as n", "FAILED")
        self.check_other("select jsonb_build_array($1::text)", "FAILED")
        self.check_other("select jsonb_build_object('bin', $1::text, 'n', 1.5)", "FAILED")
        self.check_other("select null::jsonb where $1 = $1", "FAILED")
        self.check_other("select ('{\"bin\":1,\"bin\":\"' || $1 || '\"}')::json", "FAILED")
        self.check_other("set application_name = 'x'", "FAILED")
        self.check_other("select nothing($1)", "FAILED")

    def test_a_question_cannot_write(self):
        """Not even through a function that its owner made careless."""
        self.cluster.sql("qao_registry_individuals", """
            create table registry.noted (what text);
            create function registry.note(what text) returns jsonb language sql security definer as $$
                insert into registry.noted values (what) returning jsonb_build_object('bin', what) $$;
            grant execute on function registry.note(text) to qao_registry_individuals;""")
        self.other_statement = "select registry.note($1)"
        adapter = self.start()
        answer = adapter.call(37, {"bin": BIN})
        self.assertEqual((answer.outcome, answer.detail), ("FAILED", "registry error, SQLSTATE 25006"))

    def test_dead_registry_opens_and_recovers_by_probe(self):
        adapter = self.start()
        self.assertEqual(adapter.call(1, {"iin": "0,1,1"}).outcome, "ANSWERED")
        self.cluster.server("stop")
        try:
            outcomes = [adapter.call(1, {"iin": "0,1,1"}) for _ in range(6)]
            self.assertEqual([answer.outcome for answer in outcomes[:3]], ["FAILED"] * 3, outcomes)
            self.assertEqual({(answer.outcome, answer.detail) for answer in outcomes[3:]}, {("UNAVAILABLE", "circuit open")})
            self.assertIn("event=breaker registry=trick state=open", adapter.log_text())
        finally:
            self.cluster.server("start")
        # Nobody asks: the adapter finds out by itself.
        until(lambda: "event=breaker registry=trick state=half-open" in adapter.log_text())
        self.assertEqual(adapter.call(1, {"iin": "0,1,1"}).outcome, "ANSWERED")
        until(lambda: "event=breaker registry=trick state=closed" in adapter.log_text())

    def test_half_open_falls_back_at_the_first_failure(self):
        adapter = self.start(deadline_ms=200)
        for _ in range(3):
            self.assertEqual(adapter.call(1, {"iin": "600,1,1"}).outcome, "TIMEOUT")
        self.assertEqual(adapter.call(1, {"iin": "0,1,1"}).detail, "circuit open")
        until(lambda: "state=half-open" in adapter.log_text())
        self.assertEqual(adapter.call(1, {"iin": "600,1,1"}).outcome, "TIMEOUT")
        self.assertEqual(adapter.call(1, {"iin": "0,1,1"}).detail, "circuit open")

    def test_an_idle_connection_that_broke_is_replaced(self):
        adapter = self.start(connections_max=1)
        self.assertEqual(adapter.call(1, {"iin": "0,1,1"}).outcome, "ANSWERED")
        self.assertEqual(adapter.call(57, {"cadastre": CADASTRE}).outcome, "ANSWERED")
        for _ in range(4):  # more often than failures open the breaker
            self.cluster.sql("postgres", "select pg_terminate_backend(pid) from pg_stat_activity where usename like 'qao_registry%'")
            until(lambda: not self.backends("qao_registry_individuals") and not self.backends("qao_registry_prohibitions"))
            self.assertEqual(adapter.call(1, {"iin": "0,1,1"}).outcome, "ANSWERED")
            self.assertEqual(adapter.call(57, {"cadastre": CADASTRE}).outcome, "ANSWERED")

    def test_a_question_whose_connection_breaks_is_not_sent_again(self):
        adapter = self.start(deadline_ms=20000)
        number = adapter.send(1, {"iin": "600,1,1"})
        [pid] = until(lambda: self.backends("qao_registry_individuals", "state = 'active'"))
        self.cluster.sql("postgres", f"select pg_terminate_backend({pid})")
        answer = adapter.wait(number)
        self.assertEqual((answer.outcome, answer.detail), ("FAILED", "connection lost before the answer"))

    def test_hung_backend(self):
        adapter = self.start(connections_max=1)
        number = adapter.send(1, {"iin": "600,1,1"})
        [pid] = until(lambda: self.backends("qao_registry_individuals", "state = 'active'"))
        os.kill(int(pid), signal.SIGSTOP)
        try:
            self.assertEqual(adapter.wait(number).outcome, "TIMEOUT")
            self.assertEqual(adapter.call(1, {"iin": "0,1,1"}).outcome, "ANSWERED")
            self.assertEqual(adapter.call(11, {"iin": IIN}).outcome, "ANSWERED")
        finally:
            os.kill(int(pid), signal.SIGCONT)

    def test_hung_server(self):
        adapter = self.start()
        postmaster = int(pathlib.Path(f"{self.cluster.folder}/data/postmaster.pid").read_text().split()[0])
        os.kill(postmaster, signal.SIGSTOP)
        try:
            begun = time.monotonic()
            answer = adapter.call(1, {"iin": "0,1,1"})
            self.assertEqual((answer.outcome, answer.detail), ("TIMEOUT", "no connection in time"))
            self.assertLess(time.monotonic() - begun, 3)
            answer = adapter.call(57, {"cadastre": CADASTRE}, timeout=0.5)
            self.assertEqual((answer.outcome, answer.detail), ("FAILED", "no connection in time"))
            self.assertEqual(adapter.call(2, {"bin": BIN}).outcome, "FAILED")
            begun = time.monotonic()
            self.assertEqual(adapter.stop(), 0)
            self.assertLess(time.monotonic() - begun, 10)
        finally:
            os.kill(postmaster, signal.SIGCONT)

    def test_act_in_a_crash_is_unknown_and_can_be_asked_again(self):
        adapter = self.start()
        query = str(uuid.uuid4())
        number = adapter.send(57, {"cadastre": "99:001:001:002"}, query)
        until(lambda: self.backends("qao_registry_prohibitions", "state = 'active' and wait_event = 'PgSleep'"))
        self.cluster.server("crash")
        answer = adapter.wait(number)
        self.cluster.server("start")
        self.assertEqual((answer.outcome, answer.detail), ("UNKNOWN", "connection lost before the answer"))
        self.act_statement = "select * from registry.impose($1, $2)"
        adapter.stop()
        harness.remove(adapter.folder)
        again = self.start()
        self.assertEqual(again.call(57, {"cadastre": "99:001:001:002"}, query).outcome, "ANSWERED")
        self.assertEqual(again.call(57, {"cadastre": "99:001:001:002"}, query).outcome, "ANSWERED")
        count = self.cluster.sql("qao_registry_prohibitions", f"select count(*) from acts.prohibition where query = '{query}'")
        self.assertEqual(count, "1")

    def test_act_without_an_answer_in_time_is_unknown(self):
        adapter = self.start()
        answer = adapter.call(57, {"cadastre": "99:001:001:002"}, timeout=0.5)
        self.assertEqual((answer.outcome, answer.detail), ("UNKNOWN", "no answer in time"))

    def test_act_refused_at_commit_was_not_done(self):
        """The command's end arrives before the commit: only what follows the commit counts."""
        self.act_statement = "select registry.try_doomed($1) where $2::text is not null"
        adapter = self.start()
        answer = adapter.call(57, {"cadastre": CADASTRE})
        self.assertEqual((answer.outcome, answer.detail), ("FAILED", "registry error, SQLSTATE 23514"))
        self.assertEqual(self.cluster.sql("qao_registry_prohibitions", "select count(*) from registry.doomed"), "0")

    def test_ten_thousand_calls_to_a_dead_registry(self):
        adapter = self.start()
        other = harness.Client(adapter.path)

        def median_ms(count=300):
            times = []
            for _ in range(count):
                begun = time.monotonic()
                self.assertEqual(other.call(11, {"iin": IIN}).outcome, "ANSWERED")
                times.append((time.monotonic() - begun) * 1000)
            return sorted(times)[count // 2]

        quiet = median_ms()
        numbers = []
        sender = threading.Thread(target=lambda: numbers.extend(adapter.send(2, {"bin": BIN}) for _ in range(10000)))
        sender.start()
        busy = median_ms()
        sender.join()
        outcomes = {adapter.wait(number).outcome for number in numbers}
        print(f"dead registry beside it: median {quiet:.2f} ms -> {busy:.2f} ms", file=sys.stderr)
        self.assertEqual(len(numbers), 10000)
        self.assertEqual(outcomes, {"FAILED", "UNAVAILABLE"})
        self.assertLess(busy, 5 * quiet + 10)  # the sender and its reader share our processor; a stall would be seconds

    def test_slow_registry_does_not_hold_up_another(self):
        adapter = self.start(queue_max=1000, deadline_ms=3000)
        numbers = [adapter.send(1, {"iin": "600,1,1"}, timeout=3) for _ in range(500)]
        for _ in range(50):
            begun = time.monotonic()
            self.assertEqual(adapter.call(11, {"iin": IIN}).outcome, "ANSWERED")
            self.assertLess(time.monotonic() - begun, 1)
        outcomes = {adapter.wait(number).outcome for number in numbers}
        self.assertLessEqual(outcomes, {"TIMEOUT", "UNAVAILABLE"})

    def test_sigterm_finishes_what_is_under_way(self):
        adapter = self.start(connections_max=1, deadline_ms=20000)
        first = adapter.send(1, {"iin": "2,1,1"})
        until(lambda: self.backends("qao_registry_individuals", "state = 'active'"))
        second = adapter.send(1, {"iin": "0,1,1"})
        begun = time.monotonic()
        self.assertEqual(adapter.stop(), 0)
        self.assertLess(time.monotonic() - begun, 10)
        self.assertEqual(adapter.wait(first).outcome, "ANSWERED")
        answer = adapter.wait(second)
        self.assertEqual((answer.outcome, answer.detail), ("UNAVAILABLE", "the adapter is stopping"))
        self.assertFalse(os.path.exists(adapter.path))
        self.assertNotRegex(adapter.log_text(), "ERROR: |runtime error")


if __name__ == "__main__":
    unittest.main(verbosity=2)
