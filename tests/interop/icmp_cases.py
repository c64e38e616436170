"""What a client is told of the way to its peers: a router on a path that narrows, a port where
nobody is, a network that there is no way to. The errors come from the kernels of other network
namespaces; the client's messages are written and read by aioice, but for the ICMP attribute."""

import os
import socket
import struct
import subprocess
import threading

import aioice.turn
from aioice import stun

from isolation import inside, ip
from lab import PASSWORD, USER
from server_under_test import MAGIC_COOKIE, expect

OURS, PEER, NARROW_MTU = "10.77.1.1", "10.77.2.2", 1300
OURS_V6, PEER_V6 = "fd77:1::1", "fd77:2::2"
# Bytes of payload, as all here a multiple of four: they fit our link and not the one behind the
# router.
WIDE = 1400
DATA_INDICATION, SEND_INDICATION = 0x0017, 0x0016
XOR_PEER_ADDRESS, DATA, DONT_FRAGMENT, ICMP = 0x0012, 0x0013, 0x001A, 0x8004
IPV4, IPV6 = 1, 2


_network_lock = threading.Lock()
_network = []


def need_network():
    with _network_lock:
        if not _network:
            _network.append(make_network())


def make_network():
    """This namespace - narrow-router - narrow-peer; the router's second link has a small MTU."""
    for name in ("narrow-router", "narrow-peer"):
        ip("netns", "add", name)
        ip("link", "set", "lo", "up", namespace=name)
    ip("link", "add", "narrow0", "type", "veth", "peer", "name", "near", "netns", "narrow-router")
    ip("link", "add", "far", "netns", "narrow-router", "type", "veth", "peer", "name", "end",
       "netns", "narrow-peer")
    for namespace, link, v4, v6, mtu in (
            (None, "narrow0", OURS, OURS_V6, 1500),
            ("narrow-router", "near", "10.77.1.2", "fd77:1::2", 1500),
            ("narrow-router", "far", "10.77.2.1", "fd77:2::1", NARROW_MTU),
            ("narrow-peer", "end", PEER, PEER_V6, NARROW_MTU)):
        ip("address", "add", f"{v4}/24", "dev", link, namespace=namespace)
        ip("address", "add", f"{v6}/64", "dev", link, "nodad", namespace=namespace)
        ip("link", "set", link, "mtu", str(mtu), "up", namespace=namespace)
    for key in ("net.ipv4.ip_forward", "net.ipv6.conf.all.forwarding"):
        subprocess.run(inside("narrow-router", "sysctl", "-qw", f"{key}=1"), check=True)
    for there in ("10.77.2.0/24", "10.77.3.0/24"):  # The router knows no way to the second.
        ip("route", "add", there, "via", "10.77.1.2")
    ip("route", "add", "fd77:2::/64", "via", "fd77:1::2")
    ip("route", "add", "default", "via", "10.77.2.1", namespace="narrow-peer")
    ip("route", "add", "default", "via", "fd77:2::1", namespace="narrow-peer")


