#!/usr/bin/env python3
"""Proves what `qao policy` prints and how it exits, as DESIGN states: usage: test_command.py EDITIONS QAO_POLICY..."""
import hashlib
import json
import pathlib
import shutil
import subprocess
import sys
import tempfile

EDITIONS, QAO = pathlib.Path(sys.argv[1]), sys.argv[2:]
failures = []


def run(*arguments):
    return subprocess.run([*QAO, *arguments], capture_output=True, text=True)


def check(what, found, expected):
    if found != expected:
        failures.append(f"{what}: {found!r} is not {expected!r}")


def check_decisions():
    police = ("--role", "2", "--basis", "operative_search")
    other = ("--role", "2", "--basis", "other_duties")
    for arguments, status, effect, reasons in [
        ((*police, "--service", "11"), 0, "abbreviated", []),
        ((*police, "--service", "1"), 0, "permit", []),
        ((*police, "--service", "1", "--instance", "/nonexistent"), 0, "permit", []),
        ((*police, "--service", "37", "--article", "216/2"), 0, "permit", []),
        ((*police, "--service", "37", "--article", "217/9"), 1, "deny", ["article-not-listed"]),
        ((*police, "--service", "37"), 1, "deny", ["article-missing"]),
        ((*police, "--service", "57"), 1, "deny", ["service-closed"]),
        ((*police, "--service", "1", "--granted-bases", "search_measures"), 1, "deny", ["basis-not-granted"]),
        ((*police, "--service", "1", "--granted-bases", "-"), 1, "deny", ["basis-not-granted"]),
        ((*other, "--service", "1"), 1, "deny", ["duty-missing"]),
        ((*other, "--duty", "app4.5", "--service", "57"), 0, "permit", []),
        ((*other, "--duty", "app4.5", "--service", "57", "--granted-duties", "app4.2,app4.3"), 1, "deny",
         ["duty-not-granted"]),
        (("--role", "2", "--basis", "search_measures", "--service", "1"), 1, "deny", ["case-missing"]),
        (("--role", "2", "--basis", "search_measures", "--service", "1", "--case", "12"), 1, "deny", ["case-malformed"]),
        (("--role", "2", "--basis", "search_measures", "--service", "1", "--case", "12", "--case-pattern", "##"), 0,
         "permit", []),
        (("--role", "6", "--basis", "operative_search", "--service", "1"), 1, "deny", ["role-basis"]),
    ]:
        for command in ("decide", "explain"):
            done = run(command, *arguments, *(["--json"] if command == "explain" else []))
            answer = json.loads(done.stdout)
            answer = answer.get("decision", answer)
            check((command, *arguments), (done.returncode, answer["effect"], answer["reasons"]),
                  (status, effect, reasons))
            check("canonical", json.dumps(answer, separators=(",", ":"), sort_keys=True, ensure_ascii=False) in
                  done.stdout, True)
        words = run("explain", *arguments)
        check(("explain", *arguments), (words.returncode, words.stdout.split("\n")[0].split(":")[0]), (status, effect))
        for reason in reasons:
            check(("explain tells", reason), f"\n{reason}\n" in words.stdout, True)
    answer = json.loads(run("decide", *police, "--service", "11").stdout)
    check("citations", answer["citations"], [{"appendix": 1, "clause": 2, "column": 1, "readings": ["R04"], "row": 11}])
    digest = hashlib.sha256((EDITIONS / "2022-04-29" / "edition.tsv").read_bytes()).hexdigest()
    check("edition", (answer["edition"], answer["edition_sha256"]), ("2022-04-29", digest))


def check_languages():
    """Every reason in every language: another sentence each time, every place in it filled in, the codes the same."""
    other = ["--role", "2", "--basis", "other_duties"]
    asked = [["--role", "6", "--basis", "operative_search", "--service", "1"],
             ["--role", "2", "--basis", "search_measures", "--service", "1", "--granted-bases", "-", "--case", "1"],
             ["--role", "2", "--basis", "search_measures", "--service", "1"],
             [*other, "--service", "57"], [*other, "--duty", "app6.1", "--service", "57"],
             [*other, "--duty", "app4.5", "--granted-duties", "-", "--service", "57"],
             ["--role", "2", "--basis", "operative_search", "--service", "57"],
             ["--role", "2", "--basis", "operative_search", "--service", "37"],
             ["--role", "2", "--basis", "operative_search", "--service", "37", "--article", "217/9"],
             ["--role", "2", "--basis", "operative_search", "--service", "1", "--article", "x"]]
    told = set()
    for arguments in asked:
        texts = {}
        for language in ("kk", "ru", "en"):
            done = run("explain", *arguments, "--lang", language)
            check(("explain", language, *arguments), (done.returncode, done.stderr), (1, ""))
            texts[language] = done.stdout.split("\n\n")[1:]
            for broken in ("{", "}", "(null)", "(?)"):
                check((broken, language, *arguments), broken in done.stdout, False)
        reasons = json.loads(run("explain", *arguments, "--json").stdout)["decision"]["reasons"]
        for index, reason in enumerate(reasons):
            codes, sentences = zip(*(texts[language][index].split("\n  ", 1) for language in ("kk", "ru", "en")))
            check((reason, "code"), codes, (reason,) * 3)
            check((reason, "sentences"), len(set(sentences)), 3)
        told.update(reasons)
    check("reasons told", sorted(told), ["article-missing", "article-not-listed", "basis-not-granted", "case-malformed",
                                         "case-missing", "duty-missing", "duty-not-granted", "duty-not-of-role",
                                         "role-basis", "service-closed"])
    done = run("explain", *asked[0], "--lang", "de")
    check("an unknown language", (done.returncode, "--lang takes kk, ru or en" in done.stderr), (2, True))


