"""Two clients, each at home behind a NAT, a server, and the router that joins them, each in a
network namespace:

    alice 10.1.0.2 --- nat-alice 198.51.100.2 ----- router --- relay 203.0.113.2
    bob   10.2.0.2 --- nat-bob   198.51.100.66 ---/

Alice's NAT keeps her ports; Bob's is symmetric. So nothing goes from one to the other but through
the server, until both NATs are ordinary ones."""

import subprocess

from isolation import inside, ip
import nat

SERVER = "203.0.113.2"
OUTSIDE = {"alice": "198.51.100.2", "bob": "198.51.100.66"}
HOME = {"alice": "10.1.0.2", "bob": "10.2.0.2"}
PREFIX = 26

# Where the cases add what they want dropped on the way.
WALL = """
table ip wall {
  chain forward { type filter hook forward priority 0; }
}
"""


def gateway(address):
    """The router's address in the network of a host: the first one."""
    network, _, host = address.rpartition(".")
    return f"{network}.{int(host) - 1}"


def _make(*namespaces):
    for name in namespaces:
        ip("netns", "add", name)
        ip("link", "set", "lo", "up", namespace=name)


def _connect(host, device, address, router, router_device):
    """A cable, and the route to everywhere along it."""
    nat.join(host, device, router, router_device)
    ip("address", "add", f"{gateway(address)}/{PREFIX}", "dev", router_device, namespace=router)
    ip("address", "add", f"{address}/{PREFIX}", "dev", device, namespace=host)
    ip("route", "add", "default", "via", gateway(address), namespace=host)


def build():
    _make("router", "relay")
    _connect("relay", "eth0", SERVER, "router", "to-relay")
    for name, address in OUTSIDE.items():
        _make(name, f"nat-{name}")
        _connect(f"nat-{name}", "outside", address, "router", f"to-{name}")
        _connect(name, "eth0", HOME[name], f"nat-{name}", "inside")
    nat.translate("router", WALL)
    nat.translate("nat-alice", nat.ORDINARY)
    nat.translate("nat-bob", nat.SYMMETRIC)


def drop(to_server="", from_server=""):
    """The router drops, on its way to or from the server, what this nft expression matches."""
    rule = f"ip daddr {SERVER} {to_server}" if to_server else f"ip saddr {SERVER} {from_server}"
    subprocess.run(inside("router", "nft", f"add rule ip wall forward {rule} drop"), check=True)


def restart_router(name):
    """The NAT of this home forgets every connection."""
    for state in ("down", "up"):
        ip("link", "set", "outside", state, namespace=f"nat-{name}")
    ip("route", "add", "default", "via", gateway(OUTSIDE[name]), namespace=f"nat-{name}")


def make_nats(rules):
    """What the NATs of both homes do with connections that begin from now on."""
    for name in OUTSIDE:
        nat.translate(f"nat-{name}", rules)
