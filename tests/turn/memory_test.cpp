// What clients cost in memory: while they are here, and when they are gone.
#include <catch2/catch.hpp>

#include "tests/support/bare_server.h"
#include "tests/support/heap_count.h"

namespace support {
namespace {

TEST_CASE("an idle call takes less than 700 bytes of the core's memory", "[turn][heap]") {
  BareServer server;
  const OneForAll requests(server);
  constexpr std::uint32_t calls = 20'000;
  const HeapInUse before = heap_in_use();
  for (std::uint32_t i = 0; i < calls; ++i) {
    const turn::FiveTuple client = OneForAll::client(i);
    REQUIRE(OneForAll::is_success(server.exchange(client, requests.allocate)));
    REQUIRE(OneForAll::is_success(server.exchange(client, requests.bind)));
  }
  // With its channel, its permission and its share of the tables.
  CHECK(server.server.allocation_count() == calls);
  CHECK((heap_in_use().bytes - before.bytes) / calls < 700);
}

TEST_CASE("calls that came and went leave nothing behind", "[turn][heap]") {
  BareServer server;
  const OneForAll requests(server);
  HeapInUse after_first;
  for (std::uint32_t i = 0; i < 20'000; ++i) {
    const turn::FiveTuple client = OneForAll::client(i);
    REQUIRE(!OneForAll::is_success(server.exchange(client, requests.challenge)));
    REQUIRE(OneForAll::is_success(server.exchange(client, requests.allocate)));
    REQUIRE(OneForAll::is_success(server.exchange(client, requests.bind)));
    REQUIRE(OneForAll::is_success(server.exchange(client, requests.end)));
    server.now += std::chrono::milliseconds(10);
    if (i % 100 == 0) server.server.handle_time(server.now);
    if (i == 1000) after_first = heap_in_use();
  }
  CHECK(heap_in_use().blocks == after_first.blocks);
  CHECK(heap_in_use().bytes == after_first.bytes);
}

TEST_CASE("a client without an allocation costs nothing, however many there are", "[turn][heap]") {
  BareServer server;
  const OneForAll requests(server);
  const HeapInUse before = heap_in_use();
  const std::uint64_t taken = heap_allocations_of([&] {
    for (std::uint32_t i = 0; i < 1000; ++i) {
      server.exchange(OneForAll::client(i), requests.binding);
      server.exchange(OneForAll::client(i), requests.challenge);
    }
  });
  CHECK(taken == 0);
  CHECK(heap_in_use() == before);
}

TEST_CASE("a call costs one block while it lasts, once the tables have grown", "[turn][heap]") {
  BareServer server;
  const OneForAll requests(server);
  const turn::FiveTuple client = OneForAll::client(1);
  const auto call = [&] {
    server.exchange(client, requests.allocate);
    server.exchange(client, requests.bind);
    server.exchange(client, requests.end);
  };
  call();
  CHECK(heap_allocations_of(call) == 1);
}

}  // namespace
}  // namespace support
