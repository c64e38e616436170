#!/usr/bin/env python3
"""Shows whether the cost of a call stays what it is when there are many. Figures for a person to
read, on loopback, in one command; every part ends by itself.

    tests/bench/scale.py [--quick] [--only PART]... [--json FILE]

allocations  100,000 allocations in one process: memory, descriptors, set-up time
idle         10,000 clients that only asked for a Binding and were challenged: memory
flat         packets per core-second with 10 to 50,000 calls, at one rate, spread over all of them
workers      the same with one worker and with two, which have twice the calls and the rate

Packets per core-second are those that arrived for each second of CPU that the server used, its
threads' time in the kernel included. The server has core 1, the generator core 0. --quick takes
less than a minute; --smoke a few seconds, and proves only that this program works. The build
folder is build/release or $TURNBOX_BUILD; the programs are turnserver (or $TURNSERVER), turn_load
and tests/bench/crowd.
"""

import argparse
import dataclasses
import json
import os
import pathlib
import statistics
import subprocess
import sys
import tempfile

from bench_server import (CLIENT_CPU, PASSWORD, USER, BenchServer, allow_many_descriptors,
                          pinned_to)

ROOT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("TURNBOX_BUILD", ROOT / "build/release"))
CLIENT_IPS = ["127.1.0.1", "127.1.0.2", "127.1.0.3"]
PROFILE = "streams:\n  - {size: 200, burst: 1, interval: 20ms}\n"
SPARE_DESCRIPTORS = 100  # What a process needs besides a socket for each call.
STEP_DEADLINE = 180  # seconds

SIZES = {
    "full": {"allocations": 100_000, "idle": 10_000, "calls": [10, 1000, 10_000, 50_000],
             "rate": 60_000, "seconds": 4, "rounds": 5},
    "quick": {"allocations": 20_000, "idle": 2000, "calls": [10, 1000, 10_000],
              "rate": 60_000, "seconds": 2, "rounds": 2},
    "smoke": {"allocations": 200, "idle": 50, "calls": [10, 50],
              "rate": 2000, "seconds": 1, "rounds": 1},
}


@dataclasses.dataclass
class Case:
    """A load, and how many workers carry it."""
    calls: int
    rate: int  # packets per second of all the calls together
    workers: int = 1


