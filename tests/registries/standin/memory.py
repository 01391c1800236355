"""What the stand-in keeps of acts: each done once for each query, and still known after a restart."""
import json
import os


class Memory:
    def __init__(self, path):
        self.path = path
        self.acts = {}  # query -> {"service", "asked", "records"}
        self.done = {}  # service -> what the registry's own act function keeps
        if path.exists():
            kept = json.loads(path.read_text(encoding="utf-8"))
            self.acts, self.done = kept["acts"], kept["done"]

    def find(self, query, number):
        """The records of what was done for a query; None for nothing."""
        act = self.acts.get(query)
        return act["records"] if act and act["service"] == number else None

    def act(self, country, number, query, asked):
        """Does it, or tells what was done before. ValueError where the query did something else."""
        before = self.acts.get(query)
        if before:
            if (before["service"], before["asked"]) != (number, asked):
                raise ValueError("this query has done something else")
            return before["records"]
        records = country.act(number, query, asked, self.done.setdefault(str(number), {}))
        if records:
            self.acts[query] = {"service": number, "asked": asked, "records": records}
            self.write()
        return records

    def write(self):
        new = self.path.with_suffix(".new")
        with open(new, "w", encoding="utf-8") as file:
            json.dump({"acts": self.acts, "done": self.done}, file, ensure_ascii=False)
            file.flush()
            os.fsync(file.fileno())
        os.replace(new, self.path)
