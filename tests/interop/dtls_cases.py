"""DTLS with foreign stacks: coturn's client, OpenSSL's and GnuTLS's, and Wireshark's opinion of it;
and what scanners have against TLS."""

import json
import re
import subprocess

from capture import Capture
from server_under_test import expect
from uclient_cases import LOGIN, TO_EACH_OTHER, TO_PEER_V4, TO_PEER_V6, V4, V6, totals

# Datagrams of handshakes are no longer, with the header of UDP.
LONGEST_HANDSHAKE = 1200 + 8

UCLIENT = [
    ("channel", ["-X", "-g"], TO_PEER_V4, V4),
    ("send", ["-X", "-s"], TO_PEER_V4, V4),
    ("client-to-client", ["-X"], TO_EACH_OTHER, V4),
    ("client-to-client-send", ["-X", "-s"], TO_EACH_OTHER, V4),
    ("ipv6", ["-x"], TO_PEER_V6, V6),
    ("large-messages", ["-X", "-l", "1300"], TO_PEER_V4, V4),
    ("many-clients", ["-X", "-c", "-m", "40", "-n", "20"], TO_PEER_V4, V4),
]

UNWANTED = ["SSLv2     enabled", "SSLv3     enabled", "TLSv1.0   enabled", "TLSv1.1   enabled",
            " vulnerable to heartbleed", "Insecure", "Anonymous", "NULL", "EXPORT", "RC4", "3DES",
            "-CBC", "SHA1WithRSA"]


def uclient(lab, name, port, flags):
    return lab.run(f"dtls-{name}", ["turnutils_uclient", "-S", "-p", port, *LOGIN, "-r",
                                    lab.peer(), "-n", "5", *flags], 60)[0]


def uclient_case(name, flags, target, address, port_of):
    def case(lab):
        text = uclient(lab, name, port_of(lab.dtls()), [*flags, *target, address])
        sums = totals(text)
        expect(sums is not None, f"no summary; the end of the output:\n{text[-600:]}")
        sent, received = sums
        expect(sent >= 5 and received == sent, f"{sent} sent, {received} received")
        expect("ERROR" not in text, "ERROR in the output")

    return case


def openssl_case(protocol):
    """The handshake with its certificate checked, and the protocol that both speak."""

    def case(lab):
        server = lab.dtls()
        text, status = lab.run(f"s_client-dtls-{protocol}", [
            "openssl", "s_client", "-dtls1_2", "-connect", f"127.0.0.1:{server.dtls_port}",
            "-alpn", protocol, "-CAfile", server.authority, "-verify_return_error",
            "-verify_ip", "127.0.0.1"], 20)
        expect(status == 0, f"exit status {status}:\n{text[-800:]}")
        expect("DTLSv1.2" in text, f"another version:\n{text[-1500:]}")
        expect(f"ALPN protocol: {protocol}" in text, f"another protocol:\n{text[-1500:]}")
        expect("Verify return code: 0 (ok)" in text, f"not verified:\n{text[-1500:]}")

    return case


def openssl_refused_case(name, *flags):
    def case(lab):
        text, status = lab.run(f"s_client-dtls-refused-{name}", [
            "openssl", "s_client", "-connect", f"127.0.0.1:{lab.dtls().dtls_port}", *flags], 20)
        expect(status != 0 and "alert" in text, f"exit status {status}:\n{text[-800:]}")

    return case


def gnutls_case(lab):
    server = lab.dtls()
    text, _ = lab.run("gnutls-dtls", [
        "gnutls-cli", "--udp", "--alpn", "stun.turn", "--x509cafile", server.authority,
        "-p", server.dtls_port, "127.0.0.1"], 20)
    expect("Handshake was completed" in text, f"no handshake:\n{text[-1500:]}")
    expect("DTLS1.2" in text, f"another version:\n{text[-1500:]}")
    expect("The certificate is trusted" in text, f"not trusted:\n{text[-1500:]}")
    expect(re.search(r"Application protocol: stun\.turn", text), f"no ALPN:\n{text[-1500:]}")


