"""Service 28: Form No. 1, by which a paper was asked for, as PDF."""
from ..people import latin
from . import shapes
from .s27 import content

KINDS = ("identity_card", "passport", "residence_permit")


def pdf(lines):
    """One page of plain Latin text (ISO 32000-1): the standard fonts have no Cyrillic."""
    shown = " T* ".join("(" + line.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)") + ") Tj" for line in lines)
    stream = f"BT /F1 12 Tf 16 TL 60 780 Td {shown} ET"
    objects = ["<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
               "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
               f"<< /Length {len(stream)} >>\nstream\n{stream}\nendstream", "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>"]
    text, places = "%PDF-1.4\n", []
    for number, body in enumerate(objects, 1):
        places.append(len(text))
        text += f"{number} 0 obj\n{body}\nendobj\n"
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    return (f"{text}xref\n0 6\n0000000000 65535 f \n{table}trailer\n<< /Size 6 /Root 1 0 R >>\nstartxref\n{len(text)}\n%%EOF\n").encode("ascii")


def record(person, paper, is_first):
    lines = ["Form No. 1", f"IIN {person.iin}", latin(person.full_name).title(), f"born {person.birth_date}",
             f"{paper.kind.replace('_', ' ')} {paper.number}", f"issued {paper.issued}"]
    return shapes.person(person) | {
        "form_number": f"Ф1-{paper.number}", "kind": paper.kind, "document_number": paper.number, "reason": "first" if is_first else "expiry",
        "date": paper.issued, "issuer": paper.issuer.record(), "address": person.address.line, "form": content("application/pdf", pdf(lines))}


def records(country, asked):
    chosen = []
    for person in country.asked_people(asked):
        chosen += person.documents
    if "document_number" in asked:
        chosen = shapes.found(country.by_document, asked["document_number"])
    answer = []
    for paper in chosen:
        same = [one for one in paper.holder.documents if one.kind == paper.kind]
        if paper.kind in KINDS:
            answer.append(record(paper.holder, paper, paper is same[0]))
    return answer


def samples(country):
    papers = [person.identity for person in country.people[:2]]
    return ([{"iin": person.iin} for person in country.people[:2]] + shapes.numbered("document_number", papers)
            + [{"document_number": "000000000"}])
