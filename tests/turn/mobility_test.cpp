// Mobility (RFC 8016): clients that come back from elsewhere.
#include <catch2/catch.hpp>

#include <algorithm>

#include "tests/support/turn_bench.h"
#include "turn/allocation.h"

namespace support {
namespace {

using namespace std::chrono_literals;
using Ticket = std::vector<std::byte>;

/// Worker number `worker` of a server whose clients may move.
struct Mobile : TurnBench {
  explicit Mobile(std::uint8_t worker = 0)
      : TurnBench(TurnBench::dual_stack(), {}, 50000, 50099, worker) {}
};

const TransportAddress peer = "203.0.113.1:5000"_peer;
constexpr std::string_view home = "198.51.100.7:40000", away = "198.51.100.99:1234",
                           farther = "192.0.2.200:4321";

Ticket ticket_in(const Answer& answer) {
  const auto value = answer.message().value(stun::AttributeType::mobility_ticket);
  return value ? Ticket(value->begin(), value->end()) : Ticket();
}

Answer allocate_with(BenchClient& client, const Ticket& ticket) {
  return client.request(stun::Method::allocate, [&](stun::MessageBuilder& message) {
    message.add_leading_u8(stun::AttributeType::requested_transport, 17);
    message.add(stun::AttributeType::mobility_ticket, ticket);
  });
}

Answer resume(BenchClient& client, const Ticket& ticket, std::optional<Seconds> lifetime = {}) {
  return client.request(stun::Method::refresh, [&](stun::MessageBuilder& message) {
    message.add(stun::AttributeType::mobility_ticket, ticket);
    if (lifetime) {
      message.add_u32(stun::AttributeType::lifetime, static_cast<std::uint32_t>(lifetime->count()));
    }
  });
}

std::optional<PeerDatagram> sends(BenchClient& client, std::string_view payload) {
  return client.says(client.make({stun::Method::send, stun::Class::indication}, [&](auto& message) {
    message.add_xor_address(stun::AttributeType::xor_peer_address, peer);
    message.add_text(stun::AttributeType::data, payload);
  }));
}

/// What comes from the peer goes to whom.
std::optional<turn::FiveTuple> heard_by(Mobile& bench, const TransportAddress& relay) {
  const auto id = bench.relay_at(relay);
  if (!id) return std::nullopt;
  turn::Allocation* const allocation = bench.server.find(*id, bench.now);
  if (allocation == nullptr) return std::nullopt;
  const auto forward =
      bench.server.handle_peer(*allocation, peer, stun::as_bytes("to the client"), bench.now);
  return forward ? std::optional(*forward->client) : std::nullopt;
}

TEST_CASE("who may not move is told so", "[turn][rfc8016-3.1.2]") {
  TurnBench bench;
  BenchClient alice = bench.client(home);
  CHECK(allocate_with(alice, {}) == error(405));
  CHECK(alice.allocate() == success);
  CHECK(resume(alice, Ticket(32)) == error(405));
  CHECK(bench.server.allocation_count() == 1);
}

TEST_CASE("a ticket is for who asks for one, without one", "[turn][rfc8016-3.1.2]") {
  Mobile bench;
  BenchClient alice = bench.client(home), bob = bench.client(away, turn::Transport::udp, "bob");
  CHECK(ticket_in(bob.allocate()).empty());
  CHECK(ticket_in(bob.refresh()).empty());
  CHECK(allocate_with(alice, Ticket(4)) == error(400));
  const Answer answer = allocate_with(alice, {});
  CHECK(ticket_in(answer).size() == 32);
  CHECK(ticket_in(alice.retransmit()).size() == 32);
  const Ticket refreshed = ticket_in(alice.refresh());
  CHECK(refreshed.size() == 32);
  CHECK(refreshed != ticket_in(answer));
  CHECK(ticket_in(alice.refresh(0s)).empty());
}

TEST_CASE("a client that has moved is served as before", "[turn][rfc8016-3.2.2]") {
  Mobile bench;
  BenchClient alice = bench.client(home);
  const Answer made = allocate_with(alice, {});
  REQUIRE(made == success);
  const TransportAddress relay = made.relayed().front();
  REQUIRE(alice.bind(0x4000, peer) == success);
  bench.take_events();

  BenchClient moved = bench.client(away, GENERATE(turn::Transport::udp, turn::Transport::tcp));
  const Answer answer = resume(moved, ticket_in(made), 1000s);
  REQUIRE(answer == success);
  CHECK(answer.lifetime() == 1000s);
  CHECK(ticket_in(answer) != ticket_in(made));
  CHECK(bench.quota.held() == 1);

  // "The TURN server MUST continue receiving and processing data on the old 5-tuple".
  CHECK(heard_by(bench, relay) == alice.tuple());
  CHECK(alice.sends(0x4000, "from home") == to_peer(peer, "from home"));
  // The client's first data completes the move.
  CHECK(sends(moved, "from away") == to_peer(peer, "from away"));
  CHECK(heard_by(bench, relay) == moved.tuple());
  CHECK(moved.sends(0x4000, "and again") == to_peer(peer, "and again"));
  CHECK(alice.sends(0x4000, "from home") == nothing);
  CHECK(alice.refresh() == error(437));
  const auto events = bench.take_events();
  REQUIRE(events.back().kind == turn::Event::Kind::moved);
  CHECK(events.back().client == moved.tuple());
  CHECK(events.back().peer == alice.tuple().client);
  CHECK(moved.refresh(0s) == success);
  CHECK(bench.quota.held() == 0);
  CHECK(bench.taken_ports() == 0);
}

TEST_CASE("a request completes a move as data does", "[turn][rfc8016-3.2.2]") {
  Mobile bench;
  BenchClient alice = bench.client(home), moved = bench.client(away);
  REQUIRE(resume(moved, ticket_in(allocate_with(alice, {}))) == success);
  CHECK(moved.permit(peer) == success);
  CHECK(alice.permit(peer) == error(437));
  CHECK(sends(moved, "hi") == to_peer(peer, "hi"));
}

TEST_CASE("an answer that was lost is given again", "[turn][rfc8016-3.2.2]") {
  Mobile bench;
  BenchClient alice = bench.client(home), moved = bench.client(away);
  REQUIRE(resume(moved, ticket_in(allocate_with(alice, {}))) == success);
  CHECK(moved.retransmit() == success);
  REQUIRE(moved.permit(peer) == success);
  const Answer again = moved.retransmit();
  CHECK(again == success);
  const auto last = bench.client(farther);
  BenchClient third = last;
  CHECK(resume(third, ticket_in(again)) == error(400));  // permit() was the last request
}

TEST_CASE("a ticket is good for one move", "[turn][rfc8016-3.2.2]") {
  Mobile bench;
  BenchClient alice = bench.client(home), moved = bench.client(away), third = bench.client(farther);
  const Ticket first = ticket_in(allocate_with(alice, {}));
  const Ticket second = ticket_in(resume(moved, first));
  REQUIRE(moved.permit(peer) == success);
  CHECK(resume(third, first) == error(400));
  CHECK(resume(third, second) == success);
  REQUIRE(third.permit(peer) == success);
  CHECK(moved.permit(peer) == error(437));
  CHECK(resume(moved, second) == error(400));
  CHECK(bench.server.allocation_count() == 1);
}

TEST_CASE("who moves on before having sent anything has one move pending",
          "[turn][rfc8016-3.2.2]") {
  Mobile bench;
  BenchClient alice = bench.client(home), moved = bench.client(away), third = bench.client(farther);
  const Ticket first = ticket_in(allocate_with(alice, {}));
  REQUIRE(alice.permit(peer) == success);
  const Ticket second = ticket_in(resume(moved, first));
  // Whether or not it has seen the answer.
  const bool seen = GENERATE(true, false);
  REQUIRE(resume(third, seen ? second : first) == success);
  CHECK(moved.permit(peer) == error(437));
  CHECK(sends(moved, "lost") == nothing);
  CHECK(sends(third, "hi") == to_peer(peer, "hi"));
  CHECK(alice.permit(peer) == error(437));
}

TEST_CASE("a ticket is of no use to anybody else", "[turn][rfc8016-3.2.2]") {
  Mobile bench;
  BenchClient alice = bench.client(home);
  const Ticket ticket = ticket_in(allocate_with(alice, {}));
  BenchClient mallory = bench.client(away, turn::Transport::udp, "mallory");
  CHECK(resume(mallory, ticket) == error(441));
  BenchClient with_token = bench.client(away);
  CHECK(with_token.request(stun::Method::refresh, [&](auto& message) {
    message.add(stun::AttributeType::mobility_ticket, ticket);
    message.add_u32(stun::AttributeType::access_token, 600);
  }) == error(441));
  BenchClient moved = bench.client(away);
  CHECK(resume(moved, ticket) == success);
}

TEST_CASE("what is no ticket, or comes from where the client is, is refused",
          "[turn][rfc8016-3.2.2]") {
  Mobile bench;
  BenchClient alice = bench.client(home), moved = bench.client(away);
  const Ticket ticket = ticket_in(allocate_with(alice, {}));
  CHECK(resume(alice, ticket) == error(400));
  CHECK(resume(moved, {}) == error(400));
  CHECK(resume(moved, Ticket(32, std::byte{7})) == error(400));
  Ticket cut = ticket;
  cut.pop_back();
  CHECK(resume(moved, cut) == error(400));
  REQUIRE(allocate_with(moved, {}) == success);
  CHECK(resume(moved, ticket) == error(437));
  CHECK(bench.server.allocation_count() == 2);
}

TEST_CASE("tickets end with their allocation", "[turn][rfc8016-3.2.2]") {
  Mobile bench;
  BenchClient alice = bench.client(home), moved = bench.client(away);
  const Ticket ticket = ticket_in(allocate_with(alice, {}));
  SECTION("by time, before the timer has come") {
    bench.sleep(601s);
    CHECK(resume(moved, ticket) == error(437));
  }
  SECTION("by its client") { REQUIRE(alice.refresh(0s) == success); }
  SECTION("by time") { bench.advance(601s); }
  bench.take_routes();
  CHECK(resume(moved, ticket) == nothing);  // Perhaps another worker has it.
  const auto effects = bench.take_routes();
  REQUIRE(!effects.empty());
  const auto* const seek = std::get_if<turn::SeekAllocation>(&effects.back());
  REQUIRE(seek != nullptr);
  CHECK_FALSE(bench.server.resume(seek->resume, bench.now));
  CHECK(bench.resumed(seek->question, {stun::ErrorCode::allocation_mismatch, {}, {}}) ==
        error(437));
}

TEST_CASE("an allocation may end while its client is on the way", "[turn][rfc8016-3.2.2]") {
  Mobile bench;
  BenchClient alice = bench.client(home), moved = bench.client(away);
  const Ticket ticket = ticket_in(allocate_with(alice, {}));
  REQUIRE(resume(moved, ticket) == success);
  SECTION("by time") { bench.advance(601s); }
  SECTION("by the client's old self") { REQUIRE(alice.refresh(0s) == success); }
  CHECK(sends(moved, "too late") == nothing);
  CHECK(moved.permit(peer) == error(437));
  CHECK_FALSE(bench.server.expects(moved.tuple()));
  CHECK(bench.quota.held() == 0);
}

TEST_CASE("a client may end its allocation from elsewhere", "[turn][rfc8016-3.2.1]") {
  Mobile bench;
  BenchClient alice = bench.client(home), moved = bench.client(away);
  const Answer answer = resume(moved, ticket_in(allocate_with(alice, {})), 0s);
  CHECK(answer == success);
  CHECK(answer.lifetime() == 0s);
  CHECK(ticket_in(answer).empty());
  CHECK(bench.server.allocation_count() == 0);
  CHECK(bench.taken_ports() == 0);
}

TEST_CASE("an allocation outlives the stream of a client that may move", "[turn][rfc8016-3.2.2]") {
  Mobile bench;
  BenchClient alice = bench.client(home, turn::Transport::tcp), moved = bench.client(away);
  const Answer made = allocate_with(alice, {});
  REQUIRE(alice.permit(peer) == success);
  alice.disconnect();
  CHECK(bench.server.allocation_count() == 1);
  CHECK(resume(moved, ticket_in(made)) == success);
  CHECK(sends(moved, "hi") == to_peer(peer, "hi"));
  CHECK(heard_by(bench, made.relayed().front()) == moved.tuple());
  moved.disconnect();
  bench.advance(601s);
  CHECK(bench.server.allocation_count() == 0);
}

TEST_CASE("both halves of a dual allocation come along", "[turn][rfc8016-3.2.2]") {
  Mobile bench;
  BenchClient alice = bench.client(home), moved = bench.client(away);
  const Answer made = alice.request(stun::Method::allocate, [](auto& message) {
    message.add_leading_u8(stun::AttributeType::requested_transport, 17);
    message.add_leading_u8(stun::AttributeType::additional_address_family, ipv6);
    message.add(stun::AttributeType::mobility_ticket, {});
  });
  REQUIRE(made.relayed().size() == 2);
  REQUIRE(resume(moved, ticket_in(made)) == success);
  CHECK(moved.permit({peer, "[2001:db8:9::1]:5000"_peer}) == success);
  CHECK(sends(moved, "hi") == to_peer(peer, "hi"));
  CHECK(moved.refresh(0s) == success);
  CHECK(bench.taken_ports() == 0);
}

/// The new five-tuple is another worker's.
struct TwoWorkers {
  Mobile one{0}, two{1};
  BenchClient alice = one.client(home), moved = two.client(away);

