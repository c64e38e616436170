// The data path: what arrives on datagram sockets and streams, classified by its first byte (RFC
// 7983) and forwarded. No heap, no lock, no effects but those of control messages.
#include <algorithm>
#include <chrono>
#include <utility>

#include "relay/exchange.h"
#include "relay/first_byte.h"

namespace relay {
namespace {

/// What one listener may have read before the others have their turn: calls, datagrams in each.
constexpr int max_client_batches = 8;
constexpr std::size_t client_batch = 32;

/// When so many calls in a row came back full and the socket is half full still, strangers get but
/// a share of each batch, so that what belongs to allocations is not lost for want of buffer.
constexpr int overload_check = 3;
constexpr std::size_t stranger_share = 4;

/// Datagrams in a row to one peer that are worth a lane: one or two seconds of voice.
constexpr std::uint8_t lane_after = 64;

/// Datagrams of a relay that has more than one waiting.
constexpr std::size_t peer_batch = 16;
constexpr std::uint8_t reads_between_looks = 3;

}  // namespace

void UdpListener::on_ready(std::uint32_t) { exchange.read_clients(*this); }

void Exchange::read_clients(UdpListener& listener) {
  bool overloaded = false;
  for (int i = 0; i < max_client_batches; ++i) {
    make_room(client_batch);
    if (i == overload_check) overloaded = listener.socket.is_half_full();
    strangers_welcome_ = overloaded ? stranger_share : client_batch;
    const auto received = batch_.receive(listener.socket, client_batch);
    const Time now = std::chrono::steady_clock::now();
    for (const net::Received& each : received) {
      if (listener.for_proxies) {
        on_proxied_datagrams(listener, each, now);
      } else {
        on_client_datagrams(listener, each, now);
      }
    }
    counters_.datagrams.receive_calls.add();
    if (received.size() < client_batch) break;
  }
}

void Exchange::on_client_datagrams(UdpListener& listener, net::Received received, Time now) {
  turn::FiveTuple client{received.source, listener.socket.local(), turn::Transport::udp};
  if (listener.socket.is_wildcard()) client.server.ip = received.local;
  turn::Allocation* allocation = nullptr;
  std::uint64_t count = 0;
  for (; !received.bytes.empty(); ++count) {
    const stun::Bytes datagram = received.next();
    if (is_channel_data(datagram)) {
      if (allocation == nullptr) allocation = server_.find(client, now);
      if (allocation == nullptr) allocation = arrive(client, datagram, received.tos, now);
      if (allocation == nullptr) continue;
      if (const auto forward = server_.handle_channel_data(*allocation, datagram, now)) {
        send_to_peer(*forward, received.tos, now);
      }
    } else if (is_stun(datagram)) {
      allocation = nullptr;  // The message may end it.
      if (!plain_datagrams_ || !is_welcome(client, now)) continue;
      on_control(client, datagram, received.tos, now);
    } else if (dtls_clients_.is_served() && net::dtls::is_dtls(datagram[0])) {
      allocation = nullptr;
      const turn::FiveTuple sealed{client.client, client.server, turn::Transport::dtls};
      dtls_clients_.on_datagram(sealed, datagram, received.tos, now);
    }
  }
  counters_.datagrams.received.add(count);
}

/// False: a stranger's request is one too many now. It will come again (RFC 8489 6.2.1).
bool Exchange::is_welcome(const turn::FiveTuple& client, Time now) {
  if (strangers_welcome_ == client_batch || server_.find(client, now) != nullptr) return true;
  if (strangers_welcome_ != 0) {
    --strangers_welcome_;
    return true;
  }
  counters_.strangers_unanswered.add();
  return false;
}

void Exchange::on_control(const turn::FiveTuple& client, stun::Bytes message, std::uint8_t tos,
                          Time now) {
  if (server_.awaits(client)) return keep(client, message, tos);
  if (const auto forward = server_.handle_client(client, message, now)) {
    send_to_peer(*forward, tos, now);
  }
  drain(now);
  if (server_.awaits(client)) keep(client, message, tos);  // It has begun to move.
}

/// Relays are read together, one datagram each: that is what most of them have. Now and then a
/// relay is looked at alone; as long as more than one datagram is found there, it is read so.
void Exchange::on_relay_ready(RelaySocket& relay) {
  if (relay.has_more || relay.reads_to_look-- == 0) return read_peers(relay);
  ready_[ready_count_++] = &relay;
  if (ready_count_ == max_ready) read_ready_relays();
}

void Exchange::read_peers(RelaySocket& relay) {
  make_room(peer_batch);
  const auto received = batch_.receive(relay.socket, peer_batch);
  relay.has_more = received.size() > 1;
  relay.reads_to_look = reads_between_looks;
  counters_.datagrams.receive_calls.add();
  on_peer_datagrams(relay.id, received, std::chrono::steady_clock::now());
}

void Exchange::read_ready_relays() {
  std::array<net::DatagramSocket*, max_ready> sockets;
  const auto closed = std::ranges::remove(std::span(ready_).first(ready_count_), nullptr);
  const std::size_t count = std::exchange(ready_count_, 0) - closed.size();
  if (count == 0) return;
  for (std::size_t i = 0; i < count; ++i) sockets[i] = &ready_[i]->socket;
  make_room(count);
  const auto received = batch_.receive_each(std::span(sockets).first(count));
  counters_.datagrams.receive_calls.add(count);
  const Time now = std::chrono::steady_clock::now();
  for (std::size_t i = 0; i < count; ++i) {
    if (received[i].arrived) on_peer_datagrams(ready_[i]->id, received.subspan(i, 1), now);
  }
}

void Exchange::on_peer_datagrams(turn::RelayId relay, std::span<const net::Received> received,
                                 Time now) {
  turn::Allocation* const allocation = server_.find(relay, now);
  if (allocation == nullptr) return;
  for (const net::Received& each : received) on_peer_datagrams(*allocation, each, now);
}

void Exchange::on_peer_datagrams(turn::Allocation& allocation, net::Received received, Time now) {
  std::uint64_t count = 0;
  do {  // An empty datagram is one too.
    ++count;
    if (const auto forward =
            server_.handle_peer(allocation, received.source, received.next(), now)) {
      send_to_client(*forward, received.tos);
    }
  } while (!received.bytes.empty());
  counters_.datagrams.received.add(count);
}

void Exchange::on_stream_message(const turn::FiveTuple& client, turn::Frame::Kind kind,
                                 stun::Bytes message) {
  const Time now = std::chrono::steady_clock::now();
  counters_.datagrams.received.add();
  if (kind == turn::Frame::Kind::stun) {
    if (!belongs_elsewhere(client, message)) on_control(client, message, 0, now);
    return;
  }
  turn::Allocation* allocation = server_.find(client, now);
  if (allocation == nullptr) allocation = arrive(client, message, 0, now);
  if (allocation == nullptr) return;
  if (const auto forward = server_.handle_channel_data(*allocation, message, now)) {
    send_to_peer(*forward, 0, now);
  }
}

void Exchange::send_to_peer(const turn::ToPeer& forward, std::uint8_t tos, Time now) {
  net::DatagramSocket* const socket = socket_to(forward.relay, forward.peer, now);
  if (socket == nullptr) return;
  outbox_.add(
      *socket,
      {.to = forward.peer, .source = {}, .tos = tos, .dont_fragment = forward.dont_fragment}, {},
      forward.payload);
  if (forward.dont_fragment && outbox_.take_too_long()) {
    read_errors(*socket, forward.relay, forward.peer);
  }
}

/// The lane, where it leads there. Who is sent to often enough gets one, from the next datagram on.
net::DatagramSocket& Exchange::socket_towards(RelaySocket& relay,
                                              const turn::TransportAddress& peer) {
  if (relay.lane && peer == relay.lane_peer) {
    relay.streak = 0;
    return relay.lane->socket;
  }
  if (!relay.may_have_lane) return relay.socket;
  if (peer != relay.usual_peer) {
    relay.usual_peer = peer;
    relay.streak = 0;
  } else if (++relay.streak == lane_after) {
    open_lane(relay);
  }
  return relay.socket;
}

/// Between its making and its connection it may receive what is for the first socket: that is read
/// all the same.
void Exchange::open_lane(RelaySocket& relay) {
  relay.streak = 0;
  if (!relay.lane) {
    std::optional<net::DatagramSocket> socket = ports_.open_beside(relay.socket);
    if (!socket || socket->fd() > last_lane_) {
      relay.may_have_lane = false;
      return;
    }
    relay.lane = std::make_unique<RelaySocket>(*this, relay.id, std::move(*socket));
    if (!reactor_.add(relay.lane->socket.fd(), *relay.lane)) {
      relay.lane.reset();
      relay.may_have_lane = false;
      return;
    }
    counters_.lanes.set(++lane_count_);
  }
  outbox_.flush();  // What is for the old peer is not to go to the new one.
  relay.lane_peer =
      relay.lane->socket.connect(relay.usual_peer) ? relay.usual_peer : turn::TransportAddress{};
}

void Exchange::send_to_client(const turn::ToClient& forward, std::uint8_t tos) {
  if (is_stream(forward.client->transport)) return streams_.send_data(forward);
  if (forward.client->transport == turn::Transport::dtls) {
    if (!dtls_clients_.send_data(forward, tos)) counters_.datagrams.send_failures.add();
    return;
  }
  UdpListener* const listener = listener_of(forward.client->server);
  if (listener == nullptr) return;
  const turn::TransportAddress to = way_to(*listener, *forward.client);
  if (to.port == 0) return;
  outbox_.add(listener->socket, {.to = to, .source = forward.client->server.ip, .tos = tos},
              forward.header_bytes(), forward.payload, forward.padding);
}

UdpListener* Exchange::listener_of(const turn::TransportAddress& server) {
  for (const auto& listener : listeners_) {
    const turn::TransportAddress& local = listener->socket.local();
    if (local.port == server.port &&
        (listener->socket.is_wildcard() ? local.ip.family() == server.ip.family()
                                        : local.ip == server.ip)) {
      return listener.get();
    }
  }
  return nullptr;
}

RelaySocket* Exchange::relay_of(turn::RelayId id) {
  if (id.slot >= relays_.size()) return nullptr;
  RelaySocket* const relay = relays_[id.slot].get();
  return relay != nullptr && relay->id == id ? relay : nullptr;
}

/// Clients on streams are read last: what has just been sent to one took along the acknowledgement
/// of what it had sent, so that reading it sends none.
void Exchange::end_round() {
  read_ready_relays();
  dtls_clients_.end_round();
  send_all();
  dtls_clients_.on_flushed();
  batch_.clear();
  streams_.end_round();
  peer_connections_.end_round();
  counters_.peer_connections.set(peer_connections_.size());
  if (const std::uint32_t drops = batch_.take_drops()) {
    counters_.datagrams.receive_drops.add(drops);
  }
}

/// What is about to leave needs the buffers that it came in.
void Exchange::make_room(std::size_t buffers) {
  if (batch_.room() >= buffers) return;
  send_all();
  batch_.clear();
}

void Exchange::send_all() {
  outbox_.flush();
  streams_.flush();
}

}  // namespace relay
