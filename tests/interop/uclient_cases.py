"""coturn's own load client against the server: every way of relaying it knows over UDP and TCP, its
abuse modes, and what must not pass. Its exit status is 0 even after loss: its text is read."""

import re

from capture import tshark
from lab import PASSWORD, SECRET, USER, expect_alive
from server_under_test import expect

V4, V6 = "127.0.0.1", "::1"
TO_PEER_V4, TO_PEER_V6, TO_EACH_OTHER = ["-e", V4], ["-e", V6], ["-y"]
LOGIN = ["-u", USER, "-w", PASSWORD]

# name, flags, where the data goes, the server's address. Without -c clients ask for a reserved pair
# of ports.
NORMAL = [
    ("udp-channel", ["-X", "-g"], TO_PEER_V4, V4),
    ("tcp-channel", ["-X", "-t"], TO_PEER_V4, V4),
    ("udp-send", ["-X", "-s"], TO_PEER_V4, V4),
    ("tcp-send", ["-X", "-t", "-s"], TO_PEER_V4, V4),
    ("udp-padded-channel", ["-X", "-D"], TO_PEER_V4, V4),
    ("tcp-padded-channel", ["-X", "-t", "-D"], TO_PEER_V4, V4),
    ("udp-client-to-client", ["-X"], TO_EACH_OTHER, V4),
    ("tcp-client-to-client", ["-X", "-t"], TO_EACH_OTHER, V4),
    ("udp-send-client-to-client", ["-X", "-s"], TO_EACH_OTHER, V4),
    ("udp-ipv6", ["-x"], TO_PEER_V6, V6),
    ("tcp-ipv6", ["-x", "-t"], TO_PEER_V6, V6),
    ("udp-ipv6-relay-for-ipv4-client", ["-x"], TO_PEER_V6, V4),
    ("udp-ipv4-relay-for-ipv6-client", ["-X"], TO_PEER_V4, V6),
    ("udp-extra-requests", ["-X", "-G"], TO_PEER_V4, V4),
    ("tcp-extra-requests", ["-X", "-t", "-G"], TO_PEER_V4, V4),
    ("udp-many-clients", ["-X", "-c", "-m", "40", "-n", "20"], TO_PEER_V4, V4),
    ("tcp-many-clients", ["-X", "-t", "-c", "-m", "40", "-n", "20"], TO_PEER_V4, V4),
    ("udp-large-messages", ["-X", "-l", "1400"], TO_PEER_V4, V4),
    ("tcp-large-messages", ["-X", "-t", "-l", "1400"], TO_PEER_V4, V4),
]

# With relay sockets that allocations share; all clients talk to one peer.
SHARED = [
    ("udp-channel", ["-X", "-c", "-g"], TO_PEER_V4, V4),
    ("tcp-channel", ["-X", "-c", "-t"], TO_PEER_V4, V4),
    ("udp-send", ["-X", "-c", "-s"], TO_PEER_V4, V4),
    ("udp-reserved-pair", ["-X"], TO_PEER_V4, V4),
    ("udp-client-to-client", ["-X", "-c"], TO_EACH_OTHER, V4),
    ("udp-ipv6", ["-x", "-c"], TO_PEER_V6, V6),
    ("udp-many-clients", ["-X", "-c", "-m", "150", "-n", "20"], TO_PEER_V4, V4),
    ("tcp-many-clients", ["-X", "-t", "-c", "-m", "150", "-n", "20"], TO_PEER_V4, V4),
]

ABUSE = [
    ("no-answer-awaited", ["-O"]),
    ("no-answer-awaited-tcp", ["-O", "-t"]),
    ("negative", ["-N"]),
    ("negative-protocol", ["-R"]),
    ("negative-protocol-tcp", ["-R", "-t"]),
    ("disconnects", ["-B", "-m", "10"]),
    ("disconnects-tcp", ["-B", "-t", "-m", "10"]),
    ("negative-and-extra", ["-N", "-G", "-s"]),
    ("all-at-once", ["-N", "-R", "-G", "-O"]),
    ("all-at-once-tcp", ["-N", "-R", "-G", "-B", "-t", "-s"]),
]


