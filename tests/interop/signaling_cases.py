"""Rooms on the wire: the course protocol with python3-websockets and node's ws, frame by frame;
peers as strict as the course's Android app; chat; foreign pages; and a server that starts anew."""

import json
import pathlib
import random
import ssl
import subprocess
import urllib.request

from lab import expect_alive
from server_under_test import expect, free_port, wait_until
from websocket_peer import (Peer, ask, fresh_room, own_server, refusal, rooms_server, start_server,
                            url_of)

HERE = pathlib.Path(__file__).resolve().parent
CONVERSATION = HERE / "course_conversation.json"
NODE_WS = "/usr/share/nodejs/ws"


def conversation_case(lab):
    """Steps as in the JSON file, played with python3-websockets."""
    server, peers = own_server(lab, "course-python", "--relay-threads=3"), {}
    for who, what, *rest in json.loads(CONVERSATION.read_text()):
        if what == "connect":
            peers[who] = Peer(url_of(server, "/any/path"))
        elif what == "say":
            peers[who].say(*rest)
        elif what == "hear":
            peers[who].expect(*rest)
        elif what == "hears nothing":
            peers[who].expect_silence()
        elif what == "is closed":
            code = peers[who].close_code()
            expect(code == rest[0], f"closed with {code}")
        elif what == "vanish":
            peers[who].vanish()
        else:
            peers[who].close()


def node_case(lab):
    server = own_server(lab, "course-node", "--relay-threads=3")
    text, status = lab.run("course-node.client", [
        "node", HERE / "course_conversation.mjs", url_of(server), CONVERSATION, NODE_WS], 15)
    expect(status == 0 and "played to its end" in text, f"ended with {status}:\n{text[-800:]}")


def many_rooms_case(lab):
    """Whichever workers have the two, they meet exactly once."""
    server = rooms_server(lab)
    pairs = [(fresh_room(), Peer(url_of(server)), Peer(url_of(server))) for _ in range(20)]
    for room, one, _ in pairs:
        one.join(room, "one")
    for room, one, other in pairs:
        other.join(room, "other")
    for room, one, other in pairs:
        heard = sorted([one.hear(), other.hear()])
        expect(heard in (
            ['{"cmd":"new-peer","remoteUid":"other"}', '{"cmd":"resp-join","remoteUid":"one"}'],
            ['{"cmd":"new-peer","remoteUid":"one"}', '{"cmd":"resp-join","remoteUid":"other"}']),
            f"met as {heard}")
        one.expect_silence()
        other.expect_silence()
        other.close()
        one.expect('{"cmd":"peer-leave","remoteUid":"other"}')
        one.close()


def mesh_case(lab):
    """Each of four meets each of the others once; a fifth finds the room full."""
    server, people = own_server(lab, "mesh", "--relay-threads=3", "--room-size=4"), []
    for number in range(4):
        newcomer = Peer(url_of(server))
        newcomer.join("tea", number)
        for known, peer in enumerate(people):
            peer.expect(f'{{"cmd":"new-peer","remoteUid":{number}}}')
            newcomer.expect(f'{{"cmd":"resp-join","remoteUid":{known}}}')
        newcomer.settle("tea", number)
        people.append(newcomer)
    late = Peer(url_of(server))
    late.join("tea", "late")
    late.expect('{"cmd":"full","roomId":"tea","uid":"late"}')
    people.pop().vanish()
    for peer in people:
        peer.expect('{"cmd":"peer-leave","remoteUid":3}')


class StrictAndroid:
    """The course's Android app: every key that it asks for must be there, and be a string."""

    def __init__(self, url, room, uid):
        self.peer, self.room, self.uid = Peer(url), room, uid
        self.said = []

    def join(self):
        self.peer.join(self.room, self.uid)

    @staticmethod
    def string(message, key):
        expect(isinstance(message.get(key), str), f"{key} is no string in {message}")
        return message[key]

    def send(self, cmd, remote, content):
        self.peer.say({"cmd": cmd, "roomId": self.room, "uid": self.uid, "remoteUid": remote,
                       "msg": json.dumps(content)})

    def take(self):
        """One message as the app's dispatcher takes it; gives the command."""
        message = json.loads(self.peer.hear())
        expect(isinstance(message, dict), f"no object: {message}")
        cmd = self.string(message, "cmd")
        remote = self.string(message, "uid" if cmd in ("offer", "answer", "candidate")
                             else "remoteUid")
        if cmd == "new-peer":
            self.send("offer", remote, {"type": "offer", "sdp": "v=0\r\n" + "a=x\r\n" * 1500})
        elif cmd == "offer":
            self.string(json.loads(self.string(message, "msg")), "sdp")
            self.send("answer", remote, {"type": "answer", "sdp": "v=0\r\n"})
        elif cmd == "candidate":
            candidate = json.loads(self.string(message, "msg"))
            self.string(candidate, "id")
            self.string(candidate, "candidate")
            expect(isinstance(candidate["label"], int), f"no label: {candidate}")
        else:
            expect(cmd in ("resp-join", "answer", "peer-leave"), f"unknown: {cmd}")
        return cmd


