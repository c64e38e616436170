"""Rooms by other ways than the course's: AppRTC in the order of its web and Android clients, and
the event stream with POST for browsers that refuse WebSockets."""

import http.client
import json

from server_under_test import expect
from websocket_peer import DEADLINE, Peer, ask, fresh_room, own_server, rooms_server, url_of


def apprtc_join(server, room):
    """Parsed as Android does: by types."""
    answer = json.loads(ask(server, "POST", f"/join/{room}"))
    expect(answer["result"] == "SUCCESS", f"joined: {answer}")
    params = answer["params"]
    for key in ("room_id", "client_id", "wss_url", "wss_post_url", "is_initiator", "pc_config",
                "pc_constraints", "media_constraints", "offer_options", "ice_server_url"):
        expect(isinstance(params[key], str), f"{key} is no string: {params[key]}")
    expect(json.loads(params["pc_config"])["iceServers"] == [], "iceServers are not empty")
    expect(isinstance(params["messages"], list)
           and all(isinstance(text, str) for text in params["messages"]), "messages are strings")
    return params


def apprtc_socket(params):
    socket = Peer(params["wss_url"], origin="https://appr.tc")
    socket.say({"cmd": "register", "roomid": params["room_id"], "clientid": params["client_id"]})
    return socket


def expect_message(socket, content):
    message = json.loads(socket.hear())
    expect(message == {"msg": json.dumps(content), "error": ""}, f"{content}, but {message}")


def apprtc_case(lab):
    """Who offers does so by POST, as both clients do; the other one answers by WebSocket."""
    server, room = rooms_server(lab), fresh_room().replace(" ", "-")
    one = apprtc_join(server, room)
    expect(one["is_initiator"] == "true", "the first offers")
    first = apprtc_socket(one)
    offer, candidate = {"type": "offer", "sdp": "v=0"}, {"type": "candidate", "label": 0}
    for content in (offer, candidate):
        sent = ask(server, "POST", f"/message/{room}/{one['client_id']}",
                   json.dumps(content).encode())
        expect(json.loads(sent)["result"] == "SUCCESS", sent)
    two = apprtc_join(server, room)
    expect(two["is_initiator"] == "false", "the second answers")
    expect([json.loads(text) for text in two["messages"]] == [offer, candidate], "what waited")
    expect(json.loads(ask(server, "POST", f"/join/{room}"))["result"] == "FULL", "full")
    second = apprtc_socket(two)
    second.say({"cmd": "send", "msg": json.dumps({"type": "answer"})})
    expect_message(first, {"type": "answer"})
    ask(server, "POST", f"/message/{room}/{one['client_id']}", json.dumps(candidate).encode())
    expect_message(second, candidate)
    # Hanging up: leave, bye, DELETE.
    expect(ask(server, "POST", f"/leave/{room}/{two['client_id']}") == "", "leave says nothing")
    second.say({"cmd": "send", "msg": json.dumps({"type": "bye"})})
    expect_message(first, {"type": "bye"})
    expect(ask(server, "DELETE", f"/collider/{room}/{two['client_id']}") == "OK\n", "not OK")
    second.close()
    # Whoever stayed offers to the next one.
    ask(server, "POST", f"/message/{room}/{one['client_id']}", json.dumps(offer).encode())
    three = apprtc_join(server, room)
    expect([json.loads(text) for text in three["messages"]] == [offer], "the offer for the next")
    params = json.loads(ask(server, "GET", "/params"))
    expect(params["wss_post_url"] == one["wss_post_url"], "the same without a room")
    unknown = json.loads(ask(server, "POST", f"/message/{room}/1", b"x"))
    expect(unknown["result"] == "UNKNOWN_CLIENT", unknown)


class EventPeer:
    """A browser's EventSource, with POST for what it says."""

    def __init__(self, server):
        self.server = server
        self.stream = http.client.HTTPConnection("127.0.0.1", server.port, timeout=DEADLINE)
        self.stream.request("GET", "/events", headers={"Accept": "text/event-stream"})
        self.answer = self.stream.getresponse()
        expect(self.answer.getheader("Content-Type").startswith("text/event-stream"), "no stream")
        name, data = self.event()
        expect(name == "open", f"first {name}")
        self.key = json.loads(data)["id"]

    def event(self):
        name, data = None, []
        while (line := self.answer.readline().decode().rstrip("\r\n")) or not (name or data):
            expect(line or not self.answer.isclosed(), "the stream ended")
            if line.startswith("event:"):
                name = line[6:].strip()
            elif line.startswith("data:"):
                data.append(line[5:].removeprefix(" "))
        return name, "\n".join(data)

    def say(self, text):
        post = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=DEADLINE)
        post.request("POST", f"/events/{self.key}", text.encode(),
                     {"Content-Type": "application/json"})
        status = post.getresponse().status
        expect(status == 204, f"a POST was answered {status}")
        post.close()

    def expect(self, text):
        expect(self.event() == (None, text), f"not {text}")


def event_stream_case(lab):
    server, room = own_server(lab, "event-rooms", "--relay-threads=3"), fresh_room()
    phone, desk = EventPeer(server), Peer(url_of(server))
    desk.join(room, "desk")
    desk.settle(room, "desk")
    phone.say(json.dumps({"cmd": "join", "roomId": room, "uid": "phone"}))
    met = json.loads(desk.hear())
    expect(met["remoteUid"] == "phone", met)
    expect(json.loads(phone.event()[1])["remoteUid"] == "desk", "the phone is told")
    offer = json.dumps({"cmd": "offer", "roomId": room, "uid": "desk", "remoteUid": "phone",
                        "msg": "line\nbreak 茶"}, ensure_ascii=False)
    desk.say(offer)
    phone.expect(offer)
    answer = offer.replace("offer", "answer").replace('"phone"', '"x"').replace(
        '"desk"', '"phone"').replace('"x"', '"desk"')
    phone.say(answer)
    desk.expect(answer)
    # The same person comes by a WebSocket: the stream is told, and ends.
    again = Peer(url_of(server))
    again.join(room, "phone")
    name, data = phone.event()
    expect(name == "close" and json.loads(data)["code"] == 4001, f"{name} {data}")
    desk.expect('{"cmd":"peer-leave","remoteUid":"phone"}')
    again.close()


def cases(_lab):
    return [("signaling AppRTC", apprtc_case),
            ("signaling event stream", event_stream_case)]
