"""Which services are served how: registries.tsv, the descriptions and the adapter's own services/NN.ini, read from the
registry's side. There is no second description of a registry's messages."""
import configparser
import csv
import json
import pathlib
import re
import urllib.parse
from dataclasses import dataclass, field

import shapes

REGISTRIES = pathlib.Path(__file__).resolve().parents[1]
ROOT = REGISTRIES.parents[1]
PLACE = re.compile(r"\{([a-z][a-z0-9_]*)\}")


@dataclass
class Registry:
    name: str
    adapter: str
    services: list


@dataclass
class Service:
    number: int
    registry: str
    adapter: str
    parameters: list
    is_act: bool
    types: dict  # of the parameters: string | integer | boolean
    same: dict  # member of a record -> the parameter it repeats
    required: list  # members of a record
    maps: shapes.Lines
    # http
    method: str = "GET"
    path: str = ""
    settle: str = ""
    records: str = ""
    request: dict = field(default_factory=dict)
    # soap
    service_id: str = ""
    channel: str = "sync"
    template: str = ""
    settle_template: str = ""
    data: str = "node"
    is_signed: bool = False


def registries():
    with open(REGISTRIES / "registries.tsv", encoding="utf-8") as file:
        for name, adapter, services, _ in csv.reader((line for line in file if not line.startswith("#")), delimiter="\t"):
            yield Registry(name, adapter, [int(number) for number in services.split()])


def ini(path):
    parser = configparser.ConfigParser(delimiters=("=",), comment_prefixes=(";", "#"), interpolation=None, strict=True)
    parser.optionxform = str
    parser.read_string(path.read_text(encoding="utf-8"))
    return parser


def described(number):
    return json.loads((ROOT / f"schema/services/{number:02}.json").read_text(encoding="utf-8"))


def service(registry, number, folder=REGISTRIES / "services"):
    """One service as its files say; None where it has no configuration yet."""
    path = folder / f"{number:02}.ini"
    if not path.exists():
        return None
    config, description = ini(path), described(number)
    section = dict(config[registry.adapter]) if config.has_section(registry.adapter) else {}
    record = description["answer"]["items"]
    result = Service(
        number=number, registry=registry.name, adapter=registry.adapter,
        parameters=[name.strip() for name in config["service"]["parameters"].split(",")], is_act=description["kind"] == "act",
        types={name: schema["type"] for name, schema in description["request"]["properties"].items()},
        same={name: schema["x-same-as"] for name, schema in record["properties"].items() if "x-same-as" in schema},
        required=record["required"], maps=shapes.Lines(dict(config["map"]) if config.has_section("map") else {}))
    result.method, result.path = section.get("method", "GET"), section.get("path", "")
    result.records = section.get("records", "")
    result.request = dict(config["request"]) if config.has_section("request") else {}
    result.service_id, result.channel = section.get("service_id", ""), section.get("channel", "sync")
    result.data, result.is_signed = section.get("data", "node"), section.get("signed", "no") == "yes"
    if registry.adapter == "soap":
        result.template = (folder / section["request"]).read_text(encoding="utf-8")
        result.settle_template = (folder / section["settle"]).read_text(encoding="utf-8") if "settle" in section else ""
    else:
        result.settle = section.get("settle", "")
    return result


def typed(wanted, name, text):
    """A parameter that came as text, as the description has it."""
    kind = wanted.get(name, "string")
    return int(text) if kind == "integer" else text == "true" if kind == "boolean" else text


class Route:
    """The path of an HTTP service, read backwards: which parameters a path with a query names."""

    def __init__(self, template, types):
        path, _, query = template.partition("?")
        pattern = "".join(f"(?P<{part}>[^/]+)" if place % 2 else re.escape(part) for place, part in enumerate(PLACE.split(path)))
        self.path = re.compile(pattern)
        self.pairs = [tuple(pair.partition("=")[::2]) for pair in query.split("&")] if query else []
        self.types = types

    def match(self, path, query):
        """The parameters by name; None where path or query are not of this service. Both as they stand in the request."""
        found = self.path.fullmatch(path)
        if not found:
            return None
        asked = {name: typed(self.types, name, urllib.parse.unquote(text, errors="strict")) for name, text in found.groupdict().items()}
        given = urllib.parse.parse_qsl(query, keep_blank_values=True, strict_parsing=bool(query), errors="strict")
        places = {key: value for key, value in self.pairs}
        for key, text in given:
            if key not in places:
                return None
            place = PLACE.fullmatch(places.pop(key))
            if place:
                asked[place[1]] = typed(self.types, place[1], text)
        if any(not PLACE.fullmatch(value) for value in places.values()):  # a fixed pair is missing
            return None
        return asked


def asked_in_body(request, parameters, body, types):
    """The parameters in the JSON body of a POST; ValueError where it is not of this service's shape."""
    if not request:
        request = {name: f"{{{name}}}" for name in parameters}
    asked, known = {}, set()
    for path, text in request.items():
        value, conversion = shapes.split(text)
        found = shapes.find(body, path.split("."))
        place = PLACE.fullmatch(value)
        known.add(path)
        if place is None:
            if found != value:
                raise ValueError(f"{path}: not {value}")
        elif found is not None:
            found = conversion.back(found)
            if types.get(place[1], "string") == "string" and not isinstance(found, str):
                raise ValueError(f"{path}: no text")
            asked[place[1]] = found
    if strange := set(shapes.leaves(body)) - known:
        raise ValueError(f"strange members: {', '.join(sorted(strange))}")
    return asked
