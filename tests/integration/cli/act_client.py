"""What every test of signed acts needs: an administrator, and acknowledgements and refusals of the fake gateway."""

from client import ClientCase, dev_ca
from fake_gateway import act_leaf, canonical, content_of

ADMIN = "500101200007"


class ActCase(ClientCase):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        dev_ca("person", cls.instance, "admin", "--iin", ADMIN, "--bin", "300140000015", "--surname", "ӘКІМШІ", "--given",
               "АДАЛ", "--organisation", "Комитет")

    def acknowledged(self, body, change=None, status=200):
        """A right acknowledgement, after change(answer, leaf) did something to the answer or gave another leaf."""
        content = content_of(body)
        kind = "admin." + content["v"][4:-2].replace("-", "_")
        answer = {"v": "qao.acknowledgement/1", "act": content["id"], "type": content["v"], "kind": kind,
                  "at": "2026-11-22T12:00:00+05:00"}
        leaf = act_leaf(kind, content, body)
        reply = {"v": "qao.reply/1", "answer": answer}
        if change:
            leaf = change(answer, leaf) or leaf
        reply |= {"signed": self.system.sign64(answer), "receipt": self.log.receipt(self.log.append(leaf))}
        return status, {"Content-Type": "application/json"}, canonical(reply)

    def refused(self, codes, status=403, **members):
        def answer(body):
            content = content_of(body)
            problem = {"type": f"urn:qao:problem:{codes[0]}", "title": f"title {codes[0]}", "status": status, "detail": "detail",
                       "query": content["id"], "reasons": [{"code": code, "title": f"title {code}", "citations": []} for code in codes],
                       **members}
            leaf = act_leaf("admin.refused", content, body, codes)
            return status, {"Content-Type": "application/problem+json"}, canonical(problem | {
                "signed": self.system.sign64(problem), "receipt": self.log.receipt(self.log.append(leaf))})
        return answer
