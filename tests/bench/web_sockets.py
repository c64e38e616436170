#!/usr/bin/python3
"""Many silent WebSockets in rooms of four, and how long a forwarded message takes among them.

    tests/bench/web_sockets.py [--sockets 10000] [--messages 5000] [--per-second 500]

Prints the server's memory per socket, and percentiles from send() to the receiver's recv(); the
client is one Python thread on the same machine, and its own time counts.
"""

import argparse
import base64
import json
import os
import pathlib
import resource
import select
import socket
import struct
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent / "support")]
# pylint: disable=wrong-import-position
from server_under_test import Process, expect, free_port, server_binary, wait_until  # noqa: E402

ROOM_SIZE = 4
OPENING = ("GET /ws HTTP/1.1\r\nHost: bench\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: {}\r\n\r\n")


def frame(message):
    """A masked frame of text; a mask of zeros leaves it as it is."""
    text = json.dumps(message).encode()
    size = (bytes([0x80 | len(text)]) if len(text) < 126
            else b"\xfe" + struct.pack("!H", len(text)))
    return b"\x81" + size + bytes(4) + text


def connect(port):
    client = socket.create_connection(("127.0.0.1", port))
    client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    client.sendall(OPENING.format(base64.b64encode(os.urandom(16)).decode()).encode())
    expect(client.recv(4096).startswith(b"HTTP/1.1 101 "), "no handshake")
    return client


def resident_kilobytes(pid):
    for line in pathlib.Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith("VmRSS:"):
            return int(line.split()[1])
    return 0


def fill_rooms(port, count):
    """Sockets, joined, with nothing left to read: each newcomer is told of those before it."""
    sockets = [connect(port) for _ in range(count)]
    for index, client in enumerate(sockets):
        client.sendall(frame({"cmd": "join", "roomId": f"r{index // ROOM_SIZE}",
                              "uid": str(index % ROOM_SIZE)}))
        if index % ROOM_SIZE == 0:
            client.sendall(frame({"cmd": "ping"}))
        heard = client.recv(4096)
        expect(heard, "closed while joining")
    time.sleep(1)  # What is still on its way belongs to nobody's latency.
    poller = select.epoll()
    for client in sockets:
        client.setblocking(False)
        poller.register(client, select.EPOLLIN)
    while poller.poll(0):
        for descriptor, _ in poller.poll(0):
            os.read(descriptor, 65536)
    poller.close()
    return sockets


def measure(sockets, messages, per_second):
    """Latencies in milliseconds of an offer of 4 kB from the first to the second of a room."""
    latencies, start = [], time.perf_counter()
    for number in range(messages):
        due = start + number / per_second
        if (wait := due - time.perf_counter()) > 0:
            time.sleep(wait)
        room = number * 7919 % (len(sockets) // ROOM_SIZE)
        sender, receiver = sockets[room * ROOM_SIZE], sockets[room * ROOM_SIZE + 1]
        offer = frame({"cmd": "offer", "roomId": f"r{room}", "uid": "0", "remoteUid": "1",
                       "msg": "x" * 4000})
        sent = time.perf_counter()
        sender.send(offer)
        missing = len(offer) - 4  # The server does not mask.
        readable = select.poll()
        readable.register(receiver, select.POLLIN)
        while missing > 0:
            expect(readable.poll(5000), "a message was lost")
            missing -= len(receiver.recv(65536))
        latencies.append((time.perf_counter() - sent) * 1000)
    return sorted(latencies)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--sockets", type=int, default=10_000)
    parser.add_argument("--messages", type=int, default=5_000)
    parser.add_argument("--per-second", type=int, default=500)
    options = parser.parse_args()
    # The server lets WebSockets have three fifths of its descriptors, a worker its share.
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    port = free_port()
    with tempfile.TemporaryDirectory() as folder:
        server = Process([server_binary(), "-n", "-L", "127.0.0.1", "-p", port, "-u", "a:b", "-r",
                          "x", "--no-tls", f"--room-size={ROOM_SIZE}", f"--signal-port={port + 1}"],
                         pathlib.Path(folder) / "server.log")
        try:
            wait_until(lambda: "READY" in server.output(), 15, "the server is ready")
            before = resident_kilobytes(server.pid)
            began = time.perf_counter()
            sockets = fill_rooms(port + 1, options.sockets)
            print(f"{len(sockets)} sockets in {len(sockets) // ROOM_SIZE} rooms after "
                  f"{time.perf_counter() - began:.1f} s")
            grown = resident_kilobytes(server.pid) - before
            print(f"memory: {before} kB at the start, {grown / len(sockets):.2f} kB a socket")
            latencies = measure(sockets, options.messages, options.per_second)
            for percent in (50, 90, 99, 99.9):
                at = min(int(len(latencies) * percent / 100), len(latencies) - 1)
                print(f"p{percent}: {latencies[at]:.2f} ms")
        finally:
            server.stop()


if __name__ == "__main__":
    main()
