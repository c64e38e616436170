// Random users of shared relay sockets, against a model that is too simple to be wrong: plain maps,
// searched from end to end.
#include <catch2/catch.hpp>
#include <map>
#include <random>

#include "shared_pairs_bench.h"

namespace relay::test {
using namespace std::chrono_literals;

namespace {

using turn::TransportAddress;

/// What relay/shared_pairs.h says, for relays that never reach the bound.
class Model {
 public:
  using Answer = std::expected<std::uint32_t, Unowned>;  // a relay by its slot

  explicit Model(const PairsBench& bench) : bench_(bench) {}

  void enter(std::uint32_t slot, SharedNumber home) { homes_[slot] = home; }

  void leave(std::uint32_t slot) {
    homes_.erase(slot);
    std::erase_if(own_, [&](const auto& each) { return each.first == slot; });
    for (auto& [pair, holder] : holders_) {
      if (holder.slot != slot) continue;
      holder = {.slot = {}, .used = bench_.now - holder.used < 30s ? bench_.now : turn::Time{}};
    }
  }

  SharedNumber send(std::uint32_t slot, const TransportAddress& peer) {
    if (own_.contains({slot, peer})) return own_socket;
    for (auto& [pair, holder] : holders_) {
      if (holder.slot != slot || pair.second != peer) continue;
      holder.used = bench_.now;
      return pair.first;
    }
    for (SharedNumber i = 0; i < bench_.range.count; ++i) {
      const auto socket = static_cast<SharedNumber>((homes_[slot] + i) % bench_.range.count);
      if (!is_free(socket, peer)) continue;
      holders_[{socket, peer}] = {.slot = slot, .used = bench_.now};
      return socket;
    }
    own_.insert({slot, peer});
    return own_socket;
  }

  Answer owner(SharedNumber socket, const TransportAddress& source) {
    if (!is_free(socket, source)) {
      Holder& holder = holders_[{socket, source}];
      if (!holder.slot) return std::unexpected(Unowned::nobody);
      holder.used = bench_.now;
      return *holder.slot;
    }
    std::vector<std::uint32_t> found;
    for (const auto& [slot, home] : homes_) {
      if (home == socket && permits(slot, source)) found.push_back(slot);
    }
    if (found.empty()) return std::unexpected(Unowned::nobody);
    if (found.size() > 1) return std::unexpected(Unowned::ambiguous);
    if (!has_route(found[0], source)) {
      holders_[{socket, source}] = {.slot = found[0], .used = bench_.now};
    }
    return found[0];
  }

 private:
  struct Holder {
    std::optional<std::uint32_t> slot;  // nothing: it has ended
    turn::Time used;
  };

  bool permits(std::uint32_t slot, const TransportAddress& peer) const {
    return bench_.permitted.contains({slot, peer.ip});
  }
  bool is_free(SharedNumber socket, const TransportAddress& peer) {
    const auto held = holders_.find({socket, peer});
    if (held == holders_.end()) return true;
    const Holder& holder = held->second;
    if (holder.slot ? permits(*holder.slot, peer) : bench_.now - holder.used < 30s) return false;
    holders_.erase(held);
    return true;
  }
  bool has_route(std::uint32_t slot, const TransportAddress& peer) const {
    return own_.contains({slot, peer}) || std::ranges::any_of(holders_, [&](const auto& each) {
             return each.second.slot == slot && each.first.second == peer;
           });
  }

  const PairsBench& bench_;
  std::map<std::uint32_t, SharedNumber> homes_;
  std::map<std::pair<SharedNumber, TransportAddress>, Holder> holders_;
  std::set<std::pair<std::uint32_t, TransportAddress>> own_;
};

class Draw {
 public:
  explicit Draw(unsigned seed) : engine_(seed) {}
  unsigned below(unsigned bound) { return static_cast<unsigned>(engine_() % bound); }
  TransportAddress peer(unsigned hosts, unsigned ports) {
    const unsigned host = below(hosts);
    return peer_at(host, static_cast<std::uint16_t>(1 + below(ports)));
  }

 private:
  std::mt19937 engine_;
};

}  // namespace

TEST_CASE("shared pairs do what their rules say, whatever happens", "[shared][one-thread]") {
  const unsigned seed = GENERATE(range(1u, 21u));
  CAPTURE(seed);
  PairsBench bench(seed);
  Model model(bench);
  Draw draw(seed);
  std::map<std::uint32_t, turn::RelayId> relays;
  for (int step = 0; step < 20'000; ++step) {
    CAPTURE(step);
    // Use is noted to the second, which the model does not know.
    bench.now += 1s + std::chrono::milliseconds(draw.below(2000));
    const std::uint32_t slot = draw.below(12);
    const TransportAddress peer = draw.peer(3, 4);
    const auto known = relays.find(slot);
    if (known == relays.end()) {
      const auto home = static_cast<SharedNumber>(draw.below(4));
      relays[slot] = bench.enter(slot, home);
      model.enter(slot, home);
      continue;
    }
    switch (draw.below(24)) {
      case 0:
        model.leave(slot);
        bench.leave(known->second);
        relays.erase(known);
        break;
      case 1:
        bench.revoke(known->second, peer);
        break;
      case 2:
      case 3:
      case 4:
        bench.permit(known->second, peer);
        break;
      case 5:
        bench.pairs.expire(bench.now);
        break;
      default: {
        const auto socket = static_cast<SharedNumber>(draw.below(4));
        if (draw.below(2) == 0 && bench.permits(known->second, peer, bench.now)) {
          REQUIRE(bench.send(known->second, peer) == model.send(slot, peer));
          break;
        }
        const auto owner = bench.owner(socket, peer);
        const auto expected = model.owner(socket, peer);
        REQUIRE(owner.has_value() == expected.has_value());
        if (!owner) {
          REQUIRE(owner.error() == expected.error());
          break;
        }
        REQUIRE(owner->slot == *expected);
        REQUIRE(*owner == relays.at(owner->slot));
        REQUIRE(bench.permits(*owner, peer, bench.now));
      }
    }
  }
  for (const auto& [slot, relay] : relays) bench.leave(relay);
  bench.now += 30s;
  bench.pairs.expire(bench.now);
  CHECK(bench.pairs.size() == 0);
}

TEST_CASE("no pair has two holders, and routes lead to pairs that are held, at the bound too",
          "[shared][one-thread]") {
  const unsigned seed = GENERATE(range(1u, 5u));
  CAPTURE(seed);
  PairsBench bench(seed);
  Draw draw(seed);
  std::map<std::uint32_t, turn::RelayId> relays;
  for (int step = 0; step < 60'000; ++step) {
    CAPTURE(step);
    bench.now += std::chrono::milliseconds(draw.below(3000));
    const std::uint32_t slot = draw.below(6);
    if (!relays.contains(slot)) {
      relays[slot] = bench.enter(slot, static_cast<SharedNumber>(draw.below(4)));
    }
    const turn::RelayId relay = relays[slot];
    const TransportAddress peer = draw.peer(40, 25);
    bench.permit(relay, peer);
    const SharedNumber socket = bench.send(relay, peer);
    if (socket != own_socket) {
      REQUIRE(bench.pairs.holder(socket, peer) == relay);
      REQUIRE(bench.owner(socket, peer) == std::expected<turn::RelayId, Unowned>(relay));
    }
    if (draw.below(4000) == 0) {
      bench.leave(relay);
      relays.erase(slot);
    }
    REQUIRE(bench.pairs.size() <=
            relays.size() * SharedPairs::max_of_relay + static_cast<std::size_t>(step));
  }
}

}  // namespace relay::test
