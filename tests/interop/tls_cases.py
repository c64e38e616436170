"""TLS with foreign clients: coturn's own, OpenSSL's, GnuTLS's and Python's."""

import asyncio
import os
import pathlib
import re
import ssl
import subprocess
import threading

import aioice.turn

from client_cases import EchoClient
from lab import PASSWORD, USER
from server_under_test import expect
from uclient_cases import LOGIN, TO_EACH_OTHER, TO_PEER_V4, TO_PEER_V6, V4, V6, totals

SNI_LOCK = threading.Lock()  # Over the files of the certificates.

UCLIENT = [
    ("channel", ["-X", "-g"], TO_PEER_V4, V4),
    ("send", ["-X", "-s"], TO_PEER_V4, V4),
    ("client-to-client", ["-X"], TO_EACH_OTHER, V4),
    ("ipv6", ["-x"], TO_PEER_V6, V6),
    ("large-messages", ["-X", "-l", "1400"], TO_PEER_V4, V4),
    ("many-clients", ["-X", "-c", "-m", "40", "-n", "20"], TO_PEER_V4, V4),
]


def uclient_case(name, flags, target, address, port_of):
    def case(lab):
        server = lab.tls()
        text, _ = lab.run(f"tls-{name}", [
            "turnutils_uclient", "-t", "-S", "-p", port_of(server), *LOGIN, "-r", lab.peer(),
            "-n", "5", *flags, *target, address], 60)
        expect_messages(text)

    return case


def expect_messages(text):
    """The client takes a TLS record for one message: of those that arrive in one record together,
    as they do when two were there at once, it counts the first alone."""
    sums = totals(text)
    expect(sums is not None, f"no summary; the end of the output:\n{text[-600:]}")
    sent, received = sums
    expect(sent >= 5 and sent // 2 <= received <= sent, f"{sent} sent, {received} received")
    expect("ERROR" not in text, "ERROR in the output")


def openssl_case(version, protocol):
    """The handshake with its certificate checked, and the protocol that both speak."""

    def case(lab):
        server = lab.tls()
        text, status = lab.run(f"s_client-{version}-{protocol.replace('/', '-')}", [
            "openssl", "s_client", f"-{version}", "-connect", f"127.0.0.1:{server.tls_port}",
            "-alpn", protocol, "-CAfile", server.authority, "-verify_return_error",
            "-verify_ip", "127.0.0.1"], 20)
        expect(status == 0, f"exit status {status}:\n{text[-800:]}")
        expect(f"ALPN protocol: {protocol}" in text, f"another protocol:\n{text[-1500:]}")
        expect("Verify return code: 0 (ok)" in text, f"not verified:\n{text[-1500:]}")

    return case


def openssl_refused_case(name, *flags):
    def case(lab):
        server = lab.tls()
        text, status = lab.run(f"s_client-refused-{name}", [
            "openssl", "s_client", "-connect", f"127.0.0.1:{server.tls_port}", *flags], 20)
        expect(status != 0 and "alert" in text, f"exit status {status}:\n{text[-800:]}")

    return case


def sni_server(lab):
    """One whose own certificate is self-made, with two further ones for names."""
    names = ("meet.example.org", "*.example.net")
    further = []
    for at, name in enumerate(names):
        own = lab.folder.resolve() / f"sni-{at}.pem"
        with SNI_LOCK:
            if not own.exists():
                subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days",
                                "2", "-subj", "/CN=further", "-addext",
                                f"subjectAltName=DNS:{name}",
                                "-keyout", own, "-out", f"{own}.certificate"], check=True,
                               capture_output=True)
                own.write_text(own.read_text() + pathlib.Path(f"{own}.certificate").read_text())
        further.append(f"--sni-cert={own}")
    return lab.with_certificate("sni", "--no-tls=false", "--dtls", *further)


def sni_case(flag, asked, wanted):
    def case(lab):
        server = sni_server(lab)
        text, status = lab.run(f"sni{flag}-{asked or 'nobody'}", [
            "sh", "-c", f"openssl s_client {flag} -connect 127.0.0.1:{server.second_port} "
            + (f"-servername {asked}" if asked else "-noservername")
            + " | openssl x509 -noout -ext subjectAltName"], 20)
        expect(status == 0 and wanted in text, f"no {wanted}:\n{text[-800:]}")

    return case


def gnutls_case(priority):
    def case(lab):
        server = lab.tls()
        text, _ = lab.run(f"gnutls-{priority[-3:]}", [
            "gnutls-cli", "--priority", priority, "--alpn", "stun.turn", "--x509cafile",
            server.authority, "-p", server.tls_port, "127.0.0.1"], 20)
        expect("Handshake was completed" in text, f"no handshake:\n{text[-1500:]}")
        expect("The certificate is trusted" in text, f"not trusted:\n{text[-1500:]}")
        expect(re.search(r"Application protocol: stun\.turn", text), f"no ALPN:\n{text[-1500:]}")

    return case


async def aioice_echo(server, peer_port):
    context = ssl.create_default_context(cafile=server.authority)
    relay, client = await aioice.turn.create_turn_endpoint(
        EchoClient, server_addr=("127.0.0.1", server.tls_port), username=USER, password=PASSWORD,
        ssl=context, transport="tcp")
    try:
        for size in (1, 2, 3, 4, 5, 99, 1000, 1200):
            message = os.urandom(size)
            relay.sendto(message, ("127.0.0.1", peer_port))
            expect(await asyncio.wait_for(client.received.get(), 10) == message, "another echo")
    finally:
        relay.close()
        await asyncio.sleep(0)  # Lets the transport send its Refresh with lifetime 0.


def aioice_case(lab):
    asyncio.run(asyncio.wait_for(aioice_echo(lab.tls(), lab.peer()), 30))


def cases(_lab):
    found = [(f"tls {name}", uclient_case(name, flags, target, address, lambda s: s.tls_port))
             for name, flags, target, address in UCLIENT]
    found.append(("tls on the plain port", uclient_case(
        "plain-port", ["-X"], TO_PEER_V4, V4, lambda s: s.port)))
    found += [(f"openssl {version} {protocol}", openssl_case(version, protocol))
              for version in ("tls1_2", "tls1_3")
              for protocol in ("stun.turn", "stun.nat-discovery", "http/1.1")]
    found += [(f"openssl {flag} asks for {asked or 'nobody'}", sni_case(flag, asked, wanted))
              for flag in ("-tls1_3", "-dtls1_2")
              for asked, wanted in (("meet.example.org", "DNS:meet.example.org"),
                                    ("a.example.net", "DNS:*.example.net"),
                                    ("", "IP Address:127.0.0.1"))]
    found += [
        ("openssl tls1_1 is refused",
         openssl_refused_case("tls1_1", "-tls1_1", "-cipher", "ALL:@SECLEVEL=0")),
        ("openssl h2 is refused", openssl_refused_case("h2", "-alpn", "h2")),
        ("openssl RSA key exchange is refused",
         openssl_refused_case("rsa", "-tls1_2", "-cipher", "AES128-SHA")),
        ("gnutls 1.2", gnutls_case("NORMAL:-VERS-ALL:+VERS-TLS1.2")),
        ("gnutls 1.3", gnutls_case("NORMAL:-VERS-ALL:+VERS-TLS1.3")),
        ("aioice tls", aioice_case),
    ]
    return found