def dissect(capture, display_filter, field):
    """That field of each packet that the filter lets through, taken for DTLS."""
    result = subprocess.run(
        ["tshark", "-r", str(capture.file), "-d", f"udp.port=={capture.port},dtls", "-Y",
         display_filter, "-T", "fields", "-e", field],
        capture_output=True, text=True, timeout=120, check=False)
    expect(result.returncode == 0, f"tshark failed: {result.stderr[-500:]}")
    return result.stdout.split()


def wireshark_case(lab):
    """The cookie comes first and is shorter than what it answers; nothing is malformed."""
    port = lab.dtls().dtls_port
    capture = Capture(port, lab.folder, "dtls-records")
    lab.start(capture.process)
    text = uclient(lab, "captured", port, ["-X", "-g", *TO_PEER_V4, V4])
    expect(totals(text), f"no summary:\n{text[-600:]}")
    capture.stop()
    of_server = f"udp.srcport == {port}"
    asked = dissect(capture, f"{of_server} && dtls.handshake.type == 3", "udp.length")
    hellos = dissect(capture, "dtls.handshake.type == 1", "udp.length")
    expect(asked and len(hellos) >= 2 * len(asked), f"{len(hellos)} hellos, {len(asked)} answers")
    expect(max(map(int, asked)) < min(map(int, hellos)), "a cookie is longer than its question")
    flights = dissect(capture, f"{of_server} && dtls.record.content_type == 22", "udp.length")
    expect(max(map(int, flights)) <= LONGEST_HANDSHAKE, f"too long: {flights}")
    expect(dissect(capture, f"{of_server} && dtls.record.content_type == 23", "udp.length"),
           "no data in the capture")
    bad = dissect(capture, "_ws.malformed", "frame.number")
    expect(not bad, f"malformed packets: {bad}")


def sslscan_case(lab):
    text, status = lab.run("sslscan", [
        "sslscan", "--no-colour", f"127.0.0.1:{lab.tls().tls_port}"], 60)
    expect(status == 0 and "TLSv1.2   enabled" in text and "TLSv1.3   enabled" in text,
           f"no report:\n{text[-800:]}")
    found = [line for line in text.splitlines()
             if any(word in line for word in UNWANTED) and "not vulnerable" not in line]
    expect(not found, "\n".join(found))


def testssl_case(lab):
    """The vulnerabilities that have names; protocols and ciphers are sslscan's part."""
    report = lab.folder / "testssl.json"
    report.unlink(missing_ok=True)
    text, _ = lab.run("testssl", [
        "testssl", "--quiet", "--color", "0", "--warnings", "off", "--openssl", "/usr/bin/openssl",
        "--ip", "one", "--nodns", "min", "-H", "-I", "-T", "-R", "-J", "-L", "--jsonfile", report,
        f"127.0.0.1:{lab.tls().tls_port}"], 120)
    findings = json.loads(report.read_text())
    expect(any(finding["id"] == "heartbleed" for finding in findings), f"no report:\n{text[-800:]}")
    bad = [f"{finding['id']}: {finding['severity']}: {finding['finding']}" for finding in findings
           if finding["severity"] in ("MEDIUM", "HIGH", "CRITICAL")]
    expect(not bad, "\n".join(bad))


def cases(_lab):
    found = [(f"dtls {name}", uclient_case(name, flags, target, address, lambda s: s.dtls_port))
             for name, flags, target, address in UCLIENT]
    found.append(("dtls on the plain port", uclient_case(
        "plain-port", ["-X"], TO_PEER_V4, V4, lambda s: s.port)))
    found += [(f"openssl dtls1_2 {protocol}", openssl_case(protocol))
              for protocol in ("stun.turn", "stun.nat-discovery")]
    found += [
        ("openssl dtls1 is refused",
         openssl_refused_case("dtls1", "-dtls1", "-cipher", "ALL:@SECLEVEL=0")),
        ("openssl dtls h2 is refused", openssl_refused_case("h2", "-dtls1_2", "-alpn", "h2")),
        ("gnutls dtls", gnutls_case),
        ("tshark dtls records", wireshark_case),
        ("sslscan tls", sslscan_case),
        ("testssl tls", testssl_case),
    ]
    return found
