"""The mapping of services/NN.ini read backwards: a record of the description becomes what the registry sends.

docs/PROTOCOL-SERVICES.md says what a line means; here each is taken the other way round. What the registry's side has no
line for stands under its own name.
"""


def to_tenge(value):
    whole, rest = divmod(abs(value), 100)
    return f"{'-' if value < 0 else ''}{whole}.{rest:02}"


def to_dmy(value):
    return f"{value[8:10]}.{value[5:7]}.{value[:4]}"


def from_dmy(value):
    return f"{value[6:10]}-{value[3:5]}-{value[:2]}"


class Conversion:
    """What stands after the colon of a line."""

    def __init__(self, text):
        self.text = text
        self.table = dict(pair.strip().split("=", 1) for pair in text.split(",")) if "=" in text else None

    def out(self, value):
        """Our value as the registry writes it in answers (a line `: a=b` there: the registry's a is our b)."""
        if value is None or not self.text:
            return value
        if self.table is not None:
            words = {ours: theirs for theirs, ours in self.table.items()}
            return words[value if isinstance(value, str) else str(value).lower()]
        return {"tenge": to_tenge, "hundredths": to_tenge, "dmy": to_dmy, "text": plain}[self.text](value)

    def back(self, value):
        """What the registry was asked with, as our value (there `: a=b`: our a is the registry's b)."""
        if not self.text:
            return value
        if self.table is not None:
            words = {theirs: ours for ours, theirs in self.table.items()}
            if value not in words:
                raise ValueError("no such word")
            return words[value]
        return from_dmy(value)


def plain(value):
    return value if isinstance(value, str) else str(value).lower() if isinstance(value, bool) else str(value)


def split(text):
    """A line's value: path (or place) and conversion."""
    path, _, conversion = text.partition(":")
    return path.strip(), Conversion(conversion.strip())


def find(value, path):
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


def leaves(value, prefix=""):
    for name, member in value.items():
        if isinstance(member, dict):
            yield from leaves(member, f"{prefix}{name}.")
        else:
            yield prefix + name


def put(target, path, value):
    for name in path[:-1]:
        target = target.setdefault(name, {})
    target[path[-1]] = value


class Lines:
    def __init__(self, section):
        self.lines = {key: split(text) for key, text in section.items()}

    def wire(self, record, is_text=False):
        """A record as the registry sends it; is_text where all leaves are texts (XML) and what is null is left out."""
        root = {}
        self.members(record, "", root, [], is_text)
        return root

    def members(self, value, prefix, root, base, is_text):
        for name, member in value.items():
            key = prefix + name
            path, conversion = self.lines.get(key + "[]" if isinstance(member, list) else key, (None, Conversion("")))
            path = path.split(".") if path else base + [name]
            if isinstance(member, dict):
                if not is_text:
                    put(root, path, {})
                self.members(member, key + ".", root, path, is_text)
            elif isinstance(member, list):
                put(root, path, [self.element(item, key + "[].", conversion, is_text) for item in member])
            elif member is not None or not is_text:
                member = conversion.out(member)
                put(root, path, plain(member) if is_text and member is not None else member)

    def element(self, item, prefix, conversion, is_text):
        if not isinstance(item, dict):
            item = conversion.out(item)
            return plain(item) if is_text else item
        root = {}
        self.members(item, prefix, root, [], is_text)
        return root
