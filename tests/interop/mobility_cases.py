"""Clients that move (RFC 8016): coturn's own changes its port after it has allocated, and now and
then closes the old one first."""

from lab import PASSWORD, USER
from server_under_test import wait_until
from uclient_cases import LOGIN, TO_EACH_OTHER, TO_PEER_V4, TO_PEER_V6, V4, V6, expect_no_loss

UCLIENT = [
    ("udp-channel", ["-X"], TO_PEER_V4, V4),
    ("udp-send", ["-X", "-s"], TO_PEER_V4, V4),
    ("udp-client-to-client", ["-X", "-c"], TO_EACH_OTHER, V4),
    ("udp-ipv6", ["-x"], TO_PEER_V6, V6),
    ("udp-many-clients", ["-X", "-c", "-m", "20"], TO_PEER_V4, V4),
    ("tcp-channel", ["-X", "-t"], TO_PEER_V4, V4),
    ("tcp-send", ["-X", "-t", "-s", "-c"], TO_PEER_V4, V4),
]


def mobile(lab, name, *arguments):
    return lab.server(name, "-a", "-u", f"{USER}:{PASSWORD}", "--mobility", *arguments)


def uclient_case(name, flags, target, address, server_of):
    def case(lab):
        server = server_of(lab)
        text, _ = lab.run(f"mobility-{name}", [
            "turnutils_uclient", "-M", "-p", server.port, *LOGIN, "-r", lab.peer(), "-n", "5",
            *flags, *target, address], 60)
        expect_no_loss(text)
        wait_until(lambda: "allocation moved: " in server.output(), 5, "a client has moved")

    return case


def cases(_lab):
    all_cases = [
        (f"mobility {case[0]}",
         uclient_case(*case, lambda lab: mobile(lab, "mobility", "--relay-threads=4")))
        for case in UCLIENT]
    name, *rest = UCLIENT[0]
    all_cases.append((f"mobility {name} beside shared sockets",
                      uclient_case(f"shared-{name}", *rest, lambda lab: mobile(
                          lab, "mobility-shared", "--relay-sockets=shared"))))
    return all_cases
