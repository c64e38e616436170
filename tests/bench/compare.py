#!/usr/bin/env python3
"""TURN servers side by side in one run that alternates between them, on loopback: packets per
core-second of each, and its ratio to the first.

    tests/bench/compare.py [--rounds N] [--seconds N] [--only WORD] [NAME=COMMAND]...

Without commands: Debian's coturn and this server, one worker each. {port} in a COMMAND is the port
to listen on; the user is `scale`, the password `a password`. Every server has core 1 while it is
its turn, the generator core 0.
"""

import argparse
import json
import pathlib
import shlex
import statistics
import subprocess
import sys
import tempfile

from bench_server import CLIENT_CPU, PASSWORD, SERVER_CPU, USER, pinned_to
from scale import BUILD, STEP_DEADLINE
from server_under_test import TurnServer, free_port, server_binary

COMMON = (f"-n -L 127.0.0.1 -p {{port}} -a -u '{USER}:{PASSWORD}' -r scale.example "
          "--allow-loopback-peers -m 1")
SERVERS = [f"coturn=/usr/bin/turnserver {COMMON} --no-cli --no-tls --no-dtls -l stdout "
           "--pidfile {folder}/coturn.pid",
           f"turnbox={server_binary()} {COMMON}"]
# Name, calls, packets per second, what a call sends.
SHAPES = [
    ("single 200 B, both ways", 1000, 60_000, "{size: 200, burst: 1, interval: 20ms}"),
    ("single 200 B, up", 1000, 60_000, "{size: 200, burst: 1, interval: 20ms, direction: up}"),
    ("single 200 B, down", 1000, 60_000, "{size: 200, burst: 1, interval: 20ms, direction: down}"),
    ("bursts of 10 x 1100 B", 100, 150_000, "{size: 1100, burst: 10, interval: 20ms}"),
    ("nearly idle", 100, 10_000, "{size: 200, burst: 1, interval: 20ms}"),
]


def measure(command, shape, seconds, folder):
    _, calls, rate, stream = shape
    profile = pathlib.Path(folder) / "profile.yaml"
    profile.write_text(f"streams:\n  - {stream}\n", encoding="ascii")
    port = free_port()
    arguments = shlex.split(command.format(port=port, folder=folder))
    pinned = [*pinned_to(SERVER_CPU), *arguments]
    server = TurnServer(pinned[1:], pathlib.Path(folder) / "server.log", port=port,
                        binary=pinned[0])
    try:
        done = subprocess.run(
            [*pinned_to(CLIENT_CPU), BUILD / "turn_load", "--server", "127.0.0.1", "--port",
             str(port), "--user", USER, "--password", PASSWORD, "--calls", str(calls), "--rate",
             str(rate), "--seconds", str(seconds), "--threads", "1", "--profile", profile,
             "--server-pid", str(server.pid), "--json"],
            capture_output=True, text=True, timeout=STEP_DEADLINE, check=False)
    finally:
        server.child.kill()
        server.stop()
    if done.returncode != 0:
        raise SystemExit(f"turn_load: {done.stderr}")
    return figures_of(json.loads(done.stdout)["steps"][-1])


def figures_of(step):
    ways = [step[way] for way in ("up", "down") if step[way]["sent"]]
    received, sent = (sum(way[what] for way in ways) for what in ("received", "sent"))
    return {"packets_per_core_second": received / step["seconds"] / step["server_cpu"],
            "loss": 1 - received / sent,
            "p50_us": max(way["p50_us"] for way in ways),
            "p99_us": max(way["p99_us"] for way in ways)}


def compare(servers, shape, options, folder):
    """A row per server: the medians of its rounds."""
    found = {name: [] for name in servers}
    for _ in range(options.rounds):
        for name, command in servers.items():
            found[name].append(measure(command, shape, options.seconds, folder))
    return {name: {key: statistics.median(result[key] for result in results)
                   for key in results[0]} for name, results in found.items()}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--rounds", type=int, default=6)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--only", default="", help="shapes with this word in their name")
    parser.add_argument("--json", type=pathlib.Path, help="the figures, into this file")
    parser.add_argument("servers", nargs="*", metavar="NAME=COMMAND")
    options = parser.parse_args()
    servers = dict(entry.split("=", 1) for entry in options.servers or SERVERS)
    everything = {}
    with tempfile.TemporaryDirectory() as folder:
        for shape in SHAPES:
            if options.only not in shape[0]:
                continue
            print(f"{shape[0]}, {shape[1]:,} calls, {shape[2]:,} packets/s:", flush=True)
            everything[shape[0]] = rows = compare(servers, shape, options, folder)
            first = next(iter(rows.values()))["packets_per_core_second"]
            for name, row in rows.items():
                rate = row["packets_per_core_second"]
                print(f"  {name:12} {rate:9,.0f} packets per core-second  x{rate / first:.2f}   "
                      f"loss {row['loss']:.3%}   p50 {row['p50_us']:.0f} us, "
                      f"p99 {row['p99_us']:.0f} us", flush=True)
    if options.json:
        options.json.write_text(json.dumps(everything, indent=1) + "\n", encoding="ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main())