def uclient(lab, name, server, flags, login=None, deadline=60):
    """Runs it against the server; at most `deadline` seconds."""
    *flags, address = flags
    command = ["turnutils_uclient", "-p", server.port, *(LOGIN if login is None else login),
               "-r", lab.peer(), *flags, address]
    return lab.run(name, command, deadline)


def totals(text):
    """(sent, received) messages of its last summary, or nothing if it never got so far."""
    found = re.findall(r"tot_send_msgs=(\d+), tot_recv_msgs=(\d+)", text)
    return tuple(map(int, found[-1])) if found else None


def expect_no_loss(text):
    sums = totals(text)
    expect(sums is not None, f"no summary; the end of the output:\n{text[-600:]}")
    sent, received = sums
    expect(sent >= 5 and sent == received, f"{sent} messages sent, {received} received")
    expect("Total lost packets 0 " in text, "packets were lost")
    expect("ERROR" not in text, "ERROR in the output")


def normal_case(name, flags, target, address):
    def case(lab):
        text, _ = uclient(lab, name, lab.standard(), ["-n", "5", *flags, *target, address])
        expect_no_loss(text)

    return case


def shared_case(name, flags, target, address):
    """Clients who meet each other have a server to themselves: on one with many others they would
    not, as the option says."""

    def case(lab):
        server = lab.sharing("shared-pair" if target == TO_EACH_OTHER else "shared")
        text, _ = uclient(lab, f"shared-{name}", server, ["-n", "5", *flags, *target, address])
        expect_no_loss(text)

    return case


DUAL = [
    ("udp-dual-allocation", ["-Z"], TO_PEER_V4, V4),
    ("udp-dual-allocation-ipv6", ["-Z"], TO_PEER_V6, V6),
    ("tcp-dual-allocation", ["-Z", "-t"], TO_PEER_V6, V6),
]
# ADDITIONAL-ADDRESS-FAMILY as RFC 8656 numbers it, and as uclient 4.6.1 still does.
ASKS_FOR_BOTH = "stun.type == 0x0003 && (stun.att.type == 0x8000 || stun.att.type == 0x8032)"
XOR_RELAYED_ADDRESS = "0x0016"


def dual_case(name, flags, target, address):
    """Data passes, and every allocation that was asked for both families has two addresses."""

    def case(lab):
        server = lab.server(name, "-a", "-u", f"{USER}:{PASSWORD}")
        text, _ = uclient(lab, name, server, ["-n", "5", *flags, *target, address])
        capture = lab.captures[name]
        capture.flush()
        asked = set(tshark(capture, ASKS_FOR_BOTH, "stun.id"))
        granted = [packet.split(",") for packet in tshark(
            capture, " || ".join(f"(stun.type == 0x0103 && stun.id == {i})" for i in asked),
            "stun.att.type")]
        expect(granted, f"no allocation was made:\n{text[-400:]}")
        for attributes in granted:
            count = attributes.count(XOR_RELAYED_ADDRESS)
            expect(count == 2, f"{count} relayed address, both families were asked for")
        expect_no_loss(text)

    return case


def abuse_case(name, flags):
    """Whatever it reports, it may hang until stopped; the server answers afterwards and relays for
    a client that behaves."""

    def case(lab):
        server = lab.server("abused", "-a", "-u", f"{USER}:{PASSWORD}")
        arguments = ["-p", server.port, *LOGIN, "-r", lab.peer(), "-X", "-e", V4, "-n", "5"]
        lab.run(name, ["timeout", "8", "turnutils_uclient", *arguments, *flags, V4], 20)
        expect(server.running(), f"the server ended:\n{server.output()[-1500:]}")
        expect_alive(server)
        text, _ = uclient(lab, f"{name}-after", server, ["-X", "-c", "-e", V4, "-n", "5", V4])
        expect_no_loss(text)

    return case


def secret_case(lab):
    server = lab.server("secret", f"--static-auth-secret={SECRET}")
    text, _ = uclient(lab, "time-limited-credentials", server, ["-X", "-e", V4, "-n", "5", V4],
                      login=["-u", "somebody", "-W", SECRET])
    expect_no_loss(text)


