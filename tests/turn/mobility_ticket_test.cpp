#include "turn/mobility_ticket.h"

#include <catch2/catch.hpp>

#include <algorithm>

#include "tests/support/turn_fakes.h"

namespace turn {
namespace {

TEST_CASE("a ticket says again what was sealed in it, differently every time",
          "[turn][rfc8016-3.3]") {
  support::SeededRandom random(1);
  TicketSealer sealer({});
  const MobilityTicket ticket{{.worker = 127, .serial = 0xff'ffff'fffe}, 65535};
  TicketSealer::Sealed before{};
  for (int i = 0; i < 1000; ++i) {
    const auto sealed = sealer.seal(ticket, random);
    CHECK(sealed != before);
    CHECK(sealer.unseal(sealed) == ticket);
    CHECK(std::ranges::find(sealed, std::byte{}) == sealed.end());
    before = sealed;
  }
}

TEST_CASE("nobody else makes a ticket, or another one out of it", "[turn][rfc8016-3.3]") {
  support::SeededRandom random(1);
  TicketSealer sealer({}), other({std::byte{1}});
  const auto sealed = sealer.seal({{.worker = 1, .serial = 2}, 3}, random);
  CHECK_FALSE(other.unseal(sealed));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    auto changed = sealed;
    changed[i] ^= std::byte{0x80};
    CHECK_FALSE(sealer.unseal(changed));
    CHECK_FALSE(sealer.unseal(Bytes(sealed).first(i)));
  }
  std::vector<std::byte> longer(sealed.begin(), sealed.end());
  longer.push_back({});
  CHECK_FALSE(sealer.unseal(longer));
}

}  // namespace
}  // namespace turn
