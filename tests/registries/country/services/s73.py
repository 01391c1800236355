"""Service 73: debtors and defendants."""
from . import shapes


def debtor(one, party):
    court = one.court_case.court.record() if one.court_case else one.office.record()
    return shapes.party(party, "subject_name") | {
        "role": "debtor", "case_number": one.number, "date": one.opened, "court": court, "body": one.office.record(), "bailiff_name": one.bailiff,
        "category": one.kind.record()} | shapes.other(one.claimant, "claimant") | {
        "amount": one.amount, "paid": one.paid, "exit_ban": "exit_ban" in one.restrictions, "ends": one.closed,
        "state": "completed" if one.closed else "open"}


def defendant(one, party):
    plaintiff = next((other for other, role in one.parties if role == "plaintiff"), None)
    claimant = shapes.other(plaintiff, "claimant") if plaintiff else {"claimant_iin": None, "claimant_bin": None, "claimant_name": "мемлекет"}
    return shapes.party(party, "subject_name") | {
        "role": "defendant", "case_number": one.number, "date": one.opened, "court": one.court.record(), "body": None, "bailiff_name": None,
        "category": one.category.record()} | claimant | {
        "amount": one.amount, "paid": 0, "exit_ban": False, "ends": one.decided, "state": "completed" if one.decided else "open"}


def records(country, asked):
    parties = country.asked_owners(asked)
    debts = [debtor(one, party) for party in parties for one in party.enforcement]
    return debts + [defendant(one, party) for party in parties for one, role in party.court_cases if role == "defendant"]


def samples(country):
    return shapes.owners_with(country, lambda one: one.enforcement)
