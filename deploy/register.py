#!/usr/bin/env python3
"""Registers the people of a new instance by the acts the order has for it, each signed by whoever takes it.

usage: register.py enrolment QAO INSTANCE OUT   the first administrator's message (clause 33)
       register.py register QAO INSTANCE        bodies, units, officials, the agreement's text; then for each officer an
                                                application with a scan, the decision and the agreement; last the block

Reads bodies.tsv, units.tsv, people.tsv and agreement/ beside it. What the register has already is not done again: an
instance that was left half registered goes on where it was.
"""
import concurrent.futures
import datetime
import json
import pathlib
import subprocess
import sys
import tempfile
import time
import uuid

HERE = pathlib.Path(__file__).resolve().parent
CAPITAL = datetime.timezone(datetime.timedelta(hours=5))
ADMINISTRATOR = "operator"
AT_ONCE = 4  # commands: each waits half of its time for the other side

# Bases of the role's row in App. 12, and column 1 of the role's appendix (R07, R08).
ALL_BASES = ["operative_search", "covert_investigation", "search_measures", "other_duties"]
BASES = {1: ALL_BASES, 2: ALL_BASES, 3: ALL_BASES, 4: ALL_BASES, 6: ALL_BASES[2:]}
DUTIES = {1: ["app7.1"], 3: ["app6.1"], 4: [], 6: ["app4.1", "app4.5"], 15: ["app5.1", "app5.2"]}
APPENDICES = {"prosecution": 7, "police": 4, "migration": 4, "probation": 4, "economic": 6, "anticorruption": 5}


def rows(name):
    """The rows of a file beside this one, by the names of its last comment line; "-" is None."""
    names, found = [], []
    for line in (HERE / name).read_text(encoding="utf-8").splitlines():
        if line.startswith("# ") and "\t" in line:
            names = line[2:].split("\t")
        elif line and not line.startswith("#"):
            found.append(dict(zip(names, (None if field == "-" else field for field in line.split("\t")))))
    return found


def titles(row):
    return {language: row[f"name_{language}"] for language in ("kk", "ru", "en")}


def body_act(body):
    return {"bin": body["bin"], "code": body["code"], "appendix": APPENDICES.get(body["code"]), "name": titles(body),
            "networks": body["networks"].split(",")}


def appointment_act(person, bin_):
    return {"iin": person["iin"], "bin": bin_, "system_role": person["role"], "unit": person["unit"],
            "surname": person["surname"], "given": person["given"], "patronymic": person["patronymic"],
            "position": person["position"], "state": "active", "act_number": person["act_number"],
            "act_date": person["act_date"]}


def rights_options(role):
    return ["--role", str(role), *(word for basis in BASES.get(role, ["other_duties"]) for word in ("--basis", basis)),
            *(word for duty in DUTIES.get(role, ["app4.1"]) for word in ("--duty", duty))]


def form_of(person, body):
    """What of App. 10 the certificate does not say already."""
    return {"body_code": body["code"], "unit": person["unit"], "position": person["position"],
            "work_phone": "+7 7172 000000", "mobile_phone": "+7 700 0000000", "email": f"{person['name']}@example.kz",
            "work_address": f"Астана, {body['name_kk']}",
            "head": {"position": "бөлім бастығы", "name": "БАСТЫҚОВ БЕКЕТ БІРІНШІҰЛЫ"}}