def check_unusable():
    good = ["decide", "--role", "2", "--basis", "operative_search", "--service", "1"]
    check("good", run(*good).returncode, 0)
    for arguments, complaint in [
        ([], "a command is missing"),
        (["grant"], "'grant' is no command"),
        (good[:1] + good[3:], "--role is missing"),
        (good[:3] + good[5:], "--basis is missing"),
        (good[:5], "--service is missing"),
        ([*good, "--role", "3"], "--role is given twice"),
        (["decide", "--role", "16", *good[3:]], "--role '16' is not a number from 1 to 15"),
        (["decide", "--role", "2x", *good[3:]], "--role '2x' is not a number"),
        (["decide", "--role", "", *good[3:]], "--role '' is not a number"),
        ([*good[:6], "77"], "--service '77' is not a number from 1 to 76"),
        ([*good[:6], "-1"], "--service '-1' is not a number from 1 to 76"),
        ([*good[:4], "search", *good[5:]], '--basis "search" is unknown; did you mean search_measures?'),
        ([*good, "--duty", "app4.1"], "--duty belongs to --basis other_duties"),
        ([*good[:4], "other_duties", "--duty", "app4.6", *good[5:]], '--duty "app4.6" is unknown; did you mean app4.'),
        ([*good, "--granted-bases", "operative_search,,"], "--granted-bases: '' is unknown"),
        ([*good, "--granted-duties", "app9.1"], "--granted-duties: 'app9.1' is unknown"),
        ([*good, "--case-pattern", "abc"], "--case-pattern 'abc'"),
        ([*good, "--edition", "1999-01-01"], "there is no edition '1999-01-01'"),
        ([*good, "--editions", "/nonexistent"], "/nonexistent: no edition there"),
        ([*good, "--colour"], "--colour is unknown or lacks its value"),
        ([*good, "more"], "'more' is one too many"),
        (["check"], "check needs one folder"),
        (["check", "/nonexistent"], "'/nonexistent' is no folder"),
        (["diff", "2022-04-29"], "diff needs two editions"),
        (["diff", "2022-04-29", "1999-01-01"], "there is no edition '1999-01-01'"),
    ]:
        done = run(*arguments)
        check(arguments, (done.returncode, complaint in done.stderr, done.stdout), (2, True, ""))
    for arguments in (["--help"], ["table", "--help"], ["decide", "--help"], ["enumerate", "--help"]):
        done = run(*arguments)
        check(arguments, (done.returncode, "qao policy decide" in done.stdout), (0, True))
    check("full disk", subprocess.run([*QAO, "table"], stdout=open("/dev/full", "w"), stderr=subprocess.PIPE).returncode,
          2)


