"""Two clients, a server and the router that joins them, each in a network namespace:

    alice 198.51.100.2 --- router --- relay 203.0.113.2
    bob  198.51.100.66 ---/

The router lets either client talk to the server and to nobody else: what the two exchange, they
exchange through the server."""

import subprocess

from isolation import inside, ip

SERVER = "203.0.113.2"
ADDRESSES = {"alice": "198.51.100.2", "bob": "198.51.100.66", "relay": SERVER}
PREFIX = 26

WALL = """
table ip wall {
  chain forward {
    type filter hook forward priority 0; policy drop;
    ip saddr 203.0.113.0/26 accept
    ip daddr 203.0.113.0/26 accept
  }
}
"""


def gateway(address):
    """The router's address in the network of a host: the first one."""
    network, _, host = address.rpartition(".")
    return f"{network}.{int(host) - 1}"


def build():
    ip("netns", "add", "router")
    ip("link", "set", "lo", "up", namespace="router")
    for name, address in ADDRESSES.items():
        ip("netns", "add", name)
        ip("link", "add", f"to-{name}", "netns", "router", "type", "veth",
           "peer", "name", "eth0", "netns", name)
        ip("address", "add", f"{gateway(address)}/{PREFIX}", "dev", f"to-{name}",
           namespace="router")
        ip("address", "add", f"{address}/{PREFIX}", "dev", "eth0", namespace=name)
        ip("link", "set", f"to-{name}", "up", namespace="router")
        for device in ("lo", "eth0"):
            ip("link", "set", device, "up", namespace=name)
        ip("route", "add", "default", "via", gateway(address), namespace=name)
    subprocess.run(inside("router", "sysctl", "-qw", "net.ipv4.ip_forward=1"), check=True)
    subprocess.run(inside("router", "nft", "-f", "-"), input=WALL, text=True, check=True)
