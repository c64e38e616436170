"""Clients sent to other servers (300, ALTERNATE-SERVER) and told apart by the page that they run in
(ORIGIN): coturn's own client follows, and says who it is."""

import re

from lab import PASSWORD, USER
from server_under_test import expect, free_port
from uclient_cases import expect_no_loss, uclient

ONE_USER = ["-a", "-u", f"{USER}:{PASSWORD}"]
CLIENTS = 6
PAGE, NORTH = "https://www.north.example", "north.example"


def allocations(server):
    """How many allocations the log of the server tells of."""
    return len(re.findall(r"allocation made: .* user ", server.output()))


def redirected(server):
    return len(re.findall(r"sent to another server: ", server.output()))


def alternate_case(transport):
    """Two servers share the clients of a third, which makes no allocation for any of them."""
    flags = {"udp": [], "tcp": ["-t"]}[transport]

    def case(lab):
        workers = [lab.server(f"alternate-{transport}-{i}", *ONE_USER) for i in (1, 2)]
        before = [allocations(server) for server in workers]
        first = lab.server(f"redirecting-{transport}", *ONE_USER, *(
            f"--alternate-server=127.0.0.1:{server.port}" for server in workers))
        own = allocations(first)
        text, _ = uclient(lab, f"redirected-{transport}", first,
                          ["-X", "-c", *flags, "-n", "5", "-m", CLIENTS, "-e", "127.0.0.1",
                           "127.0.0.1"])
        expect_no_loss(text)
        made = [allocations(server) - past for server, past in zip(workers, before)]
        expect(all(made) and sum(made) >= CLIENTS, f"allocations of the two: {made}")
        expect(redirected(first) >= CLIENTS, f"only {redirected(first)} were sent on")
        expect(allocations(first) == own, "the first server made an allocation itself")

    return case


def self_balance_case(lab):
    """UDP clients are spread over the auxiliary listeners of the same server."""
    ports = [free_port(), free_port()]
    server = lab.server("self-balance", *ONE_USER, "--udp-self-balance",
                        *(f"--aux-server=127.0.0.1:{port}" for port in ports))
    text, _ = uclient(lab, "self-balanced", server, [
        "-X", "-c", "-n", "5", "-m", CLIENTS, "-e", "127.0.0.1", "127.0.0.1"])
    expect_no_loss(text)
    for port in ports:
        expect(f"to 127.0.0.1:{port}" in server.output(), f"nobody was sent to port {port}")


def origin_case(lab):
    """A client from a page belongs to that page's realm; its user is nobody elsewhere."""
    server = lab.server("origins", *ONE_USER, f"--realm-origin={NORTH}={PAGE}",
                        f"--realm-user={NORTH}=gorst:hero", "--check-origin-consistency")
    flags = ["-X", "-c", "-n", "5", "-e", "127.0.0.1"]
    text, _ = uclient(lab, "origin", server, [*flags, "-o", PAGE, "127.0.0.1"],
                      login=["-u", "gorst", "-w", "hero"])
    expect_no_loss(text)
    text, _ = uclient(lab, "no-origin", server, [*flags, "127.0.0.1"])
    expect_no_loss(text)
    text, _ = uclient(lab, "wrong-origin", server, [*flags, "127.0.0.1"],
                      login=["-u", "gorst", "-w", "hero"])
    expect("tot_recv_msgs" not in text or "tot_recv_msgs=0" in text,
           f"a user of one realm got into another:\n{text[-600:]}")


def bandwidth_case(lab):
    """A client that asks for a bandwidth gets it; what it sends within that passes."""
    text, _ = uclient(lab, "bandwidth", lab.standard(), [
        "-X", "-c", "-n", "5", "-a", "1000000", "-e", "127.0.0.1", "127.0.0.1"])
    expect_no_loss(text)


def cases(lab):
    if not lab.knows("realm-origin"):
        return []
    return [("redirect udp", alternate_case("udp")), ("redirect tcp", alternate_case("tcp")),
            ("redirect self-balance", self_balance_case), ("origin realms", origin_case),
            ("bandwidth draft", bandwidth_case)]