def write_edition(parent, name, *edits):
    """A copy of the edition under another id, with edits (file, from, to) and the digests set anew."""
    folder = parent / name
    shutil.copytree(EDITIONS / "2022-04-29", folder)
    for file, old, new in [*edits, ("edition.tsv", "\nid\t2022-04-29\t", f"\nid\t{name}\t")]:
        text = (folder / file).read_text(encoding="utf-8")
        if old not in text:
            sys.exit(f"{file} has no {old!r}")
        (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")
    lines = (folder / "edition.tsv").read_text(encoding="utf-8").split("\n")
    for i, line in enumerate(lines):
        file = line.split("\t")[0]
        if file.endswith(".tsv"):
            lines[i] = f"{file}\t{hashlib.sha256((folder / file).read_bytes()).hexdigest()}\t-"
    (folder / "edition.tsv").write_text("\n".join(lines), encoding="utf-8")
    return folder


def check_editions(scratch):
    end = ("edition.tsv", "\nin_force_to\t-\t", "\nin_force_to\t2024-03-01T00:00:00+05:00\t")
    begin = ("edition.tsv", "2022-05-10T00:00:00+06:00", "2024-03-01T00:00:00+05:00")
    first = write_edition(scratch, "first", end)
    second = write_edition(scratch, "second", begin, ("appendix-1.tsv", "\n57\t-\n", "\n57\t+\n"),
                           ("appendix-3.tsv", "\n5\t+\n", "\n5\t-\n"), ("appendix-2.tsv", "\n11\t+\n", "\n11\tshort\n"),
                           ("appendix-8.tsv", "\n75\t249\t3\t", "\n75\t250\t1\t"))
    done = run("check", str(scratch))
    check("check a set", (done.returncode, [line.split("\t")[:2] for line in done.stdout.strip().split("\n")]),
          (0, [["first", "sound"], ["second", "sound"]]))
    check("check one", run("check", str(second)).returncode, 0)
    done = run("diff", str(first), str(second))
    lines = done.stdout.strip().split("\n")
    check("diff status", done.returncode, 1)
    check("diff header", lines[0], "change\trole\tbasis\tduty\tservice\tbefore\tbefore_needs\tafter\tafter_needs")
    expected = [f"opens\t{role}\toperative_search\t-\t57\tdeny\t-\tpermit\t-" for role in (1, 2, 3, 4)]
    expected += [f"changes\t{role}\tcovert_investigation\t-\t11\tpermit\tcase\tabbreviated\tcase" for role in (1, 2, 3, 4)]
    expected += [f"closes\t{role}\tsearch_measures\t-\t5\tpermit\tcase\tdeny\t-" for role in (1, 2, 3, 4, 6)]
    expected += ["opens\t-\t-\t-\tarticle 250/1\t-\t-\t-\t-", "closes\t-\t-\t-\tarticle 249/3\t-\t-\t-\t-"]
    check("diff lines", sorted(lines[1:]), sorted(expected))
    check("diff of the same", run("diff", str(first), str(first)).returncode, 0)
    check("diff by id", run("diff", "first", "second", "--editions", str(scratch)).returncode, 1)
    for edition, status in (("first", 1), ("second", 0)):
        done = run("decide", "--editions", str(scratch), "--edition", edition, "--role", "2", "--basis",
                   "operative_search", "--service", "57")
        check(("an old edition decides as then", edition), done.returncode, status)
    # bad editions: each is refused by check, with its place
    for number, (edits, complaint) in enumerate([
        ([("appendix-4.tsv", "\n12\t", "\n13\t")], "appendix-4.tsv:13:1: the row for service 12 is missing"),
        ([("appendix-4.tsv", "\n12\t+\t-\t-\t-\t+", "")], "appendix-4.tsv:13:1: the row for service 12 is missing"),
        ([("appendix-1.tsv", "\n12\t+", "\n12\tyes")], "appendix-1.tsv:13:4: unknown mark 'yes'"),
        ([("appendix-1.tsv", "\n12\t+", "\n12\t+\n12\t+")], "appendix-1.tsv:14:1: a second row for service 12"),
    ]):
        folder = write_edition(scratch.parent / "bad", f"bad{number}", *edits)
        done = run("check", str(folder))
        check(complaint, (done.returncode, complaint in done.stderr), (1, True))
    changed = write_edition(scratch.parent / "bad", "changed")
    text = (changed / "appendix-1.tsv").read_text(encoding="utf-8").replace("\n57\t-", "\n57\t+")
    (changed / "appendix-1.tsv").write_text(text, encoding="utf-8")
    done = run("check", str(changed))
    digest = hashlib.sha256(text.encode()).hexdigest()
    check("a changed file", (done.returncode, f"appendix-1.tsv has changed: its SHA-256 is {digest}" in done.stderr),
          (1, True))
    write_edition(scratch, "third", begin)
    done = run("check", str(scratch))
    check("overlap", (done.returncode, "is still in force when" in done.stderr), (1, True))
    done = run("table", "--editions", str(scratch), "--edition", "first")
    check("an unsound set decides nothing", (done.returncode, done.stdout), (2, ""))


def check_table():
    lines = run("table", "--edition", "2022-04-29").stdout.split("\n")
    check("table", (len(lines), lines[0], lines[1], lines[-1]),
          (13682, "role\tbasis\tduty\tservice\teffect\tneeds", "1\toperative_search\t-\t1\tpermit\t-", ""))
    done = json.loads(run("enumerate", "--json").stdout)
    check("enumerate", (done["combinations"], done["differences"]), (4350240, 0))


check_decisions()
check_languages()
check_unusable()
check_table()
with tempfile.TemporaryDirectory() as name:
    (pathlib.Path(name) / "bad").mkdir()
    (pathlib.Path(name) / "set").mkdir()
    check_editions(pathlib.Path(name) / "set")
for failure in failures:
    print("test_command:", failure)
sys.exit(1 if failures else 0)
