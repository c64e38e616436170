// The data path: what arrives on datagram sockets and streams, classified by its first byte (RFC
// 7983) and forwarded. No heap, no lock, no effects but those of control messages.
#include <chrono>

#include "relay/exchange.h"

namespace relay {
namespace {

/// Receive calls for one socket before the others have their turn.
constexpr int max_client_batches = 8;
constexpr int max_peer_batches = 4;

bool is_stun(stun::Bytes message) { return std::to_integer<unsigned>(message[0]) <= 0x03; }
bool is_channel_data(stun::Bytes message) {
  return (std::to_integer<unsigned>(message[0]) & 0xc0) == 0x40;
}

}  // namespace

void UdpListener::on_ready(std::uint32_t) { exchange.read_clients(*this); }
void RelaySocket::on_ready(std::uint32_t) { exchange.read_peers(*this); }

void Exchange::read_clients(UdpListener& listener) {
  for (int i = 0; i < max_client_batches; ++i) {
    const std::size_t count = batch_.receive(listener.socket);
    const Time now = std::chrono::steady_clock::now();
    for (std::size_t index = 0; index < count; ++index) {
      on_client_datagrams(listener, batch_.at(index), now);
    }
    flush();
    if (count < net::ReceiveBatch::capacity) break;
  }
  counters_.datagrams.receive_drops.add(batch_.take_drops());
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
      if (allocation == nullptr) continue;
      if (const auto forward = server_.handle_channel_data(*allocation, datagram, now)) {
        send_to_peer(*forward, received.tos);
      }
    } else if (is_stun(datagram)) {
      allocation = nullptr;  // The message may end it.
      on_control(client, datagram, received.tos, now);
    }
  }
  counters_.datagrams.received.add(count);
}

void Exchange::on_control(const turn::FiveTuple& client, stun::Bytes message, std::uint8_t tos,
                          Time now) {
  if (const auto forward = server_.handle_client(client, message, now)) {
    send_to_peer(*forward, tos);
  }
  drain(now);
}

void Exchange::read_peers(RelaySocket& relay) {
  for (int i = 0; i < max_peer_batches; ++i) {
    const std::size_t count = batch_.receive(relay.socket);
    if (count == 0) break;
    const Time now = std::chrono::steady_clock::now();
    turn::Allocation* const allocation = server_.find(relay.id, now);
    for (std::size_t index = 0; allocation != nullptr && index < count; ++index) {
      on_peer_datagrams(*allocation, batch_.at(index), now);
    }
    flush();
    if (count < net::ReceiveBatch::capacity) break;
  }
  counters_.datagrams.receive_drops.add(batch_.take_drops());
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
  if (kind == turn::Frame::Kind::stun) return on_control(client, message, 0, now);
  turn::Allocation* const allocation = server_.find(client, now);
  if (allocation == nullptr) return;
  if (const auto forward = server_.handle_channel_data(*allocation, message, now)) {
    send_to_peer(*forward, 0);
  }
}

void Exchange::send_to_peer(const turn::ToPeer& forward, std::uint8_t tos) {
  RelaySocket* const relay = relay_of(forward.relay);
  if (relay == nullptr) return;
  train_.add(relay->socket,
             {.to = forward.peer, .source = {}, .tos = tos, .dont_fragment = forward.dont_fragment},
             {}, forward.payload);
}

void Exchange::send_to_client(const turn::ToClient& forward, std::uint8_t tos) {
  if (forward.client->transport != turn::Transport::udp) return streams_.send_data(forward);
  UdpListener* const listener = listener_of(forward.client->server);
  if (listener == nullptr) return;
  train_.add(listener->socket,
             {.to = forward.client->client, .source = forward.client->server.ip, .tos = tos},
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

void Exchange::end_round() { streams_.reap(); }

void Exchange::flush() {
  train_.flush();
  streams_.flush();
}

}  // namespace relay
