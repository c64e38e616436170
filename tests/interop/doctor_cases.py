"""Credentials that the server gives out, with foreign clients; and the doctor, with a foreign
server and with what goes wrong between."""

import hashlib
import json
import re
import ssl
import subprocess

import isolation
from http_cases import curl, http_server
from lab import PASSWORD, REALM, SECRET, USER
from server_under_test import (TurnServer, answers_udp, expect, free_port, server_binary,
                               wait_until)
from uclient_cases import TO_EACH_OTHER, V4, expect_no_loss

PUBLIC, CLIENT = "203.0.113.5", "203.0.113.9"


def minting_server(lab):
    """Static users and the secret that the server keeps."""
    folder = lab.folder.resolve() / "minting-state"
    server = lab.server("minting", "-a", "-u", f"{USER}:{PASSWORD}", f"--state-dir={folder}")
    server.state = folder
    return server


def expect_relay(lab, name, server, *login):
    text, _ = lab.run(name, ["turnutils_uclient", *login, "-p", server.port, "-n", "5", "-X",
                             *TO_EACH_OTHER, V4], 60)
    expect_no_loss(text)


def content(text):
    return json.loads(next(line for line in text.splitlines() if line.startswith("{")))


def minted_case(lab):
    """What curl is given lets coturn's client in."""
    server = minting_server(lab)
    base = f"http://127.0.0.1:{server.port}"
    given = content(curl(lab, "minted", f"{base}/turn?service=turn&username=alice"))
    expect(given["username"].endswith(":alice") and given["ttl"] == 7200, f"another form: {given}")
    expect_relay(lab, "minted-uclient", server, "-u", given["username"], "-w", given["password"])
    servers = content(curl(lab, "minted-ice", "--data", "username=bo", f"{base}/api/ice"))
    one = servers["iceServers"][0]
    expect(one["urls"][0] == f"turn:127.0.0.1:{server.port}?transport=udp", f"{servers}")
    expect(one["username"].endswith(":bo"), f"the name of a form does not count: {servers}")
    curl(lab, "minted-forwarded", "-H", "X-Forwarded-For: 203.0.113.1", f"{base}/api/ice",
         status=403)


def secret_case(lab):
    """Whoever knows the kept secret makes credentials too, as XMPP servers do."""
    server = minting_server(lab)
    secret = (server.state / "auth-secret").read_text().strip()
    expect_relay(lab, "secret-uclient", server, "-u", "bob", "-W", secret)


def command_case(lab):
    server = minting_server(lab)
    text, status = lab.run("credentials", [
        server_binary(), "credentials", "-n", "-L", "127.0.0.1", "-p", server.port, "--json",
        f"--state-dir={server.state}", "--name=carol", "--ttl=90m"], 10)
    expect(status == 0, f"exit status {status}:\n{text}")
    given = content(text)
    expect(given["ttl"] == 5400, f"another time: {given}")
    expect_relay(lab, "command-uclient", server, "-u", given["username"], "-w", given["password"])


def ask_doctor(lab, name, *words, namespace=None):
    """What the doctor says, by check, and its exit status."""
    text, status = lab.run(f"doctor-{name}", isolation.inside(
        namespace, server_binary(), "doctor", "-n", "--json", *words), 20)
    report = content(text)
    expect(report["ok"] == (status == 0), f"exit status {status}:\n{text}")
    return {each["check"]: each for each in report["checks"]}


def expect_finding(checks, check, verdict, words):
    found = checks.get(check, {})
    expect(found.get("verdict") == verdict and words in found["detail"] + found["advice"],
           f"{check} should be {verdict} ({words}):\n{checks}")


def watched_case(lab):
    """The server tells an address what became of its messages, once that has asked."""
    server = minting_server(lab)
    url = f"http://127.0.0.1:{server.port}/api/doctor"
    content(curl(lab, "watch-begin", url))
    ask_doctor(lab, "watched", f"127.0.0.1:{server.port}", USER, "guess")
    seen = content(curl(lab, "watch", url))
    expect(seen["client"] == "127.0.0.1" and seen["arrived"]["tcp"] > 0, f"nothing seen: {seen}")
    expect({"wrong-credential"} <= {each["code"] for each in seen["findings"]}, f"{seen}")


