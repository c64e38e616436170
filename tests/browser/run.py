#!/usr/bin/python3
"""Browsers at home behind NATs are in calls through the server; and what else only a routed network
shows. Prints a line per case and the total.

    tests/browser/run.py [--log FOLDER]

TURNSERVER names another server binary. Needs root, for network namespaces of its own.
"""

import argparse
import base64
import hashlib
import hmac
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import urllib.parse

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE), str(HERE.parent / "support")]
# pylint: disable=wrong-import-position
import isolation  # noqa: E402
import nat  # noqa: E402
import routed_network  # noqa: E402
from server_under_test import (ROOT, Failure, TurnServer, expect, server_binary,
                               wait_until)  # noqa: E402

MODULES = ROOT / "build/browser"
COMMAND_LINE = "-L 0.0.0.0 -a -u lqf:123456 -v -f -r nort.gov"
CASES_OF_GATHERING = 7
CASES_OF_MODULES = 5
CASES_OF_PAGES = 26
CASES_OF_FIREFOX = 2
# What the servers beside the first one listen on, and what is wrong with each. The router drops UDP
# to the second one, and what comes to the relay ports of the third; and what the first one's
# auxiliary listener answers.
SECRET = "tea"
ODD_SERVERS = {
    "private": "-p 3500 -E 10.9.9.2",
    "without-udp": "-p 3600",
    "closed-range": "-p 3700 --min-port 40000 --max-port 40100",
}
EXPIRED_USER = "1700000000:alice"
LEAST_TTL = 32  # Half of what systems start with; a reply that leaves with 1 dies at the router.


def install_modules():
    """playwright-core as the lock file names it, outside of the source tree."""
    lock = (HERE / "package-lock.json").read_bytes()
    installed = MODULES / "package-lock.json"
    if installed.exists() and installed.read_bytes() == lock \
            and (MODULES / "node_modules/playwright-core").is_dir():
        return
    MODULES.mkdir(parents=True, exist_ok=True)
    shutil.copy(HERE / "package.json", MODULES)
    shutil.copy(HERE / "package-lock.json", MODULES)
    environment = dict(os.environ, PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD="1")
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts", "--loglevel=error"],
                   cwd=MODULES, env=environment, check=True, timeout=180, stdout=subprocess.DEVNULL)


def probe(namespace, *arguments):
    command = isolation.inside(namespace, "/usr/bin/python3", str(HERE / "probe.py"), *arguments)
    result = subprocess.run(command, capture_output=True, text=True, timeout=30, check=False)
    expect(result.returncode == 0, f"probe.py: {result.stderr}")
    return json.loads(result.stdout)


def check_homes():
    for name, other in (("alice", "bob"), ("bob", "alice")):
        for address in (routed_network.HOME[other], routed_network.OUTSIDE[other]):
            found = probe(name, "reach", address)
            expect(not found["reached"], f"{name} reaches {other} past the server")
        found = probe(name, "reach", routed_network.SERVER)
        expect(found["reached"], f"{name} does not reach the server's host")


def check_replies_survive_the_router():
    for name in ("alice", "bob"):
        found = probe(name, "server", routed_network.SERVER, "3478")
        expect(found["udp"] and found["tcp"], f"no answer for {name} over the router: {found}")
        expect(found["ttl"] >= LEAST_TTL, f"a reply arrived with a TTL of {found['ttl']}")


class Results:
    """Prints what ended, and counts."""

    def __init__(self):
        self.passed = self.failed = 0

    def add(self, name, problem, seconds=None):
        time = f"  ({seconds:.1f} s)" if seconds is not None else ""
        print(f"{'FAIL' if problem else 'ok':4}  {name}{time}", flush=True)
        if problem:
            print("      " + problem.strip().replace("\n", "\n      "), flush=True)
            self.failed += 1
        else:
            self.passed += 1

    def run(self, name, case):
        try:
            case()
            self.add(name, None)
        except Failure as failure:
            self.add(name, str(failure))


def trust_authority(home, authority):
    """Chromium on Linux trusts what is in the NSS database of the home."""
    database = home / ".pki/nssdb"
    shutil.rmtree(database, ignore_errors=True)
    database.mkdir(parents=True)
    for arguments in (["-N", "--empty-password"],
                      ["-A", "-n", "turnserver", "-t", "C,,", "-i", authority]):
        subprocess.run(["certutil", "-d", f"sql:{database}", *arguments], check=True, timeout=30)


def run_script(results, log, name, arguments, cases, actions=None, namespace=None):
    """Runs a script; its home is in the log folder, for browsers keep things there. `actions` is
    what the script may ask for, by name."""
    environment = dict(os.environ, HOME=str(log), XDG_RUNTIME_DIR=str(log))
    command = isolation.inside(namespace, "node", HERE / name, MODULES, routed_network.SERVER, log,
                               *arguments)
    errors = log / f"{name}.stderr.log"
    with open(errors, "wb") as errors_file:
        child = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                 stderr=errors_file, env=environment, text=True)
        count = 0
        for line in child.stdout:
            case = json.loads(line)
            if "ask" in case:
                actions[case["ask"]]()
                print("done", file=child.stdin, flush=True)
                continue
            results.add(case["name"], case["problem"], case["seconds"])
            count += 1
        status = child.wait()
    if status != 0 or count != cases:
        results.add(f"all of {name} was run", f"it ended with {status} after {count} cases:\n"
                    + errors.read_text()[-1500:])


