#!/usr/bin/env python3
"""Holds scale.py and compare.py to working: a few calls, and every figure is there and could be
true."""

import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from server_under_test import expect, server_binary  # noqa: E402


def check(found):
    made = found["allocations"]
    expect(made["allocations"] == 200, f"{made['allocations']} allocations, not 200")
    expect(made["descriptors"] == 200, f"{made['descriptors']} descriptors for 200 allocations")
    expect(made["user_bytes_each"] > 0, "200 allocations take no memory")
    expect(found["idle"]["clients"] == 50, f"{found['idle']['clients']} clients, not 50")
    expect(found["idle"]["descriptors"] == 0, "an idle client takes a descriptor")
    for part, rows in (("flat", 2), ("workers", 2)):
        expect(len(found[part]["rows"]) == rows, f"{part}: {found[part]['rows']}")
        for row in found[part]["rows"]:
            expect(row["packets_per_core_second"] > 0, f"{part}: no packet was counted")
            expect(row["loss"] < 0.05, f"{part}: {row['loss']:.1%} lost, and hardly a load")
    limits = [remark for remark in found["remarks"] if "left its limit" in remark]
    expect(not limits, f"{limits}")


def check_comparison(found):
    (rows,) = found.values()
    expect(set(rows) == {"here", "there"}, f"{set(rows)}")
    for row in rows.values():
        expect(row["packets_per_core_second"] > 0, "no packet was counted")
        expect(0 < row["p50_us"] <= row["p99_us"], f"odd latencies: {row}")


def run(program, *options):
    """The figures that it wrote."""
    with tempfile.TemporaryDirectory() as folder:
        figures = pathlib.Path(folder) / "figures.json"
        subprocess.run([sys.executable, HERE / program, *options, "--json", figures], check=True,
                       timeout=250)
        return json.loads(figures.read_text(encoding="ascii"))


def main():
    check(run("scale.py", "--smoke"))
    server = f"{server_binary()} -n -L 127.0.0.1 -p {{port}} -a -u 'scale:a password' -r x " \
             "--allow-loopback-peers"
    check_comparison(run("compare.py", "--network", "loopback", "--rounds", "1", "--seconds", "1",
                         "--only", "idle", f"here={server}", f"there={server} -m 1"))


if __name__ == "__main__":
    main()
