#!/usr/bin/python3
"""Runs independent clients against the server, in network namespaces of its own, captured by
tshark; prints a line per case and the total.

    tests/interop/run.py [--log FOLDER] [--only WORD] [--list] [--long]

--long runs the cases that take minutes, which tools/test leaves out, instead of the others.

TURNSERVER names another server binary: Debian's /usr/bin/turnserver proves the tests themselves.
"""

import argparse
import concurrent.futures
import os
import pathlib
import sys
import time
import traceback

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]
# pylint: disable=wrong-import-position
import balancing_cases  # noqa: E402
import capture  # noqa: E402
import client_cases  # noqa: E402
import dialect_cases  # noqa: E402
import discovery_cases  # noqa: E402
import doctor_cases  # noqa: E402
import dtls_cases  # noqa: E402
import http_cases  # noqa: E402
import icmp_cases  # noqa: E402
import isolation  # noqa: E402
import mobility_cases  # noqa: E402
import oauth_cases  # noqa: E402
import process_cases  # noqa: E402
import signaling_cases  # noqa: E402
import tcp_relay_cases  # noqa: E402
import tls_cases  # noqa: E402
import uclient_cases  # noqa: E402
import web_cases  # noqa: E402
from lab import ROOT, Lab  # noqa: E402
from server_under_test import Failure  # noqa: E402

PARALLEL = 12  # The clients mostly wait.


class Results:
    """Prints as cases end, and counts."""

    def __init__(self):
        self.passed = self.failed = 0

    def run(self, name, case, lab):
        started, problem = time.monotonic(), None
        try:
            case(lab)
        except Failure as failure:
            problem = str(failure)
        except Exception:  # pylint: disable=broad-except # A broken case is a failed one.
            problem = traceback.format_exc()
        seconds = time.monotonic() - started
        print(f"{'FAIL' if problem else 'ok':4}  {name}  ({seconds:.1f} s)", flush=True)
        if problem:
            print("      " + problem.strip().replace("\n", "\n      "), flush=True)
            self.failed += 1
        else:
            self.passed += 1


def run_in_order(results, cases, lab):
    for name, case in cases:
        results.run(name, case, lab)


def check_captures(results, lab):
    """One case per capture: what the server sent is well formed, at least an answer each."""
    for name, recorded in lab.captures.items():
        def case(_lab, name=name, recorded=recorded):
            recorded.stop()
            capture.expect_well_formed(recorded, 5, from_clients_too=name != "abused")

        results.run(f"tshark {name}", case, lab)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--log", default=ROOT / "build/test-logs/interop", type=pathlib.Path)
    parser.add_argument("--only", default="", help="cases with this word in their name")
    parser.add_argument("--list", action="store_true")
    parser.add_argument("--long", action="store_true", help="the cases that take minutes")
    options = parser.parse_args()
    lab = Lab(options.log)
    if options.long:
        return run_all(options, lab, web_cases.long_cases(lab), [])
    single = [case for module in (uclient_cases, client_cases, process_cases, signaling_cases,
                                  dialect_cases, web_cases, tls_cases, discovery_cases,
                                  dtls_cases, http_cases,
                                  tcp_relay_cases, balancing_cases, doctor_cases, mobility_cases,
                                  oauth_cases, icmp_cases)
              for case in module.cases(lab) if options.only in case[0]]
    abuse = [case for case in uclient_cases.abuse_cases(lab) if options.only in case[0]]
    return run_all(options, lab, single, abuse)


def run_all(options, lab, single, abuse):
    """The exit code. Those of `abuse` run one after the other."""
    if options.list:
        print("\n".join(name for name, _ in single + abuse))
        return 0
    isolation.isolate()
    isolation.ip("link", "add", "lan0", "type", "veth", "peer", "name", "lan1")
    isolation.ip("address", "add", f"{process_cases.LAN_ADDRESS}/24", "dev", "lan0")
    for end in ("lan0", "lan1"):
        isolation.ip("link", "set", end, "up")
    results = Results()
    try:
        with concurrent.futures.ThreadPoolExecutor(PARALLEL) as pool:
            tasks = [pool.submit(run_in_order, results, abuse, lab)]
            tasks += [pool.submit(results.run, *case, lab) for case in single]
            for task in tasks:
                task.result()
        check_captures(results, lab)
        results.run("tshark finds malformed packets",
                    lambda _: capture.prove_that_it_can_fail(lab.folder), lab)
    finally:
        lab.close()
    print(f"{results.passed} passed, {results.failed} failed")
    return 1 if results.failed or not results.passed else 0


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main())
