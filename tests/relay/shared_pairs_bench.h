// A SharedPairs with permissions set by hand and a clock moved by hand.
#pragma once

#include <set>
#include <utility>

#include "relay/shared_pairs.h"
#include "tests/support/turn_fakes.h"

namespace relay::test {

struct PairsBench : SharedPairs::Permissions {
  explicit PairsBench(std::uint32_t seed = 1) : random(seed), pairs(*this, random) {}

  bool permits(turn::RelayId relay, const turn::TransportAddress& peer, turn::Time) override {
    ++questions;
    return permitted.contains({relay.slot, peer.ip});
  }
  /// A relay of its own slot, at home on that socket.
  turn::RelayId enter(std::uint32_t slot, SharedNumber home) {
    const turn::RelayId relay{.slot = slot, .generation = ++generation};
    pairs.enter(relay, home);
    return relay;
  }
  void leave(turn::RelayId relay) {
    std::erase_if(permitted, [&](const auto& each) { return each.first == relay.slot; });
    pairs.leave(relay, now);
  }
  void permit(turn::RelayId relay, const turn::TransportAddress& peer) {
    permitted.insert({relay.slot, peer.ip});
    pairs.expect(relay, peer.ip, now);
  }
  void revoke(turn::RelayId relay, const turn::TransportAddress& peer) {
    permitted.erase({relay.slot, peer.ip});
  }
  /// As the owner of the sockets asks: the known route, or a claimed one.
  SharedNumber send(turn::RelayId relay, const turn::TransportAddress& peer) {
    const auto known = pairs.route(relay, peer, now);
    return known ? *known : pairs.claim(relay, peer, range, avoided, now);
  }
  auto owner(SharedNumber socket, const turn::TransportAddress& source) {
    return pairs.owner(socket, source, sender, now);
  }

  std::set<std::pair<std::uint32_t, turn::IpAddress>> permitted;
  turn::Time now{std::chrono::hours(1)};
  SharedRange range{.first = 0, .count = 4};
  SharedNumber avoided = own_socket;
  std::optional<turn::RelayId> sender;
  std::uint32_t generation = 0;
  int questions = 0;
  support::SeededRandom random;
  SharedPairs pairs;
};

inline turn::TransportAddress peer_at(unsigned host, std::uint16_t port) {
  return {turn::IpAddress::v4(
              {203, 0, static_cast<std::uint8_t>(host >> 8), static_cast<std::uint8_t>(host)}),
          port};
}

}  // namespace relay::test
