"""Strangers who hold connections open, never finish what they begin, or begin over and over. Each
kind comes from addresses of its own, so that no bound of one source hides another."""

import contextlib
import errno
import os
import select
import socket
import ssl
import struct
import time

from server_under_test import binding_request, expect

DRIBBLE_INTERVAL = 0.2  # seconds from byte to byte
HELLOS_AT_ONCE = 8
DTLS_HELLOS_AT_ONCE = 32
DTLS_SOCKETS = 64


def client_hello():
    """What a TLS client says first."""
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    with contextlib.suppress(ssl.SSLWantReadError):
        context.wrap_bio(incoming, outgoing, server_hostname="example.org").do_handshake()
    return outgoing.read()


def dtls_client_hello():
    """What a DTLS 1.2 client says first, without a cookie; its random differs each time."""
    extensions = (struct.pack("!HHHHH", 10, 6, 4, 29, 23)  # supported_groups: X25519, P-256
                  + struct.pack("!HHBB", 11, 2, 1, 0)  # ec_point_formats
                  + struct.pack("!HHHHHH", 13, 8, 6, 0x0403, 0x0804, 0x0401))  # signatures
    body = (b"\xfe\xfd" + os.urandom(32) + b"\0\0"
            + struct.pack("!HHH", 4, 0xc02b, 0xc02f) + b"\x01\0"
            + struct.pack("!H", len(extensions)) + extensions)
    length = struct.pack("!I", len(body))[1:]
    handshake = b"\x01" + length + b"\0\0" + b"\0\0\0" + length + body
    return b"\x16\xfe\xff" + bytes(8) + struct.pack("!H", len(handshake)) + handshake


class Strangers:
    """A crowd against the server's TCP and UDP ports; `attack()` for some seconds, then
    `wait_for_end()`: the server has closed every connection by itself. They come from addresses
    that begin with `home`."""

    def __init__(self, plain, tls, home="127.1"):
        self.plain, self.tls, self.home = ("127.0.0.1", plain), ("127.0.0.1", tls), home
        self.held, self.dribbling, self.flooding = {}, [], []
        self.hellos, self.dtls_hellos, self.dtls_answers = 0, 0, 0
        hello = client_hello()
        idle = [f"0.{i}" for i in range(1, 4)]
        for i in range(500):
            self._hold("idle", self.plain, idle[i % 3], b"")
        self._hold_many("ChannelData never sent", self.plain, "1.1", b"\x40\x00\xff\xff", 100)
        self._hold_many("STUN never sent", self.plain, "1.2", binding_request()[:19], 100)
        self._hold_many("half a ClientHello", self.tls, "1.3", hello[:100], 100)
        self._hold_many("a handshake never finished", self.tls, "1.4", hello, 100)
        self._hold_many("a head never finished", self.plain, "1.5",
                        b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: ", 100)
        for text in (binding_request(), b"GET / HTTP/1.1\r\n" + b"x" * 100, hello):
            for _ in range(20):
                connection = self._hold("dribbling", self.plain, "1.6", b"")
                self.dribbling.append([connection, text, 0])
        self.datagrams = []
        for _ in range(DTLS_SOCKETS):
            sender = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
            sender.bind((f"{home}.1.7", 0))
            sender.connect(self.plain)
            sender.setblocking(False)
            self.datagrams.append(sender)

    def _connect(self, server, source):
        connection = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
        connection.bind((f"{self.home}.{source}", 0))
        connection.setblocking(False)
        result = connection.connect_ex(server)
        expect(result in (0, errno.EINPROGRESS), f"no connection: {os.strerror(result)}")
        return connection

    def _hold(self, kind, server, source, first):
        connection = self._connect(server, source)
        if first:
            self._send(connection, first)
        self.held[connection] = kind
        return connection

    def _hold_many(self, kind, server, source, first, count):
        for _ in range(count):
            self._hold(kind, server, source, first)

    @staticmethod
    def _send(connection, data):
        with contextlib.suppress(OSError):  # ended already, or not there yet
            connection.send(data)

    def attack(self, seconds, flood):
        """`flood` is called over and over, too."""
        end, next_byte = time.monotonic() + seconds, 0
        hello = client_hello()
        while (now := time.monotonic()) < end:
            if now >= next_byte:
                next_byte = now + DRIBBLE_INTERVAL
                for entry in self.dribbling:
                    connection, text, at = entry
                    self._send(connection, text[at:at + 1])
                    entry[2] += 1
            self._flood_tls(hello)
            self._flood_dtls()
            flood()

    def _flood_tls(self, hello):
        """Each from a new port, and gone before the answer."""
        for connection in self.flooding:
            self._send(connection, hello)
            connection.close()
            self.hellos += 1
        self.flooding = [self._connect(self.tls, "1.8") for _ in range(HELLOS_AT_ONCE)]

    def _flood_dtls(self):
        for i in range(DTLS_HELLOS_AT_ONCE):
            sender = self.datagrams[i * 7 % DTLS_SOCKETS]
            with contextlib.suppress(OSError):
                sender.send(dtls_client_hello())
                self.dtls_hellos += 1
            with contextlib.suppress(OSError):
                answer = sender.recv(2048)
                # A handshake record with a HelloVerifyRequest.
                self.dtls_answers += answer[0] == 0x16 and answer[13] == 3

    def wait_for_end(self, deadline):
        for each in self.flooding + self.datagrams:
            each.close()
        end = time.monotonic() + deadline
        while self.held:
            left = {}
            for kind in self.held.values():
                left[kind] = left.get(kind, 0) + 1
            expect(time.monotonic() < end, f"still open after {deadline} s: {left}")
            self._reap()

    def _reap(self):
        poll = select.poll()
        by_number = {connection.fileno(): connection for connection in self.held}
        for number in by_number:
            poll.register(number, select.POLLIN)
        for number, _ in poll.poll(100):
            connection = by_number[number]
            try:
                ended = connection.recv(65536) == b""
            except BlockingIOError:
                ended = False
            except OSError:
                ended = True
            if ended:
                del self.held[connection]
                connection.close()
