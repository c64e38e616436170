"""Captures of the loopback interface, and tshark's opinion of them."""

import pathlib
import signal
import socket
import subprocess

from server_under_test import Process, binding_request, expect, wait_until

MALFORMED = "stun.wrong_msglen || stun.long_attribute || stun.att.crc32.bad || _ws.malformed"


class Capture:
    """Records what goes from and to one port of the loopback interface."""

    def __init__(self, port, folder, name):
        self.port = port
        self.file = pathlib.Path(folder) / f"{name}.pcapng"
        self.process = Process(
            ["dumpcap", "-q", "-i", "lo", "-f", f"port {port}", "-w", self.file],
            pathlib.Path(folder) / f"{name}.dumpcap.log")
        wait_until(lambda: "File:" in self.process.output(), 15, "dumpcap starts")

    def flush(self):
        """Returns when the file holds everything that was sent before."""
        marker = binding_request()
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.sendto(marker, ("127.0.0.1", self.port))
        wait_until(lambda: marker in self.file.read_bytes(), 15, "the capture holds the marker")

    def stop(self):
        self.flush()
        self.process.signal(signal.SIGINT)
        self.process.wait(15)


# Payloads of tests are any bytes; now and then they look like RTCP, and then like bad RTCP.
NOT_GUESSED = ["--disable-protocol", "rtcp", "--disable-protocol", "rtp"]


def _tshark(capture, *arguments):
    command = ["tshark", "-r", str(capture.file), "-d", f"udp.port=={capture.port},stun",
               *NOT_GUESSED,
               "-d", f"tcp.port=={capture.port},stun", *arguments]
    result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    expect(result.returncode == 0, f"tshark failed: {result.stderr[-500:]}")
    return result.stdout


def tshark(capture, display_filter, field=None):
    """What tshark prints of the packets that the filter lets through: lines, or one field."""
    fields = ["-T", "fields", "-e", field] if field else []
    return _tshark(capture, "-Y", display_filter, *fields).splitlines()


def malformed(capture, display_filter):
    """What tshark has against these packets. Of an attribute that runs past the end of its message
    it only says so in the text of the details, where it calls the length bogus."""
    found = tshark(capture, f"({display_filter}) && ({MALFORMED})")
    details = _tshark(capture, "-O", "stun", "-Y", display_filter)
    packets = details.split("\n\n")
    return found + [packet for packet in packets if "(bogus" in packet]


def expect_well_formed(capture, least, from_clients_too):
    """No packet of the server is malformed, and there are at least `least` of them. Clients that
    send no junk on purpose are held to the same."""
    of_server = f"(udp.srcport == {capture.port} || tcp.srcport == {capture.port})"
    count = len(tshark(capture, f"{of_server} && stun"))
    expect(count >= least, f"only {count} packets of the server in the capture, expected {least}")
    bad = malformed(capture, "frame" if from_clients_too else of_server)
    expect(not bad, f"{len(bad)} malformed packets, the first:\n" + "\n".join(bad[:3]))


def prove_that_it_can_fail(folder):
    """A wrong FINGERPRINT and a wrong attribute length are found by the same look."""
    header = binding_request()
    junk = [header[:2] + b"\0\x08" + header[4:] + bytes.fromhex(attribute)
            for attribute in ("80280004deadbeef", "8022ff0061626364")]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as server:
        server.bind(("127.0.0.1", 0))
        capture = Capture(server.getsockname()[1], folder, "malformed")
        with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
            client.bind(("127.0.0.1", 0))
            for packet in junk:
                server.sendto(packet, client.getsockname())
        capture.stop()
    found = malformed(capture, "frame")
    expect(len(found) == len(junk), f"tshark finds {len(found)} of {len(junk)} malformed packets")
