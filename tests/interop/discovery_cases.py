"""NAT Behavior Discovery (RFC 5780): coturn's own tool, behind NATs of different make, tells their
kind with our server's help. Each case has a network of its own:

    home 192.168.7.2 --- nat 203.0.113.100 --- server 203.0.113.1 and .2
"""

from isolation import inside, ip
from lab import PASSWORD, USER
import nat
from server_under_test import TurnServer, expect, free_port, wait_until

SERVERS = ("203.0.113.1", "203.0.113.2")
NAT, HOME = "203.0.113.100", "192.168.7.2"

ONE_TO_ONE = f"""
table ip nat {{
  chain in {{ type nat hook prerouting priority dstnat; iifname "outside" dnat to {HOME}; }}
  chain out {{ type nat hook postrouting priority srcnat; oifname "outside" snat to {NAT}; }}
}}
"""
ONLY_WHO_WAS_ASKED = """
table ip wall {
  set asked { type ipv4_addr . inet_service; flags dynamic, timeout; timeout 1m; }
  chain forward {
    type filter hook forward priority 0; policy drop;
    iifname "inside" update @asked { ip daddr . udp sport } accept
    iifname "outside" ip saddr . udp dport @asked accept
  }
}
"""
ENDPOINT, ADDRESS = "NAT with Endpoint Independent", "NAT with Address Dependent"
ADDRESS_AND_PORT = "NAT with Address and Port Dependent"
# name, what nft makes of the NAT, the kinds of mapping and filtering that it has.
NATS = [
    ("cone", ONE_TO_ONE, ENDPOINT, ENDPOINT),
    ("address-restricted", ONE_TO_ONE + ONLY_WHO_WAS_ASKED, ENDPOINT, ADDRESS),
    ("port-restricted", nat.ORDINARY, ENDPOINT, ADDRESS_AND_PORT),
    ("symmetric", nat.SYMMETRIC, ADDRESS_AND_PORT, ADDRESS_AND_PORT),
]


class Network:
    """The namespaces of one case."""

    def __init__(self, name):
        self.home, self.nat, self.server = (f"{place}-{name}" for place in ("home", "nat", "srv"))
        for namespace in (self.home, self.nat, self.server):
            ip("netns", "add", namespace)
            ip("link", "set", "lo", "up", namespace=namespace)
        nat.join(self.home, "eth0", self.nat, "inside")
        nat.join(self.server, "eth0", self.nat, "outside")
        for namespace, address, device in [(self.home, HOME, "eth0"),
                                           (self.nat, "192.168.7.1", "inside"),
                                           (self.nat, NAT, "outside"),
                                           *((self.server, server, "eth0") for server in SERVERS)]:
            ip("address", "add", f"{address}/24", "dev", device, namespace=namespace)
        ip("route", "add", "default", "via", "192.168.7.1", namespace=self.home)


def start_server(lab, name, network, *arguments):
    """One with both addresses; its own test of itself is done when it is ready."""
    server = lab.start(TurnServer(
        ["-n", "--no-tls", "-u", f"{USER}:{PASSWORD}", "-v", "-l", "stdout", "--rfc5780",
         *(word for address in SERVERS for word in ("-L", address)), *arguments],
        lab.folder / f"discovery-{name}.server.log", namespace=network.server, probe=False))
    wait_until(lambda: "CHECK" in server.output(), 15, "the server is ready")
    return server


def nat_case(name, rules, mapping, filtering):
    def case(lab):
        network = Network(name)
        nat.translate(network.nat, rules)
        start_server(lab, name, network)
        text, _ = lab.run(f"natdiscovery-{name}", inside(
            network.home, "turnutils_natdiscovery", "-m", "-f", "-L", HOME, SERVERS[0]), 60)
        expect(f"{mapping} Mapping!" in text, f"not {mapping} Mapping:\n{text[-1500:]}")
        expect(f"{filtering} Filtering!" in text, f"not {filtering} Filtering:\n{text[-1500:]}")
        expect("No ALG: Mapped == XOR-Mapped" in text, "no MAPPED-ADDRESS to compare")

    return case


def stunclient_case(lab):
    """Every combination of address and port answers, with the long answers cut into fragments."""
    network = Network("stunclient")
    nat.translate(network.nat, ONE_TO_ONE)
    start_server(lab, "stunclient", network)
    text, _ = lab.run("stunclient-discovery", inside(
        network.home, "turnutils_stunclient", "-f", "-L", HOME, SERVERS[0]), 30)
    for origin in (f"{SERVERS[0]}:3478", f"{SERVERS[1]}:3479"):
        expect(f"Response origin: : {origin}" in text, f"nothing from {origin}:\n{text}")
    expect(f"UDP reflexive addr: {NAT}:" in text, f"the NAT's address is not told:\n{text}")
    text, _ = lab.run("natdiscovery-padded", inside(
        network.home, "turnutils_natdiscovery", "-m", "-f", "-P", "-L", HOME, SERVERS[0]), 30)
    expect(text.count(ENDPOINT) == 2, f"with PADDING it is no cone:\n{text}")


def alone_case(lab):
    """With one address the server says that it cannot help, and serves everything else."""
    port = free_port()
    server = lab.start(TurnServer(
        ["-n", "-L", "127.0.0.1", "-p", port, "--no-tls", "-u", f"{USER}:{PASSWORD}", "--rfc5780"],
        lab.folder / "discovery-alone.server.log", port=port))
    expect("--rfc5780 has no effect" in server.output(), f"it does not say:\n{server.output()}")
    text, _ = lab.run("stunclient-alone",
                      ["turnutils_stunclient", "-p", port, "127.0.0.1"], 30)
    expect("UDP reflexive addr" in text, f"no answer:\n{text}")
    expect("Response origin" not in text, f"it pretends to have two addresses:\n{text}")


def cases(lab):
    if not lab.knows("rfc5780"):
        return []
    found = [(f"natdiscovery {name}", nat_case(name, *nat)) for name, *nat in NATS]
    return [*found, ("stunclient discovery", stunclient_case), ("discovery alone", alone_case)]