def expired_password():
    digest = hmac.new(SECRET.encode(), EXPIRED_USER.encode(), hashlib.sha1).digest()
    return base64.b64encode(digest).decode()


def link_token():
    """What a link to the guarded room carries."""
    command = [server_binary(), "link", "guarded", f"--static-auth-secret={SECRET}", "-n"]
    link = subprocess.run(command, capture_output=True, text=True, timeout=30, check=True).stdout
    return urllib.parse.parse_qs(urllib.parse.urlsplit(link.strip()).fragment)["token"][0]


class Site:
    """The server whose pages are looked at, and the odd ones that its connection test is to see
    through. It starts again when a page's test asks for it."""

    def __init__(self, log):
        self.log = log
        self.servers = {}

    def start(self):
        isolation.ip("address", "add", "10.9.9.2/32", "dev", "lo", namespace="relay")
        routed_network.drop(to_server="udp dport { 3600, 40000-40100 }")
        routed_network.drop(from_server="udp sport 3900")
        self.start_main()
        self.servers["guarded"] = TurnServer(
            f"-L {routed_network.SERVER} -p 3800 --tls-listening-port 5749 --signal-port 8799 "
            f"--signal-tls-port 8798 -a --static-auth-secret={SECRET} -f -r nort.gov -n".split(),
            self.log / "guarded.log", namespace="relay", probe=False)
        for name, options in ODD_SERVERS.items():
            self.servers[name] = TurnServer(
                f"-L {routed_network.SERVER} -a -u lqf:123456 -f -r nort.gov -n --no-tls "
                f"--no-signal {options}".split(), self.log / f"{name}.log", namespace="relay",
                probe=False)

    def start_main(self):
        options = f"--static-auth-secret={SECRET} --room-size 4 --open-rooms -n " \
            f"--aux-server={routed_network.SERVER}:3900"
        self.servers["main"] = TurnServer(
            [*COMMAND_LINE.split(), *options.split()], self.log / "site.log", namespace="relay",
            probe=False)
        wait_until(lambda: probe("alice", "server", routed_network.SERVER, "3478")["tcp"], 15,
                   "the site answers alice")

    def restart(self):
        self.servers["main"].signal(signal.SIGINT)
        self.servers["main"].wait(10)
        self.start_main()

    def expect_running(self):
        for name, server in self.servers.items():
            expect(server.running(), f"{name} ended: {server.output()[-500:]}")

    def stop(self):
        for server in self.servers.values():
            server.stop()


def run_pages(results, log):
    copies = MODULES / "web"  # Beside a package.json that says these are modules.
    shutil.rmtree(copies, ignore_errors=True)
    shutil.copytree(ROOT / "relay/web", copies)
    run_script(results, log, "modules.mjs", [], CASES_OF_MODULES)
    site = Site(log)
    try:
        site.start()
        screenshots = ROOT / "build/screenshots"
        run_script(results, log, "pages.mjs", [screenshots, expired_password(), link_token()],
                   CASES_OF_PAGES, {
                       "restart": site.restart,
                       "ordinary": lambda: routed_network.make_nats(nat.ORDINARY),
                       "symmetric": lambda: routed_network.make_nats(nat.SYMMETRIC),
                       "restart-router": lambda: routed_network.restart_router("bob")})
        run_script(results, log, "firefox.mjs", [], CASES_OF_FIREFOX, namespace="alice")
        results.run("the site is still there", site.expect_running)
    finally:
        site.stop()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("--log", default=ROOT / "build/test-logs/browser", type=pathlib.Path)
    log = parser.parse_args().log.resolve()
    log.mkdir(parents=True, exist_ok=True)
    install_modules()
    isolation.isolate()
    routed_network.build()
    results = Results()
    server = TurnServer([*COMMAND_LINE.split(), "-n"], log / "server.log", namespace="relay",
                        probe=False)
    try:
        wait_until(lambda: probe("alice", "server", routed_network.SERVER, "3478")["tcp"], 15,
                   "the server answers alice")
        results.run("the NATs keep the clients apart", check_homes)
        results.run("replies survive the router", check_replies_survive_the_router)
        trust_authority(log, pathlib.Path(os.environ["STATE_DIRECTORY"]) / "ca.pem")
        run_script(results, log, "gathering.mjs", [], CASES_OF_GATHERING)
        results.run("the server is still there", lambda: expect(server.running(), "it ended"))
        server.stop()
        run_pages(results, log)
    except Failure as failure:
        results.add("the lab", f"{failure}\n{server.output()[-1500:]}")
    finally:
        server.stop()
    print(f"{results.passed} passed, {results.failed} failed")
    return 1 if results.failed or not results.passed else 0


if __name__ == "__main__":
    sys.exit(main())
