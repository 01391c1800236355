"""What goes wrong on demand: asked for through the control port, used up by the requests that follow."""
import dataclasses

KINDS = ("slow", "reset", "half", "wrong-schema", "wrong-signature", "wrong-person", "http-500", "soap-fault", "endless", "late")
FOR = {"wrong-signature": "soap", "soap-fault": "soap", "http-500": "http"}


@dataclasses.dataclass
class Fault:
    service: int
    kind: str
    count: int = 1  # requests it is left for; -1: until it is taken back
    ms: int = 0  # slow: how long
    status: int = 500  # http-500: another one
    after: bool = False  # reset, http-500, soap-fault of an act: only once it is done


class Faults:
    def __init__(self, services):
        self.services = services
        self.active = []
        self.asked = {}  # service -> requests since the start

    def add(self, wanted):
        """One fault as the control port takes it. ValueError says what is wrong."""
        fields = {field.name: field.type for field in dataclasses.fields(Fault)}
        if not isinstance(wanted, dict) or not set(wanted) <= set(fields):
            raise ValueError(f"members are: {', '.join(fields)}")
        if any(type(value) is not fields[name] for name, value in wanted.items()):
            raise ValueError("a member of the wrong type")
        fault = Fault(**{"service": 0, "kind": "", **wanted})
        service = self.services.get(fault.service)
        if service is None:
            raise ValueError("service is not served here")
        if fault.kind not in KINDS:
            raise ValueError(f"kind is one of: {', '.join(KINDS)}")
        if fault.kind in FOR and FOR[fault.kind] != service.adapter:
            raise ValueError(f"{fault.kind} is for {FOR[fault.kind]} alone")
        if fault.kind == "late" and service.channel != "async":
            raise ValueError("late is for services that answer later")
        if fault.kind == "slow" and fault.ms <= 0:
            raise ValueError("slow needs ms")
        if fault.count == 0 or fault.count < -1:
            raise ValueError("count is a positive number, or -1 for ever")
        self.active.append(fault)
        return fault

    def take(self, number):
        """The fault for this request, if any; counts the request."""
        self.asked[number] = self.asked.get(number, 0) + 1
        for fault in self.active:
            if fault.service == number:
                if fault.count > 0:
                    fault.count -= 1
                if fault.count == 0:
                    self.active.remove(fault)
                return fault
        return None

    def clear(self, number=None):
        self.active = [fault for fault in self.active if number is not None and fault.service != number]

    def told(self):
        return [dataclasses.asdict(fault) for fault in self.active]


def other_person(service, records):
    """The same answer, about somebody or something else than was asked."""
    def other(value):
        for one, two in (("500101100000", "500615100015"), ("300140000015", "300141000010")):
            if len(value) == 12 and value.isdigit() and (value[4] < "4") == (one[4] < "4"):
                return two if value == one else one
        return value[:-1] + ("1" if value[-1] != "1" else "2")
    return [{name: other(value) if name in service.same and isinstance(value, str) else value for name, value in record.items()}
            for record in records]


def other_schema(service, records):
    """An answer that does not fit: a member that must be there is not, in the last record or in one that is all but empty."""
    if not records:
        return [{}]
    missing = next((name for name in reversed(service.required) if name not in service.same), service.required[-1])
    return [*records[:-1], {name: value for name, value in records[-1].items() if name != missing}]
