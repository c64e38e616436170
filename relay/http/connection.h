// HTTP/1.1 on one connection (RFC 9112): request after request, each answered in its turn. Keeps
// the beginning of one head at most. A client that dawdles over a head, or says nothing, is let go
// in time; one that asks faster than it reads loses the connection. One worker owns it.
#pragma once

#include <chrono>
#include <string>

#include "relay/http/site.h"
#include "relay/net/stream_protocol.h"
#include "turn/types.h"

namespace relay::http {

class Connection final : public net::StreamProtocol {
 public:
  /// From the first byte of a head to its last.
  static constexpr std::chrono::seconds head_time{10};
  /// Between two requests.
  static constexpr std::chrono::seconds idle_time{60};
  /// For the client to take the last answer and close.
  static constexpr std::chrono::seconds farewell_time{2};

  Connection(const Site& site, const stun::IpAddress& client, net::Entrance entrance,
             turn::Time now)
      : site_(site), client_(client), entrance_(entrance), deadline_(now + head_time) {}

  /// Its time is over: the connection should be closed.
  bool is_late(turn::Time now) const { return now >= deadline_; }
  void on_bytes(net::TcpSession& session, stun::Bytes bytes) override;

 private:
  void answer(net::TcpSession& session, const RequestHead& head);
  void refuse(net::TcpSession& session, Status status);
  void send(net::TcpSession& session, const Response& response, bool with_content,
            bool keeps_alive);

  const Site& site_;
  const stun::IpAddress client_;
  const net::Entrance entrance_;
  turn::Time deadline_;
  std::string partial_;  // the beginning of a head
};

}  // namespace relay::http
