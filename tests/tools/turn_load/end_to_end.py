#!/usr/bin/env python3
"""turn_load against a real TURN server on loopback.

end_to_end.py TURN_LOAD TURNSERVER: the second is coturn, or any server that takes its options.
"""

import json
import os
import pathlib
import re
import signal
import subprocess
import sys
import tempfile
import xml.etree.ElementTree

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "support"))
import server_under_test  # noqa: E402
from server_under_test import expect  # noqa: E402

TURN_LOAD, SERVER = sys.argv[1:3]
DEADLINE = 60  # seconds for one run of turn_load


class Lab:
    """A server with the options given, and turn_load pointed at it."""

    def __init__(self, folder, *options, tls=False):
        self.port, self.tls_port = server_under_test.free_port(), server_under_test.free_port()
        self.certificate = None
        arguments = ["-n", "-L", "127.0.0.1", "-p", self.port, "--user", "u:p", "-r", "x", "-a",
                     "--no-dtls", "--log-file=stdout", "--simple-log", "--cli-password=x",
                     "--tls-listening-port", self.tls_port,
                     f"--pidfile={folder}/pid-{self.port}", *options]
        if tls:
            self.certificate, key = make_certificate(folder)
            arguments += ["--cert", self.certificate, "--pkey", key]
        else:
            arguments.append("--no-tls")
        self.server = server_under_test.TurnServer(arguments, f"{folder}/server-{self.port}.log",
                                             port=self.port, binary=SERVER)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.stop()

    def command(self, *options):
        given = [str(option) for option in options]
        port = [] if "--port" in given else ["--port", str(self.port)]
        password = [] if "--password" in given else ["--password", "p"]
        return [TURN_LOAD, "--server", "127.0.0.1", "--user", "u", *port, *password, *given]

    def load(self, *options):
        return subprocess.run(self.command(*options), capture_output=True, text=True,
                              timeout=DEADLINE, check=False)

    def measure(self, *options):
        done = self.load("--json", *options)
        expect(done.returncode == 0, f"turn_load {options} failed: {done.stderr}")
        return json.loads(done.stdout)


def make_certificate(folder):
    certificate, key = f"{folder}/certificate.pem", f"{folder}/key.pem"
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2",
                    "-keyout", key, "-out", certificate, "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=IP:127.0.0.1"], check=True, capture_output=True)
    return certificate, key


def expect_flow(result, calls, packets):
    """Media flowed both ways and all but nothing was lost: this is loopback, and hardly a load. As
    many packets were due as the profile says; how many of them left in time is up to the host."""
    step = result["steps"][-1]
    expect(step["calls"] == calls, f"{step['calls']} calls, not {calls}")
    due = step["up"]["sent"] + step["down"]["sent"] + step["not_sent"]
    expect(abs(due - packets) <= 0.03 * packets, f"{due} packets were due, not {packets}")
    for way in ("up", "down"):
        flow = step[way]
        expect(flow["received"] > 0, f"{way}: nothing arrived")
        expect(flow["loss"] < 0.01, f"{way}: {flow['loss']:.2%} lost")
        expect(0 < flow["p50_us"] <= flow["p99_us"] <= flow["max_us"], f"{way}: odd latencies")
        expect(flow["duplicated"] == 0, f"{way}: duplicates")
    expect(step["strays"] == 0, "datagrams that nobody sent")


def check_transports(lab):
    audio = lab.measure("--calls", 20, "--seconds", 1, "--server-pid", lab.server.pid)
    expect_flow(audio, 20, 2000)
    expect(audio["steps"][0]["server_cpu"] > 0, "the server's CPU was not measured")
    expect_flow(lab.measure("--calls", 4, "--seconds", 1, "--profile", "video"), 4, 1600)
    expect_flow(lab.measure("--calls", 10, "--seconds", 1, "--transport", "tcp", "--profile",
                            "mixed"), 10, 2500)
    threads = lab.measure("--calls", "5,9", "--seconds", 1, "--threads", 3)
    expect([step["calls"] for step in threads["steps"]] == [5, 9], "not the steps asked for")
    expect_flow(threads, 9, 900)
    expect_flow(lab.measure("--calls", 10, "--seconds", 2, "--rate", 2000), 10, 4000)


def check_tls(lab):
    secure = ("--port", lab.tls_port, "--transport", "tls", "--calls", 4, "--seconds", 1)
    refused = lab.load(*secure)
    expect(refused.returncode == 1 and "--insecure" in refused.stderr, refused.stderr)
    expect_flow(lab.measure(*secure, "--ca", lab.certificate), 4, 400)
    expect_flow(lab.measure(*secure, "--insecure"), 4, 400)


