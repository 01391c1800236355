#!/usr/bin/env python3
"""Reads the order's own text a second time and compares what it says with what `qao policy` says.

Usage: order_table.py ORDER_TEXT QAO...   (QAO...: the command that stands for `qao`, or for `qao policy`)

Shares neither code nor data with the loader: the matrices are parsed from the printed tables, and the readings are
written out below. Damage that READINGS lists under "Doubtful cells" is expected exactly where it is listed; damage
anywhere else fails. Exit status 77 when the text is absent.
"""
import json
import pathlib
import re
import subprocess
import sys

COLUMNS = {1: 1, 2: 1, 3: 1, 4: 5, 5: 2, 6: 1, 7: 1}
SHORT = {"+ қысқартылған", "+Қысқартылған", "Қысқартылған"}
ARTICLES = "тек белгіленген баптар бойынша"
BASES = ["operative_search", "covert_investigation", "search_measures"]
DUTIES = ["app4.1", "app4.2", "app4.3", "app4.4", "app4.5", "app5.1", "app5.2", "app6.1", "app7.1"]
SLOTS = [(basis, "-") for basis in BASES] + [("other_duties", duty) for duty in DUTIES]

# R11: where App. 4 carries stray quotation marks in column 1, and which of those cells hold a "+" as well.
STRAY = set(range(29, 42)) | set(range(52, 57)) | {60, 62}
STRAY_WITH_PLUS = {29, 31, 33, 34, 35, 52, 53, 54, 55, 56, 60, 62}
SIX_FIELDS = set(range(63, 72))
WRAPPED = {(4, 51)}
# R11 and R03: the cells that are doubtful.
DOUBTFUL = ({(row, 1) for row in STRAY | {11}} | {(11, 2)} | {(30, 3), (32, 3)} |
            {(row, 5) for row in (29, 30, 32, 60, 61, 62)} |
            {(row, column) for row in SIX_FIELDS for column in range(1, 6)})
# R07, R19, R05, R06: which duties are whose.
DUTIES_OF_ROLE = {1: ["app7.1"], 3: ["app6.1"], 4: [], 5: ["app4.1"], 15: ["app5.1", "app5.2"]}
DUTIES_OF_POLICE = DUTIES[:5]


def fail(*what):
    print("order_table:", *what)
    sys.exit(1)


def expect(found, expected, what):
    if found != expected:
        fail(f"{what}: the text has {found}, expected {expected}")


def sections(text):
    """The lines of each appendix, by its number: from its heading to the next one."""
    found, current = {}, None
    for line in text.split("\n"):
        heading = re.search(r"(?:^|\s)(\d+)-қосымша(?:сы)?\s*$", line)
        if heading:
            current = int(heading.group(1))
            if current in found:
                fail(f"appendix {current} begins twice")
            found[current] = []
        elif current:
            found[current].append(line)
    return found


def table_rows(appendix, lines):
    """{row: (name, cells)} of App. 1-7. Every line with a tab is a row, a heading, or a known wrapped row."""
    rows, wrapped = {}, set()
    for line in lines:
        if "\t" not in line or re.fullmatch(r"[-\t]+", line):
            continue
        start = re.match(r"(\d+)\.\t", line)
        if start:
            number = int(start.group(1))
            if number != len(rows) + 1:
                fail(f"App. {appendix}: row {number} follows row {len(rows)}")
            fields = line.split("\t")
            rows[number] = (fields[1], [cell.strip() for cell in fields[2:]])
        elif line.startswith("\t\t"):
            if rows:
                fail(f"App. {appendix}: heading after row {len(rows)}")
        elif line.startswith("\t") and not line.split("\t", 2)[2].strip():
            wrapped.add((appendix, len(rows)))
        else:
            fail(f"App. {appendix}: cannot place the line {line!r}")
    expect(sorted(rows), list(range(1, 77)), f"App. {appendix}, rows")
    expect(wrapped, {place for place in WRAPPED if place[0] == appendix}, f"App. {appendix}, wrapped rows")
    return rows


def mend_appendix_4(rows):
    """R11: drops the stray quotation marks and the sixth field, and checks that they stand where they are listed."""
    six = {row for row, (_, cells) in rows.items() if len(cells) == 6}
    expect(six, SIX_FIELDS, "App. 4, rows of six fields")
    stray = {(row, column) for row, (_, cells) in rows.items() for column, cell in enumerate(cells, 1) if '"' in cell}
    expect(stray, {(row, 1) for row in STRAY}, "App. 4, stray quotation marks")
    with_plus = {row for row, _ in stray if "+" in rows[row][1][0]}
    expect(with_plus, STRAY_WITH_PLUS, "App. 4, stray quotation marks beside a plus")
    for row, (name, cells) in rows.items():
        if row in SIX_FIELDS:
            if any(cells[1:5]):
                fail(f"App. 4: row {row} has something between its first and last column")
            cells = cells[:4] + cells[5:]
        rows[row] = (name, [cell.replace('"', "").strip() for cell in cells])


