// The TCP side of relaying for one worker (RFC 6062): relayed transport addresses that listen, and
// the connections to and from peers, by their CONNECTION-ID. It knows sockets; who may do what is
// turn::Server's. One worker owns it.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "relay/data_connection.h"
#include "relay/net/relay_ports.h"
#include "relay/net/tcp_listener.h"
#include "relay/net/tcp_session.h"
#include "turn/effect.h"

namespace relay {

/// Who decides.
class PeerConnectionReader {
 public:
  virtual void on_peer_connected(turn::ConnectionId connection, bool connected) = 0;
  /// The name of a connection that a peer has made to the relay; nothing: it is closed.
  virtual std::optional<turn::ConnectionId> on_peer_accepted(
      turn::RelayId relay, const turn::TransportAddress& peer) = 0;
  /// One that was connected or accepted is over.
  virtual void on_connection_end(turn::ConnectionId connection) = 0;
  virtual turn::Time::duration on_connection_data(turn::ConnectionId connection,
                                                  turn::StreamDirection direction,
                                                  std::size_t bytes) = 0;
  virtual std::span<std::byte> data_buffer() = 0;
  virtual void wake_by(turn::Time time) = 0;

 protected:
  ~PeerConnectionReader() = default;
};

class PeerConnections final : public DataConnectionOwner {
 public:
  /// All outlive it.
  PeerConnections(net::RelayPorts& ports, Reactor& reactor, PeerConnectionReader& reader,
                  std::chrono::seconds linger)
      : ports_(ports), reactor_(reactor), reader_(reader), linger_(linger) {}
  ~PeerConnections();
  PeerConnections(const PeerConnections&) = delete;
  PeerConnections& operator=(const PeerConnections&) = delete;

  /// A relay that listens for peers of `relay`; nothing when it cannot be watched.
  std::optional<turn::TransportAddress> listen(turn::RelayId relay, net::BoundTcp bound);
  /// Nothing when there is no such relay here. Its connections have been closed.
  void stop_listening(turn::RelayId relay);

  /// False: there is no attempt, and there will be no other answer.
  bool connect(const turn::ConnectPeer& wanted);
  void bind(turn::ConnectionId id, net::StreamRemains client, stun::Bytes unread);
  void close(turn::ConnectionId id);

  void on_time(turn::Time now);
  /// Everybody has had a turn: frees what is over.
  void end_round() { over_.clear(); }
  std::size_t size() const { return by_id_.size(); }

  void on_peer_connected(DataConnection& connection, bool connected) override;
  void on_data_end(DataConnection& connection) override;
  turn::Time::duration on_data(DataConnection& connection, turn::StreamDirection direction,
                               std::size_t bytes) override {
    return reader_.on_connection_data(connection.id(), direction, bytes);
  }
  std::span<std::byte> data_buffer() override { return reader_.data_buffer(); }
  void wake_by(turn::Time time) override { reader_.wake_by(time); }

 private:
  struct Relay final : net::StreamAcceptor {
    Relay(PeerConnections& connections, turn::RelayId name, net::BoundTcp bound)
        : owner(connections),
          id(name),
          listener(connections.reactor_, std::move(bound), *this, net::Entrance::clients) {}
    void on_accept(net::FileDescriptor socket, const turn::FiveTuple& peer,
                   net::Entrance) override {
      owner.on_accept(*this, std::move(socket), peer.client);
    }
    PeerConnections& owner;
    turn::RelayId id;
    net::TcpListener listener;
  };

  Relay* relay_of(turn::RelayId id);
  void on_accept(const Relay& relay, net::FileDescriptor socket,
                 const turn::TransportAddress& peer);
  /// It is used up the stack; gone from the table now and freed later.
  void take_out(turn::ConnectionId id);

  net::RelayPorts& ports_;
  Reactor& reactor_;
  PeerConnectionReader& reader_;
  const std::chrono::seconds linger_;
  std::vector<std::unique_ptr<Relay>> relays_;  // by slot
  std::unordered_map<turn::ConnectionId, std::unique_ptr<DataConnection>> by_id_;
  std::vector<std::unique_ptr<DataConnection>> over_;  // until end_round()
};

}  // namespace relay
