#include "turn/five_tuple_index.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>
#include <vector>

#include "tests/support/turn_fakes.h"

namespace turn {
namespace {

using support::SeededRandom;

FiveTuple tuple_of(std::uint32_t ip, std::uint16_t port) {
  const auto byte = [&](int shift) { return static_cast<std::uint8_t>(ip >> shift & 0xff); };
  return {.client = {IpAddress::v4({byte(24), byte(16), byte(8), byte(0)}), port},
          .server = {IpAddress::v4({192, 0, 2, 10}), 3478}};
}

Allocation& insert(FiveTupleIndex& index, const FiveTuple& tuple) {
  return index.insert(std::make_unique<Allocation>(tuple, "alice"));
}

TEST_CASE("an allocation is found by all five parts of its name", "[turn][five-tuple]") {
  SeededRandom random(1);
  FiveTupleIndex index(random);
  const FiveTuple tuple = tuple_of(0xc6336407, 40000);
  Allocation& allocation = insert(index, tuple);
  CHECK(index.find(tuple) == &allocation);

  std::vector<FiveTuple> others(6, tuple);
  others[0].client.ip = IpAddress::v4({198, 51, 100, 8});
  others[1].client.port = 40001;
  others[2].server.ip = IpAddress::v4({192, 0, 2, 11});
  others[3].server.port = 3479;
  others[4].transport = Transport::tcp;
  // The same 16 bytes in another family.
  others[5].client.ip = IpAddress::v6({0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 198, 51, 100, 7});
  for (const FiveTuple& other : others) CHECK(index.find(other) == nullptr);
  for (const FiveTuple& other : others) insert(index, other);
  for (const FiveTuple& other : others) CHECK(index.find(other)->client == other);
  CHECK(index.size() == 7);
}

TEST_CASE("whatever comes and goes, who is there is found and nobody else", "[turn][five-tuple]") {
  SeededRandom random(GENERATE(1u, 2u, 3u));
  FiveTupleIndex index(random);
  constexpr std::uint16_t names = 3000;
  std::vector<const Allocation*> expected(names, nullptr);
  std::mt19937 engine(random.next_u32());
  for (int step = 0; step < 30'000; ++step) {
    // Waves: the table fills, empties, and fills again.
    const bool fills = step / 6000 % 2 == 0;
    const auto name = static_cast<std::uint16_t>(engine() % names);
    const bool there = expected[name] != nullptr;
    if (!there && (fills || engine() % 8 == 0)) {
      expected[name] = &insert(index, tuple_of(1, name));
    } else if (there && (!fills || engine() % 8 == 0)) {
      index.erase(*expected[name]);
      expected[name] = nullptr;
    }
    if (step % 1000 == 0) REQUIRE(index.consistent());
    const auto asked = static_cast<std::uint16_t>(engine() % names);
    REQUIRE(index.find(tuple_of(1, asked)) == expected[asked]);
  }
  for (std::uint16_t name = 0; name < names; ++name) {
    REQUIRE(index.find(tuple_of(1, name)) == expected[name]);
  }
  CHECK(static_cast<std::ptrdiff_t>(index.size()) == names - std::ranges::count(expected, nullptr));
}

TEST_CASE("an allocation stays where it is while the table grows", "[turn][five-tuple]") {
  SeededRandom random(1);
  FiveTupleIndex index(random);
  Allocation& first = insert(index, tuple_of(1, 0));
  for (std::uint16_t port = 1; port < 20'000; ++port) insert(index, tuple_of(1, port));
  CHECK(index.find(tuple_of(1, 0)) == &first);
  CHECK(index.consistent());
}

/// How many of 4096 names meet in the fullest of 4096 places. Thrown at random: 6 or 7.
std::size_t crowd(const KeyedFiveTupleHash& hash, auto name) {
  std::vector<std::size_t> places(4096);
  for (std::uint32_t i = 0; i < places.size(); ++i) ++places[hash(name(i)) >> 52];
  return *std::ranges::max_element(places);
}

TEST_CASE("names that differ little, or in one part only, are spread as if at random",
          "[turn][five-tuple]") {
  SeededRandom random(GENERATE(range(1u, 21u)));
  const KeyedFiveTupleHash hash(random);
  CHECK(crowd(hash, [](std::uint32_t i) {
          return tuple_of(0xc6336407, static_cast<std::uint16_t>(i));
        }) < 12);
  CHECK(crowd(hash, [](std::uint32_t i) {
          return tuple_of(0xc6336407, static_cast<std::uint16_t>(i << 4));
        }) < 12);
  CHECK(crowd(hash, [](std::uint32_t i) { return tuple_of(i, 40000); }) < 12);
  CHECK(crowd(hash, [](std::uint32_t i) { return tuple_of(i << 20, 40000); }) < 12);
  CHECK(crowd(hash, [](std::uint32_t i) {  // One client, many servers.
          FiveTuple tuple = tuple_of(i, 40000);
          std::swap(tuple.client, tuple.server);
          return tuple;
        }) < 12);
  CHECK(crowd(hash, [](std::uint32_t i) {  // The addresses of one /64.
          std::array<std::uint8_t, 16> bytes{0x20, 0x01, 0x0d, 0xb8};
          bytes[8] = static_cast<std::uint8_t>(i >> 8);
          bytes[15] = static_cast<std::uint8_t>(i);
          FiveTuple tuple = tuple_of(0, 40000);
          tuple.client.ip = IpAddress::v6(bytes);
          return tuple;
        }) < 12);
}

TEST_CASE("names that meet under one key part under another", "[turn][five-tuple]") {
  SeededRandom random(1);
  const KeyedFiveTupleHash one(random), other(random);
  // Whoever knew one key could choose these: they all begin their search in one place of 4096.
  std::vector<FiveTuple> chosen;
  for (std::uint32_t i = 0; chosen.size() < 256; ++i) {
    const FiveTuple tuple = tuple_of(i, 40000);
    if (one(tuple) >> 52 == 7) chosen.push_back(tuple);
  }
  std::vector<std::size_t> places(4096);
  for (const FiveTuple& tuple : chosen) ++places[other(tuple) >> 52];
  CHECK(*std::ranges::max_element(places) < 8);
}

}  // namespace
}  // namespace turn
