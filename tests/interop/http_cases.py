"""HTTP beside TURN, and proxies in front of it, with foreign programs: curl, OpenSSL, HAProxy."""

import concurrent.futures
import ipaddress
import pathlib
import re
import select
import socket
import struct
import threading
import urllib.request

from prometheus_client.parser import text_string_to_metric_families

from lab import PASSWORD, REALM, USER
from server_under_test import Process, expect, free_port, wait_until
from tls_cases import expect_messages
from uclient_cases import LOGIN, TO_PEER_V4, V4, expect_no_loss

SIGNATURE = b"\r\n\r\n\0\r\nQUIT\n"
_SETTING_UP = threading.Lock()


def http_server(lab):
    """A server with all that is about HTTP and proxies; its ports are its own."""
    with _SETTING_UP:
        if not hasattr(lab, "http_ports"):
            lab.http_ports = {name: free_port() for name in ("tls", "tcp", "udp", "metrics")}
    ports, folder = lab.http_ports, lab.folder.resolve() / "http-state"
    server = lab.server(
        "http", "-a", "-u", f"{USER}:{PASSWORD}", "--no-tls=false", "--dtls", f"--state-dir={folder}",
        f"--tls-listening-port={ports['tls']}", f"--tcp-proxy-port={ports['tcp']}",
        f"--udp-proxy-port={ports['udp']}", "--trusted-proxy=127.0.0.0/8", "--prometheus",
        f"--prometheus-port={ports['metrics']}", "--prometheus-address=127.0.0.1")
    server.ports, server.authority = {**ports, "plain": server.port}, folder / "ca.pem"
    return server


def curl(lab, name, *arguments, status=200):
    """What curl prints: the head, if asked for, and the content."""
    text, code = lab.run(f"curl-{name}", [
        "curl", "--silent", "--show-error", "--max-time", "10", "--noproxy", "*",
        "--write-out", "\nstatus %{http_code} version %{http_version}\n", *arguments], 15)
    expect(code == 0, f"curl ended with {code}:\n{text[-600:]}")
    expect(f"status {status} version 1.1" in text, f"not {status}:\n{text[-600:]}")
    return text


def plain_case(lab):
    server = http_server(lab)
    for port in ("plain", "tls"):
        base = f"http://127.0.0.1:{server.ports[port]}"
        expect("\nok\n" in curl(lab, f"healthz-{port}", f"{base}/healthz"), "not ok")
        curl(lab, f"head-{port}", "--head", f"{base}/")
        curl(lab, f"post-{port}", "--data", "x=y", f"{base}/healthz", status=405)
        curl(lab, f"nowhere-{port}", f"{base}/nowhere", f"{base}/nowhere", status=404)


def tls_case(lab):
    server = http_server(lab)
    for port in ("plain", "tls"):
        for name, flags in (("alpn", ["--http1.1"]), ("no-alpn", ["--no-alpn"])):
            curl(lab, f"tls-{port}-{name}", *flags, "--cacert", server.authority,
                 f"https://127.0.0.1:{server.ports[port]}/healthz")


def one_port_case(lab):
    """TURN, TURN over TLS, HTTP and HTTPS at the same time on 443 and no other port."""
    folder = lab.folder.resolve() / "one-port-state"
    lab.server("one-port", "-a", "-u", f"{USER}:{PASSWORD}", "--no-tls=false",
               "--tls-listening-port=443", f"--state-dir={folder}", port=443)
    relayed = {"tcp": ["-t"], "tls": ["-t", "-S"]}

    def relay(name):
        text, _ = lab.run(f"one-port-{name}", [
            "turnutils_uclient", *relayed[name], "-p", 443, *LOGIN, "-r", lab.peer(), "-X", "-g",
            "-n", "10", *TO_PEER_V4, V4], 60)
        expect_messages(text)

    with concurrent.futures.ThreadPoolExecutor(len(relayed)) as pool:
        running = [pool.submit(relay, name) for name in relayed]
        for round_ in range(5):
            curl(lab, f"one-port-http-{round_}", "http://127.0.0.1:443/healthz")
            curl(lab, f"one-port-https-{round_}", "--cacert", folder / "ca.pem",
                 "https://127.0.0.1/healthz")
        for task in running:
            task.result()


