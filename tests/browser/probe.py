#!/usr/bin/python3
"""Run within a client's namespace: what reaches whom, as one JSON object on standard output.

    probe.py server ADDRESS PORT     {"udp": bool, "tcp": bool, "ttl": of the answer over UDP}
    probe.py reach ADDRESS           {"reached": whether any host answers there}
"""

import json
import pathlib
import socket
import struct
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "support"))
# pylint: disable=wrong-import-position
from server_under_test import answers_tcp, binding_request  # noqa: E402


IP_RECVTTL = 12  # As linux/in.h has it; Python has no name for it.


def probe_server(address, port):
    request = binding_request()
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as client:
        client.setsockopt(socket.IPPROTO_IP, IP_RECVTTL, 1)
        client.settimeout(1)
        client.sendto(request, (address, port))
        try:
            answer, ancillary, _, source = client.recvmsg(2048, 64)
        except OSError:
            return {"udp": False, "tcp": False, "ttl": 0}
    ttl = next(struct.unpack("i", data)[0] for level, kind, data in ancillary
               if (level, kind) == (socket.IPPROTO_IP, socket.IP_TTL))
    from_the_one_asked = source == (address, port) and answer[8:20] == request[8:20]
    return {"udp": from_the_one_asked, "tcp": bool(answers_tcp(address, port, 5)), "ttl": ttl}


def probe_reach(address):
    """A host that is reached refuses a connection to its discard port, if it does not take it."""
    try:
        socket.create_connection((address, 9), timeout=1).close()
    except ConnectionRefusedError:
        return {"reached": True}
    except OSError:
        return {"reached": False}
    return {"reached": True}


if __name__ == "__main__":
    if sys.argv[1] == "server":
        print(json.dumps(probe_server(sys.argv[2], int(sys.argv[3]))))
    else:
        print(json.dumps(probe_reach(sys.argv[2])))
