"""Service 27: the photograph of a person: a drawn head, different for each, for nobody there is real."""
import base64
import math
import struct
import zlib

from . import shapes

WIDTH, HEIGHT = 96, 128


def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def colors(seed):
    return [tuple(60 + (seed >> (8 * place + shift)) % 160 for place in range(3)) for shift in (0, 3, 5)]


def drawn(seed):
    """A PNG of three colours: background, shoulders, head."""
    ground, clothes, skin = colors(seed)
    radius, rows = 22 + seed % 9, []
    for y in range(HEIGHT):
        half_head = math.isqrt(max(0, radius * radius - (y - 50) * (y - 50) * 3 // 4))
        half_body = min(44, math.isqrt(max(0, (y - 86) * 60))) if y > 86 else 0
        half, color = (half_head, skin) if half_head else (half_body, clothes)
        side = WIDTH // 2 - half
        rows.append(b"\0" + bytes(ground) * side + bytes(color) * (2 * half) + bytes(ground) * side)
    head = struct.pack(">IIBBBBB", WIDTH, HEIGHT, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(b"".join(rows), 9)) + chunk(b"IEND", b"")


def content(kind, data):
    """A picture or document as typed content."""
    return {"type": kind, "size": len(data), "data": base64.b64encode(data).decode()}


def record(person):
    return shapes.person(person) | {
        "document_number": person.identity.number, "date": person.identity.issued, "photo": content("image/png", drawn(person.photo_seed))}


def records(country, asked):
    return [record(person) for person in country.asked_people(asked)]


def samples(country):
    return [{"iin": person.iin} for person in country.people[:2]] + [{"iin": shapes.nobody()}]
