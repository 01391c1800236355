"""CPU of qao-front against nginx on the same machine, in the same run, with the same keys, certificates and client.

Both ask for a client certificate and check its chain and CRL; neither resumes sessions. nginx answers by itself
("return 200"); behind qao-front stands a gateway that answers at once, whose CPU is not counted. CPU is user and system
time of all threads and workers, from /proc. Prints one line for each figure with its target; exit 1 when one is missed.
"""
import argparse
import os
import pathlib
import re
import shutil
import socket
import ssl
import subprocess
import sys
import tempfile
import time

ROOT = pathlib.Path(__file__).resolve().parents[3]
BUILD = pathlib.Path(os.environ.get("QAO_BUILD", ROOT / "build"))
TICKS = os.sysconf("SC_CLK_TCK")
REPLY = '{"v":"qao.reply/1"}'


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_for(port, seconds=10):
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
            return
        except OSError:
            time.sleep(0.02)
    sys.exit(f"nothing listens on port {port}")


def cpu_seconds(pids):
    total = 0
    for pid in pids:
        fields = pathlib.Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
        total += int(fields[11]) + int(fields[12])
    return total / TICKS


def rss_mib(pid):
    status = pathlib.Path(f"/proc/{pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


class Nginx:
    def __init__(self, folder):
        self.port = free_port()
        config = folder / "nginx.conf"
        config.write_text(f"""
daemon off; pid {folder}/nginx.pid; error_log {folder}/nginx.log; worker_processes 2;
events {{ worker_connections 4096; }}
http {{
  access_log off; keepalive_requests 10000000; keepalive_timeout 600s;
  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;
  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;
  server {{
    listen 127.0.0.1:{self.port} ssl;
    ssl_certificate {folder}/server.pem; ssl_certificate_key {folder}/server.key;
    ssl_client_certificate {folder}/ca.pem; ssl_crl {folder}/crl.pem; ssl_verify_client on; ssl_verify_depth 3;
    ssl_protocols TLSv1.2 TLSv1.3; ssl_session_tickets off; ssl_session_cache off;
    location / {{ default_type application/json; return 200 '{REPLY}\\n'; }}
  }}
}}""")
        self.process = subprocess.Popen(["nginx", "-c", str(config), "-p", str(folder)], stderr=subprocess.DEVNULL)
        wait_for(self.port)

    def pids(self):
        children = pathlib.Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        return [self.process.pid, *map(int, children)]

    def stop(self):
        self.process.terminate()
        self.process.wait()


class Front:
    def __init__(self, folder):
        socket_path = folder / "g.sock"
        self.gateway = subprocess.Popen([BUILD / "tests/bench/front/fake_gateway", socket_path], stdin=subprocess.PIPE)
        (folder / "front.ini").write_text(f"""
[listen]
address = 127.0.0.1
port = 0
[local]
port = 0
[tls]
certificate = {folder}/server.pem
key = {folder}/server.key
[trust]
ca = {folder}/ca.pem
crl = {folder}/crl.pem
[gateway]
socket = {socket_path}
user = {os.getuid()}
[limits]
connections_per_address_max = 2048
""")
        self.log = open(folder / "front.log", "w+")
        self.process = subprocess.Popen([BUILD / "bin/qao-front", "--config", folder / "front.ini"], stderr=self.log)
        end = time.monotonic() + 10
        while time.monotonic() < end:
            text = pathlib.Path(self.log.name).read_text()
            if "gateway-connected" in text and "event=listening" in text:
                break
            time.sleep(0.02)
        self.port = int(re.search(r"event=listening port=(\d+)", text)[1])

    def pids(self):
        return [self.process.pid]

    def stop(self):
        self.process.terminate()
        self.process.wait()
        self.gateway.stdin.close()
        self.gateway.wait()


def run_ab(folder, port, count, concurrency, keep_alive):
    command = ["ab", "-q", "-n", str(count), "-c", str(concurrency), "-E", str(folder / "both.pem")]
    command += ["-k"] if keep_alive else []
    out = subprocess.run([*command, f"https://localhost:{port}/v1/x"], capture_output=True, text=True)
    failed = re.search(r"Failed requests:\s+(\d+)", out.stdout)
    done = re.search(r"Complete requests:\s+(\d+)", out.stdout)
    if not failed or int(failed[1]) or int(done[1]) != count or "Non-2xx" in out.stdout:
        sys.exit(f"ab failed:\n{out.stdout}\n{out.stderr}")


def cost_us(server, folder, count, concurrency, keep_alive):
    run_ab(folder, server.port, max(count // 20, 10), concurrency, keep_alive)
    before = cpu_seconds(server.pids())
    run_ab(folder, server.port, count, concurrency, keep_alive)
    return (cpu_seconds(server.pids()) - before) / count * 1e6


def idle_rss(server, folder, count):
    context = ssl.create_default_context(cafile=folder / "ca.pem")
    context.load_cert_chain(folder / "officer.pem", folder / "officer.key")
    held = []
    for i in range(count):
        held.append(context.wrap_socket(socket.create_connection(("127.0.0.1", server.port)), server_hostname="localhost"))
        if i % 2 == 0:
            held[-1].sendall(b"GET /v1/x HTTP/1.1\r\nHost: localhost\r\n\r\n")
            held[-1].recv(4096)
    result = rss_mib(server.process.pid)
    for connection in held:
        connection.close()
    return result


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--requests", type=int, default=20000)
    options.add_argument("--handshakes", type=int, default=2000)
    options.add_argument("--idle", type=int, default=1000)
    options.add_argument("--rounds", type=int, default=3)
    args = options.parse_args()
    folder = pathlib.Path(tempfile.mkdtemp(prefix="qao-bench-"))
    servers = []
    try:
        subprocess.run([BUILD / "tests/integration/front/make_certs", folder, "4096"], check=True)
        (folder / "both.pem").write_text((folder / "officer.pem").read_text() + (folder / "officer.key").read_text())
        for name in folder.iterdir():
            name.chmod(0o644 if os.getuid() == 0 and name.suffix == ".pem" else 0o600)
        os.chmod(folder, 0o755)
        nginx = Nginx(folder)
        servers.append(nginx)
        front = Front(folder)
        servers.append(front)
        missed = False
        kinds = [("keep-alive request, 1 connection", args.requests // 2, 1, True, None),
                 ("keep-alive request, 32 connections", args.requests, 32, True, 1.2),
                 ("full handshake with one request", args.handshakes, 8, False, 0.5)]
        for title, count, concurrency, keep_alive, target in kinds:
            pairs = [(cost_us(front, folder, count, concurrency, keep_alive),
                      cost_us(nginx, folder, count, concurrency, keep_alive)) for _ in range(args.rounds)]
            ratios = sorted(ours / theirs for ours, theirs in pairs)
            ratio = ratios[len(ratios) // 2]
            ours, theirs = min(p[0] for p in pairs), min(p[1] for p in pairs)
            word = "" if target is None else f"  target {target}  {'reached' if ratio <= target else 'MISSED'}"
            print(f"{title}: qao-front {ours:.0f} us, nginx {theirs:.0f} us, ratio {ratio:.2f}{word}", flush=True)
            missed = missed or (target is not None and ratio > target)
        resident = idle_rss(front, folder, args.idle)
        print(f"{args.idle} idle connections: qao-front {resident:.1f} MiB resident  target 64  "
              f"{'reached' if resident < 64 else 'MISSED'}")
        sys.exit(1 if missed or resident >= 64 else 0)
    finally:
        for server in servers:
            server.stop()
        shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    main()
