#!/usr/bin/env python3
"""Holds scale.py to working: a few calls, and every figure is there and could be true."""

import json
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent / "support"))
from server_under_test import expect  # noqa: E402


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


def main():
    with tempfile.TemporaryDirectory() as folder:
        figures = pathlib.Path(folder) / "figures.json"
        subprocess.run([sys.executable, HERE / "scale.py", "--smoke", "--json", figures],
                       check=True, timeout=120)
        check(json.loads(figures.read_text(encoding="ascii")))


if __name__ == "__main__":
    main()
