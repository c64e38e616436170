#include "relay/peer_connections.h"

#include "relay/net/peer_socket.h"

namespace relay {

PeerConnections::~PeerConnections() {
  for (const auto& relay : relays_) {
    if (relay) stop_listening(relay->id);
  }
}

PeerConnections::Relay* PeerConnections::relay_of(turn::RelayId id) {
  if (id.slot >= relays_.size()) return nullptr;
  Relay* const relay = relays_[id.slot].get();
  return relay != nullptr && relay->id == id ? relay : nullptr;
}

std::optional<turn::TransportAddress> PeerConnections::listen(turn::RelayId id,
                                                              net::BoundTcp bound) {
  const turn::TransportAddress local = bound.local;
  auto relay = std::make_unique<Relay>(*this, id, std::move(bound));
  if (!relay->listener.start()) return std::nullopt;
  if (id.slot >= relays_.size()) relays_.resize(id.slot + 1);
  relays_[id.slot] = std::move(relay);
  return local;
}

void PeerConnections::stop_listening(turn::RelayId id) {
  Relay* const relay = relay_of(id);
  if (relay == nullptr) return;
  const turn::TransportAddress local = relay->listener.local();
  relay->listener.stop();
  relays_[id.slot].reset();
  ports_.release(local);
}

bool PeerConnections::connect(const turn::ConnectPeer& wanted) {
  Relay* const relay = relay_of(wanted.relay);
  if (relay == nullptr) return false;
  auto socket = net::begin_connect(relay->listener.local(), wanted.peer, ports_.options().device);
  if (!socket) return false;
  auto connection = std::make_unique<DataConnection>(wanted.connection, reactor_, *this);
  if (!connection->begin(std::move(*socket))) return false;
  by_id_.emplace(wanted.connection, std::move(connection));
  return true;
}

void PeerConnections::on_accept(const Relay& relay, net::FileDescriptor socket,
                                const turn::TransportAddress& peer) {
  const auto id = reader_.on_peer_accepted(relay.id, peer);
  if (!id) return;
  auto connection = std::make_unique<DataConnection>(*id, reactor_, *this);
  if (!connection->accept(std::move(socket))) return reader_.on_connection_end(*id);
  by_id_.emplace(*id, std::move(connection));
}

void PeerConnections::bind(turn::ConnectionId id, net::StreamRemains client, stun::Bytes unread) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;  // The peer has gone meanwhile, and so does the client.
  found->second->bind(std::move(client.socket), std::move(client.tls), std::move(client.unsent),
                      unread);
}

void PeerConnections::close(turn::ConnectionId id) {
  const auto found = by_id_.find(id);
  if (found == by_id_.end()) return;
  found->second->close();
  take_out(id);
}

void PeerConnections::take_out(turn::ConnectionId id) {
  auto node = by_id_.extract(id);
  over_.push_back(std::move(node.mapped()));
}

void PeerConnections::on_peer_connected(DataConnection& connection, bool connected) {
  const turn::ConnectionId id = connection.id();
  if (!connected) take_out(id);
  reader_.on_peer_connected(id, connected);
}

void PeerConnections::on_data_end(DataConnection& connection) {
  const turn::ConnectionId id = connection.id();
  take_out(id);
  reader_.on_connection_end(id);
}

void PeerConnections::on_time(turn::Time now) {
  for (const auto& relay : relays_) {
    if (relay) relay->listener.resume();
  }
  // One that ends leaves the table.
  std::vector<DataConnection*> all;
  for (const auto& [id, connection] : by_id_) all.push_back(connection.get());
  for (DataConnection* const connection : all) connection->on_time(now, linger_);
}

}  // namespace relay