def metrics_case(lab):
    server = http_server(lab)
    for name, url in (("own", f"http://127.0.0.1:{server.ports['metrics']}/metrics"),
                      ("turn", f"http://127.0.0.1:{server.port}/metrics")):
        text = curl(lab, f"metrics-{name}", url)
        expect(re.search(r"^turnbox_allocations \d", text, re.MULTILINE), f"no metrics:\n{text}")
    curl(lab, "metrics-forwarded", "-H", "X-Forwarded-For: 192.0.2.1",
         f"http://127.0.0.1:{server.port}/metrics", status=403)
    text = curl(lab, "metrics-other", f"http://127.0.0.1:{server.ports['metrics']}/")
    expect("\nok\n" in text, "not ok")
    check_exposition(lab, server.ports["metrics"])


def check_exposition(lab, port):
    """Prometheus's own parser reads it, and finds what people's dashboards for coturn ask for."""
    expect(lab.run("metrics-uclient", [
        "turnutils_uclient", "-t", *LOGIN, "-e", "127.0.0.1", "-r", lab.peer(), "-X", "-c",
        "-n", 1, "-m", 1, "-p", http_server(lab).port, "127.0.0.1"], 30)[1] == 0, "uclient")
    text = ""

    def is_told():  # Of a session when it has ended.
        nonlocal text
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
            text = answer.read().decode()
        return f'turn_traffic_rcvp{{realm="{REALM}"}}' in text

    wait_until(is_told, 10, "the traffic of the session is told")
    (lab.folder / "metrics.txt").write_text(text)
    families = list(text_string_to_metric_families(text))
    names = [re.sub("_total$", "", family.name) for family in families]
    expect(len(names) == len(set(names)), f"a name comes twice: {sorted(names)}")
    series = [(sample.name, *sorted(sample.labels.items()))
              for family in families for sample in family.samples]
    expect(len(series) == len(set(series)), "a series comes twice")
    for family in families:
        expect(family.documentation and family.type in ("counter", "gauge") and family.samples,
               f"{family.name} lacks something")
    found = {line for line in text.splitlines() if line.startswith("# TYPE ")}
    missing = [name for name, kind in coturn_metrics() if f"# TYPE {name} {kind}" not in found]
    expect(not missing, f"coturn has these, too: {missing}")


def coturn_metrics():
    """The names and types of coturn 4.17."""
    directions = [f"{whose}{what}" for whose in ("", "peer_")
                  for what in ("rcvp", "rcvb", "sentp", "sentb")]
    counters = [
        "stun_binding_request", "stun_binding_response", "stun_binding_error",
        "turn_unauthenticated_401_requests", "turn_unauthenticated_401_responses",
        "turn_unauthenticated_401_dropped_responses", "turn_ratelimit_hash_collisions",
        "turn_packet_processed", "turn_packet_dropped",
        "turn_udp_recvmmsg_calls", "turn_udp_recvmmsg_packets", "turn_udp_sendmmsg_flushes",
        "turn_udp_sendmmsg_datagrams", "turn_udp_sendmmsg_gso_datagrams",
        *(f"turn_traffic_{each}" for each in directions),
        *(f"turn_total_traffic_{each}" for each in directions)]
    gauges = ["turn_total_allocations", "turn_ratelimit_occupied_buckets",
              "turn_ratelimit_total_buckets"]
    return [(name, "counter") for name in counters] + [(name, "gauge") for name in gauges]


def openssl_case(lab):
    """What was agreed on by ALPN counts: a request is answered, or ends the connection."""
    server = http_server(lab)
    for protocol, answered in (("http/1.1", True), ("stun.turn", False)):
        text, _ = lab.run(f"s_client-request-{protocol.replace('/', '-')}", [
            "sh", "-c", "printf 'GET /healthz HTTP/1.1\\r\\nHost: a\\r\\nConnection: close\\r\\n"
            f"\\r\\n' | openssl s_client -quiet -alpn {protocol} -CAfile {server.authority}"
            f" -connect 127.0.0.1:{server.ports['tls']}"], 20)
        expect(("HTTP/1.1 200 OK" in text) == answered, f"{protocol}:\n{text[-800:]}")


def curl_proxy_case(lab):
    server = http_server(lab)
    port = server.ports["tcp"]
    curl(lab, "proxied", "--haproxy-protocol", f"http://127.0.0.1:{port}/healthz")
    curl(lab, "proxied-tls", "--haproxy-protocol", "--cacert", server.authority,
         f"https://127.0.0.1:{port}/healthz")
    text, code = lab.run("curl-unproxied", ["curl", "--silent", "--show-error", "--max-time", "10",
                                            f"http://127.0.0.1:{port}/healthz"], 15)
    expect(code in (52, 56), f"without a header it is answered, {code}:\n{text}")