def scan(lines):
    """A PDF of one page with these lines of ASCII text."""
    text = b"BT /F1 12 Tf 60 780 Td 18 TL " + b" ".join(
        b"(" + line.encode("ascii").replace(b"\\", b"").replace(b"(", b"").replace(b")", b"") + b") Tj T*"
        for line in lines) + b" ET"
    objects = [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R "
               b"/Resources << /Font << /F1 5 0 R >> >> >>",
               b"<< /Length %d >>\nstream\n%s\nendstream" % (len(text), text),
               b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    out, places = b"%PDF-1.4\n", []
    for number, content in enumerate(objects, 1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = b"".join(b"%010d 00000 n \n" % place for place in places)
    return out + (b"xref\n0 %d\n0000000000 65535 f \n%strailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n"
                  % (len(objects) + 1, table, len(objects) + 1, len(out)))


class Wrong(Exception):
    pass


class Qao:
    """The qao command, as the people of the instance use it."""

    def __init__(self, command, instance, scratch):
        self.command, self.instance, self.scratch = command, instance, pathlib.Path(scratch)

    def run(self, *words):
        done = subprocess.run([self.command, *words, "--instance", self.instance, "--json"], stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise Wrong(f"qao {' '.join(map(str, words))}: exit {done.returncode}\n{done.stderr.strip() or done.stdout.strip()}")
        return json.loads(done.stdout)

    def file(self, name, data):
        path = self.scratch / f"{uuid.uuid4()}-{name}"
        path.write_bytes(data if isinstance(data, bytes) else json.dumps(data, ensure_ascii=False).encode())
        return path

    def list(self, collection, *filters):
        return self.run("admin", collection, "--as", ADMINISTRATOR, *filters)["items"]

    def act(self, command, who, act):
        return self.run("admin", command, "--as", who, "--act", self.file("act.json", act), "--yes")

    def apply(self, who, form, rights, scan_bytes):
        reply = self.run("apply", "register", "--as", who, "--form", self.file("form.json", form), *rights, "--scan",
                         self.file("scan.pdf", scan_bytes), "--agree-to-all")
        return reply["answer"]["act"]

    def register(self, application):
        return self.run("admin", "decide", application, "--as", ADMINISTRATOR, "--register", "--yes")

    def agree(self, who):
        return self.run("agree", "--as", who, "--text", "kk", "--yes")


class Registration:
    def __init__(self, qao):
        self.qao = qao
        self.bodies = {body["code"]: body for body in rows("bodies.tsv")}
        self.people = rows("people.tsv")
        for person in self.people:
            person["bin"] = self.bodies[person["body"]]["bin"]

    def each(self, words, jobs):
        """Does the jobs, some at a time, and says how it went. The first failure is told and ends it all."""
        jobs = list(jobs)
        started = time.monotonic()
        print(f"  {words:46}", end="", file=sys.stderr, flush=True)
        with concurrent.futures.ThreadPoolExecutor(AT_ONCE) as pool:
            futures = [pool.submit(*job) for job in jobs]
            done, waiting = concurrent.futures.wait(futures, return_when=concurrent.futures.FIRST_EXCEPTION)
            for future in waiting:
                future.cancel()
        for future in done:
            if future.exception():
                print(" FAILED", file=sys.stderr, flush=True)
                raise future.exception()
        print(f" {len(jobs):3} done ({time.monotonic() - started:.0f} s)" if jobs else " there already",
              file=sys.stderr, flush=True)

    def bodies_missing(self):
        known = {item["bin"] for item in self.qao.list("bodies", "--limit", "500")}
        return [(self.qao.act, "body", ADMINISTRATOR, body_act(body)) for body in self.bodies.values()
                if body["bin"] not in known]

    def units_missing(self):
        known = {(item["bin"], item["code"]) for item in self.qao.list("units", "--limit", "500")}
        by_body = {}
        for unit in rows("units.tsv"):
            bin_ = self.bodies[unit["body"]]["bin"]
            if (bin_, unit["code"]) not in known:
                by_body.setdefault(bin_, []).append(
                    {"bin": bin_, "code": unit["code"], "above": unit["above"], "name": titles(unit)})
        return [(self.units, acts) for acts in by_body.values()]

    def units(self, acts):
        for act in acts:
            self.qao.act("unit", ADMINISTRATOR, act)

    def officials_missing(self, registered):
        return [(self.qao.act, "appoint", ADMINISTRATOR, appointment_act(person, person["bin"])) for person in self.people
                if person["role"] and not person["role"].isdigit() and (person["iin"], person["role"]) not in registered]

    def text_missing(self):
        if self.qao.run("me", "--as", ADMINISTRATOR)["agreement"]["in_force"]:
            return []
        now = datetime.datetime.now(CAPITAL).isoformat(timespec="seconds")
        texts = {language: (HERE / "agreement" / f"{language}.txt").read_text(encoding="utf-8") for language in ("kk", "ru")}
        return [(self.qao.act, "agreement-text", ADMINISTRATOR, {"version": 1, "in_force_from": now, **texts})]

    def contacts_missing(self):
        if self.qao.list("contacts"):
            return []
        return [(self.qao.act, "contact", ADMINISTRATOR, {"telephones": ["+7 7172 000001"], "emails": ["operator@example.kz"]})]

    def officer(self, person, is_registered, application, has_agreed):
        """What is missing of: application, decision, agreement."""
        if not is_registered:
            if not application:
                lines = ["Sample of the scan of an application (Appendix 10)", f"IIN {person['iin']}, BIN {person['bin']}",
                         f"Role {person['role']} of Appendix 12", "Signed by the head and sealed: sample"]
                application = self.qao.apply(person["name"], form_of(person, self.bodies[person["body"]]),
                                             rights_options(int(person["role"])), scan(lines))
            self.qao.register(application)
        if not has_agreed and person["name"] != "unsigned":
            self.qao.agree(person["name"])

    def officers_missing(self, registered):
        filed = {item["iin"]: item["application"] for item in self.qao.list("applications", "--state", "filed", "--limit", "500")}
        agreed = {item["iin"] for item in self.qao.list("agreements", "--limit", "500")}
        jobs = []
        for person in self.people:
            if not person["role"] or not person["role"].isdigit():
                continue
            is_registered = (person["iin"], "officer") in registered
            has_agreed = person["iin"] in agreed
            if not is_registered or not has_agreed and person["name"] != "unsigned":
                jobs.append((self.officer, person, is_registered, filed.get(person["iin"]), has_agreed))
        return jobs

    def block_missing(self, registered):
        person = next(person for person in self.people if person["name"] == "blocked")
        if registered.get((person["iin"], "officer")) == "blocked":
            return []
        return [(self.qao.act, "block", "responsible",
                 {"iin": person["iin"], "bin": person["bin"], "cause": "dismissal", "reason": "қызметтен босатылды",
                  "violation": None})]

    def registered(self):
        return {(item["iin"], item["system_role"]): item["state"] for item in self.qao.list("registrations", "--limit", "500")}

    def run(self):
        self.each("bodies", self.bodies_missing())
        self.each("units", self.units_missing())
        registered = self.registered()
        self.each("officials, text of the agreement, contacts",
                  self.officials_missing(registered) + self.text_missing() + self.contacts_missing())
        self.each("applications, decisions, agreements", self.officers_missing(registered))
        self.each("a block, by the responsible official", self.block_missing(self.registered()))


def enrolment(command, instance, out):
    """The first administrator's message, which proves that key and name are his."""
    person = next(person for person in rows("people.tsv") if person["name"] == ADMINISTRATOR)
    body = next(body for body in rows("bodies.tsv") if body["code"] == person["body"])
    names = [word for language, name in titles(body).items() for word in (f"--name-{language}", name)]
    networks = [word for network in body["networks"].split(",") for word in ("--network", network)]
    done = subprocess.run([command, "enrol-message", "--instance", instance, "--as", ADMINISTRATOR, "--out", out, "--position",
                           person["position"], "--act-number", person["act_number"], "--act-date", person["act_date"],
                           "--code", body["code"], *names, *networks])
    sys.exit(done.returncode)


def main():
    if len(sys.argv) == 5 and sys.argv[1] == "enrolment":
        enrolment(*sys.argv[2:])
    if len(sys.argv) != 4 or sys.argv[1] != "register":
        sys.exit(__doc__)
    with tempfile.TemporaryDirectory(prefix="qao-register-") as scratch:
        try:
            Registration(Qao(sys.argv[2], sys.argv[3], scratch)).run()
        except (Wrong, subprocess.TimeoutExpired) as error:
            sys.exit(str(error))


if __name__ == "__main__":
    main()