def check_capacity_and_report(folder, lab):
    """A quota is a capacity that does not depend on this host."""
    report = f"{folder}/report.html"
    result = lab.measure("--find-capacity", "--calls", 3, "--seconds", 1, "--max-loss", 50,
                         "--max-p99", 10000, "--report", report)
    expect(result["capacity"]["calls"] == 12, f"capacity {result['capacity']}")
    expect("486" in result["capacity"]["limited_by"], f"{result['capacity']}")
    page = xml.etree.ElementTree.parse(report).getroot()
    expect(len(page.findall(".//{*}svg")) == 4, "the report has four plots")
    expect(len(page.findall(".//{*}tbody/{*}tr")) == len(result["steps"]), "a row for each step")


def check_sentences(lab):
    """Every way to fail ends with a sentence that names what to do."""
    for options, status, words in (
            (("--password", "wrong"), 1, "401"),
            (("--port", server_under_test.free_port()), 1, "nothing listens"),
            (("--port", server_under_test.free_port(), "--transport", "tcp"), 1, "nothing listens"),
            (("--server", "8.8.8.8"), 1, "--i-own-this-server"),
            (("--profile", "/nowhere"), 1, "/nowhere"),
            (("--peer-ip", "203.0.113.77"), 1, "no address of this host"),
            (("--server-pid", 4194303), 1, "no such process"),
            (("--secnds", 3), 2, "--seconds"),
            ((), 1, "--allow-loopback-peers")):
        done = lab.load("--calls", 2, "--seconds", 1, *options)
        expect(done.returncode == status, f"{options}: status {done.returncode}: {done.stderr}")
        expect(words in done.stderr, f"{options}: {done.stderr!r} does not say {words!r}")


def check_progress(lab):
    """On a terminal one line that is written over and over, elsewhere a line for each event."""
    options = ("--calls", 2, "--seconds", 2, "--server-pid", lab.server.pid)
    shown = run_on_terminal(lab.command(*options))
    expect("2 calls  warming up" in shown, f"no warm-up: {shown!r}")
    running = re.findall(r"\r\x1b\[K2 calls  (\d)/2 s  sent (\d+)/s  received \d+/s  "
                         r"server \d+ % CPU  self \d+ % CPU", shown)
    expect(len(running) >= 2, f"no live view: {shown!r}")
    expect(all(int(sent) > 0 for _, sent in running), f"live views without packets: {running}")

    plain = lab.load(*options).stderr
    expect("\x1b" not in plain and "\r" not in plain, f"a terminal's codes in a file: {plain!r}")
    expect(re.search(r"2 calls: .* server \d+ % CPU, self \d+ % CPU: well", plain), plain)


def run_on_terminal(command):
    """What the program writes to a terminal that is its stderr."""
    ours, its = os.openpty()
    shown = b""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=its) as child:
        os.close(its)
        try:
            while part := os.read(ours, 4096):
                shown += part
        except OSError:  # The terminal is gone, as its last user is.
            pass
        child.wait(DEADLINE)
    os.close(ours)
    return shown.decode()


def check_interrupt(folder, lab):
    """Ctrl-C ends the run early, with the report so far."""
    report = f"{folder}/early.html"
    command = lab.command("--calls", 2, "--seconds", 600, "--json", "--report", report)
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as child:
        line = child.stderr.readline()
        expect(b"2 calls for 600 s" in line, f"not the start of a step: {line}")
        child.send_signal(signal.SIGINT)
        output, _ = child.communicate(timeout=DEADLINE)
    expect(child.returncode == 0, f"status {child.returncode}")
    result = json.loads(output)
    expect(result["stopped_early"] and len(result["steps"]) == 1, "stopped early with one step")
    expect(os.path.getsize(report) > 0, "no report")


def check_death(lab):
    """A server that dies during a run ends it, and is a failure, not mere loss."""
    command = lab.command("--calls", 5, "--seconds", 600, "--profile", "audio")
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as child:
        child.stderr.readline()
        lab.server.stop()
        _, complaint = child.communicate(timeout=DEADLINE)
    expect(child.returncode == 1, f"status {child.returncode}")
    expect(b"5 calls broke" in complaint, f"{complaint}")


def main():
    with tempfile.TemporaryDirectory() as folder:
        with Lab(folder, "--allow-loopback-peers", tls=True) as lab:
            check_transports(lab)
            check_tls(lab)
            check_progress(lab)
            check_interrupt(folder, lab)
        with Lab(folder, "--allow-loopback-peers", "--user-quota=12") as lab:
            check_capacity_and_report(folder, lab)
        with Lab(folder) as lab:
            check_sentences(lab)
        with Lab(folder, "--allow-loopback-peers") as lab:
            check_death(lab)
    print("turn_load measures, refuses and reports")


if __name__ == "__main__":
    main()
