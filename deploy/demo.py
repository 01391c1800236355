#!/usr/bin/env python3
"""Sends the demonstration queries to a running instance and says of each whether it went as the order has it.

usage: demo.py QAO-COMMAND INSTANCE

Prints one line a query: service, basis, effect, why, log numbers. Exit status 1 when one went otherwise.
"""
import json
import pathlib
import subprocess
import sys
import tempfile
import uuid

CASE = "265500121000123"
PERSON = "500101100000"
ORGANISATION = "300140000015"

PENSION = ["--service", "11", "--iin", PERSON]
CROSS_CHECK = ["--service", "37", "--bin", ORGANISATION]

# who, basis, further arguments, expected effect, expected code ("-" for none)
QUERIES = [
    ("police", "operative_search", PENSION, "abbreviated", "-"),
    ("police", "covert_investigation", [*PENSION, "--case", CASE], "permit", "-"),
    ("police", "search_measures", PENSION, "deny", "case-missing"),
    ("economic", "operative_search", [*CROSS_CHECK, "--article", "216/2"], "permit", "-"),
    ("economic", "operative_search", [*CROSS_CHECK, "--article", "217/9"], "deny", "article-not-listed"),
    ("migration", "operative_search", ["--service", "1", "--iin", PERSON], "deny", "role-basis"),
    ("anticorruption", "other_duties", ["--duty", "app5.2", "--service", "57", "--cadastre", "99:001:001:002"],
     "permit", "-"),
    ("police", "other_duties", ["--duty", "app4.1", "--service", "57", "--cadastre", "99:001:001:002"],
     "deny", "service-closed"),
    ("finmon", "other_duties", ["--duty", "app6.1", "--service", "1", "--iin", PERSON], "deny", "duty-not-of-role"),
    ("police with prosecutor's signature", "operative_search", ["--service", "1", "--iin", PERSON],
     "deny", "signer-not-connection"),
    ("police", "operative_search", ["--service", "5", "--iin", PERSON], "permit", "-"),
    ("police, the same bytes again", None, [], "deny", "query-replayed"),
    ("blocked", "operative_search", ["--service", "1", "--iin", PERSON], "deny", "officer-blocked"),
    ("unsigned", "operative_search", ["--service", "1", "--iin", PERSON], "deny", "agreement-unsigned"),
    ("stranger", "operative_search", ["--service", "1", "--iin", PERSON], "deny", "officer-unknown"),
    ("expired", "operative_search", ["--service", "1", "--iin", PERSON], "deny", "certificate-expired"),
    ("revoked", "operative_search", ["--service", "1", "--iin", PERSON], "deny", "certificate-revoked"),
]


class Demonstration:
    def __init__(self, command, instance, scratch):
        self.command = command
        self.instance = pathlib.Path(instance)
        self.scratch = pathlib.Path(scratch)
        self.last = None

    def arguments(self, who, basis, further):
        people = self.instance / "people"
        if basis is None:
            return ["--as", "police", "--signed", str(self.last / "query.p7m")]
        self.last = self.scratch / str(uuid.uuid4())
        if who == "police with prosecutor's signature":
            signer, connection = people / "prosecutor", people / "police"
            identity = ["--cert", signer / "sign.pem", "--key", signer / "sign.key",
                        "--tls-cert", connection / "auth.pem", "--tls-key", connection / "auth.key"]
        else:
            identity = ["--as", who]
        return [*identity, "--basis", basis, *further, "--save", self.last]

    def send(self, who, basis, further):
        done = subprocess.run(
            [self.command, "query", "--instance", self.instance, "--json", *self.arguments(who, basis, further)],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=60)
        try:
            return json.loads(done.stdout), done.stderr
        except json.JSONDecodeError:
            return {}, done.stderr


def outcome_of(reply):
    if "answer" in reply:
        return reply["answer"]["decision"]["effect"], "-"
    kind = reply.get("type", "").removeprefix("urn:qao:problem:")
    return "deny", kind or "no reply"


def numbers_of(reply):
    receipt = reply.get("receipt", {})
    return " ".join(str(receipt[part]["index"]) for part in ("request", "result") if part in receipt) or "-"


def service_of(further):
    return further[further.index("--service") + 1] if "--service" in further else "5"


def main():
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    failed = 0
    with tempfile.TemporaryDirectory(prefix="qao-demo-") as scratch:
        demonstration = Demonstration(sys.argv[1], sys.argv[2], scratch)
        print(f"{'who':36}{'service':>8}  {'basis':22}{'effect':13}{'why':24}log numbers", flush=True)
        for who, basis, further, effect, code in QUERIES:
            reply, errors = demonstration.send(who, basis, further)
            got = outcome_of(reply)
            right = got == (effect, code)
            failed += not right
            print(f"{who:36}{service_of(further):>8}  {basis or 'operative_search':22}{got[0]:13}{got[1]:24}"
                  f"{numbers_of(reply)}{'' if right else f'   EXPECTED {effect} {code}'}", flush=True)
            if not right and errors:
                print("    | " + errors.strip().replace("\n", "\n    | "), flush=True)
    print(f"{len(QUERIES) - failed} of {len(QUERIES)} queries went as the order has it", flush=True)
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