def haproxy_case(option, tls):
    def case(lab):
        server, port = http_server(lab), free_port()
        name = f"haproxy-{option}-{'tls' if tls else 'tcp'}"
        config = lab.folder / f"{name}.cfg"
        config.write_text(
            "defaults\n  mode tcp\n  timeout connect 5s\n  timeout client 60s\n"
            f"  timeout server 60s\nlisten turn\n  bind 127.0.0.1:{port}\n"
            f"  server one 127.0.0.1:{server.ports['tcp']} {option}\n")
        proxy = lab.start(Process(["haproxy", "-db", "-f", config], lab.folder / f"{name}.log"))
        wait_until(lambda: f":{port:04X} " in pathlib.Path("/proc/net/tcp").read_text(), 10,
                   f"haproxy listens:\n{proxy.output()}")
        text, _ = lab.run(f"{name}-uclient", [
            "turnutils_uclient", "-t", *(["-S"] if tls else []), "-p", port, *LOGIN, "-r",
            lab.peer(), "-n", "5", "-m", "3", "-X", "-g", *TO_PEER_V4, V4], 60)
        (expect_messages if tls else expect_no_loss)(text)

    return case


class DatagramProxy(threading.Thread):
    """Puts a PROXY header, version 2, in front of what clients send; one socket a client."""

    def __init__(self, server_port):
        super().__init__(daemon=True)
        self.front = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.front.bind(("127.0.0.1", 0))
        self.port, self.server = self.front.getsockname()[1], ("127.0.0.1", server_port)
        self.backs = {}
        self.over = threading.Event()

    def header(self, client):
        block = ipaddress.ip_address(client[0]).packed + ipaddress.ip_address("127.0.0.1").packed
        block += struct.pack("!HH", client[1], self.port)
        return SIGNATURE + b"\x21\x12" + struct.pack("!H", len(block)) + block

    def run(self):
        while not self.over.is_set():
            sockets = [self.front, *self.backs.values()]
            for ready in select.select(sockets, [], [], 0.1)[0]:
                data, source = ready.recvfrom(65535)
                if ready is self.front:
                    if source not in self.backs:
                        self.backs[source] = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
                    self.backs[source].sendto(self.header(source) + data, self.server)
                else:
                    client = next(c for c, back in self.backs.items() if back is ready)
                    self.front.sendto(data, client)


def datagram_proxy_case(dtls):
    def case(lab):
        server = http_server(lab)
        proxy = DatagramProxy(server.ports["udp"])
        proxy.start()
        try:
            text, _ = lab.run(f"udp-proxy-uclient{'-dtls' if dtls else ''}", [
                "turnutils_uclient", *(["-S"] if dtls else []), "-p", proxy.port, *LOGIN, "-r",
                lab.peer(), "-n", "5", "-m", "3", "-X", "-g", *TO_PEER_V4, V4], 60)
        finally:
            proxy.over.set()
            proxy.join()
        expect_no_loss(text)
        expect(len(proxy.backs) >= 3, "the clients did not come by way of the proxy")

    return case


def slow_heads_case(lab):
    """Dawdlers fill what one source may have; others are served as ever."""
    server = http_server(lab)
    dawdlers = []
    for _ in range(400):
        client = socket.create_connection(("127.0.0.1", server.port),
                                          source_address=("127.0.0.77", 0))
        client.sendall(b"GET /healthz HTTP/1.1\r\nHost")
        dawdlers.append(client)
    try:
        curl(lab, "beside-dawdlers", f"http://127.0.0.1:{server.port}/healthz")
        refused = sum(1 for c in dawdlers if select.select([c], [], [], 0)[0])
        workers = int(re.search(r"Total auth threads: (\d+)", server.output()).group(1))
        expect(refused >= 400 - 256 * workers, f"{refused} of 400 were refused")
        # A head may take ten seconds; whoever is cut short has no answer.
        wait_until(lambda: all(select.select([c], [], [], 0)[0] for c in dawdlers), 14,
                   "the last dawdler is let go")
    finally:
        for client in dawdlers:
            client.close()


def cases(_lab):
    return [
        ("http curl", plain_case),
        ("http curl tls", tls_case),
        ("http one port", one_port_case),
        ("http metrics", metrics_case),
        ("http openssl alpn", openssl_case),
        ("http dawdlers", slow_heads_case),
        ("proxy curl v1", curl_proxy_case),
        ("proxy datagrams v2", datagram_proxy_case(dtls=False)),
        ("proxy datagrams v2 dtls", datagram_proxy_case(dtls=True)),
        *((f"proxy haproxy {option} {'tls' if tls else 'tcp'}", haproxy_case(option, tls))
          for option in ("send-proxy", "send-proxy-v2") for tls in (False, True)),
    ]
