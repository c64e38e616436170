#include "relay/relay_sockets.h"

#include <algorithm>

namespace relay {
namespace {

/// More make the next port no harder to guess, and cost memory of the kernel.
constexpr std::size_t max_capacity = 512;
/// Fewer would make it easy: half of them are what there is to choose from.
constexpr std::size_t min_capacity = 64;
/// The part of the ports, and of the descriptors, that may be spare.
constexpr std::size_t share = 8;
/// How many spare sockets are tried that are still being sent to.
constexpr int max_tries = 4;

/// Nothing was bound beside it, nor was that tried.
bool is_unshared(const RelaySocket& relay) { return !relay.lane && relay.may_have_lane; }

}  // namespace

std::size_t spare_capacity(std::size_t ports, std::size_t addresses, std::size_t workers,
                           std::size_t descriptors) {
  if (addresses == 0 || workers == 0) return 0;
  const std::size_t capacity =
      std::min({ports / share / workers, descriptors / share / workers / addresses, max_capacity});
  return capacity < min_capacity ? 0 : capacity;
}

RelaySockets::RelaySockets(net::RelayPorts& ports, Reactor& reactor, PeerReader& reader)
    : ports_(ports), reactor_(reactor), reader_(reader) {
  for (const turn::RelayAddress& address : ports.options().addresses) {
    addresses_.push_back({address.local, SpareRelays(ports.options().spare)});
  }
}

RelaySockets::~RelaySockets() { give_up_spare(); }

std::unique_ptr<RelaySocket> RelaySockets::open(const turn::OpenRelay& request,
                                                turn::Random& random, turn::Time now) {
  if (auto spare = take_spare(request, random)) return spare;
  if (auto made = make(request, random, now)) return made;
  if (request.claim || !give_up_spare()) return nullptr;
  return make(request, random, now);
}

std::optional<net::BoundTcp> RelaySockets::open_tcp(const turn::OpenRelay& request,
                                                    turn::Random& random) {
  if (auto bound = ports_.open_tcp(request, random)) return bound;
  return give_up_spare() ? ports_.open_tcp(request, random) : std::nullopt;
}

std::unique_ptr<RelaySocket> RelaySockets::take_spare(const turn::OpenRelay& request,
                                                      turn::Random& random) {
  if (request.claim || request.parity != turn::Parity::any) return nullptr;
  Address* const address = address_of(request.ip);
  for (int tries = 0; address != nullptr && tries < max_tries; ++tries) {
    std::unique_ptr<RelaySocket> spare = address->spare.take(random);
    if (!spare) return nullptr;
    ports_.end_spare(1);
    reader_.forget(*spare);
    if (spare->socket.recycle()) {
      // Made anew in its place, which the reactor knows.
      net::DatagramSocket socket = std::move(spare->socket);
      std::destroy_at(spare.get());
      std::construct_at(spare.get(), reader_, request.relay, std::move(socket));
      return spare;
    }
    unbind(std::move(spare));
  }
  return nullptr;
}

std::unique_ptr<RelaySocket> RelaySockets::make(const turn::OpenRelay& request,
                                                turn::Random& random, turn::Time now) {
  std::optional<net::DatagramSocket> socket = ports_.open(request, random, now);
  if (!socket) return nullptr;
  const turn::TransportAddress bound = socket->local();
  auto relay = std::make_unique<RelaySocket>(reader_, request.relay, std::move(*socket));
  if (reactor_.add(relay->socket.fd(), *relay)) return relay;
  relay.reset();
  ports_.release(bound);
  return nullptr;
}

void RelaySockets::close(std::unique_ptr<RelaySocket> relay) {
  reader_.forget(*relay);
  const turn::IpAddress& local = relay->socket.local().ip;
  Address* const address = address_of(local);
  if (address != nullptr && is_unshared(*relay) && !ports_.are_scarce(local)) {
    address->spare.put(relay);
    if (!relay) return ports_.begin_spare(1);
  }
  unbind(std::move(relay));
}

net::DatagramSocket RelaySockets::let_go(std::unique_ptr<RelaySocket> relay) {
  if (relay->lane) unwatch(*relay->lane);
  unwatch(*relay);
  return std::move(relay->socket);
}

std::unique_ptr<RelaySocket> RelaySockets::take_over(turn::RelayId id, net::DatagramSocket socket,
                                                     bool had_lane) {
  auto relay = std::make_unique<RelaySocket>(reader_, id, std::move(socket));
  relay->may_have_lane = !had_lane;
  reactor_.add(relay->socket.fd(), *relay);  // Without room in the kernel it sends all the same.
  return relay;
}

void RelaySockets::unbind(std::unique_ptr<RelaySocket> relay) {
  if (relay->lane) unwatch(*relay->lane);
  unwatch(*relay);
  const turn::TransportAddress bound = relay->socket.local();
  relay.reset();
  ports_.release(bound);
}

void RelaySockets::unwatch(RelaySocket& relay) {
  reader_.forget(relay);
  reactor_.remove(relay.socket.fd(), relay);
}

void RelaySockets::on_time(turn::Time now) {
  ports_.expire(now);
  const bool scarce = std::ranges::any_of(
      addresses_, [&](const Address& address) { return ports_.are_scarce(address.local); });
  if (scarce) give_up_spare();
}

bool RelaySockets::give_up_spare() {
  bool any = false;
  for (Address& address : addresses_) {
    auto spare = address.spare.give_up();
    ports_.end_spare(spare.size());
    for (auto& relay : spare) unbind(std::move(relay));
    any = any || !spare.empty();
  }
  return any;
}

RelaySockets::Address* RelaySockets::address_of(const turn::IpAddress& local) {
  const auto address = std::ranges::find(addresses_, local, &Address::local);
  return address == addresses_.end() ? nullptr : &*address;
}

}  // namespace relay
