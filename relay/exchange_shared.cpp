// Where a relay's datagrams leave and whose they are when they come, with relay sockets that
// several allocations share. Without sharing it is the relay's own socket at once.
#include <chrono>

#include "relay/exchange.h"

namespace relay {
namespace {

/// What one socket may have read before the others have their turn: as much as a listener, since
/// many clients' peers come in by it.
constexpr int max_batches = 8;
constexpr std::size_t shared_batch = 32;

/// When no socket could be opened, the next one is not tried per packet.
constexpr std::chrono::seconds refused_time{1};

std::uint64_t count_of(const net::Received& received) {
  if (received.bytes.empty()) return 1;
  return (received.bytes.size() + received.segment - 1) / received.segment;
}

}  // namespace

net::DatagramSocket* Exchange::socket_to(turn::RelayId relay, const turn::TransportAddress& peer,
                                         Time now) {
  if (shared_ && shared_->has(relay)) {
    if (peer.port == 0) return nullptr;
    if (net::DatagramSocket* const socket = shared_->socket_to(relay, peer, now)) return socket;
    if (relay_of(relay) == nullptr && !open_overflow(relay, now)) {
      counters_.datagrams.send_failures.add();
      return nullptr;
    }
  }
  RelaySocket* const own = relay_of(relay);
  return own != nullptr ? &socket_towards(*own, peer) : nullptr;
}

/// Every shared socket has another client who talks to that peer: one more socket, for this relay.
bool Exchange::open_overflow(turn::RelayId relay, Time now) {
  if (now < own_sockets_again_) return false;
  if (open_own_relay({.relay = relay, .ip = shared_->home(relay).ip}, now)) return true;
  own_sockets_again_ = now + refused_time;
  return false;
}

void Exchange::perform(const turn::ExpectPeer& effect, Time now) {
  if (!shared_ || !shared_->has(effect.relay)) return;
  if (effect.peer.port == 0) return shared_->expect(effect.relay, effect.peer.ip, now);
  socket_to(effect.relay, effect.peer, now);  // The pair is claimed before the peer speaks.
}

std::unique_ptr<SharedSocket> Exchange::open_shared(const turn::IpAddress& ip, SharedNumber number,
                                                    Time now) {
  std::optional<net::DatagramSocket> socket = ports_.open({.ip = ip}, random_, now);
  if (!socket) return nullptr;
  auto shared = std::make_unique<SharedSocket>(*this, number, std::move(*socket));
  if (!reactor_.add(shared->socket.fd(), *shared)) {
    const turn::TransportAddress bound = shared->socket.local();
    shared.reset();
    ports_.release(bound);
  }
  return shared;
}

void Exchange::close_shared(std::unique_ptr<SharedSocket> shared) {
  outbox_.release(shared->socket);
  reactor_.remove(shared->socket.fd(), *shared);
  const turn::TransportAddress bound = shared->socket.local();
  shared.reset();
  ports_.release(bound);
}

void Exchange::read_shared(SharedSocket& shared) {
  for (int i = 0; i < max_batches; ++i) {
    make_room(shared_batch);
    const auto received = batch_.receive(shared.socket, shared_batch);
    const Time now = std::chrono::steady_clock::now();
    for (const net::Received& each : received) on_shared_datagrams(shared, each, now);
    counters_.datagrams.receive_calls.add();
    if (received.size() < shared_batch) break;
  }
}

void Exchange::on_shared_datagrams(const SharedSocket& shared, const net::Received& received,
                                   Time now) {
  const auto owner = shared_->owner(shared, received.source, now);
  turn::Allocation* const allocation = owner ? server_.find(*owner, now) : nullptr;
  if (allocation != nullptr) return on_peer_datagrams(*allocation, received, now);
  const bool ambiguous = !owner && owner.error() == Unowned::ambiguous;
  (ambiguous ? counters_.shared_ambiguous : counters_.shared_unowned).add(count_of(received));
  counters_.datagrams.received.add(count_of(received));
}

}  // namespace relay