  template <class E>
  E take(Mobile& bench) {
    for (const turn::Effect& effect : bench.take_routes()) {
      if (const auto* const wanted = std::get_if<E>(&effect)) return *wanted;
    }
    throw std::logic_error("there is no such effect");
  }
  /// Alice asks at two, which asks one.
  Answer resume_elsewhere(const Ticket& ticket) {
    if (resume(moved, ticket) != nothing) throw std::logic_error("answered without asking");
    const auto seek = take<turn::SeekAllocation>(two);
    const auto answer = one.server.resume(seek.resume, one.now);
    return two.resumed(seek.question, answer.value_or(turn::ResumeAnswer{
                                          stun::ErrorCode::allocation_mismatch, {}, {}}));
  }
  void fetch() { one.hand_over(take<turn::FetchAllocation>(two), two); }
};

TEST_CASE("an allocation follows its client to another worker", "[turn][rfc8016-3.2.2]") {
  TwoWorkers workers;
  auto& [one, two, alice, moved] = workers;
  const Answer made = allocate_with(alice, {});
  const TransportAddress relay = made.relayed().front();
  REQUIRE(alice.bind(0x4000, peer) == success);
  const Answer answer = workers.resume_elsewhere(ticket_in(made));
  REQUIRE(answer == success);
  CHECK(heard_by(one, relay) == alice.tuple());
  CHECK(two.server.allocation_count() == 0);

  CHECK(sends(moved, "on my way") == nothing);
  CHECK(two.server.awaits(moved.tuple()));
  CHECK(moved.permit(peer) == nothing);
  workers.fetch();
  CHECK(one.server.allocation_count() == 0);
  CHECK(one.quota.held() == 0);
  CHECK(one.taken_ports() == 0);
  CHECK(alice.permit(peer) == error(437));
  CHECK_FALSE(two.server.awaits(moved.tuple()));
  CHECK(moved.sends(0x4000, "here I am") == to_peer(peer, "here I am"));
  CHECK(heard_by(two, relay) == moved.tuple());
  CHECK(moved.permit(peer) == success);

  SECTION("and ends there") {
    CHECK(moved.refresh(0s) == success);
    CHECK(two.quota.held() == 0);
    CHECK(workers.take<turn::ForgetAllocation>(two).allocation.worker == 0);
  }
  SECTION("and expires there") {
    two.advance(601s);
    CHECK(two.server.allocation_count() == 0);
    CHECK(two.quota.held() == 0);
  }
  SECTION("and comes back") {
    BenchClient back = one.client(farther);
    CHECK(resume(back, ticket_in(answer)) == nothing);
    const auto seek = workers.take<turn::SeekAllocation>(one);
    const auto again = two.server.resume(seek.resume, two.now);
    REQUIRE(again);
    REQUIRE(one.resumed(seek.question, *again) == success);
    CHECK(sends(back, "home again") == nothing);
    two.hand_over(workers.take<turn::FetchAllocation>(one), one);
    CHECK(heard_by(one, relay) == back.tuple());
    CHECK(back.refresh(0s) == success);
  }
}

TEST_CASE("an allocation may end while it is fetched", "[turn][rfc8016-3.2.2]") {
  TwoWorkers workers;
  auto& [one, two, alice, moved] = workers;
  const Ticket ticket = ticket_in(allocate_with(alice, {}));
  REQUIRE(workers.resume_elsewhere(ticket) == success);
  CHECK(sends(moved, "on my way") == nothing);
  SECTION("before it is handed over") {
    REQUIRE(alice.refresh(0s) == success);
    workers.fetch();
    CHECK(moved.permit(peer) == error(437));
  }
  SECTION("because its client has gone elsewhere") {
    BenchClient third = one.client(farther);
    REQUIRE(resume(third, ticket) == success);
    workers.fetch();
    CHECK(moved.permit(peer) == error(437));
    CHECK(third.permit(peer) == success);
  }
  SECTION("between the workers") {
    two.sleep(601s);
    workers.fetch();
    CHECK(moved.permit(peer) == error(437));
    two.advance(2s);
    CHECK(two.server.allocation_count() == 0);
    CHECK(two.quota.held() == 0);
  }
}

TEST_CASE("a client that is expected may make another allocation instead",
          "[turn][rfc8016-3.2.2]") {
  TwoWorkers workers;
  auto& [one, two, alice, moved] = workers;
  REQUIRE(workers.resume_elsewhere(ticket_in(allocate_with(alice, {}))) == success);
  CHECK(moved.allocate() == success);
  CHECK(moved.permit(peer) == success);
  CHECK(alice.permit(peer) == success);
  CHECK(moved.refresh(0s) == success);
}

TEST_CASE("a token's client may move, as the same key's client", "[turn][rfc8016-3.2.2]") {
  Mobile bench;
  BenchClient alice = bench.client(home, turn::Transport::udp, "north");
  const auto with_token = [](BenchClient& client, stun::Method method, const Ticket& ticket) {
    return client.request(method, [&](auto& message) {
      if (method == stun::Method::allocate) {
        message.add_leading_u8(stun::AttributeType::requested_transport, 17);
      }
      message.add(stun::AttributeType::mobility_ticket, ticket);
      message.add_u32(stun::AttributeType::access_token, 500);
    });
  };
  const Ticket ticket = ticket_in(with_token(alice, stun::Method::allocate, {}));
  BenchClient other = bench.client(away, turn::Transport::udp, "union");
  CHECK(with_token(other, stun::Method::refresh, ticket) == error(441));
  BenchClient moved = other.as("north");
  CHECK(with_token(moved, stun::Method::refresh, ticket).lifetime() == 500s);
  CHECK(moved.permit(peer) == success);
}

}  // namespace
}  // namespace support
