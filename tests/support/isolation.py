"""A world of its own for a test program: fresh network, mount and process namespaces. The kernel
takes everything down again with the program (processes, interfaces, namespaces, mounts), however
it ends; nothing of the host is seen, used or left behind. Needs root."""

import os
import pathlib
import subprocess
import sys

_MARK = "TURNBOX_ISOLATED"


def isolate(processes=True):
    """Starts this program again inside; returns in the inner one. Without `processes` those of the
    host stay in sight, and the program has to end its own."""
    if os.environ.get(_MARK) != str(os.getppid()):
        if os.geteuid() != 0:
            sys.exit("This test makes network namespaces and needs root.")
        unshare = ["unshare", "--net", "--mount"]
        if processes:
            unshare += ["--pid", "--fork", "--kill-child", "--mount-proc"]
        # The inner process is a child of process 0, outside its world, or else it is this one.
        os.environ[_MARK] = "0" if processes else str(os.getppid())
        os.execvp("unshare", [*unshare, sys.executable, *sys.argv])
    # `ip netns` keeps its names in /run/netns; here they die with us.
    os.makedirs("/run/netns", exist_ok=True)
    subprocess.run(["mount", "-t", "tmpfs", "tmpfs", "/run/netns"], check=True)
    os.environ["STATE_DIRECTORY"] = "/run/netns/state"
    ip("link", "set", "lo", "up")


def ip(*arguments, namespace=None):
    """Runs `ip ...`, within a named namespace where one is given."""
    where = ["-n", namespace] if namespace else []
    subprocess.run(["ip", *where, *arguments], check=True, stdout=subprocess.DEVNULL)


def name_host(name, address):
    """Makes /etc/hosts of this world know the name."""
    hosts = pathlib.Path("/run/netns/hosts")
    hosts.write_text(f"127.0.0.1 localhost\n{address} {name}\n")
    subprocess.run(["mount", "--bind", hosts, "/etc/hosts"], check=True)


def inside(namespace, *command):
    """The command line that runs `command` within the namespace."""
    return ["ip", "netns", "exec", namespace, *command] if namespace else list(command)