def authority_case(lab):
    """What phones are to trust comes with the type that makes them offer it."""
    server = http_server(lab)
    text = curl(lab, "ca", "--include", f"http://127.0.0.1:{server.port}/ca.crt")
    expect("content-type: application/x-x509-ca-cert" in text.lower(), f"another type:\n{text}")
    expect(server.authority.read_text().strip() in text.replace("\r", ""), f"another:\n{text}")
    form = content(curl(lab, "authority", f"http://127.0.0.1:{server.port}/api/authority"))
    digest = hashlib.sha256(ssl.PEM_cert_to_DER_cert(server.authority.read_text())).digest()
    expect(form["sha256"] == digest.hex(":").upper(), f"{form} is not {digest.hex()}")


def coturn(lab, name, *arguments):
    """Debian's, on loopback."""
    port = free_port()
    return lab.start(TurnServer(
        ["-n", "-L", "127.0.0.1", "-p", port, "-r", REALM, "--allow-loopback-peers", "--no-tls",
         "--no-dtls", "--no-cli", "-l", "stdout", "--pidfile", lab.folder / f"{name}.pid",
         *arguments], lab.folder / f"{name}.server.log", port=port, binary="/usr/bin/turnserver",
        probe="--no-tcp" not in arguments))


def coturn_case(lab):
    server = coturn(lab, "doctor-coturn", "-a", "-u", f"{USER}:{PASSWORD}")
    where = f"127.0.0.1:{server.port}"
    good = ask_doctor(lab, "coturn", where, USER, PASSWORD)
    for transport in ("udp", "tcp"):
        expect_finding(good, transport, "ok", "relays, ")
    expect_finding(good, "ipv6", "note", "no relays of IPv6")
    wrong = ask_doctor(lab, "coturn-wrong", where, USER, "guess")
    expect_finding(wrong, "udp", "fail", "Check user name, password and realm")
    expect_finding(wrong, "tcp", "fail", "401")


def dtls_case(lab):
    server = http_server(lab)
    url = f"turns:127.0.0.1:{server.ports['tls']}?transport=udp"
    checks = ask_doctor(lab, "dtls", url, USER, PASSWORD)
    expect_finding(checks, "dtls", "ok", "relays, ")
    expect_finding(checks, "ipv6", "ok", "relayed address [::1]:")
    expect_finding(ask_doctor(lab, "dtls-wrong", url, USER, "guess"), "dtls", "fail", "401")


def coturn_secret_case(lab):
    server = coturn(lab, "doctor-secret", "--use-auth-secret", f"--static-auth-secret={SECRET}")
    where = f"127.0.0.1:{server.port}"
    text, _ = lab.run("doctor-mint", [server_binary(), "credentials", "-n", "-L", "127.0.0.1",
                                      f"--static-auth-secret={SECRET}", "--json"], 10)
    given = content(text)
    expect_finding(ask_doctor(lab, "minted", where, given["username"], given["password"]),
                   "udp", "ok", "relays, ")
    expect_finding(ask_doctor(lab, "expired", where, "1600000000:a", "x"), "udp", "fail",
                   "The credentials expired")
    expect_finding(ask_doctor(lab, "other-secret", where, given["username"], "x"), "udp", "fail",
                   "the secret that made them is not the server's")


def closed_tcp_case(lab):
    server = coturn(lab, "doctor-udp-only", "-a", "-u", f"{USER}:{PASSWORD}", "--no-tcp")
    wait_until(lambda: answers_udp("127.0.0.1", server.port), 15, "coturn answers")
    checks = ask_doctor(lab, "closed", f"127.0.0.1:{server.port}", USER, PASSWORD)
    expect_finding(checks, "udp", "ok", "relays, ")
    expect_finding(checks, "tcp", "fail", f"TCP port {server.port} is open")