class Bench:
    """The parts, and what they have in common."""

    def __init__(self, size, folder, options):
        self.size, self.folder, self.options = size, pathlib.Path(folder), options
        self.descriptors = allow_many_descriptors()
        self.profile = self.folder / "profile.yaml"
        self.profile.write_text(PROFILE, encoding="ascii")
        self.remarks = []

    def server(self, workers=1):
        return BenchServer(self.folder, workers, self.options)

    def within_limits(self, wanted, what):
        """`wanted`, or as much of it as this machine allows, which is then said."""
        possible = min(wanted, self.descriptors - SPARE_DESCRIPTORS)
        if possible < wanted:
            self.remark(f"{what}: {possible:,} instead of {wanted:,}, since a process may have "
                        f"{self.descriptors:,} descriptors here (ulimit -Hn) and this one may not "
                        "raise that")
        return possible

    def remark(self, sentence):
        if sentence not in self.remarks:
            self.remarks.append(sentence)

    def allocations(self):
        count = self.size["allocations"]
        if "--relay-sockets=shared" not in self.options:  # else they need no descriptor each
            count = self.within_limits(count, "allocations")
        with self.server() as server:
            soft, hard = server.descriptor_limit()
            if soft < hard:
                self.remark(f"the server left its limit of descriptors at {soft:,} of {hard:,}")
            before, open_before = server.memory(), server.descriptors()
            crowd = run_crowd(server, count, "allocate")
            after = server.memory()
            served = crowd["served"]
            return {
                "allocations": served,
                "asked": self.size["allocations"],
                "seconds": crowd["seconds"],
                "descriptors": server.descriptors() - open_before,
                "resident_kb": [before.resident, after.resident],
                "user_bytes_each": (after.heap - before.heap) * 1024 / served,
                "kernel_bytes_each": (after.kernel - before.kernel) * 1024 / served,
                "socket_buffers_kb": after.socket_buffers - before.socket_buffers,
            }

    def idle(self):
        """What the server sets aside once, for the first client of its kind, is not growth."""
        with self.server() as server:
            run_crowd(server, max(20, self.size["idle"] // 10), "knock")
            before, open_before = server.memory(), server.descriptors()
            crowd = run_crowd(server, self.size["idle"], "knock")
            after = server.memory()
            return {"clients": crowd["served"], "seconds": crowd["seconds"],
                    "user_growth_kb": after.heap - before.heap,
                    "descriptors": server.descriptors() - open_before}

    def flat(self):
        counts = []
        for count in self.size["calls"]:
            possible = self.within_limits(count, "calls")
            if possible not in counts:
                counts.append(possible)
        rows = self.alternate({f"{count:,}": Case(count, self.size["rate"]) for count in counts})
        best = max(row["packets_per_core_second"] for row in rows)
        worst = min(row["packets_per_core_second"] for row in rows)
        return {"rows": rows, "worst_to_best": worst / best}

    def workers(self):
        calls, rate = self.size["calls"][1], self.size["rate"]
        rows = self.alternate({"1 worker": Case(calls // 2, rate // 2),
                               "2 workers": Case(calls, rate, workers=2)})
        one, two = (row["packets_per_core_second"] for row in rows)
        return {"rows": rows, "two_to_one": two / one}

    def alternate(self, cases):
        """A row per case, the median of rounds that take turns."""
        found = {name: [] for name in cases}
        for _ in range(self.size["rounds"]):
            for name, case in cases.items():
                found[name].append(self.measure(case))
        return [{"name": name, "calls": cases[name].calls, **median_of(results)}
                for name, results in found.items()]

    def measure(self, case):
        with self.server(case.workers) as server:
            step = self.run_load(server, case)
        received = step["up"]["received"] + step["down"]["received"]
        sent = step["up"]["sent"] + step["down"]["sent"]
        return {"packets_per_core_second": received / step["seconds"] / step["server_cpu"],
                "server_cpu": step["server_cpu"], "generator_cpu": step["own_cpu"],
                "loss": 1 - received / sent}

    def run_load(self, server, case):
        done = subprocess.run(
            [*pinned_to(CLIENT_CPU), BUILD / "turn_load", "--server", "127.0.0.1", "--port",
             str(server.port), "--user", USER, "--password", PASSWORD, "--calls", str(case.calls),
             "--rate", str(case.rate), "--seconds", str(self.size["seconds"]),
             "--threads", "1", "--bind-ip", ",".join(CLIENT_IPS), "--profile", self.profile,
             "--server-pid", str(server.pid), "--json"],
            capture_output=True, text=True, timeout=STEP_DEADLINE, check=False)
        if done.returncode != 0:
            raise SystemExit(f"turn_load with {case.calls} calls: {done.stderr}")
        return json.loads(done.stdout)["steps"][-1]


def run_crowd(server, count, errand):
    done = subprocess.run(
        [*pinned_to(CLIENT_CPU), BUILD / "tests/bench/crowd", server.address, USER, PASSWORD,
         str(count), errand, *CLIENT_IPS],
        capture_output=True, text=True, timeout=STEP_DEADLINE, check=False)
    if done.returncode != 0:
        raise SystemExit(f"crowd: {done.stderr}{done.stdout}")
    return json.loads(done.stdout)


def median_of(results):
    return {key: statistics.median(result[key] for result in results) for key in results[0]}


def show(part, found):
    if part == "allocations":
        before, after = found["resident_kb"]
        print(f"{found['allocations']:,} allocations, a permission and a channel each, in "
              f"{found['seconds']:.1f} s, one after a batch of 256\n"
              f"  resident {before:,} kB before, {after:,} kB after; "
              f"user memory {found['user_bytes_each']:.0f} bytes each\n"
              f"  kernel {found['kernel_bytes_each']:.0f} bytes each, socket buffers "
              f"{found['socket_buffers_kb']:,} kB, {found['descriptors']:,} descriptors")
    elif part == "idle":
        print(f"{found['clients']:,} idle clients in {found['seconds']:.1f} s: user memory "
              f"{found['user_growth_kb']:+} kB, {found['descriptors']:+} descriptors")
    else:
        for row in found["rows"]:
            print(f"  {row['name']:>10}  {row['packets_per_core_second']:9,.0f} packets per "
                  f"core-second   server {row['server_cpu']:.0%}, generator "
                  f"{row['generator_cpu']:.0%} CPU   loss {row['loss']:.3%}")
        if part == "flat":
            print(f"  worst to best {found['worst_to_best']:.2f}, wanted at least 0.75")
        else:
            print(f"  two workers to one {found['two_to_one']:.2f}, wanted at least 0.90")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parts = ("allocations", "idle", "flat", "workers")
    parser.add_argument("--only", action="append", choices=parts)
    parser.add_argument("--json", type=pathlib.Path, help="the figures, into this file")
    parser.add_argument("--option", action="append", default=[],
                        help="for the server, such as --option=--relay-sockets=shared")
    sizes = parser.add_mutually_exclusive_group()
    for size in ("quick", "smoke"):
        sizes.add_argument(f"--{size}", dest="size", action="store_const", const=size)
    options = parser.parse_args()
    found = {}
    with tempfile.TemporaryDirectory() as folder:
        bench = Bench(SIZES[options.size or "full"], folder, options.option)
        for part in options.only or parts:
            print(f"{part}:", flush=True)
            found[part] = getattr(bench, part)()
            show(part, found[part])
    for remark in bench.remarks:
        print(f"Not as asked: {remark}.")
    found["remarks"] = bench.remarks
    if options.json:
        options.json.write_text(json.dumps(found, indent=1) + "\n", encoding="ascii")
    return 0


if __name__ == "__main__":
    sys.exit(main())
