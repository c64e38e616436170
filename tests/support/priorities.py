"""Where and how soon the programs of a test run, so that a loss says something about the server
and not about the machine."""

import os
import pathlib
import subprocess


def on(cpu):
    """The start of a command line that holds a program to one CPU, where there are two."""
    return ["taskset", "-c", str(cpu)] if os.cpu_count() > 1 else []


def at_once(rank):
    """Likewise for a program that runs as soon as it can, before those of a lower rank and all
    others, where this user may ask for that."""
    first = ["chrt", "--fifo", str(rank)]
    may = subprocess.run([*first, "true"], capture_output=True, check=False).returncode == 0
    return first if may else []


def cpu_times(pid):
    """Seconds that the worker of a server, its busiest thread, ran and that it waited to run."""
    times = [(task / "schedstat").read_text(encoding="ascii").split()
             for task in pathlib.Path(f"/proc/{pid}/task").iterdir()]
    return max([int(time[field]) / 1e9 for field in (0, 1)] for time in times)