def public_case(lab):
    """A public address, whose firewall lets TCP through alone."""
    for name in ("doc-server", "doc-client"):
        isolation.ip("netns", "add", name)
        isolation.ip("link", "set", "lo", "up", namespace=name)
    isolation.ip("link", "add", "doc0", "netns", "doc-server", "type", "veth", "peer", "name",
                 "doc1", "netns", "doc-client")
    for name, address, device in (("doc-server", PUBLIC, "doc0"), ("doc-client", CLIENT, "doc1")):
        isolation.ip("address", "add", f"{address}/24", "dev", device, namespace=name)
        isolation.ip("link", "set", device, "up", namespace=name)
    log, state = lab.folder / "doctor-public.server.log", lab.folder.resolve() / "public-state"
    server = lab.start(TurnServer(
        ["-n", "-L", PUBLIC, "-a", "-u", f"{USER}:{PASSWORD}", "--no-tls", f"--state-dir={state}",
         "-l", "stdout", "--no-cli"], log, namespace="doc-server", probe=False))
    wait_until(lambda: "CHECK" in server.output(), 15, "the server is ready")
    base = f"http://{PUBLIC}:3478/api/ice"
    inside = isolation.inside("doc-client", "curl", "--silent", "--max-time", "10", "--noproxy",
                              "*")

    def fetch(*arguments):
        done = subprocess.run([*inside, "-w", "\n%{http_code}", *arguments], check=False,
                              capture_output=True, text=True)
        return done.stdout.rpartition("\n")[2], done.stdout
    link, _ = lab.run("link", isolation.inside(
        "doc-server", server_binary(), "link", "nord", "-n", "-L", PUBLIC, "--no-tls",
        f"--state-dir={state}"), 10)
    expect(f"http://{PUBLIC}:8099/#room=nord&token=" in link, f"another link:\n{link}")
    token = link.strip().rpartition("&token=")[2]
    opened = re.search(r"OPEN   http://203.0.113.5:8099/#room=(\w+)&token=(\S+) ", server.output())
    expect(opened, f"no room to open:\n{server.output()}")
    first, its_token = opened.groups()
    for arguments, status in (
            ([f"{base}?room={first}&token={its_token}"], "200"),
            ([f"{base}?room=nord&token={its_token}"], "403"),
            ([base], "403"), ([f"{base}?room=nord&token={token}"], "200"),
            (["-H", f"Authorization: Bearer {token}", f"{base}?room=nord"], "200"),
            ([f"{base}?room=sued&token={token}"], "403"), ([f"{base}?token=x.y.z"], "403"),
            (["-H", "X-Forwarded-For: 10.0.0.1", base], "403")):
        got, text = fetch(*arguments)
        expect(got == status, f"{arguments}: {got}, not {status}:\n{text}")
    checks = ask_doctor(lab, "public", PUBLIC + ":3478", USER, PASSWORD, namespace="doc-client")
    expect_finding(checks, "udp", "ok", "relays, ")
    expect_finding(checks, "external", "ok", "public")
    rules = "table inet doc {\n chain input {\n type filter hook input priority 0;\n" \
            "meta l4proto udp drop\n }\n}\n"
    subprocess.run(isolation.inside("doc-server", "nft", "-f", "-"), input=rules, text=True,
                   check=True)
    checks = ask_doctor(lab, "blocked", PUBLIC + ":3478", USER, PASSWORD, namespace="doc-client")
    expect_finding(checks, "udp", "fail", "UDP port 3478 is open")


def cases(lab):
    if not lab.knows("open-rooms"):
        return []
    return [("minted credentials", minted_case), ("credentials command", command_case),
            ("minted with the kept secret", secret_case),
            ("doctor watches", watched_case), ("doctor ca.crt", authority_case),
            ("doctor dtls", dtls_case), ("doctor coturn", coturn_case),
            ("doctor coturn secret", coturn_secret_case),
            ("doctor closed tcp", closed_tcp_case), ("doctor public address", public_case)]
