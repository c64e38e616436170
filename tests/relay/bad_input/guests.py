"""Clients with an allocation who misbehave, over TCP: they announce a message and fall silent, or
stop reading while their peer goes on sending."""

import contextlib
import hashlib
import hmac
import os
import socket
import struct

from server_under_test import MAGIC_COOKIE, expect

SILENT, DEAF = 30, 4
HOME = "127.3.1.1"
CHANNEL = 0x4000
PAYLOAD = bytes(9000)
ALLOCATE, CHANNEL_BIND = 0x0003, 0x0009


def attribute(kind, value):
    return struct.pack("!HH", kind, len(value)) + value + bytes(-len(value) % 4)


def attributes_of(message):
    found, at = {}, 20
    while at < len(message):
        kind, size = struct.unpack_from("!HH", message, at)
        found[kind] = message[at + 4:at + 4 + size]
        at += 4 + size + -size % 4
    return found


def xor_address(address):
    ip = int.from_bytes(socket.inet_aton(address[0]), "big") ^ MAGIC_COOKIE
    return struct.pack("!HHI", 1, address[1] ^ (MAGIC_COOKIE >> 16), ip)


def address_of(value):
    _, port, ip = struct.unpack("!HHI", value)
    return (socket.inet_ntoa((ip ^ MAGIC_COOKIE).to_bytes(4, "big")), port ^ (MAGIC_COOKIE >> 16))


class Guest:
    """A TCP client with an allocation, and a channel to `peer`."""

    def __init__(self, server, peer):
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.socket.settimeout(10)
        self.socket.bind((HOME, 0))
        self.socket.connect(server)
        self._login = b""
        self._key = None
        answer = self._request(ALLOCATE, attribute(0x0019, b"\x11\0\0\0"))
        self.relayed = address_of(answer[0x0016])
        self._request(CHANNEL_BIND, attribute(0x000C, struct.pack("!HH", CHANNEL, 0))
                      + attribute(0x0012, xor_address(peer)))

    def _request(self, method, attributes):
        for _ in range(2):
            self.socket.sendall(self._sign(method, attributes + self._login))
            answer = self._receive()
            found = attributes_of(answer)
            if struct.unpack_from("!H", answer)[0] == method | 0x0100:
                return found
            expect(not self._login, f"method {method} is refused: {found.get(9)}")
            realm = found[0x0014]
            self._login = (attribute(0x0006, b"u") + attribute(0x0014, realm)
                           + attribute(0x0015, found[0x0015]))
            self._key = hashlib.md5(b"u:" + realm + b":p").digest()
        return expect(False, f"method {method}: challenged twice")

    def _sign(self, method, attributes):
        signed = 24 if self._key else 0
        message = (struct.pack("!HHI", method, len(attributes) + signed, MAGIC_COOKIE)
                   + os.urandom(12) + attributes)
        if not self._key:
            return message
        return message + attribute(0x0008, hmac.digest(self._key, message, "sha1"))

    def _receive(self):
        head = self.read(20)
        return head + self.read(struct.unpack_from("!H", head, 2)[0])

    def read(self, size):
        data = b""
        while len(data) < size:
            part = self.socket.recv(size - len(data))
            expect(part, "the server has ended the connection of a client with an allocation")
            data += part
        return data


class Guests:
    """SILENT of the one kind and DEAF of the other; the peer of the latter is this process."""

    def __init__(self, server):
        self._peer = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self._peer.bind(("127.0.0.1", 0))
        self._peer.setblocking(False)
        address = self._peer.getsockname()
        self._silent = [Guest(server, address) for _ in range(SILENT)]
        for guest in self._silent:
            guest.socket.sendall(struct.pack("!HH", CHANNEL, 65535))
        self._deaf = [Guest(server, address) for _ in range(DEAF)]

    def flood(self):
        for guest in self._deaf:
            with contextlib.suppress(BlockingIOError):
                self._peer.sendto(PAYLOAD, guest.relayed)

    def check(self):
        """Each is there still; what the deaf ones find was not cut anywhere."""
        for guest in self._silent:
            guest.socket.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                expect(False, f"a silent client was told {guest.socket.recv(100)}")
        for guest in self._deaf:
            for _ in range(20):
                head = guest.read(4)
                expect(head == struct.pack("!HH", CHANNEL, len(PAYLOAD)), f"not a message: {head}")
                guest.read(len(PAYLOAD))

    def close(self):
        for guest in self._silent + self._deaf:
            guest.socket.close()
        self._peer.close()