def android_case(lab):
    server, room = rooms_server(lab), fresh_room()
    one, two = (StrictAndroid(url_of(server), room, uid) for uid in ("4711", "a-b-c"))
    one.join()
    one.peer.settle(room, one.uid)
    two.join()
    expect(one.take() == "new-peer", "the first is told of the second")
    expect(two.take() == "resp-join", "the second is told of the first")
    expect(two.take() == "offer", "an offer comes")
    expect(one.take() == "answer", "an answer comes")
    union = {"type": "candidate", "id": "0", "label": 0, "sdpMid": "0", "sdpMLineIndex": 0,
             "candidate": "candidate:1 1 udp 1 192.0.2.1 9 typ host"}
    for sender, receiver in ((one, two), (two, one)):
        for _ in range(10):
            sender.send("candidate", receiver.uid, union)
        for _ in range(10):
            expect(receiver.take() == "candidate", "a candidate comes")
    one.peer.say({"cmd": "leave", "roomId": room, "uid": one.uid, "remoteUid": two.uid})
    expect(two.take() == "peer-leave", "the end is told")


def chat_case(lab):
    server = own_server(lab, "chat-rooms", "--relay-threads=3")
    one = Peer(url_of(server, "/chat"))
    expect(json.loads(one.hear())["type"] == "enter", "the first hears of itself")
    two = Peer(url_of(server, "/chat"))
    expect(json.loads(two.hear())["type"] == "enter", "so does the second")
    number = json.loads(one.hear())["data"].split()[0]
    two.say("<b>你好</b>")
    for guest in (one, two):
        message = json.loads(guest.hear())
        expect(message["type"] == "message" and message["data"].endswith(
            "说:      &lt;b&gt;你好&lt;/b&gt;"), message)
    two.close()
    expect(json.loads(one.hear()) == {"type": "leave", "data": f"{number} 离开了"}, "who left")


def origin_case(lab):
    """In TLS a page must be of this very host; AppRTC's Android app always says the same one."""
    tls_port, folder = free_port(), lab.folder.resolve() / "origin-state"
    server = own_server(lab, "origin", "--no-tls=false", f"--tls-listening-port={tls_port}",
                        f"--state-dir={folder}")
    context = ssl.create_default_context(cafile=folder / "ca.pem")
    url = f"wss://127.0.0.1:{tls_port}/ws"
    status = refusal(url, ssl=context, origin="https://evil.example")
    expect(status == 403, f"a foreign page gets {status}")
    for origin in (f"https://127.0.0.1:{tls_port}", "https://appr.tc", None):
        peer = Peer(url, ssl=context, origin=origin)
        peer.expect_silence()
        peer.close()
    Peer(url_of(server), origin="http://course.example").expect_silence()


def course_certificate_case(lab):
    """As courses make it: RSA 2048, self-signed, a common name alone; here the key comes first."""
    tls_port, folder = free_port(), lab.folder.resolve() / "course-certificate"
    folder.mkdir()
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", "key.pem", "-out",
         "cert.pem", "-days", "1", "-subj", "/C=CN/O=course/CN=127.0.0.1"],
        cwd=folder, check=True, capture_output=True, timeout=20)
    both = folder / "both.pem"
    both.write_text((folder / "key.pem").read_text() + (folder / "cert.pem").read_text())
    own_server(lab, "course-certificate", "--no-tls=false", f"--tls-listening-port={tls_port}",
               f"--cert={both}", f"--pkey={folder / 'key.pem'}")
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with urllib.request.urlopen(f"https://127.0.0.1:{tls_port}/healthz", timeout=10,
                                context=context) as answer:
        expect(answer.read() == b"ok\n", "no https")
    people = [Peer(f"wss://127.0.0.1:{tls_port}/ws", ssl=context) for _ in range(2)]
    people[0].join("tea", "one")
    people[0].settle("tea", "one")
    people[1].join("tea", "other")
    expect(json.loads(people[0].hear())["remoteUid"] == "other", "they do not meet over wss")


