"""Cables between network namespaces, and the NAT that one of them is."""

import subprocess

from isolation import inside, ip

# Loaded again it replaces what was there. What comes from outside unasked is dropped before the
# kernel makes a connection of it, which would take the port that a client inside has to keep.
_MASQUERADE = """
table ip nat
flush table ip nat
table ip nat {{
  chain out {{ type nat hook postrouting priority srcnat; oifname "outside" masquerade {how}; }}
  chain in {{
    type filter hook input priority 0;
    iifname "outside" ct state new drop;
  }}
}}
"""
# Keeps a client's port where it can, and lets in who was asked, from the very port that was asked.
ORDINARY = _MASQUERADE.format(how="")
# Gives a client another port for each that it speaks to, so that nobody can tell another where it
# is to be found.
SYMMETRIC = _MASQUERADE.format(how="fully-random")


def join(one, device, other, other_device):
    ip("link", "add", device, "netns", one, "type", "veth", "peer", "name", other_device,
       "netns", other)
    ip("link", "set", device, "up", namespace=one)
    ip("link", "set", other_device, "up", namespace=other)


def translate(namespace, rules):
    """Routes between the cables `inside` and `outside` of the namespace, by these nft rules."""
    subprocess.run(inside(namespace, "sysctl", "-qw", "net.ipv4.ip_forward=1"), check=True)
    subprocess.run(inside(namespace, "nft", "-f", "-"), input=rules, text=True, check=True)
