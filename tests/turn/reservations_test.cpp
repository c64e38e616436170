#include "turn/reservations.h"

#include <catch2/catch.hpp>

namespace turn {
namespace {

using namespace std::chrono_literals;

ReservationToken token(std::uint32_t n) {
  ReservationToken bytes{};
  stun::store_u32(bytes, 0, n);
  return bytes;
}

ReservedPort port(int handle) {
  return {TransportAddress::parse("192.0.2.1:50001").value(), handle};
}

TEST_CASE("a reserved port waits 30 seconds for its allocation", "[turn][rfc8656-7.2]") {
  Reservations reservations;
  const Time start{};
  REQUIRE(reservations.add(token(1), port(7), start));

  SECTION("it is claimed once") {
    CHECK(reservations.claim(token(1), start + 29s) == port(7));
    CHECK_FALSE(reservations.claim(token(1), start + 29s));
    CHECK_FALSE(reservations.take_expired(start + 1h));
    CHECK_FALSE(reservations.next_expiry());
  }
  SECTION("another token does not open it") {
    CHECK_FALSE(reservations.claim(token(2), start));
    CHECK(reservations.size() == 1);
  }
  SECTION("after exactly 30 seconds it is handed out to be closed instead") {
    CHECK(reservations.next_expiry() == start + 30s);
    CHECK_FALSE(reservations.take_expired(start + 30s - 1ns));
    CHECK_FALSE(reservations.claim(token(1), start + 30s));
    CHECK(reservations.take_expired(start + 30s) == port(7));
    CHECK_FALSE(reservations.take_expired(start + 30s));
    CHECK(reservations.size() == 0);
  }
  SECTION("a token in use is not given to a second port") {
    CHECK_FALSE(reservations.add(token(1), port(8), start));
    CHECK(reservations.claim(token(1), start) == port(7));
  }
}

TEST_CASE("expired ports come out oldest first", "[turn][rfc8656-7.2]") {
  Reservations reservations;
  const Time start{};
  reservations.add(token(1), port(1), start);
  reservations.add(token(2), port(2), start + 1s);
  reservations.add(token(3), port(3), start + 2s);
  REQUIRE(reservations.claim(token(2), start + 3s) == port(2));

  CHECK(reservations.take_expired(start + 40s) == port(1));
  CHECK(reservations.next_expiry() == start + 32s);
  CHECK(reservations.take_expired(start + 40s) == port(3));
  CHECK_FALSE(reservations.take_expired(start + 40s));
}

TEST_CASE("a full table takes a port again when one has left", "[turn]") {
  Reservations reservations;
  const Time start{};
  for (std::uint32_t i = 0; i < max_reservations; ++i) {
    REQUIRE(reservations.add(token(i), port(static_cast<int>(i)), start));
  }
  CHECK_FALSE(reservations.add(token(max_reservations), port(-1), start + 31s));
  REQUIRE(reservations.take_expired(start + 31s) == port(0));
  CHECK(reservations.add(token(max_reservations), port(-1), start + 31s));
  CHECK(reservations.size() == max_reservations);
}

}  // namespace
}  // namespace turn