def marks_of(appendix, rows, notes):
    """{(row, column): mark}, and the rows whose name carries the sign that the notes give to App. 8."""
    sign = "**" if any(re.match(r"\\\*\\\*.*8-қосымша", line) for line in notes) else "*"
    if not any(line.startswith("\\*" * len(sign)) and "8-қосымша" in line for line in notes):
        fail(f"App. {appendix} has no note about App. 8")
    marks, marked = {}, set()
    for row, (name, cells) in rows.items():
        if re.search(r"[^*]" + re.escape(sign) + r"$", name.strip()):
            marked.add(row)
        expect(len(cells), COLUMNS[appendix], f"App. {appendix}, row {row}, cells")
        for column, cell in enumerate(cells, 1):
            if cell in ("", "+"):
                marks[row, column] = cell
            elif cell in SHORT:
                marks[row, column] = "short"
            elif cell == ARTICLES:
                marks[row, column] = "articles"
            else:
                fail(f"App. {appendix}, row {row}, column {column}: unknown mark {cell!r}")
    return marks, marked


def roles_of(lines):
    """App. 12: the bases of roles 1-14, each a list of four booleans."""
    roles = {}
    for line in lines:
        fields = line.split("\t")
        if re.fullmatch(r"\d+", fields[0]) and len(fields) > 2:
            expect(int(fields[0]), len(roles) + 1, "App. 12, row")
            cells = [cell.strip() for cell in fields[2:]]
            if len(cells) != 4 or set(cells) - {"", "+"}:
                fail(f"App. 12, row {fields[0]}: {cells}")
            roles[int(fields[0])] = [cell == "+" for cell in cells]
    expect(sorted(roles), list(range(1, 15)), "App. 12, rows")
    roles[15] = [False, False, False, True]  # R05
    return roles


def articles_of(lines):
    """App. 8, as a query names them."""
    articles = []
    for line in lines:
        entry = re.match(r"(\d+)\t(\d+)-бап(?:тың (\d+)-бөлігі)?\t", line)
        if entry:
            expect(int(entry.group(1)), len(articles) + 1, "App. 8, entry")
            articles.append(entry.group(2) + ("/" + entry.group(3) if entry.group(3) else ""))
    expect(len(articles), 75, "App. 8, entries")
    return articles


def expected_lines(roles, marks, marked):
    yield "role\tbasis\tduty\tservice\teffect\tneeds"
    for role in range(1, 16):
        for slot, (basis, duty) in enumerate(SLOTS):
            appendix, column = (slot + 1, 1) if duty == "-" else (int(duty[3]), int(duty[5]))
            allowed = roles[role][min(slot, 3)]
            if duty != "-":
                allowed = allowed and duty in DUTIES_OF_ROLE.get(role, DUTIES_OF_POLICE)
            for service in range(1, 77):
                mark = marks[appendix][service, column]
                effect = "deny" if not allowed or not mark else "abbreviated" if mark == "short" else "permit"
                needs = []
                if effect != "deny" and basis in ("covert_investigation", "search_measures"):
                    needs.append("case")
                if effect != "deny" and service in marked:
                    needs.append("article")
                yield f"{role}\t{basis}\t{duty}\t{service}\t{effect}\t{','.join(needs) or '-'}"


def decide(qao, *arguments):
    done = subprocess.run([*qao, "decide", *arguments], capture_output=True, text=True)
    if done.returncode not in (0, 1):
        fail("decide", *arguments, "->", done.returncode, done.stderr)
    return done.returncode, json.loads(done.stdout)


def check_articles(qao, articles):
    """Every article and part near those of App. 8: permitted exactly where it is listed."""
    for number in range(213, 251):
        for article in [str(number)] + [f"{number}/{part}" for part in range(1, 6)]:
            status, decision = decide(qao, "--role", "3", "--basis", "operative_search", "--service", "37",
                                      "--article", article)
            if (status == 0) != (article in articles):
                fail(f"article {article}: {decision['effect']}")
            expect(decision["reasons"], [] if status == 0 else ["article-not-listed"], f"article {article}, reasons")


def check_doubtful(qao):
    for column in range(1, 6):
        for service in range(1, 77):
            _, decision = decide(qao, "--role", "2", "--basis", "other_duties", "--duty", f"app4.{column}",
                                 "--service", str(service))
            if decision["doubtful"] != ((service, column) in DOUBTFUL):
                fail(f"App. 4, row {service}, column {column}: doubtful is {decision['doubtful']}")


def main():
    path, qao = pathlib.Path(sys.argv[1]), sys.argv[2:]
    if not path.exists():
        print(f"skipped: the order's text {path.name} is absent")
        sys.exit(77)
    found = sections(path.read_text(encoding="utf-8"))
    marks, marked = {}, {}
    for appendix in COLUMNS:
        rows = table_rows(appendix, found[appendix])
        if appendix == 4:
            mend_appendix_4(rows)
        marks[appendix], marked[appendix] = marks_of(appendix, rows, found[appendix])
        if appendix in (2, 7):  # R02: the left-over mark of service 11
            expect(11 in marked[appendix], True, f"App. {appendix}, the mark of service 11")
            marked[appendix].discard(11)
        expect(marked[appendix], set(range(37, 41)) | set(range(68, 73)), f"App. {appendix}, marked services")
    done = subprocess.run([*qao, "table"], capture_output=True, text=True)
    if done.returncode != 0:
        fail("qao policy table failed:", done.stderr)
    table, expected = done.stdout.split("\n")[:-1], list(expected_lines(roles_of(found[12]), marks, marked[1]))
    expect(len(table), 13681, "lines of qao policy table")
    for number, (line, wanted) in enumerate(zip(table, expected), 1):
        if line != wanted:
            fail(f"line {number} of the table is {line!r}, by the order it is {wanted!r}")
    check_articles(qao, set(articles_of(found[8])))
    check_doubtful(qao)
    print("the table equals the order: 13,680 lines, 75 articles,", len(DOUBTFUL), "doubtful cells")


main()