class Client:
    """An allocation with a permission for one peer."""

    def __init__(self, server, family, peer):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.settimeout(2)
        self.socket.connect(("127.0.0.1", server.port))
        self.login = {}
        self._request(stun.Method.ALLOCATE, {"REQUESTED-TRANSPORT": 0x11000000}, family)
        self._request(stun.Method.CREATE_PERMISSION, {"XOR-PEER-ADDRESS": peer})

    def _request(self, method, attributes, family=IPV4):
        for _ in range(2):
            request = stun.Message(method, stun.Class.REQUEST)
            request.attributes.update(attributes)
            extra = b"" if family == IPV4 else struct.pack("!HHI", 0x0017, 4, family << 24)
            if self.login:
                request.attributes.update({name: self.login[name]
                                           for name in ("USERNAME", "REALM", "NONCE")})
            self.socket.send(self._sign(request, extra))
            answer = stun.parse_message(self.socket.recv(2048))
            if answer.message_class == stun.Class.RESPONSE:
                return
            expect(not self.login, f"{method}: {answer.attributes.get('ERROR-CODE')}")
            self.login = {"USERNAME": USER, "REALM": answer.attributes["REALM"],
                          "NONCE": answer.attributes["NONCE"]}
            self.login["key"] = aioice.turn.make_integrity_key(USER, self.login["REALM"], PASSWORD)
        expect(False, f"{method}: challenged twice")

    def _sign(self, request, extra):
        """`extra` is an attribute that aioice cannot write; it stands in front of the signature."""
        plain = bytes(request)
        plain = plain[:2] + struct.pack("!H", len(plain) - 20 + len(extra)) + plain[4:] + extra
        if not self.login:
            return plain
        covered = plain[:2] + struct.pack("!H", len(plain) - 20 + 24) + plain[4:]
        return covered + struct.pack("!HH", 0x0008, 20) + stun.message_integrity(
            covered, self.login["key"])

    def send(self, peer, size, dont_fragment):
        transaction = os.urandom(12)
        address = stun.pack_xor_address(peer, transaction)
        attributes = struct.pack("!HH", XOR_PEER_ADDRESS, len(address)) + address
        if dont_fragment:
            attributes += struct.pack("!HH", DONT_FRAGMENT, 0)
        attributes += struct.pack("!HH", DATA, size) + bytes(size)
        self.socket.send(struct.pack("!HHI", SEND_INDICATION, len(attributes), MAGIC_COOKIE)
                         + transaction + attributes)

    def told(self):
        """Peer, type, code and error data of the error that comes next."""
        message = self.socket.recv(2048)
        kind, length = struct.unpack("!HH", message[:4])
        expect(kind == DATA_INDICATION and length == len(message) - 20, "no Data indication")
        values, at = {}, 20
        while at < len(message):
            kind, size = struct.unpack("!HH", message[at:at + 4])
            values[kind] = message[at + 4:at + 4 + size]
            at += 4 + (size + 3) // 4 * 4
        expect(set(values) == {XOR_PEER_ADDRESS, ICMP}, f"attributes {sorted(values)}")
        reserved, what, data = struct.unpack("!HHI", values[ICMP])
        expect(reserved == 0, "reserved bits are set")
        return (stun.unpack_xor_address(values[XOR_PEER_ADDRESS], message[8:20]),
                what >> 9, what & 0x1FF, data)


def expect_told(client, *wanted):
    told = client.told()
    expect(told == wanted, f"told {told}, not {wanted}")


def server_of(lab):
    need_network()
    return lab.server("icmp", "-a", "--icmp-errors", "-u", f"{USER}:{PASSWORD}", "-E", OURS,
                      "-E", OURS_V6)


def narrow_path(lab):
    """The router says how wide its link is; from then on this host does."""
    peer = (PEER, 9)
    client = Client(server_of(lab), IPV4, peer)
    for _ in range(3):
        client.send(peer, WIDE, dont_fragment=True)
        expect_told(client, peer, 3, 4, NARROW_MTU)


def narrow_path_v6(lab):
    """Only the first is too big: afterwards the system sends fragments, which find no port."""
    peer = (PEER_V6, 9)
    client = Client(server_of(lab), IPV6, peer)
    client.send(peer, WIDE, dont_fragment=False)
    expect_told(client, peer, 2, 0, NARROW_MTU)
    client.send(peer, WIDE, dont_fragment=False)
    expect_told(client, peer, 1, 4, 0)


def closed_port(lab):
    for family, peer, kind, code in ((IPV4, (PEER, 9), 3, 3), (IPV6, (PEER_V6, 9), 1, 4)):
        client = Client(server_of(lab), family, peer)
        client.send(peer, 12, dont_fragment=False)
        expect_told(client, peer, kind, code, 0)


def no_such_network(lab):
    """The router has no way there."""
    peer = ("10.77.3.3", 9)
    client = Client(server_of(lab), IPV4, peer)
    client.send(peer, 12, dont_fragment=False)
    expect_told(client, peer, 3, 0, 0)


def patient(case):
    """The kernel limits how many ICMP errors it sends, and the other cases make some too."""
    def tried(lab):
        for _ in range(5):
            try:
                return case(lab)
            except TimeoutError:
                ip("route", "flush", "cache")
                ip("-6", "route", "flush", "cache")
        return case(lab)
    return tried


def cases(lab):  # pylint: disable=unused-argument
    return [("icmp-narrow-path", patient(narrow_path)),
            ("icmp-narrow-path-v6", patient(narrow_path_v6)),
            ("icmp-closed-port", patient(closed_port)),
            ("icmp-no-such-network", patient(no_such_network))]
