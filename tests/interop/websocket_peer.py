"""A WebSocket of python3-websockets as cases use it: one call after the other, each with a
deadline; and servers of their own for what is said over HTTP alone."""

import asyncio
import itertools
import json
import threading
import urllib.request

import websockets

from lab import LOOPBACK
from server_under_test import Failure, TurnServer, expect, free_port

DEADLINE = 8
_rooms = itertools.count()
PING, PONG = '{"cmd":"ping"}', '{"cmd":"pong"}'


class _Loop:
    """The event loop that all of them share, on a thread of its own."""

    def __init__(self):
        self._lock = threading.Lock()
        self._loop = None

    def run(self, coroutine, deadline=DEADLINE):
        with self._lock:
            if self._loop is None:
                self._loop = asyncio.new_event_loop()
                threading.Thread(target=self._loop.run_forever, daemon=True).start()
        future = asyncio.run_coroutine_threadsafe(asyncio.wait_for(coroutine, deadline), self._loop)
        try:
            return future.result()
        except asyncio.TimeoutError:
            raise Failure(f"nothing within {deadline} s") from None


_LOOP = _Loop()


class Peer:
    """One connection. `join` and the like speak the course protocol."""

    def __init__(self, url, **options):
        self._socket = _LOOP.run(self._open(url, options))

    @staticmethod
    async def _open(url, options):
        return await websockets.connect(url, **options)

    def say(self, text):
        _LOOP.run(self._socket.send(text if isinstance(text, str) else json.dumps(text)))

    def hear(self, deadline=DEADLINE):
        return _LOOP.run(self._socket.recv(), deadline)

    def expect(self, text):
        heard = self.hear()
        expect(heard == text, f"expected {text}, heard {heard}")

    def expect_silence(self):
        """What the worker of this connection had to say would have come before this answer."""
        self.say(PING)
        self.expect(PONG)

    def join(self, room, uid):
        self.say({"cmd": "join", "roomId": room, "uid": uid})

    def settle(self, room, uid):
        """Waits until the room, which another worker may have, knows of what was said so far: what
        a member says to itself goes there and comes back."""
        text = json.dumps({"cmd": "candidate", "roomId": room, "uid": uid, "remoteUid": uid})
        self.say(text)
        self.expect(text)

    def close(self):
        _LOOP.run(self._socket.close())

    def vanish(self):
        """Without a good-bye."""
        _LOOP.run(self._abort())

    async def _abort(self):
        self._socket.transport.abort()

    def close_code(self, deadline=DEADLINE):
        """Waits for the end."""
        try:
            raise Failure(f"not closed, but told {self.hear(deadline)}")
        except websockets.ConnectionClosed as closed:
            return closed.code


def refusal(url, **options):
    """The status that a handshake is refused with."""
    try:
        Peer(url, **options).close()
    except websockets.InvalidStatusCode as refused:
        return refused.status_code
    raise Failure(f"{url} was let in")


_SETTING_UP = threading.Lock()


def own_server(lab, name, *arguments):
    """The server of that name, without a capture: it is asked little of TURN."""
    with _SETTING_UP:
        servers = lab.__dict__.setdefault("signaling_servers", {})
        if name not in servers:
            servers[name] = start_server(lab, name, free_port(), *arguments)
        return servers[name]


def start_server(lab, name, port, *arguments):
    return lab.start(TurnServer(
        [*LOOPBACK, "-p", port, "-a", "-u", "lqf:123456", "--pidfile", lab.folder / f"{name}.pid",
         *arguments], lab.folder / f"{name}.server.log", port=port))


def rooms_server(lab):
    return own_server(lab, "rooms", "--relay-threads=4", "--room-size=2")


def url_of(server, path="/ws"):
    return f"ws://127.0.0.1:{server.port}{path}"


def fresh_room():
    return f"room {next(_rooms)}"


def ask(server, method, path, content=b""):
    """The content of an answer, which must be 200."""
    request = urllib.request.Request(f"http://127.0.0.1:{server.port}{path}", content or None,
                                     method=method)
    if method == "POST" and not content:
        request.add_header("Content-Length", "0")
    with urllib.request.urlopen(request, timeout=DEADLINE) as answer:
        expect(answer.status == 200, f"{path}: {answer.status}")
        return answer.read().decode()
