"""A network for a server that is measured: a veth pair between this program's own network
namespace, the generator's, and a second one, the server's. Each end receives in a kernel thread of
its own (threaded NAPI), as a network card does in its interrupts, so what receiving costs can be
pinned to a CPU and counted. The kernel takes all of it down with this program, however it ends."""

import os
import pathlib
import shutil
import subprocess

from bench_server import CLIENT_CPU, SERVER_CPU, wait_until
from isolation import ip, isolate

GENERATOR_IP, SERVER_IP = "10.77.0.1", "10.77.0.2"  # Free in any case: the namespaces are new.
SERVER_NAMESPACE = "server"
PACKAGE_OF = {"ip": "iproute2", "ethtool": "ethtool", "unshare": "util-linux",
              "taskset": "util-linux"}


def why_not():
    """What this machine lacks for it, as a sentence; nothing when it lacks nothing."""
    if os.geteuid() != 0:
        return "Network namespaces need root."
    if os.cpu_count() < 2:
        return "A core for the server and one for the generator are needed."
    missing = [program for program in PACKAGE_OF if shutil.which(program) is None]
    if missing:
        packages = " ".join(sorted({PACKAGE_OF[program] for program in missing}))
        return f"{', '.join(missing)} cannot be found: apt-get install {packages}"
    return None


class Veth:
    """Made once, at the start of the program, which begins again within the new network."""
    name = "veth"
    server_ip = SERVER_IP
    namespace = SERVER_NAMESPACE

    def __init__(self):
        isolate(processes=False)  # The kernel's threads are to stay in sight.
        subprocess.run(["mount", "-t", "sysfs", "sysfs", "/sys"], check=True)  # Of this network.
        # The threads carry the names of their devices and are seen among those of the whole host.
        generator, server = (f"{end}{os.getpid()}" for end in "gs")
        ip("link", "add", generator, "type", "veth", "peer", "name", server)
        for device in (generator, server):
            ethtool(device, "gro", "on")
            ip("link", "set", device, "up")  # Before that there is nothing to be threaded.
            pathlib.Path(f"/sys/class/net/{device}/threaded").write_text("1", encoding="ascii")
        # Packets leave with their checksum and one by one, as if a cable came next.
        ethtool(generator, "tx", "off")
        ip("netns", "add", SERVER_NAMESPACE)
        ip("link", "set", server, "netns", SERVER_NAMESPACE)
        ip("link", "set", "lo", "up", namespace=SERVER_NAMESPACE)
        for device, address, namespace in ((generator, GENERATOR_IP, None),
                                           (server, SERVER_IP, SERVER_NAMESPACE)):
            ip("address", "add", f"{address}/24", "dev", device, namespace=namespace)
            ip("link", "set", device, "up", namespace=namespace)
        pin(receivers_of(generator), CLIENT_CPU)
        self.server_receivers = receivers_of(server)
        pin(self.server_receivers, SERVER_CPU)


class Loopback:
    """No network at all; a packet is received where it is sent."""
    name = "loopback"
    server_ip = "127.0.0.1"
    namespace = None
    server_receivers = ()


def ethtool(device, feature, state):
    subprocess.run(["ethtool", "-K", device, feature, state], check=True,
                   stdout=subprocess.DEVNULL)


def receivers_of(device):
    """The kernel threads that receive for it; they begin when it goes up."""
    return wait_until(lambda: find_receivers(device), 10, f"{device} receives in a thread")


def find_receivers(device):
    found = []
    for entry in pathlib.Path("/proc").glob("[0-9]*"):
        try:
            if (entry / "comm").read_text(encoding="utf-8").startswith(f"napi/{device}-"):
                found.append(int(entry.name))
        except OSError:
            continue  # It has ended meanwhile.
    return found


def pin(threads, cpu):
    for thread in threads:
        os.sched_setaffinity(thread, {cpu})
