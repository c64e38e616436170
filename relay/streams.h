// The TCP clients of one worker: who may connect, what is spoken with them, who has stayed too long
// without an allocation, and the data that is gathered for one of them to leave in one call. One
// worker owns it.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <variant>
#include <vector>

#include "relay/http/connection.h"
#include "relay/net/counter.h"
#include "relay/net/message_stream.h"
#include "relay/net/tcp_listener.h"
#include "relay/net/tcp_session.h"
#include "relay/net/tls/context.h"
#include "relay/stream_hand_over.h"
#include "turn/forward.h"
#include "turn/peer_policy.h"

namespace relay {

/// Why what comes from an unknown proxy is refused.
inline constexpr std::string_view not_trusted = "it is not among --trusted-proxy";

struct StreamLimits {
  /// Conversations apart.
  std::size_t clients = 1024;
  /// Connections without an allocation from one IPv4 address or IPv6 /64.
  std::size_t strangers_per_source = 256;
  /// Those that speak HTTP, which are strangers too.
  std::size_t http_clients = 1024;
  /// Those of them that have become WebSockets or event streams, and are strangers no more.
  std::size_t conversations = 512;
  std::chrono::seconds stranger_time{60};
  /// Whose PROXY headers are believed.
  std::vector<turn::AddressRange> trusted_proxies;
  /// For a proxy to send its header.
  std::chrono::seconds proxy_header_time{5};
  /// Off: clients on streams must begin TLS.
  bool plain = true;
  /// Off: so must Prometheus.
  bool plain_metrics = true;
  /// What the port for metrics shows; null: it has no TLS.
  const net::tls::SharedContext* metrics_tls = nullptr;
  /// How long a data connection may be silent once one side has ended (RFC 6062 5.5).
  std::chrono::seconds linger{30};
};

/// Where a connection goes on that speaks TURN no more: bound to a peer's, or on another worker.
struct OtherWorker {
  std::size_t index = 0;
};
using StreamDestination = std::variant<turn::ConnectionId, OtherWorker>;

/// Who is told what arrives on streams.
class StreamReader {
 public:
  virtual void on_stream_message(const turn::FiveTuple& client, turn::Frame::Kind kind,
                                 stun::Bytes message) = 0;
  virtual void on_stream_pause() = 0;
  virtual void on_stream_end(const turn::FiveTuple& client) = 0;
  /// A connection has left the streams for where it was sent, bind() or hand_over(); its socket is
  /// closed when it ended meanwhile. `unread` came
  /// behind the message; with hand_over() it begins with it.
  virtual void on_stream_departure(net::StreamRemains remains, const StreamDestination& destination,
                                   stun::Bytes unread) = 0;
  virtual bool has_allocation(const turn::FiveTuple& client, turn::Time now) = 0;
  /// How many clients there are now.
  virtual void on_stream_count(std::size_t count) = 0;
  /// What came from there instead of a client with a PROXY header was refused.
  virtual void on_proxy_refused(const turn::TransportAddress& proxy, std::string_view reason) = 0;
  /// A handshake has succeeded or failed; for people.
  virtual void on_tls(const turn::FiveTuple& client, bool established,
                      std::string_view description) = 0;

