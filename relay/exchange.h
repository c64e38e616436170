// The exchange of one worker: everything that arrives passes through here to the turn::Server, and
// what the server answers leaves from here. Datagrams and stream messages come in; relayed data
// goes out as trains, effects become answers, sockets opened and closed. One worker owns it.
#pragma once

#include <array>
#include <climits>
#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "relay/alarm.h"
#include "relay/colleagues.h"
#include "relay/dtls_clients.h"
#include "relay/net/csprng.h"
#include "relay/net/error_queue.h"
#include "relay/net/outbox.h"
#include "relay/net/receive_batch.h"
#include "relay/net/relay_ports.h"
#include "relay/net/ring.h"
#include "relay/net/stranger_limit.h"
#include "relay/observe/event_sink.h"
#include "relay/peer_connections.h"
#include "relay/reactor.h"
#include "relay/relay_sockets.h"
#include "relay/return_paths.h"
#include "relay/shared_relays.h"
#include "relay/streams.h"
#include "relay/udp_endpoints.h"
#include "relay/worker_counters.h"
#include "turn/server.h"

namespace relay {

/// What an exchange works with; all outlive it.
struct ExchangeParts {
  std::size_t worker = 0;
  std::size_t worker_count = 1;
  const turn::Config& config;
  const turn::PeerPolicy& peer_policy;
  auth::Authenticator& authenticator;
  turn::Quota& quota;
  net::RelayPorts& ports;
  observe::EventSink& sink;
  WorkerCounters& counters;
  Reactor& reactor;
  Alarm& alarm;
  StreamLimits streams;
  const StreamHandOver& hand_over;
  std::uint32_t answers_to_strangers = 0;        // per second and source; 0: as many as they like
  bool use_ring = true;                          // where the kernel has one
  int last_lane = INT_MAX;                       // descriptors above are not for lanes
  bool share_relays = false;                     // --relay-sockets=shared
  http::House& house;                            // what is answered over HTTP
  const net::tls::SharedContext* tls = nullptr;  // null: TLS is not served
  bool plain_datagrams = true;                   // off: clients over UDP must begin DTLS
  DtlsLimits dtls_limits = {};
  const net::tls::SharedContext* dtls = nullptr;  // null: DTLS is not served
  Colleagues* colleagues = nullptr;               // null: clients may not move (RFC 8016)
};

class Exchange final : public StreamReader,
                       public DtlsOwner,
                       public PeerReader,
                       public PeerConnectionReader,
                       public SharedOwner {
 public:
  using Time = turn::Time;

  explicit Exchange(const ExchangeParts& parts);
  ~Exchange();

  /// False: the kernel has no room to watch it.
  bool listen(net::DatagramSocket socket);
  /// The same for a socket that proxies send to, with a PROXY header in each datagram.
  bool listen_to_proxies(net::DatagramSocket socket);
  Streams& streams() { return streams_; }

  void on_time(Time now);
  /// Everybody who was found ready has had a turn.
  void end_round();
  void begin_drain() { server_.begin_drain(); }
  std::optional<Time> next_deadline() const { return server_.next_deadline(); }

  void read_clients(UdpListener& listener);
  void on_relay_ready(RelaySocket& relay) override;
  void on_relay_error(RelaySocket& relay) override;
  void forget(RelaySocket& relay) override;
  void on_stream_message(const turn::FiveTuple& client, turn::Frame::Kind kind,
                         stun::Bytes message) override;
  void on_stream_pause() override { send_all(); }
  void on_stream_end(const turn::FiveTuple& client) override;
  void on_stream_departure(net::StreamRemains remains, const StreamDestination& destination,
                           stun::Bytes unread) override;
  bool has_allocation(const turn::FiveTuple& client, Time now) override {
    return server_.find(client, now) != nullptr || server_.expects(client);
  }
  void on_stream_count(std::size_t count) override;
  void on_proxy_refused(const turn::TransportAddress& proxy, std::string_view reason) override;
  void on_tls(const turn::FiveTuple& client, bool established,
              std::string_view description) override;

  bool may_answer_hello(const turn::FiveTuple& client, Time now) override;
  void send_hello_verify(const turn::FiveTuple& client, stun::Bytes datagram) override;
  void send_sealed(const turn::FiveTuple& client, stun::Bytes datagram, std::uint8_t tos) override;
  void on_dtls_message(const turn::FiveTuple& client, stun::Bytes message, std::uint8_t tos,
                       Time now) override;
  void on_dtls_pause() override { send_all(); }
  void on_dtls_end(const turn::FiveTuple& client) override { on_stream_end(client); }
  void on_dtls(const turn::FiveTuple& client, bool established,
               std::string_view description) override;

 private:
  static constexpr std::size_t max_ready = 32;
  static_assert(max_ready <= net::ReceiveBatch::capacity);
  static constexpr std::size_t max_kept = 256;

  // The data path: exchange_data.cpp.
  void on_client_datagrams(UdpListener& listener, net::Received received, Time now);
  bool is_welcome(const turn::FiveTuple& client, Time now);
  void read_peers(RelaySocket& relay);
  void read_ready_relays();
  void on_peer_datagrams(turn::RelayId relay, std::span<const net::Received> received, Time now);
  void on_peer_datagrams(turn::Allocation& allocation, net::Received received, Time now);
  void on_control(const turn::FiveTuple& client, stun::Bytes message, std::uint8_t tos, Time now);
  net::DatagramSocket& socket_towards(RelaySocket& relay, const turn::TransportAddress& peer);
  void open_lane(RelaySocket& relay);
  void send_to_peer(const turn::ToPeer& forward, std::uint8_t tos, Time now);
  void send_to_client(const turn::ToClient& forward, std::uint8_t tos);
  UdpListener* listener_of(const turn::TransportAddress& server);
  RelaySocket* relay_of(turn::RelayId id);
  void send_all();
  void make_room(std::size_t buffers);

  // What became of datagrams to peers: exchange_errors.cpp.
  void read_errors(net::DatagramSocket& socket, turn::RelayId relay,
                   const turn::TransportAddress& refused);
  void tell_error(turn::RelayId relay, const net::SendError& error, Time now);

  // What comes through proxies: exchange_proxied.cpp.
  void on_proxied_datagrams(UdpListener& listener, net::Received received, Time now);
  void on_proxied_datagram(const turn::FiveTuple& client, stun::Bytes datagram, std::uint8_t tos,
                           Time now);
  /// Where what is for this client goes; port 0: nobody knows.
  turn::TransportAddress way_to(const UdpListener& listener, const turn::FiveTuple& client) const {
    if (!listener.for_proxies) [[likely]]
      return client.client;
    return way_back(client);
  }
  turn::TransportAddress way_back(const turn::FiveTuple& client) const;
  void sweep_return_paths(Time now);

  // The control path: exchange_control.cpp.
  void drain(Time now);
  bool answer_server(Time now);
  void perform(const turn::Send& effect, Time now);
  void perform(const turn::OpenRelay& effect, Time now);
  void perform(const turn::CloseRelay& effect, Time now);
  void perform(const turn::BindRoute& effect, Time now);
  void perform(const turn::DropRoute& effect, Time now);
  void perform(const turn::ExpectPeer& effect, Time now);
  void perform(const turn::LookUpUser& effect, Time now);
  void perform(const turn::SeekAllocation& effect, Time now);
  void perform(const turn::FetchAllocation& effect, Time now);
  void perform(const turn::ForgetAllocation& effect, Time now);
  void perform(const turn::Event& effect, Time now);
  bool may_answer(const turn::Send& effect, Time now);
  bool is_limited(stun::Bytes answer) const;
  void count_answer(const turn::Send& answer);
  std::optional<turn::TransportAddress> open_relay(const turn::OpenRelay& request, Time now);
  std::optional<turn::TransportAddress> open_own_relay(const turn::OpenRelay& request, Time now);
  void close_relay(std::unique_ptr<RelaySocket> relay);
  void warn_of_descriptors();
  void publish_counters();
  void publish_stranger_limit(Time now);

  // TCP allocations: exchange_tcp.cpp.
  void perform(const turn::ConnectPeer& effect, Time now);
  void perform(const turn::BindConnection& effect, Time now);
  void perform(const turn::CloseConnection& effect, Time now);
  std::optional<turn::TransportAddress> open_tcp_relay(const turn::OpenRelay& request);
  void abandon(turn::ConnectionId connection);
  /// It is a ConnectionBind for another worker, and on its way.
  bool belongs_elsewhere(const turn::FiveTuple& client, stun::Bytes message);
  void on_peer_connected(turn::ConnectionId connection, bool connected) override;
  std::optional<turn::ConnectionId> on_peer_accepted(turn::RelayId relay,
                                                     const turn::TransportAddress& peer) override;
  void on_connection_end(turn::ConnectionId connection) override {
    server_.handle_connection_end(connection);
  }
  turn::Time::duration on_connection_data(turn::ConnectionId connection,
                                          turn::StreamDirection direction,
                                          std::size_t bytes) override;
  std::span<std::byte> data_buffer() override { return streams_.stream_buffer(); }
  void wake_by(Time time) override { alarm_.wake_by(time); }

  // Clients that move from worker to worker: exchange_moves.cpp.
  void place(std::unique_ptr<RelaySocket> relay);
  struct Moving;
  /// Which worker asks, its question, and how many have passed it on.
  struct Asking {
    std::size_t worker;
    std::uint32_t question;
    int hops;
  };
  /// A message whose allocation is on its way.
  struct Kept {
    turn::FiveTuple client;
    std::vector<std::byte> bytes;
    std::uint8_t tos;
  };
  void on_seek(Asking asking, const turn::Resume& resume);
  void on_fetch(Asking asking, const turn::FetchAllocation& wanted);
  void on_fetched(Moving& moving, const turn::FiveTuple& client);
  void take_sockets(Moving& moving);
  turn::Allocation* arrive(const turn::FiveTuple& client, stun::Bytes message, std::uint8_t tos,
                           Time now);
  void keep(const turn::FiveTuple& client, stun::Bytes message, std::uint8_t tos);
  void bring_in(const turn::FiveTuple& client, Time now);
  void take_message(const turn::FiveTuple& client, stun::Bytes message, std::uint8_t tos, Time now);

  // Relay sockets that allocations share: exchange_shared.cpp.
  net::DatagramSocket* socket_to(turn::RelayId relay, const turn::TransportAddress& peer, Time now);
  bool open_overflow(turn::RelayId relay, Time now);
  std::unique_ptr<SharedSocket> open_shared(const turn::IpAddress& ip, SharedNumber number,
                                            Time now) override;
  void read_shared(SharedSocket& shared) override;
  void on_shared_error(SharedSocket& shared) override;
  void on_shared_datagrams(const SharedSocket& shared, const net::Received& received, Time now);
  void close_shared(std::unique_ptr<SharedSocket> shared) override;
  bool permits(turn::RelayId relay, const turn::TransportAddress& peer, Time now) override {
    return server_.permits(relay, peer, now);
  }

  const std::size_t worker_;
  const int last_lane_;
  const bool plain_datagrams_;
  const bool limits_bindings_;  // with RFC 5780 their answers are long
  net::RelayPorts& ports_;
  observe::EventSink& sink_;
  WorkerCounters& counters_;
  Reactor& reactor_;
  Alarm& alarm_;

  net::Csprng random_;
  std::optional<net::StrangerLimit> stranger_limit_;
  Colleagues* const colleagues_;
  std::optional<turn::TicketSealer> tickets_;
  turn::Server server_;
  Streams streams_;
  Time sweep_streams_at_;
  DtlsClients dtls_clients_;
  const std::unique_ptr<net::Ring> ring_;
  net::ReceiveBatch batch_;
  net::Outbox outbox_;
  net::ErrorQueue errors_;
  std::vector<std::unique_ptr<UdpListener>> listeners_;
  const std::vector<turn::AddressRange> trusted_proxies_;
  ReturnPaths return_paths_;
  std::vector<std::unique_ptr<RelaySocket>> relays_;  // by slot
  std::size_t lane_count_ = 0;

  std::optional<SharedRelays> shared_;
  Time own_sockets_again_;  // none could be opened; not tried again before

  // Found ready in this round and not read yet; null: closed since.
  std::array<RelaySocket*, max_ready> ready_{};
  std::size_t ready_count_ = 0;
  std::size_t strangers_welcome_ = 0;  // requests without an allocation, in this batch of clients

  // Questions of the server that wait until its effects are drained.
  std::vector<turn::OpenRelay> to_open_;
  std::vector<std::uint32_t> to_look_up_;
  std::vector<Kept> kept_;
  std::vector<turn::ConnectionId> unreachable_;

  const StreamHandOver& hand_over_;
  PeerConnections peer_connections_;

  RelaySockets relay_sockets_;  // the last: what it closes, the others forget
};

}  // namespace relay