def restart_case(lab):
    port = free_port()
    server = start_server(lab, "restarted-1", port)
    people = [Peer(url_of(server)) for _ in range(2)]
    people[0].join("tea", "one")
    people[0].settle("tea", "one")
    people[1].join("tea", "other")
    expect(json.loads(people[0].hear())["remoteUid"] == "other", "they meet")
    expect(server.stop(8) == 0, "an orderly end")
    for peer in people:
        try:
            while json.loads(peer.hear()):  # what came before
                pass
        except Exception as end:  # pylint: disable=broad-except # However it is told.
            expect("ConnectionClosed" in type(end).__name__, f"not closed: {end!r}")
    server = start_server(lab, "restarted-2", port)
    people = [Peer(url_of(server)) for _ in range(2)]
    people[0].join("tea", "one")
    people[0].settle("tea", "one")
    people[1].join("tea", "other")
    people[1].expect('{"cmd":"resp-join","remoteUid":"one"}')
    people[0].expect('{"cmd":"new-peer","remoteUid":"other"}')


def without_case(lab):
    server = own_server(lab, "no-signal", "--no-signal")
    expect(refusal(url_of(server)) == 404, "a WebSocket is not refused")
    expect_alive(server)


def hostile_case(lab):
    """Whatever is said, each frame is answered with one error at most, and the server lives."""
    server = rooms_server(lab)
    chance = random.Random(4)
    seeds = [line[2] for line in json.loads(CONVERSATION.read_text()) if line[1] == "say"]
    peer = Peer(url_of(server))
    for _ in range(150):
        text = list(chance.choice(seeds))
        for _ in range(chance.randrange(4)):
            text[chance.randrange(len(text))] = chance.choice('{}[]":,\\\0\x7fé茶0-')
        peer.say("".join(text))
    peer.say('{"cmd":"leave"}')
    peer.say('{"cmd":"ping"}')
    answers = 0
    while (heard := json.loads(peer.hear())) != {"cmd": "pong"}:
        expect(heard["cmd"] in ("error", "full", "resp-join", "new-peer", "peer-leave", "offer",
                                "answer", "candidate"), heard)
        answers += 1
    expect(0 < answers <= 300, f"{answers} answers")
    expect_alive(server)


def observing_case(lab):
    """The log tells who came and went, not what was said; metrics count all of it."""
    server = own_server(lab, "observed", "--relay-threads=3")
    one, other = Peer(url_of(server)), Peer(url_of(server))
    one.join("tea", "alice")
    one.settle("tea", "alice")
    other.join("tea", "bob")
    one.expect('{"cmd":"new-peer","remoteUid":"bob"}')
    one.say({"cmd": "offer", "roomId": "tea", "uid": "alice", "remoteUid": "bob",
             "msg": "v=0 a=ice-pwd:secret"})
    one.say({"cmd": "offer", "roomId": "tea", "uid": "mallory", "remoteUid": "bob"})
    expect(json.loads(one.hear())["code"] == "not-joined", "no spoofing")
    for _ in range(2):
        other.hear()
    metrics = ask(server, "GET", "/metrics")
    for line in ("turnbox_rooms 1", "turnbox_room_members 2", "turnbox_signaling_connections 2",
                 "turnbox_signaling_messages_total 5", "turnbox_signaling_forwarded_total 2",
                 'turnbox_signaling_refused_total{reason="not-joined"} 1'):
        expect(f"\n{line}\n" in metrics, f"no {line} in:\n{metrics}")
    other.close()
    one.expect('{"cmd":"peer-leave","remoteUid":"bob"}')
    for line in ("room tea: alice came, 1 there", "room tea: bob came, 2 there",
                 "room tea: bob left, 1 there"):
        wait_until(lambda line=line: line in server.output(), 5, line)
    expect("ice-pwd" not in server.output(), "the log has what was said")


def cases(_lab):
    return [("signaling course, python", conversation_case),
            ("signaling course, node", node_case),
            ("signaling rooms of several workers", many_rooms_case),
            ("signaling mesh", mesh_case),
            ("signaling strict Android peers", android_case),
            ("signaling chat", chat_case),
            ("signaling origins", origin_case),
            ("signaling course certificate", course_certificate_case),
            ("signaling restart", restart_case),
            ("signaling switched off", without_case),
            ("signaling log and metrics", observing_case),
            ("signaling hostile frames", hostile_case)]