 protected:
  ~StreamReader() = default;
};

class Streams final : public net::StreamAcceptor,
                      public net::StreamOwner,
                      public net::MessageReader,
                      public http::ConnectionOwner {
 public:
  /// `tls` is null where TLS is not served.
  Streams(const StreamLimits& limits, Reactor& reactor, StreamReader& reader,
          net::DatagramCounters& counters, http::House& house, const net::tls::SharedContext* tls);

  /// Of the HTTP connections.
  http::Doorkeeper& doors() { return doors_; }

  /// Answers go out at once.
  void send_control(const turn::FiveTuple& client, stun::Bytes message);
  /// Sent at the next flush(); the payload must live until then.
  void send_data(const turn::ToClient& forward);
  void flush();

  // Connections that leave: stream_departures.cpp.
  /// From now on its bytes are those of this connection to a peer. False: the client has gone.
  bool bind(const turn::FiveTuple& client, turn::ConnectionId connection);
  /// To another worker, with the message at hand.
  void hand_over(const turn::FiveTuple& client, std::size_t worker, stun::Bytes message);
  /// Takes over what another worker's Streams handed over.
  void adopt(MovingStream stream);

  /// The client has an allocation now that it had not when it last spoke, or the other way about.
  void review(const turn::FiveTuple& client);
  /// Ends connections that have been without an allocation, or without a request, for too long.
  void sweep(turn::Time now);
  /// Everybody has had a turn: reads what has come in this round, forgets connections that ended,
  /// and tells the reader.
  void end_round();

  void on_accept(net::FileDescriptor socket, const turn::FiveTuple& client,
                 net::Entrance entrance) override;
  void on_stream_message(net::TcpSession& session, turn::Frame::Kind kind,
                         stun::Bytes message) override;
  void on_stream_pause() override { reader_.on_stream_pause(); }
  void on_stream_stop(net::TcpSession& session, stun::Bytes unread) override;
  void on_stream_end(net::TcpSession& session) override;
  std::span<std::byte> stream_buffer() override { return {buffer_.get(), buffer_size}; }
  bool on_proxy_header(net::TcpSession& session, const net::ProxyHeader& header) override;
  void on_proxy_failure(net::TcpSession& session, net::ProxyRefusal reason) override {
    reader_.on_proxy_refused(session.client().client, reason);
  }
  std::unique_ptr<net::StreamProtocol> begin_protocol(net::TcpSession& session,
                                                      stun::Bytes first) override;
  std::unique_ptr<net::tls::Engine> begin_tls(net::TcpSession& session) override;
  void on_readable(net::TcpSession& session) override { ready_.push_back(&session); }
  bool may_shake_hands() override { return handshakes_left_ != 0; }
  void on_handshake(net::TcpSession& session, bool established) override;
  void on_tls_failure(net::TcpSession& session, std::string_view reason) override {
    reader_.on_tls(session.client(), false, reason);
  }
  bool on_conversation(net::TcpSession& session) override;

 private:
  static constexpr std::size_t buffer_size = 64 * 1024;
  /// Steps of handshakes in one round: a signature takes up to a millisecond.
  static constexpr std::size_t max_handshakes = 4;

  struct Client {
    std::unique_ptr<net::TcpSession> session;
    turn::Time check_at;
    net::Entrance entrance = net::Entrance::clients;
    bool stranger = true;                    // no allocation yet; counted in strangers_
    bool anonymous = false;                  // the PROXY header that names it has not come yet
    net::MessageStream* messages = nullptr;  // what the session speaks, once it is known
    http::Connection* http = nullptr;
    bool is_conversation = false;
    struct Departure {
      StreamDestination destination;
      std::vector<std::byte> message;  // that goes along
    };
    std::unique_ptr<Departure> departure = {};  // it is to leave
  };
  using Clients = std::unordered_map<turn::FiveTuple, Client, turn::FiveTupleHash>;

  std::unique_ptr<net::StreamProtocol> begin_http(Client& client);
  void end_http(Client& client);
  void read_ready();
  bool rename(net::TcpSession& session, const turn::FiveTuple& name);
  bool is_full(const stun::IpAddress& source) const;
  bool depart(const turn::FiveTuple& client, Client::Departure departure);
  void note_allocation(Client& client, bool has_one);
  void forget_stranger(const stun::IpAddress& source);
  void reap();

  const StreamLimits limits_;
  Reactor& reactor_;
  StreamReader& reader_;
  net::DatagramCounters& counters_;
  http::Doorkeeper doors_;
  const net::tls::SharedContext* const tls_;
  std::unique_ptr<std::byte[]> buffer_;
  std::optional<net::tls::Workspace> workspace_;  // since the first TLS client
  std::size_t handshakes_left_ = max_handshakes;
  Clients clients_;
  std::vector<net::TcpSession*> ready_;               // until the end of the round
  std::size_t http_clients_ = 0, conversations_ = 0;  // of clients_
  std::unordered_map<stun::IpAddress, std::size_t, stun::AddressHash> strangers_;

  std::vector<turn::FiveTuple> ended_;  // until reap()

  net::TcpSession* gathered_for_ = nullptr;
  std::size_t gathered_ = 0;
  std::array<net::StreamMessage, net::TcpSession::max_messages> messages_;
  std::array<std::array<std::byte, turn::ToClient::max_header>, net::TcpSession::max_messages>
      headers_;
};

}  // namespace relay
