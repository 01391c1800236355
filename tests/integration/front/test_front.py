"""qao-front as a program: what it lets in, what it cuts, what it carries, and how it ends.

usage: test_front.py QAO-FRONT MAKE-CERTS [unittest arguments]
"""
import json
import os
import pathlib
import random
import signal
import socket
import ssl
import subprocess
import sys
import threading
import time
import unittest

import harness
from harness import Certificates, Connection, Front, SECONDS, TRUST, never, wait_until

HAS_SANITIZER = False
TLS12, TLS13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3
EXPIRED, REVOKED, PROFILE = 4, 5, 6  # enum certs_verdict


def alert_of(front, name, version):
    """The alert that ends a handshake; in TLS 1.3 the client hears of it with its first read."""
    try:
        connection = front.connect(name, version)
        connection.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
        connection.reply()
    except ssl.SSLError as error:
        return error.reason
    return "none"


class Handshakes(unittest.TestCase):
    def test_each_refusal_has_its_alert(self):
        alerts = {"expired": "SSLV3_ALERT_CERTIFICATE_EXPIRED", "revoked": "SSLV3_ALERT_CERTIFICATE_REVOKED",
                  "private": "SSLV3_ALERT_UNSUPPORTED_CERTIFICATE", "stranger": "TLSV1_ALERT_UNKNOWN_CA"}
        with Front() as front:
            for name, alert in alerts.items():
                for version in (TLS12, TLS13):
                    with self.subTest(name=name, version=version):
                        self.assertEqual(alert_of(front, name, version), alert)
            self.assertEqual(alert_of(front, None, TLS13), "TLSV13_ALERT_CERTIFICATE_REQUIRED")
            self.assertEqual(alert_of(front, None, TLS12), "SSLV3_ALERT_HANDSHAKE_FAILURE")
            self.assertEqual(front.gateway.requests, [])
            self.assertEqual(front.metric("handshakes_refused_total"), 10)

    def test_officers_come_in_by_tls_12_and_13_with_rsa_and_ecdsa(self):
        with Front() as front:
            for name in ("officer", "ecdsa"):
                for version in (TLS12, TLS13):
                    self.assertEqual(front.connect(name, version).ask()[0], 200)

    def test_old_versions_and_other_ciphers_are_not_spoken(self):
        with Front() as front:
            for change in (lambda c: setattr(c, "maximum_version", ssl.TLSVersion.TLSv1_1),
                           lambda c: (setattr(c, "maximum_version", TLS12), c.set_ciphers("ECDHE-ECDSA-AES128-SHA256")),
                           lambda c: (setattr(c, "maximum_version", TLS12), c.set_ciphers("AES128-GCM-SHA256"))):
                context = front.context()
                context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
                change(context)
                with self.assertRaises((ssl.SSLError, ConnectionError)):
                    front.connect(context=context)

    def test_an_out_of_date_crl_refuses_everybody_and_says_so(self):
        with Front() as front:
            (front.certs / "crl-stale.pem").rename(front.certs / "crl.pem")
            front.wait_for_log("event=trust-reloaded")
            for version in (TLS12, TLS13):
                self.assertEqual(alert_of(front, "officer", version), "SSLV3_ALERT_CERTIFICATE_UNKNOWN")

    def test_no_session_is_resumed(self):
        with Front() as front:
            for version in (TLS12, TLS13):
                context = front.context(version=version)
                first = front.connect(context=context)
                first.ask()
                session = first.stream.session
                second = context.wrap_socket(front.raw(), server_hostname="localhost", session=session)
                self.assertFalse(second.session_reused)

    def test_known_certificates_are_reported_one_by_one_and_strangers_together(self):
        with Front(refusals={"window_seconds": 1}) as front:
            for _ in range(3):
                alert_of(front, "revoked", TLS13)
                alert_of(front, "stranger", TLS13)
                alert_of(front, None, TLS13)
            alert_of(front, "expired", TLS12)
            alert_of(front, "private", TLS12)
            refusals = front.gateway.refusals
            wait_until(lambda: sum(r[1] for r in refusals) == 11)
            der = {name: (front.certs / f"{name}.der").read_bytes() for name in ("revoked", "expired", "private")}
            known = [r for r in refusals if r[4]]
            self.assertEqual({(r[2], r[4]) for r in known},
                             {(REVOKED, der["revoked"]), (EXPIRED, der["expired"]), (PROFILE, der["private"])})
            self.assertEqual(sum(r[1] for r in known if r[2] == REVOKED), 3)
            self.assertTrue(all(r[3] == b"127.0.0.1" for r in known))
            others = [r for r in refusals if not r[4]]
            self.assertEqual(sum(r[1] for r in others), 6)
            self.assertLessEqual(len(others), 2)  # two windows may have been touched

    def test_strangers_cannot_fill_the_log(self):
        with Front(refusals={"window_seconds": 3600}) as front:
            for _ in range(60):
                alert_of(front, "stranger", TLS13)
                alert_of(front, "revoked", TLS13)
            # Reported at once because it is another one, and after all that was due before it.
            alert_of(front, "expired", TLS13)
            wait_until(lambda: EXPIRED in [r[2] for r in front.gateway.refusals])
            self.assertEqual([(r[1] > 0, r[2]) for r in front.gateway.refusals], [(True, REVOKED), (True, EXPIRED)])

    def test_a_refusal_waits_for_a_gateway_that_is_away(self):
        with Front(gateway=False) as front:
            alert_of(front, "revoked", TLS13)
            front.gateway = harness.Gateway(front.socket_path)
            wait_until(lambda: front.gateway.refusals)
            self.assertEqual(front.gateway.refusals[0][2], REVOKED)


