#include "turn/port_pool.h"

#include <catch2/catch.hpp>

#include <algorithm>
#include <array>
#include <atomic>
#include <map>
#include <random>
#include <set>
#include <thread>
#include <vector>

namespace turn {
namespace {

/// A seed is as good as a CSPRNG here: what counts is that every run is the same.
class SeededRandom : public Random {
 public:
  explicit SeededRandom(std::uint32_t seed) : engine_(seed) {}
  void fill(std::span<std::byte> bytes) override {
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(engine_() & 0xff);
  }

 private:
  std::mt19937 engine_;
};

std::vector<std::uint16_t> claim_all(PortPool& pool, Parity parity, Random& random) {
  std::vector<std::uint16_t> ports;
  while (const auto port = pool.claim(parity, random)) ports.push_back(*port);
  std::ranges::sort(ports);
  return ports;
}

TEST_CASE("a pool gives each port within its bounds once", "[turn][rfc8656-7.2]") {
  SeededRandom random(1);
  const auto [first, last] = GENERATE(table<int, int>(
      {{49152, 65535}, {50001, 50001}, {50000, 50000}, {50001, 50126}, {50047, 50048}, {0, 63}}));
  CAPTURE(first, last);
  PortPool pool(static_cast<std::uint16_t>(first), static_cast<std::uint16_t>(last));
  std::vector<std::uint16_t> expected;
  for (int port = first; port <= last; ++port) expected.push_back(static_cast<std::uint16_t>(port));

  CHECK(pool.taken_count() == 0);
  CHECK(claim_all(pool, Parity::any, random) == expected);
  CHECK(pool.taken_count() == expected.size());
  CHECK_FALSE(pool.claim(Parity::any, random));
  CHECK(std::ranges::all_of(expected, [&](std::uint16_t port) { return pool.taken(port); }));
}

TEST_CASE("a released port, and only that, can be had again", "[turn][rfc8656-7.2]") {
  SeededRandom random(2);
  PortPool pool(50001, 50200);
  claim_all(pool, Parity::any, random);
  pool.release(50077);
  CHECK_FALSE(pool.taken(50077));
  CHECK(pool.taken_count() == 199);
  CHECK(pool.claim(Parity::any, random) == 50077);
  CHECK_FALSE(pool.claim(Parity::any, random));
}

TEST_CASE("ports are scarce while less than an eighth is free, or none was found", "[turn]") {
  SeededRandom random(7);
  PortPool pool(50000, 50079);
  CHECK_FALSE(pool.scarce());
  for (int i = 0; i < 70; ++i) REQUIRE(pool.claim(Parity::any, random));
  pool.review();
  CHECK_FALSE(pool.scarce());  // 10 of 80
  const auto one_more = pool.claim(Parity::any, random);
  REQUIRE(one_more);
  CHECK_FALSE(pool.scarce());  // nobody has looked
  pool.review();
  CHECK(pool.scarce());
  pool.release(*one_more);
  pool.review();
  CHECK_FALSE(pool.scarce());

  claim_all(pool, Parity::even_and_reserve, random);
  CHECK_FALSE(pool.scarce());  // No pair is left; that says nothing.
  claim_all(pool, Parity::any, random);
  CHECK(pool.scarce());
}

TEST_CASE("a port out of bounds is nobody's", "[turn]") {
  PortPool pool(50001, 50126);
  CHECK_FALSE(pool.taken(50000));
  CHECK_FALSE(pool.taken(50127));
}

TEST_CASE("EVEN-PORT gets even ports until they run out", "[turn][rfc8656-7.2][rfc8656-18.6]") {
  SeededRandom random(3);
  PortPool pool(50001, 50007);
  CHECK(claim_all(pool, Parity::even, random) == std::vector<std::uint16_t>{50002, 50004, 50006});
  CHECK(pool.taken_count() == 3);
  CHECK(claim_all(pool, Parity::any, random) ==
        std::vector<std::uint16_t>{50001, 50003, 50005, 50007});
}

TEST_CASE("EVEN-PORT with R takes the port above as well", "[turn][rfc8656-7.2][rfc8656-18.6]") {
  SeededRandom random(4);

  SECTION("both are taken, both are released one by one") {
    PortPool pool(50000, 50001);
    REQUIRE(pool.claim(Parity::even_and_reserve, random) == 50000);
    CHECK(pool.taken(50001));
    pool.release(50000);
    CHECK_FALSE(pool.claim(Parity::even_and_reserve, random));
    CHECK(pool.claim(Parity::even, random) == 50000);
    pool.release(50000);
    pool.release(50001);
    CHECK(pool.claim(Parity::even_and_reserve, random) == 50000);
  }
  SECTION("a pair never reaches over the bounds") {
    PortPool pool(50001, 50004);
    CHECK(claim_all(pool, Parity::even_and_reserve, random) == std::vector<std::uint16_t>{50002});
    CHECK(pool.taken_count() == 2);
  }
  SECTION("a taken neighbour rules the pair out") {
    PortPool pool(50000, 50003);
    claim_all(pool, Parity::any, random);
    pool.release(50000);
    pool.release(50002);
    pool.release(50003);
    CHECK(claim_all(pool, Parity::even_and_reserve, random) == std::vector<std::uint16_t>{50002});
  }
  SECTION("claiming and releasing for ever leaks nothing") {
    PortPool pool(50001, 50010);
    for (int i = 0; i < 10'000; ++i) {
      const auto port = pool.claim(Parity::even_and_reserve, random);
      REQUIRE(port);
      pool.release(*port);
      pool.release(static_cast<std::uint16_t>(*port + 1));
    }
    CHECK(pool.taken_count() == 0);
  }
}

TEST_CASE("free ports are all as likely, clustered or not", "[turn][rfc8656-7.2]") {
  SeededRandom random(5);
  PortPool pool(50000, 50999);
  claim_all(pool, Parity::any, random);
  const std::vector<std::uint16_t> free{50000, 50001, 50002, 50003, 50500, 50998, 50999};
  for (const std::uint16_t port : free) pool.release(port);

  std::map<std::uint16_t, int> hits;
  for (int i = 0; i < 7000; ++i) {
    const auto port = pool.claim(Parity::any, random);
    REQUIRE(port);
    ++hits[*port];
    pool.release(*port);
  }
  // 1000 expected each, the standard deviation is 29: five of them either way.
  for (const std::uint16_t port : free) CHECK(std::abs(hits[port] - 1000) < 150);
}

TEST_CASE("two threads never hold the same port", "[turn]") {
  PortPool pool(50001, 50130);
  std::array<std::atomic<int>, 65536> owners{};
  std::atomic<bool> collided = false;
  const auto work = [&](std::uint32_t seed) {
    SeededRandom random(seed);
    for (int i = 0; i < 20'000; ++i) {
      const bool pair = i % 3 == 0;
      const auto port = pool.claim(pair ? Parity::even_and_reserve : Parity::any, random);
      if (!port) continue;
      for (int j = 0; j <= (pair ? 1 : 0); ++j) {
        const auto mine = static_cast<std::uint16_t>(*port + j);
        if (owners[mine].fetch_add(1) != 0) collided = true;
        owners[mine].fetch_sub(1);
        pool.release(mine);
      }
    }
  };
  std::thread one(work, 6), two(work, 7);
  one.join();
  two.join();
  CHECK_FALSE(collided);
  CHECK(pool.taken_count() == 0);
}

TEST_CASE("two threads share out the whole pool", "[turn]") {
  PortPool pool(50001, 52000);
  std::array<std::vector<std::uint16_t>, 2> claimed;
  const auto work = [&](std::size_t i) {
    SeededRandom random(static_cast<std::uint32_t>(i));
    claimed[i] = claim_all(pool, Parity::any, random);
  };
  std::thread one(work, 0), two(work, 1);
  one.join();
  two.join();
  std::set<std::uint16_t> all(claimed[0].begin(), claimed[0].end());
  all.insert(claimed[1].begin(), claimed[1].end());
  CHECK(claimed[0].size() + claimed[1].size() == 2000);
  CHECK(all.size() == 2000);
}

}  // namespace
}  // namespace turn
