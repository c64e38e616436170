"""Pages and WebSockets as browsers and proxies see them: curl, and Debian's nginx in front."""

import json
import socket
import time
import urllib.request

import wsproto
import wsproto.events

from http_cases import curl
from server_under_test import Process, expect, free_port, server_binary, wait_until
from websocket_peer import Peer, own_server

NGINX = """
daemon off;
pid {folder}/nginx.pid;
error_log {folder}/nginx.error.log;
events {{}}
http {{
  access_log off;
  client_body_temp_path {folder}/nginx-body;
  proxy_temp_path {folder}/nginx-proxy;
  fastcgi_temp_path {folder}/nginx-fastcgi;
  uwsgi_temp_path {folder}/nginx-uwsgi;
  scgi_temp_path {folder}/nginx-scgi;
  map $http_upgrade $connection_upgrade {{ default upgrade; '' close; }}
  server {{
    listen 127.0.0.1:{port};
    location / {{
      proxy_pass http://127.0.0.1:{server};
      proxy_http_version 1.1;
      proxy_set_header Upgrade $http_upgrade;
      proxy_set_header Connection $connection_upgrade;
      proxy_set_header Host $host;
      proxy_set_header X-Forwarded-For $proxy_add_x_forwarded_for;
      {timeout}
    }}
  }}
}}
"""
NGINX_TIMEOUT = 3  # seconds; 60 unless it is set
LONG_SILENCE = 180  # seconds


def start_nginx(lab, server_port, timeout=f"proxy_read_timeout {NGINX_TIMEOUT}s;"):
    """Its port. Without a timeout given: as Debian configures it."""
    port, folder = free_port(), lab.folder.resolve()
    conf = folder / f"nginx-{port}.conf"
    conf.write_text(NGINX.format(folder=folder, port=port, server=server_port, timeout=timeout))
    nginx = lab.start(Process(["/usr/sbin/nginx", "-c", conf, "-e", folder / "nginx.error.log"],
                              folder / f"nginx-{port}.log"))

    def listens():
        expect(nginx.running(), f"nginx ended at start:\n{nginx.output()[-600:]}")
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", port)) == 0

    wait_until(listens, 10, "nginx listens")
    return port


def silent_pair(port, room):
    """Two members of a room that say nothing until the proxy would have given them up."""
    url = f"ws://127.0.0.1:{port}/ws"
    first, second = Peer(url, ping_interval=None), Peer(url, ping_interval=None)
    first.join(room, "a")
    first.settle(room, "a")
    second.join(room, "b")
    expect(json.loads(first.hear())["cmd"] == "new-peer", "no new-peer")
    expect(json.loads(second.hear())["cmd"] == "resp-join", "no resp-join")
    return first, second


def expect_offer(first, second, room):
    offer = json.dumps({"cmd": "offer", "roomId": room, "uid": "a", "remoteUid": "b", "msg": "x"})
    first.say(offer)
    second.expect(offer)


def nginx_case(lab):
    """Pings keep a silent room open through a proxy; without them the proxy closes it."""
    pinging = start_nginx(lab, own_server(lab, "web-pinging", "--ws-ping=1").port)
    silent = start_nginx(lab, own_server(lab, "web-silent", "--ws-ping=60").port)
    first, second = silent_pair(pinging, "quiet")
    abandoned, _ = silent_pair(silent, "quiet")
    began = time.monotonic()
    expect(abandoned.close_code() == 1006, "nginx did not close the room without pings")
    while time.monotonic() < began + 2 * NGINX_TIMEOUT:
        time.sleep(0.1)
    expect_offer(first, second, "quiet")
    with urllib.request.urlopen(f"http://127.0.0.1:{pinging}/healthz", timeout=8) as answer:
        expect(answer.read() == b"ok\n", "no page through nginx")


def long_nginx_case(lab):
    """The same with everybody's defaults: pings every 25 s, nginx's patience of 60 s."""
    port = start_nginx(lab, own_server(lab, "web-usual").port, timeout="")
    unpinged = own_server(lab, "web-unpinged", "--ws-ping=3600")
    silent = start_nginx(lab, unpinged.port, timeout="")
    first, second = silent_pair(port, "quiet")
    abandoned, _ = silent_pair(silent, "quiet")
    began = time.monotonic()
    code = abandoned.close_code(LONG_SILENCE)
    expect(code == 1006 and time.monotonic() - began < 90, "nginx kept a room without pings open")
    while time.monotonic() < began + LONG_SILENCE:
        time.sleep(1)
    expect_offer(first, second, "quiet")


class FrameClient:
    """A WebSocket of wsproto, which sends whatever bytes it is given and reads strictly."""

    def __init__(self, port):
        self.socket = socket.create_connection(("127.0.0.1", port), timeout=8)
        self.protocol = wsproto.WSConnection(wsproto.ConnectionType.CLIENT)
        self.socket.sendall(self.protocol.send(wsproto.events.Request("127.0.0.1", "/ws")))
        expect(isinstance(self.next(), wsproto.events.AcceptConnection), "the handshake failed")

    def next(self):
        while True:
            for event in self.protocol.events():
                return event
            received = self.socket.recv(4096)
            self.protocol.receive_data(received or None)

    def closed_with(self, sent):
        """The code that the server closes with, and that it ends the connection then."""
        self.socket.sendall(sent)
        event = self.next()
        expect(isinstance(event, wsproto.events.CloseConnection), f"{sent[:8]}: {event}")
        expect(self.socket.recv(1) == b"", "bytes behind the close frame")
        self.socket.close()
        return event.code