class Requests(unittest.TestCase):
    def test_the_gateway_gets_what_was_seen_and_gives_back_what_is_sent(self):
        reply = (201, [(b"Content-Type", b"application/json"), (b"Content-Language", b"kk")], b"{}", False)
        with Front(answer=lambda request: reply) as front:
            status, headers, body = front.connect().ask(
                "POST", "/v1/queries?a=%2F&b", b"\x00signed\xff",
                ["Content-Type: application/cms", "Accept: application/json", "Accept-Language: kk, ru;q=0.5"])
            self.assertEqual((status, body), (201, b"{}"))
            expected = {"content-type": "application/json", "content-language": "kk", "cache-control": "no-store",
                        "x-content-type-options": "nosniff", "strict-transport-security": "max-age=31536000"}
            self.assertEqual({name: headers.get(name) for name in expected}, expected)
            seen = front.gateway.requests[0]
            self.assertEqual((seen.method, seen.path, seen.body), (b"POST", b"/v1/queries?a=%2F&b", b"\x00signed\xff"))
            self.assertEqual((seen.content_type, seen.accept, seen.accept_language),
                             (b"application/cms", b"application/json", b"kk, ru;q=0.5"))
            self.assertEqual((seen.listener, seen.peer_address), (1, b"127.0.0.1"))
            self.assertEqual(seen.certificate, (front.certs / "officer.der").read_bytes())
            self.assertLess(abs(seen.arrival_us - time.time() * 1e6), 60e6)

    def test_requests_of_one_connection_have_one_connection_id_and_own_ids(self):
        with Front() as front:
            connection = front.connect()
            for _ in range(3):
                connection.ask()
            front.connect().ask()
            seen = front.gateway.requests
            self.assertEqual(len({request.id for request in seen}), 4)
            self.assertEqual(len({request.connection for request in seen[:3]}), 1)
            self.assertEqual(len({request.connection for request in seen}), 2)

    def test_pipelined_requests_are_all_answered_in_order(self):
        with Front(answer=lambda request: (200, [], request.path, False)) as front:
            connection = front.connect()
            connection.send(b"".join(b"GET /%d HTTP/1.1\r\nHost: localhost\r\n\r\n" % i for i in range(5)))
            self.assertEqual([connection.reply()[2] for _ in range(5)], [b"/%d" % i for i in range(5)])

    def test_large_bodies_pass_both_ways(self):
        answer = random.Random(1).randbytes(16 * 1024 * 1024)
        with Front(answer=lambda request: (200, [], answer, False)) as front:
            for version in (TLS12, TLS13):
                question = random.Random(2).randbytes(256 * 1024)
                status, _, body = front.connect(version=version).ask("POST", "/", question)
                self.assertEqual(status, 200)
                self.assertTrue(body == answer and front.gateway.requests[-1].body == question)

    def test_replies_of_every_size_around_a_record(self):
        with Front(answer=lambda request: (200, [], b"x" * int(request.path[1:]), False)) as front:
            connection = front.connect()
            for size in (0, 1, 2, 1399, 1400, 16000, 16383, 16384, 16385, 32768, 65535, 65536, 70000, 200000):
                self.assertEqual(len(connection.ask("GET", f"/{size}")[2]), size)

    def test_replies_without_a_body(self):
        with Front(answer=lambda request: (int(request.path[1:]), [], b"" if request.path == b"/204" else b"xyz",
                                           False)) as front:
            connection = front.connect()
            self.assertEqual(connection.ask("GET", "/204")[0], 204)
            self.assertEqual(connection.ask("HEAD", "/200")[2], b"")
            self.assertEqual(connection.ask("GET", "/200")[2], b"xyz")

    def test_a_request_without_a_clear_end_is_refused(self):
        head = b"POST / HTTP/1.1\r\nHost: localhost\r\n"
        cases = {
            411: [head + b"\r\n", head + b"Transfer-Encoding: chunked\r\n\r\n1\r\nx\r\n0\r\n\r\n",
                  b"GET / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: gzip, chunked\r\n\r\n"],
            400: [head + b"Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                  head + b"Transfer-Encoding: chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
                  head + b"Transfer-Encoding: identity\r\nContent-Length: 3\r\n\r\nabc",
                  head + b"Content-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
                  head + b"Content-Length: 3\r\ncontent-length: 5\r\n\r\nabcde",
                  head + b"Content-Length: -1\r\n\r\n", head + b"Content-Length: +3\r\n\r\nabc",
                  head + b"Content-Length: 3, 3\r\n\r\nabc", head + b"Content-Length: 0x3\r\n\r\nabc",
                  b"GET / HTTP/1.1\r\n\r\n"],
        }
        with Front() as front:
            for status, requests in cases.items():
                for request in requests:
                    with self.subTest(request=request):
                        connection = front.connect()
                        connection.send(request)
                        self.assertEqual(connection.reply()[0], status)
            self.assertEqual(front.gateway.requests, [])

    def test_what_follows_a_smuggled_body_is_no_request(self):
        with Front() as front:
            connection = front.connect()
            connection.send(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n"
                            b"\r\n0\r\n\r\nGET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n")
            self.assertEqual(connection.reply()[0], 400)
            self.assertTrue(connection.is_closed())
            self.assertEqual(front.gateway.requests, [])

    def test_what_follows_an_unclear_header_is_no_request(self):
        head, next_one = b"POST / HTTP/1.1\r\nHost: localhost\r\n", b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
        cases = {head + b"Content-Length : 5\r\n\r\n": 400, head + b"Content-Length\t: 5\r\n\r\n": 400,
                 head + b"X Y: 1\r\nContent-Length: 5\r\n\r\nhello": 400, head + b"\r\n": 411,
                 b"GET / HTTP/1.1\r\nHost: localhost\r\nX-A : 5\r\n\r\n": 400}
        with Front() as front:
            for request, status in cases.items():
                with self.subTest(request=request):
                    connection = front.connect()
                    connection.send(request + next_one)
                    seen, headers, body = connection.reply()
                    self.assertEqual((seen, headers["connection"].lower(), json.loads(body)["status"]),
                                     (status, "close", status))
                    self.assertTrue(connection.is_closed())
                    self.assertEqual(connection.rest, b"")
            self.assertEqual(front.gateway.requests, [])

    def test_what_libmicrohttpd_refuses_itself_ends_the_connection(self):
        """It asks us neither before nor after: whatever its answer looks like, nothing behind it is a request."""
        line, next_one = b"POST / HTTP/1.1\r\n", b"GET /smuggled HTTP/1.1\r\nHost: localhost\r\n\r\n"
        head = line + b"Host: localhost\r\n"
        cases = [head + b"Content-Length: +5\r\n\r\nhello", head + b"Content-Length: -1\r\n\r\n",
                 head + b"Content-Length: 5 5\r\n\r\nhello", head + b"Content-Length: 5;\r\n\r\nhello",
                 head + b"Content-Length: \r\n\r\n", head + b"Content-Length: 99999999999999999999999\r\n\r\n",
                 line + b"Content-Length: 5\r\n\r\nhello", line + b"\r\n"]
        with Front() as front:
            for request in cases:
                with self.subTest(request=request):
                    connection = front.connect()
                    connection.send(request + next_one)
                    self.assertIn(connection.reply()[0], (400, 413))
                    self.assertTrue(connection.is_closed())
                    self.assertNotIn(b" 200 ", connection.rest)
            self.assertEqual(front.gateway.requests, [])
            self.assertEqual(front.connect().ask("GET", "/")[0], 200)

    def test_a_body_over_the_limit_is_refused_before_it_is_kept(self):
        with Front() as front:
            connection = front.connect()
            status, headers, body = connection.ask("POST", "/", b"x" * (256 * 1024 + 1))
            problem = json.loads(body)
            self.assertEqual((status, problem["type"], problem["status"]), (413, "urn:qao:problem:too-large", 413))
            self.assertEqual(headers["content-type"], "application/problem+json")
            self.assertEqual(connection.ask()[0], 200)  # the connection lives on
            huge = front.connect()
            huge.send(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 99999999999\r\n\r\n")
            self.assertEqual(huge.reply()[0], 413)
            self.assertTrue(huge.is_closed())
            self.assertEqual([request.body for request in front.gateway.requests], [b""])

    def test_uploads_may_be_longer_and_are_few_at_once(self):
        pdf = ["Content-Type: application/pdf"]
        content = random.Random(3).randbytes(10 * 1024 * 1024)
        with Front(limits={"uploads_max": 2}) as front:
            before = front.resident_mib()
            connection = front.connect()
            for _ in range(3):
                self.assertEqual(connection.ask("POST", "/v1/uploads", content, pdf)[0], 200)
            self.assertTrue(front.gateway.requests[-1].body == content)
            if not HAS_SANITIZER:  # the memory of what was handed on is given back
                self.assertLess(front.resident_mib() - before, 8)
            # Only of these types, and not a byte longer.
            for headers, length in ((["Content-Type: application/cms"], 256 * 1024 + 1), ([], 256 * 1024 + 1),
                                    (pdf, 10 * 1024 * 1024 + 1)):
                refused = front.connect()
                refused.send(("POST / HTTP/1.1\r\nHost: localhost\r\n%sContent-Length: %d\r\n\r\n" % (
                    "".join(header + "\r\n" for header in headers), length)).encode())
                if length <= 1024 * 1024:
                    refused.send(b"x" * length)
                self.assertEqual(refused.reply()[0], 413)
            # Two that come slowly take the places there are; what is short needs none.
            slow = [front.connect(name) for name in ("officer", "ecdsa")]
            for each in slow:
                each.send(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 1000000\r\n\r\nx")
            wait_until(lambda: front.metric("requests_in_flight") == 3)  # the question itself is one
            one_more = front.connect()
            self.assertEqual(one_more.ask("POST", "/", b"x" * 1000000, pdf)[0], 503)
            self.assertEqual(one_more.ask("POST", "/", b"x" * 1000, pdf)[0], 200)
            for each in slow:
                each.close()
            wait_until(lambda: front.metric("requests_in_flight") == 1)
            self.assertEqual(one_more.ask("POST", "/", b"x" * 1000000, pdf)[0], 200)

    def test_nobody_holds_all_places_of_uploads(self):
        begin = b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Type: image/png\r\nContent-Length: 1000000\r\n\r\nx"
        pdf = ["Content-Type: application/pdf"]

        def ask(name, source):
            return front.connect(name, source=source).ask("POST", "/", b"x" * 1000000, pdf)[0]

        with Front(limits={"uploads_max": 4, "uploads_per_peer_max": 1}) as front:
            slow = front.connect("officer")
            slow.send(begin)
            wait_until(lambda: front.metric("requests_in_flight") == 2)  # the question itself is one
            self.assertEqual(ask("officer", "127.0.0.2"), 503)  # the same person from another place
            self.assertEqual(ask("ecdsa", "127.0.0.1"), 503)  # another person from the same place
            self.assertEqual(ask("ecdsa", "127.0.0.2"), 200)
            slow.close()
            wait_until(lambda: front.metric("requests_in_flight") == 1)
            self.assertEqual(ask("officer", "127.0.0.1"), 200)

    def test_problems_speak_the_language_asked_for(self):
        with Front() as front:
            titles = set()
            for accept, language in (("ru", "ru"), ("kk-KZ, ru;q=0.9", "kk"), ("de, en;q=0.1, ru;q=0.7", "ru"),
                                     ("de", "en"), ("ru;q=0, kk;q=0.001", "kk"), ("*", "en"), (";;;,=,q", "en")):
                connection = front.connect()
                connection.send(f"POST / HTTP/1.1\r\nHost: localhost\r\nAccept-Language: {accept}\r\n\r\n".encode())
                status, headers, body = connection.reply()
                self.assertEqual((status, headers["content-language"]), (411, language))
                titles.add(json.loads(body)["title"])
            self.assertEqual(len(titles), 3)

    def test_long_paths_and_headers_are_refused(self):
        with Front() as front:
            for request in (b"GET /" + b"x" * 1024 + b" HTTP/1.1\r\nHost: localhost\r\n\r\n",
                            b"GET / HTTP/1.1\r\nHost: localhost\r\nAccept: " + b"x" * 1025 + b"\r\n\r\n",
                            b"GET / HTTP/1.1\r\nHost: localhost\r\nX: " + b"x" * 100000 + b"\r\n\r\n"):
                connection = front.connect()
                try:
                    connection.send(request)
                    self.assertGreaterEqual(connection.reply()[0], 400)
                except (ConnectionError, ssl.SSLError, EOFError):
                    pass  # cut while it was still sending
            self.assertEqual(front.gateway.requests, [])
            self.assertEqual(front.connect().ask()[0], 200)


class Gateways(unittest.TestCase):
    def test_a_gateway_that_goes_away_answers_503_and_works_again(self):
        with Front(answer=lambda request: None) as front:
            connections = [front.connect() for _ in range(5)]
            for connection in connections:
                connection.send(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\n\r\nx")
            wait_until(lambda: len(front.gateway.requests) == 5)
            front.gateway.stop()
            for connection in connections:
                status, headers, body = connection.reply()
                self.assertEqual((status, json.loads(body)["type"]), (503, "urn:qao:problem:outcome-unknown"))
                self.assertNotIn("retry-after", headers)
            # What is not sent at all may be sent again.
            status, headers, body = connections[0].ask()
            self.assertEqual((status, json.loads(body)["type"]), (503, "urn:qao:problem:overloaded"))
            self.assertGreater(int(headers["retry-after"]), 0)
            front.gateway = harness.Gateway(front.socket_path)
            front.wait_for_log("event=gateway-connected", 2)
            for connection in connections:
                self.assertEqual(connection.ask()[0], 200)

    def test_a_gateway_that_does_not_answer_in_time(self):
        with Front(answer=lambda request: None, deadlines={"reply_seconds": 1}) as front:
            connection = front.connect()
            started = time.monotonic()
            status, headers, body = connection.ask()
            self.assertEqual((status, json.loads(body)["type"]), (503, "urn:qao:problem:outcome-unknown"))
            self.assertNotIn("retry-after", headers)
            self.assertGreater(time.monotonic() - started, 0.9)
            # Its late answer is nobody's.
            front.gateway.reply(front.gateway.requests[0], 200, [], b"late", True)
            wait_until(lambda: front.gateway.deliveries == [(front.gateway.requests[0].id, 0)])
            front.gateway.answer = lambda request: (200, [], b"new", False)
            self.assertEqual(connection.ask()[2], b"new")

    def test_more_than_the_limit_in_flight_is_answered_at_once(self):
        with Front(answer=lambda request: None, limits={"in_flight_max": 4, "connections_per_address_max": 64}) as front:
            waiting = [front.connect() for _ in range(4)]
            for connection in waiting:
                connection.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            wait_until(lambda: len(front.gateway.requests) == 4)
            one_more = front.connect()
            self.assertEqual(one_more.ask("POST", "/", b"x" * 1000)[0], 503)
            self.assertEqual(front.local("/healthz")[0], 200)
            self.assertEqual(front.metric("requests_in_flight"), 4)
            for request in front.gateway.requests[:]:
                front.gateway.reply(request, 200, [], b"")
            self.assertEqual([connection.reply()[0] for connection in waiting], [200] * 4)
            front.gateway.answer = lambda request: (200, [], b"", False)
            self.assertEqual(one_more.ask()[0], 200)

    def test_nonsense_from_the_gateway_harms_nobody(self):
        with Front() as front:
            self.assertEqual(front.connect().ask()[0], 200)
            front.gateway.send(harness.REPLY, b"short")
            front.gateway.send(77, b"unknown")
            front.gateway.send(harness.REPLY, b"\xff" * 100)
            front.gateway.reply(front.gateway.requests[0], 200, [], b"again")  # answered before
            self.assertEqual(front.connect().ask()[0], 200)
            front.gateway.answer = lambda request: (200, [(b"Bad\r\nName", b"x")], b"", False)
            self.assertEqual(front.connect().ask()[0], 503)

    def test_delivery_is_reported_when_it_was_asked_for(self):
        with Front(answer=lambda request: (200, [], b"{}" * 100, request.path == b"/told")) as front:
            connection = front.connect()
            connection.ask("GET", "/untold")
            connection.ask("GET", "/told")
            told = front.gateway.requests[1].id
            wait_until(lambda: front.gateway.deliveries)
            self.assertEqual(front.gateway.deliveries, [(told, 1)])
            # One connection for each request, closed as soon as the reply is there.
            for _ in range(10):
                short = front.connect()
                short.ask("GET", "/told")
                short.close()
            wait_until(lambda: len(front.gateway.deliveries) == 11)
            self.assertEqual({delivered for _, delivered in front.gateway.deliveries}, {1})

    def test_a_client_that_vanished_got_nothing(self):
        with Front(answer=lambda request: None) as front:
            connection = front.connect()
            connection.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            wait_until(lambda: front.gateway.requests)
            connection.stream.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\1\0\0\0\0\0\0\0")
            connection.close()  # by reset
            front.gateway.reply(front.gateway.requests[0], 200, [], b"x" * 5000000, True)
            wait_until(lambda: front.gateway.deliveries)
            self.assertEqual(front.gateway.deliveries, [(front.gateway.requests[0].id, 0)])


class Deadlines(unittest.TestCase):
    def drip(self, connection, data, seconds):
        """Sends a byte every tenth of a second; the time until the other side had enough."""
        started = time.monotonic()
        connection.stream.settimeout(0.1)
        for i in range(len(data)):
            try:
                connection.send(data[i:i + 1])
                if not connection.stream.recv(1):
                    break
            except TimeoutError:
                pass
            except (ConnectionError, ssl.SSLError):
                break
            if time.monotonic() - started > seconds:
                break
        return time.monotonic() - started

    def test_a_dripping_header_is_cut(self):
        with Front(deadlines={"header_seconds": 1, "idle_seconds": 60}) as front:
            connection = front.connect()
            connection.send(b"GET / HTTP/1.1\r\n")
            self.assertLess(self.drip(connection, b"X-Slow: " + b"y" * 1000, 10), 3)
            self.assertEqual(front.metric("deadlines_total"), 1)

    def test_a_dripping_first_line_is_cut(self):
        with Front(deadlines={"idle_seconds": 1}) as front:
            self.assertLess(self.drip(front.connect(), b"GET /" + b"y" * 1000, 10), 3)

    def test_a_dripping_body_is_cut(self):
        with Front(deadlines={"body_seconds": 1}) as front:
            connection = front.connect()
            connection.send(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1000\r\n\r\n")
            self.assertLess(self.drip(connection, b"y" * 1000, 10), 3)
            self.assertEqual(front.gateway.requests, [])

    def test_idle_connections_and_unfinished_handshakes_are_cut(self):
        with Front(deadlines={"idle_seconds": 1, "handshake_seconds": 1}) as front:
            idle, silent = front.connect(), Connection(front.raw())
            idle.ask()
            started = time.monotonic()
            self.assertTrue(idle.is_closed() and silent.is_closed())
            self.assertLess(time.monotonic() - started, 3)
            wait_until(lambda: front.metric("connections_open") == 1)  # the probe's own

    def test_a_reply_that_is_not_taken_is_cut(self):
        with Front(answer=lambda request: (200, [], b"x" * 16000000, True), deadlines={"send_seconds": 1}) as front:
            connection = front.connect()
            connection.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            wait_until(lambda: front.gateway.deliveries)
            self.assertEqual(front.gateway.deliveries[0][1], 0)

    def test_an_old_connection_ends_with_its_next_reply(self):
        with Front(deadlines={"connection_seconds": 1}) as front:
            connection = front.connect()
            self.assertNotIn("close", connection.ask()[1].get("connection", ""))
            started = time.monotonic()
            while time.monotonic() - started < 10:
                try:
                    if connection.ask()[1].get("connection", "").lower() == "close":
                        break
                except (EOFError, ConnectionError, ssl.SSLError):
                    break
            self.assertLess(time.monotonic() - started, 3)
            self.assertTrue(connection.is_closed())

    def test_eleven_bytes_of_a_client_hello_cost_nothing(self):
        with Front(deadlines={"handshake_seconds": 60}) as front:
            stalled = [front.raw() for _ in range(4)]
            for plain in stalled:
                plain.sendall(b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03")
            wait_until(lambda: front.metric("connections_open") >= 5)
            before = front.cpu_seconds()
            never(lambda: front.cpu_seconds() - before > 0.3, seconds=2)  # a thread that spins needs that long for it
            self.assertEqual(front.connect().ask()[0], 200)


class Trust(unittest.TestCase):
    def renew_crl(self, front, name):
        new = front.certs / "crl.new"
        new.write_bytes((front.certs / name).read_bytes())
        new.rename(front.certs / "crl.pem")

    def test_a_new_crl_ends_an_open_connection_at_its_next_request(self):
        with Front() as front:
            lapsing, officer = front.connect("lapsing"), front.connect("officer")
            self.assertEqual((lapsing.ask()[0], officer.ask()[0]), (200, 200))
            self.renew_crl(front, "crl-later.pem")
            front.wait_for_log("event=trust-reloaded")
            with self.assertRaises((EOFError, ConnectionError, ssl.SSLError)):
                lapsing.ask("POST", "/", b"x")
            self.assertEqual(officer.ask()[0], 200)
            self.assertEqual(len(front.gateway.requests), 3)
            self.assertEqual(front.metric("identities_lapsed_total"), 1)
            self.assertEqual(alert_of(front, "lapsing", TLS13), "SSLV3_ALERT_CERTIFICATE_REVOKED")
            wait_until(lambda: front.gateway.refusals)
            self.assertEqual(front.gateway.refusals[0][2], REVOKED)

    def test_what_is_revoked_while_its_body_arrives_asks_nothing(self):
        with Front() as front:
            lapsing = front.connect("lapsing")
            lapsing.send(b"POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 2\r\n\r\nx")
            wait_until(lambda: front.metric("requests_in_flight") == 2)  # and the probe
            self.renew_crl(front, "crl-later.pem")
            front.wait_for_log("event=trust-reloaded")
            lapsing.send(b"y")
            self.assertTrue(lapsing.is_closed())
            self.assertEqual([request.body for request in front.gateway.requests if request.listener == 1], [])

    def test_hangup_and_the_gateway_make_it_read_again(self):
        with Front() as front:
            front.process.send_signal(signal.SIGHUP)
            front.wait_for_log("event=trust-reloaded", 1)
            front.gateway.send(TRUST, b"")
            front.wait_for_log("event=trust-reloaded", 2)

    def test_an_unusable_file_leaves_the_old_in_use(self):
        with Front() as front:
            (front.certs / "crl.pem").write_text("-----BEGIN X509 CRL-----\nAAAA\n-----END X509 CRL-----\n")
            front.wait_for_log("event=trust-reload-failed")
            self.assertEqual(front.connect().ask()[0], 200)
            self.assertEqual(alert_of(front, "revoked", TLS13), "SSLV3_ALERT_CERTIFICATE_REVOKED")

    def test_a_renewed_server_certificate_is_shown_to_new_connections(self):
        with Front() as front:
            old = front.connect()
            first = old.stream.getpeercert(True)
            for end in ("pem", "key"):
                (front.certs / f"renewed.{end}").rename(front.certs / f"server.{end}")
            front.process.send_signal(signal.SIGHUP)
            front.wait_for_log("event=trust-reloaded")
            self.assertNotEqual(front.connect().stream.getpeercert(True), first)
            self.assertEqual(old.ask()[0], 200)


class Limits(unittest.TestCase):
    def test_connections_of_one_address(self):
        with Front(limits={"connections_per_address_max": 3}) as front:
            held = [front.connect() for _ in range(3)]
            with self.assertRaises((ssl.SSLError, ConnectionError, EOFError)):
                front.connect().ask()
            self.assertEqual(front.connect(source="127.0.0.2").ask()[0], 200)
            held.pop().close()
            wait_until(lambda: front.metric("connections_open") < 4)
            self.assertEqual(front.connect().ask()[0], 200)

    def test_a_thousand_idle_connections(self):
        with Front() as front:
            context = front.context()
            held = [front.connect(context=context) for _ in range(1000)]
            self.assertEqual(front.metric("connections_open"), 1001)
            self.assertEqual(held[0].ask()[0], 200)
            self.assertEqual(held[999].ask()[0], 200)
            if not HAS_SANITIZER:
                self.assertLess(front.resident_mib(), 64)
            for connection in held:
                connection.close()
            wait_until(lambda: front.metric("connections_open") == 1)

    def test_garbage_never_ends_the_program(self):
        noise = random.Random(7)
        with Front() as front:
            for i in range(200):
                with front.raw() as plain:
                    prefix = b"\x16\x03\x01" if i % 2 else b""
                    plain.sendall(prefix + noise.randbytes(noise.randrange(1, 600)))
            for i in range(100):
                connection = front.connect()
                try:
                    connection.send(noise.randbytes(noise.randrange(1, 2000)) + b"\r\n\r\n")
                finally:
                    connection.close()
            self.assertEqual(front.connect().ask()[0], 200)

    def test_it_runs_in_its_sandbox(self):
        with Front() as front:
            status = pathlib.Path(f"/proc/{front.process.pid}/status").read_text()
            self.assertIn("NoNewPrivs:\t1", status)
            self.assertIn("Seccomp:\t2", status)
            self.assertIn("event=sandboxed", front.log())


class Local(unittest.TestCase):
    def test_alive_without_a_gateway_but_not_ready(self):
        with Front(gateway=False) as front:
            self.assertEqual(front.local("/healthz")[0], 200)
            self.assertEqual(front.local("/readyz")[0], 503)
            self.assertEqual(front.metric("gateway_up"), 0)

    def test_metrics_are_the_gateways_and_its_own(self):
        answer = lambda request: (200, [(b"Content-Type", b"text/plain")], b"qao_gateway_test 1\n", False)
        with Front(answer=answer) as front:
            status, headers, body = front.local("/metrics")
            self.assertEqual((status, headers["content-type"]), (200, "text/plain; version=0.0.4"))
            self.assertTrue(body.startswith(b"qao_gateway_test 1\n# HELP qao_front_"))
            self.assertEqual(front.gateway.requests[0].listener, 2)
            self.assertEqual(front.gateway.requests[0].certificate, b"")
            self.assertEqual(front.local("/readyz")[0], 200)

    def test_officers_have_no_local_questions(self):
        with Front(answer=lambda request: (404, [], b"", False)) as front:
            for path in ("/healthz", "/metrics"):
                self.assertEqual(front.connect().ask("GET", path)[0], 404)


class Endings(unittest.TestCase):
    def test_what_is_under_way_is_answered_before_the_end(self):
        with Front(answer=lambda request: None) as front:
            waiting, idle = [front.connect() for _ in range(20)], [front.connect() for _ in range(20)]
            for connection in waiting:
                connection.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            wait_until(lambda: len(front.gateway.requests) == 20)
            front.process.send_signal(signal.SIGTERM)
            for connection in idle:
                self.assertTrue(connection.is_closed())
            with self.assertRaises(OSError):
                front.raw().close()
            for request in front.gateway.requests[:]:
                front.gateway.reply(request, 200, [], b"done")
            for connection in waiting:
                status, headers, body = connection.reply()
                self.assertEqual((status, headers["connection"].lower(), body), (200, "close", b"done"))
            self.assertEqual(front.process.wait(SECONDS), 0)

    def test_a_silent_gateway_does_not_hold_it_up(self):
        with Front(answer=lambda request: None, deadlines={"drain_seconds": 1}) as front:
            connection = front.connect()
            connection.send(b"GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")
            wait_until(lambda: front.gateway.requests)
            started = time.monotonic()
            front.process.send_signal(signal.SIGTERM)
            self.assertEqual(front.process.wait(SECONDS), 0)
            self.assertLess(time.monotonic() - started, 5)

    def test_it_ends_cleanly_under_load(self):
        with Front() as front:
            statuses, stop = [], threading.Event()

            def load():
                while not stop.is_set():
                    try:
                        connection = front.connect()
                        while not stop.is_set():
                            statuses.append(connection.ask("POST", "/", b"x" * 100)[0])
                    except (OSError, EOFError):
                        stop.wait(0.01)
            threads = [threading.Thread(target=load) for _ in range(8)]
            for thread in threads:
                thread.start()
            wait_until(lambda: len(statuses) > 200)
            front.process.send_signal(signal.SIGTERM)
            try:
                self.assertEqual(front.process.wait(SECONDS), 0)
            finally:
                stop.set()
                for thread in threads:
                    thread.join()
            self.assertEqual(set(statuses), {200})

    def test_a_gateway_killed_again_and_again_under_load(self):
        with Front() as front:
            statuses, stop = [], threading.Event()

            def load():
                connection = front.connect()
                while not stop.is_set():
                    statuses.append(connection.ask("POST", "/", b"x" * 100)[0])
            threads = [threading.Thread(target=load) for _ in range(4)]
            for thread in threads:
                thread.start()
            for _ in range(5):
                seen = len(statuses)
                wait_until(lambda: len(statuses) > seen + 50)
                front.gateway.stop()
                front.gateway = harness.Gateway(front.socket_path)
            wait_until(lambda: statuses[-20:] == [200] * 20)
            stop.set()
            for thread in threads:
                thread.join()
            self.assertLessEqual(set(statuses), {200, 503})


class Configuration(unittest.TestCase):
    def check(self, **changes):
        with Front() as front:
            text = front.config.read_text()
            for old, new in changes.get("replace", []):
                self.assertIn(old, text)
                text = text.replace(old, new)
            path = front.folder / "other.ini"
            path.write_text(text)
            return subprocess.run([harness.FRONT, "--config", path, "--check-config"], capture_output=True, text=True)

    def test_a_good_file(self):
        self.assertEqual(self.check().returncode, 0)

    def test_the_plain_listener_stays_on_loopback(self):
        result = self.check(replace=[("[local]\n", "[local]\naddress = 192.0.2.1\n")])
        self.assertEqual(result.returncode, 2)
        self.assertIn("loopback", result.stderr)

    def test_mistakes_are_named(self):
        for old, new, word in (("address = 127.0.0.1", "address = localhost", "address"), ("[limits]", "[limit]", "limit"),
                               ("connections_per_address_max = 2048", "connections_per_address_max = many", "whole number")):
            result = self.check(replace=[(old, new)])
            self.assertEqual(result.returncode, 2)
            self.assertIn(word, result.stderr)

    def test_a_key_that_others_may_read_is_refused(self):
        with Front() as front:
            os.chmod(front.certs / "server.key", 0o644)
            for also in [], ["--check-config"]:
                result = subprocess.run([harness.FRONT, "--config", front.config, *also], capture_output=True, text=True,
                                        timeout=SECONDS)
                self.assertEqual(result.returncode, 1)
                self.assertIn("server.key: holds a secret, but others than its owner may use it (mode 644)", result.stderr)

    @unittest.skipUnless(os.getuid() == 0, "only root can give a file to another user")
    def test_run_by_root_it_says_as_whom_it_should_run(self):
        with Front() as front:
            os.chown(front.certs / "server.key", 4242424, -1)
            result = subprocess.run([harness.FRONT, "--config", front.config, "--check-config"], capture_output=True, text=True)
            self.assertEqual(result.returncode, 1)
            for words in ("server.key: ", "of the user 4242424", "runs as root", "run it as the service's user (sudo -u)"):
                self.assertIn(words, result.stderr)

    def test_help_names_every_section(self):
        text = subprocess.run([harness.FRONT, "--help"], capture_output=True, text=True).stdout
        for section in ("listen", "local", "tls", "trust", "gateway", "limits", "deadlines", "refusals"):
            self.assertIn(f"[{section}]", text)


if __name__ == "__main__":
    harness.FRONT, harness.MAKE_CERTS = sys.argv[1:3]
    HAS_SANITIZER = b"__asan_init" in pathlib.Path(harness.FRONT).read_bytes()
    try:
        unittest.main(argv=[sys.argv[0], *sys.argv[3:]], warnings="ignore")
    finally:
        Certificates.remove()
