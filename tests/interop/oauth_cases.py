"""Access tokens (RFC 7635): coturn's client seals them with keys of its own, one drawn anew for
each Allocate and Refresh."""

from lab import PASSWORD, USER
from server_under_test import expect
from uclient_cases import TO_EACH_OTHER, TO_PEER_V4, V4, expect_no_loss

# The keys that are built into turnutils_uclient, and the server's name in its tokens.
KEYS = ["kid=north,key=MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIzNDU2Nzg5MDEK",
        "kid=union,key=MTIzNDU2Nzg5MDEyMzQ1Ngo=,algorithm=A128GCM",
        "kid=oldempire,key=MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTIK,algorithm=A256GCM"]
UCLIENT = [
    ("udp-channel", ["-X"], TO_PEER_V4),
    ("udp-send", ["-X", "-s"], TO_PEER_V4),
    ("tcp-channel", ["-X", "-t"], TO_PEER_V4),
    ("udp-client-to-client", ["-X", "-c"], TO_EACH_OTHER),
    ("tcp-many-clients", ["-X", "-t", "-c", "-m", "20"], TO_PEER_V4),
]


def oauth(lab):
    keys = [word for key in KEYS for word in ("--oauth-key", key)]
    return lab.server("oauth", "-a", "-u", f"{USER}:{PASSWORD}", "--oauth",
                      "--server-name", "blackdow.carleon.gov", *keys)


def uclient(lab, name, server, flags, target):
    text, _ = lab.run(f"oauth-{name}", [
        "turnutils_uclient", "-J", "-p", server.port, "-r", lab.peer(), "-n", "5", *flags, *target,
        V4], 60)
    return text


def uclient_case(name, flags, target):
    def case(lab):
        server = oauth(lab)
        expect_no_loss(uclient(lab, name, server, flags, target))

    return case


def unknown_keys_case(lab):
    """A server that has other keys lets nobody in."""
    server = lab.server("oauth-other", "-a", "-u", f"{USER}:{PASSWORD}", "--oauth-key",
                        "kid=north,key=AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
    text = uclient(lab, "other-keys", server, ["-X"], TO_PEER_V4)
    expect("Cannot complete Allocation" in text, f"not refused:\n{text[-600:]}")


def cases(_lab):
    return [(f"oauth {case[0]}", uclient_case(*case)) for case in UCLIENT] + [
        ("oauth other-keys", unknown_keys_case)]