MASK = b"\0\0\0\0"  # leaves a payload as it is
ILLEGAL_FRAMES = (  # RFC 6455: what is wrong, the bytes, the code of 7.4.1
    ("unmasked", b"\x81\x02hi", 1002),
    ("a reserved bit", b"\xc1\x80" + MASK, 1002),
    ("an unknown opcode", b"\x83\x80" + MASK, 1002),
    ("nothing to continue", b"\x80\x80" + MASK, 1002),
    ("a message in a message", b"\x01\x80" + MASK + b"\x81\x80" + MASK, 1002),
    ("a ping in pieces", b"\x09\x80" + MASK, 1002),
    ("a ping of 126 bytes", b"\x89\xfe\x00\x7e" + MASK + bytes(126), 1002),
    ("a length in too many bytes", b"\x81\xfe\x00\x01" + MASK + b"x", 1002),
    ("half a close code", b"\x88\x81" + MASK + b"\x03", 1002),
    ("a close code that is never sent", b"\x88\x82" + MASK + b"\x03\xed", 1002),
    ("binary", b"\x82\x80" + MASK, 1003),
    ("no UTF-8", b"\x81\x82" + MASK + b"\xc3\x28", 1007),
    ("too long", b"\x81\xff" + (1 << 20).to_bytes(8, "big") + MASK + b"x", 1009),
)


def illegal_frames_case(lab):
    server = own_server(lab, "web-usual")
    for what, sent, code in ILLEGAL_FRAMES:
        found = FrameClient(server.port).closed_with(sent)
        expect(found == code, f"{what}: closed with {found}, not {code}")


def pages_case(lab):
    server = own_server(lab, "web-pages", "--no-tls=false",
                        f"--tls-listening-port={free_port()}", "--signal-port=0",
                        f"--state-dir={lab.folder.resolve() / 'web-state'}")
    base = f"http://127.0.0.1:{server.port}"
    for path in ("/", "/ice-test", "/chat"):
        name = path.strip("/") or "call"
        page = curl(lab, f"page-{name}", "--include", base + path)
        expect("Content-Type: text/html; charset=utf-8" in page, f"no HTML: {page[:300]}")
        expect("Content-Security-Policy: default-src 'none'; script-src 'self'" in page, "no CSP")
        expect("<!doctype html>" in page.lower(), "no page")
        etag = page.split("ETag: ")[1].split("\r\n")[0].split("\n")[0]
        curl(lab, f"page-again-{name}", "--header", f"If-None-Match: {etag}", base + path,
             status=304)
    curl(lab, "page-none", "--path-as-is", base + "/../index.html", status=404)


def folder_case(lab):
    folder = lab.folder.resolve() / "www"
    (folder / "js").mkdir(parents=True, exist_ok=True)
    (folder / "index.html").write_text("<p>my own page")
    (folder / "js/map.js").write_text("let map;")
    (folder / "film.webm").write_bytes(bytes(range(256)) * 20_000)
    (folder.parent / "secret").write_text("secret")
    server = own_server(lab, "web-folder", f"--web-root={folder}")
    base = f"http://127.0.0.1:{server.port}"
    expect("my own page" in curl(lab, "folder", base + "/"), "not the folder's page")
    expect("text/javascript" in curl(lab, "folder-js", "--include", base + "/js/map.js"),
           "not the type of a script")
    curl(lab, "folder-sub", base + "/js", status=301)
    for path in ("/../secret", "/%2e%2e/secret", "/js/..%2f../secret", "/nowhere"):
        curl(lab, "folder-escape", "--path-as-is", base + path, status=404)
    with urllib.request.urlopen(base + "/film.webm", timeout=8) as film:
        expect(film.read() == bytes(range(256)) * 20_000, "a large file came otherwise")
    curl(lab, "folder-slow", "--limit-rate", "3M", "--output", "/dev/null", base + "/film.webm")


def ports_case(lab):
    """A port that was asked for and is taken: the server does not start, and says which."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        taken = other.getsockname()[1]
        text, code = lab.run("web-taken", [
            server_binary(), "-n", "-L", "127.0.0.1", "-p", "0", "-u", "a:b", "-r", "x", "--no-tls",
            f"--signal-port={taken}"], 15)
        expect(code == 1 and f"TCP port {taken} on 127.0.0.1 is in use" in text and
               "choose another --signal-port" in text, f"{code}: {text}")


def cases(_lab):
    return [("web behind nginx", nginx_case),
            ("web illegal frames", illegal_frames_case),
            ("web pages", pages_case),
            ("web folder", folder_case),
            ("web port taken", ports_case)]


def long_cases(_lab):
    return [("web three silent minutes behind nginx", long_nginx_case)]