def wrong_secret_case(lab):
    server = lab.server("secret", f"--static-auth-secret={SECRET}")
    text, _ = uclient(lab, "wrong-secret", server, ["-X", "-e", V4, "-n", "5", V4],
                      login=["-u", "somebody", "-W", "another secret"])
    expect(totals(text) is None and "Cannot complete Allocation" in text,
           f"an allocation for a wrong secret:\n{text[-600:]}")


def secret_beside_user_case(lab):
    server = lab.server("both", "-a", "-u", f"{USER}:{PASSWORD}", f"--static-auth-secret={SECRET}")
    for name, login in (("both-user", None), ("both-secret", ["-u", "somebody", "-W", SECRET])):
        text, _ = uclient(lab, name, server, ["-X", "-c", "-e", V4, "-n", "5", V4], login=login)
        expect_no_loss(text)


def wrong_password_case(lab):
    text, _ = uclient(lab, "wrong-password", lab.standard(), ["-X", "-e", V4, "-n", "5", V4],
                      login=["-u", USER, "-w", "654321"])
    expect(totals(text) is None and "Cannot complete Allocation" in text,
           f"an allocation for a wrong password:\n{text[-600:]}")


def without_permission_case(lab):
    text, _ = lab.run("without-permission", ["timeout", "12", "turnutils_uclient",
                      "-p", lab.standard().port, *LOGIN, "-r", lab.peer(), "-X", "-c", "-s", "-I",
                      "-e", V4, "-n", "5", V4], 20)
    expect("Total connect time" in text, f"it did not get an allocation:\n{text[-600:]}")
    sums = totals(text)
    received = sums[1] if sums else sum(map(int, re.findall(r"tot_recv_msgs=(\d+)", text)))
    expect(received == 0, f"{received} messages passed without a permission")
    expect(re.search(r"tot_send_msgs=[1-9]", text) or "-s" in text, "it sent nothing")


def narrow_channels_case(lab):
    """Without --rfc5766-channel-numbers no channel above 0x4FFF is bound (RFC 8656 12). uclient
    draws its numbers from 0x4000-0x7FFF: of 40 clients some lie above, and are told 400."""
    server = lab.server("narrow", "-a", "-u", f"{USER}:{PASSWORD}", wide_channels=False)
    text, _ = lab.run("narrow-channels", ["timeout", "12", "turnutils_uclient", "-p", server.port,
                      *LOGIN, "-r", lab.peer(), "-X", "-c", "-e", V4, "-n", "5", "-m", "40", V4],
                      20)
    expect("400" in text, f"every channel was bound:\n{text[-600:]}")
    expect_alive(server)
    capture = lab.captures["narrow"]
    capture.flush()
    asked = set(tshark(capture, "stun.att.channelnum > 0x4fff", "stun.id"))
    granted = set(tshark(capture, "stun.type == 0x0109", "stun.id"))
    expect(asked, "no client asked for a channel above 0x4FFF")
    expect(not asked & granted, "a channel above 0x4FFF was granted")


def cases(lab):
    """(name, function) of everything here; abuse comes as one list, to run in order."""
    single = [(f"uclient {row[0]}", normal_case(*row)) for row in NORMAL]
    single += [(f"uclient {row[0]}", dual_case(*row)) for row in DUAL]
    single += [
        ("uclient time-limited-credentials", secret_case),
        ("uclient wrong-secret", wrong_secret_case),
        ("uclient wrong-password", wrong_password_case),
        ("uclient without-permission", without_permission_case),
    ]
    if lab.knows("relay-sockets"):
        single += [(f"uclient shared-{row[0]}", shared_case(*row)) for row in SHARED]
    if lab.knows("rfc5766-channel-numbers"):
        single.append(("uclient narrow-channels", narrow_channels_case))
        single.append(("uclient secret-beside-user", secret_beside_user_case))
    return single


def abuse_cases(_lab):
    return [(f"abuse {name}", abuse_case(name, flags)) for name, flags in ABUSE]
