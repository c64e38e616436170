"""TCP allocations (RFC 6062) with coturn's own client: it connects to peers, and peers to it, over
TCP and TLS."""

import re

from lab import PASSWORD, USER
from server_under_test import expect
from uclient_cases import LOGIN, TO_EACH_OTHER, TO_PEER_V4, TO_PEER_V6, V4, V6

# name, flags, where the data goes, the server's address.
UCLIENT = [
    ("echo", ["-X"], TO_PEER_V4, V4),
    ("ipv6", ["-x"], TO_PEER_V6, V6),
    ("ipv6-relay-for-ipv4-client", ["-x"], TO_PEER_V6, V4),
    ("client-to-client", ["-X"], TO_EACH_OTHER, V4),
    ("large-messages", ["-X", "-l", "1400"], TO_PEER_V4, V4),
    ("many-clients", ["-X", "-m", "20"], TO_PEER_V4, V4),
]
MESSAGE = re.compile(r"tot_send_bytes ~ (\d+), tot_recv_bytes ~ (\d+)")


def server_for(lab):
    return lab.with_certificate("tcp-relay", "--no-tls=false")


def uclient(lab, name, port, flags):
    text, _ = lab.run(f"tcp-relay-{name}", [
        "turnutils_uclient", "-T", "-p", port, *LOGIN, "-r", lab.peer(), "-n", "5", *flags], 60)
    expect("ERROR" not in text, "ERROR in the output")
    found = MESSAGE.findall(text)
    expect(found, f"no summary; the end of the output:\n{text[-600:]}")
    return tuple(map(int, found[-1]))


def active_case(name, flags, target, address, tls):
    """Data connections that the client asked for. TLS is spoken on the plain port as well."""

    def case(lab):
        flags_of_tls = ["-S"] if tls else []
        label = f"tls-{name}" if tls else name
        sent, received = uclient(lab, label, server_for(lab).port,
                                 [*flags_of_tls, *flags, *target, address])
        expect(sent >= 500 and sent == received, f"{sent} bytes sent, {received} received")

    return case


def passive_case(lab):
    """The client's own peer connects to the relay. What that one sends is not echoed: half of all
    that is sent comes back."""
    sent, received = uclient(lab, "passive", server_for(lab).port, ["-P", "-X", *TO_EACH_OTHER, V4])
    expect(sent >= 1000 and sent == 2 * received, f"{sent} bytes sent, {received} received")


def switched_off_case(lab):
    server = lab.server("no-tcp-relay", "-a", "-u", f"{USER}:{PASSWORD}", "--no-tcp-relay")
    text, _ = lab.run("no-tcp-relay", [
        "timeout", "12", "turnutils_uclient", "-T", "-p", server.port, *LOGIN, "-r", lab.peer(),
        "-n", "5", "-X", *TO_PEER_V4, V4], 20)
    expect(not MESSAGE.findall(text) and "442" in text, f"relayed all the same:\n{text[-600:]}")


def cases(lab):
    if not lab.knows("no-tcp-relay"):
        return []
    found = [(f"tcp relay {'tls ' if tls else ''}{row[0]}", active_case(*row, tls))
             for tls in (False, True) for row in UCLIENT]
    return found + [("tcp relay passive", passive_case),
                    ("tcp relay switched off", switched_off_case)]
