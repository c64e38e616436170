"""Independent clients: turnutils_stunclient, aioice, Prosody's own check, pion."""

import asyncio
import os
import pathlib
import re

import aioice.stun
import aioice.turn

import isolation
from lab import PASSWORD, REALM, SECRET, USER
from server_under_test import TurnServer, expect, free_port

PROSODY_CONFIG = """
data_path = "{folder}"
certificates = "{folder}"
pidfile = "{folder}/prosody.pid"
log = {{ {{ levels = {{ min = "debug" }}, to = "console" }} }}
modules_enabled = {{ "turn_external" }}
turn_external_host = "127.0.0.1"
turn_external_port = {port}
turn_external_secret = "{secret}"
VirtualHost "localhost"
"""


def stunclient_case(lab):
    server = lab.standard()
    for address in ("127.0.0.1", "::1"):
        text, _ = lab.run(f"stunclient-{address.count(':')}",
                          ["turnutils_stunclient", "-p", server.port, address], 20)
        expect(re.search(rf"UDP reflexive addr: {re.escape(address)}:\d+", text.replace("[", "")
                         .replace("]", "")), f"no reflexive address of {address}:\n{text}")


class EchoClient(asyncio.DatagramProtocol):
    def __init__(self):
        self.received = asyncio.Queue()

    def datagram_received(self, data, _address):
        self.received.put_nowait(data)


async def aioice_echo(server, peer_port, transport, password):
    """Allocates, then sends messages of many sizes to the echoing peer and awaits each."""
    relay, client = await aioice.turn.create_turn_endpoint(
        EchoClient, server_addr=(server.address, server.port), username=USER, password=password,
        transport=transport)
    try:
        for size in (1, 2, 3, 4, 5, 99, 1000, 1200):
            message = os.urandom(size)
            relay.sendto(message, ("127.0.0.1", peer_port))
            expect(await asyncio.wait_for(client.received.get(), 10) == message, "another echo")
    finally:
        relay.close()
        await asyncio.sleep(0)  # Lets the transport send its Refresh with lifetime 0.


def aioice_case(transport, sharing=False):
    def case(lab):
        server = lab.sharing("shared") if sharing else lab.standard()
        asyncio.run(asyncio.wait_for(aioice_echo(server, lab.peer(), transport, PASSWORD), 30))

    return case


def aioice_wrong_password_case(transport):
    def case(lab):
        try:
            asyncio.run(asyncio.wait_for(
                aioice_echo(lab.standard(), lab.peer(), transport, "wrong"), 30))
        except aioice.stun.TransactionFailed as failed:
            code = failed.response.attributes["ERROR-CODE"][0]
            expect(code == 401, f"a wrong password got {code}, not 401")
        else:
            expect(False, "a wrong password was accepted")

    return case


def prosody_case(lab):
    """Its first Allocate has no REQUESTED-TRANSPORT: 401 must come before 400. The relayed ping
    goes to a STUN server of another make at another address."""
    server = lab.server("secret", f"--static-auth-secret={SECRET}")
    port = free_port()
    stun = lab.start(TurnServer(
        ["-n", "-L", "127.0.0.2", "-p", port, "-S", "--no-tls", "--no-dtls", "--no-cli",
         "-l", "stdout", "--pidfile", lab.folder / "stun.pid"], lab.folder / "prosody.stun.log",
        address="127.0.0.2", port=port, binary="/usr/bin/turnserver"))
    config = make_prosody_config(server.port)
    isolation.name_host("stun.test", "127.0.0.2")
    text, status = lab.run("prosody", ["prosodyctl", "--config", config, "check", "turn", "-v",
                                       f"--ping=stun.test:{stun.port}"], 60)
    expect(status == 0, f"prosodyctl check turn: exit status {status}\n{text[-800:]}")
    expect("External IP" in text and "Relayed address" in text, f"it checked nothing:\n{text}")


def make_prosody_config(port):
    """prosodyctl gives up root: its files must be readable for its own user."""
    folder = pathlib.Path("/run/netns/prosody")  # On the file system that dies with this run.
    folder.mkdir()
    folder.chmod(0o777)
    config = folder / "prosody.cfg.lua"
    config.write_text(PROSODY_CONFIG.format(folder=folder, port=port, secret=SECRET))
    config.chmod(0o644)
    return config


def pion_case(transport):
    def case(lab):
        program = lab.folder / f"pion-{transport}"
        environment = dict(os.environ, GO111MODULE="off", GOPATH="/usr/share/gocode",
                           GOCACHE=str(lab.folder.resolve() / "go-cache"), CGO_ENABLED="0",
                           GOFLAGS="", HOME=str(lab.folder.resolve()))
        text, status = lab.run(f"pion-{transport}-build", [
            "go", "build", "-o", program,
            f"github.com/pion/turn/v2/examples/turn-client/{transport}"], 240, env=environment)
        expect(status == 0, f"go build: {text[-800:]}")
        text, status = lab.run(f"pion-{transport}", [
            program, "-host", "127.0.0.1", "-port", lab.standard().port,
            "-user", f"{USER}={PASSWORD}", "-realm", REALM, "-ping"], 40)
        expect(status == 0, f"exit status {status}:\n{text[-800:]}")
        echoes = len(re.findall(r"bytes from from 127\.0\.0\.1:\d+ time=", text))
        expect(echoes >= 10, f"{echoes} of 10 pings came back:\n{text[-800:]}")

    return case


def cases(lab):
    found = [("stunclient", stunclient_case), ("prosodyctl check turn", prosody_case)]
    for transport in ("udp", "tcp"):
        found += [
            (f"aioice {transport}", aioice_case(transport)),
            (f"aioice {transport} wrong-password", aioice_wrong_password_case(transport)),
            (f"pion {transport}", pion_case(transport)),
        ]
        if lab.knows("relay-sockets"):
            found.append((f"aioice shared-{transport}", aioice_case(transport, sharing=True)))
    return found
