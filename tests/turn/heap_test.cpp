// Relaying takes nothing from the heap: every operator new of this program is counted.
#include <catch2/catch.hpp>

#include "tests/support/heap_count.h"
#include "tests/support/turn_bench.h"

namespace support {
namespace {

using namespace std::chrono_literals;
using stun::AttributeType;

template <class Call>
std::uint64_t allocations_of(const Call& call) {
  return heap_allocations_of([&] {
    for (int i = 0; i < 100; ++i) call();
  });
}

TEST_CASE("the allocations of this program are counted", "[turn][heap]") {
  // Called as functions: the compiler may leave out a pair of expressions.
  CHECK(allocations_of([] { ::operator delete(::operator new(1)); }) == 100);
}

TEST_CASE("relayed data takes nothing from the heap, in any direction or form", "[turn][heap]") {
  turn::Config config = TurnBench::dual_stack();
  config.max_bps = 1'000'000;
  TurnBench bench(config);
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate({.additional_family = ipv6}) == success);
  const auto bound = "203.0.113.1:5000"_peer, permitted = "[2001:db8:1::1]:5000"_peer;
  REQUIRE(alice.bind(0x4000, bound) == success);
  REQUIRE(alice.permit({permitted, "192.0.2.1:50099"_peer}) == success);
  const auto send = alice.make({stun::Method::send, stun::Class::indication}, [&](auto& message) {
    message.add_xor_address(AttributeType::xor_peer_address, permitted);
    message.add(AttributeType::dont_fragment, {});
    message.add_text(AttributeType::data, "hello");
  });
  const auto refused = alice.make({stun::Method::send, stun::Class::indication}, [&](auto& m) {
    m.add_xor_address(AttributeType::xor_peer_address, "203.0.113.99:1"_peer);
    m.add_text(AttributeType::data, "hello");
  });
  const std::vector<std::byte> channel_data{std::byte{0x40}, std::byte{0}, std::byte{0},
                                            std::byte{1}, std::byte{0x61}};
  const auto payload = stun::as_bytes("a payload");
  turn::Allocation& allocation = *alice.allocation();
  turn::Server& server = bench.server;

  int relayed = 0;
  CHECK(allocations_of([&] {
          relayed += server.find(alice.tuple(), bench.now) != nullptr ? 1 : 0;
          relayed += server.handle_channel_data(allocation, channel_data, bench.now) ? 1 : 0;
          relayed += server.handle_client(alice.tuple(), send, bench.now) ? 1 : 0;
          relayed += server.handle_peer(allocation, bound, payload, bench.now) ? 1 : 0;
          relayed += server.handle_peer(allocation, permitted, payload, bench.now) ? 1 : 0;
          // Refusals come no dearer.
          relayed += server.handle_client(alice.tuple(), refused, bench.now) ? 1 : 0;
          relayed +=
              server.handle_peer(allocation, "203.0.113.99:1"_peer, payload, bench.now) ? 1 : 0;
        }) == 0);
  CHECK(relayed == 500);
}

TEST_CASE("a stranger's request takes nothing from the heap once the server is warm",
          "[turn][heap]") {
  TurnBench bench;
  BenchClient stranger = bench.client("198.51.100.7:40000", turn::Transport::udp, "");
  const auto binding = stranger.make({stun::Method::binding, stun::Class::request}, [](auto&) {});
  const auto allocate = stranger.make({stun::Method::allocate, stun::Class::request}, [](auto&) {});
  int answers = 0;
  const auto exchange = [&](turn::Bytes message) {
    bench.server.handle_client(stranger.tuple(), message, bench.now);
    while (bench.server.poll_effect()) ++answers;
  };
  exchange(binding);
  CHECK(allocations_of([&] {
          exchange(binding);
          exchange(allocate);
        }) == 0);
  CHECK(answers == 201);
}

}  // namespace
}  // namespace support
