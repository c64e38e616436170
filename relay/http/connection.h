// HTTP/1.1 on one connection (RFC 9112): request after request, each answered in its turn, until it
// becomes a conversation perhaps. Keeps one request at most, within bounds. A client that dawdles,
// or says nothing, is let go in time; one that asks faster than it reads loses the connection. One
// worker owns it.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "relay/http/conversation.h"
#include "relay/http/doorkeeper.h"
#include "relay/net/stream_protocol.h"
#include "turn/types.h"

namespace relay::http {

class Connection final : public net::StreamProtocol {
 public:
  /// From the first byte of a head to its last.
  static constexpr std::chrono::seconds head_time{10};
  /// The same for content.
  static constexpr std::chrono::seconds content_time{30};
  /// Between two requests, and for an answer.
  static constexpr std::chrono::seconds idle_time{60};
  /// For the client to take the last answer and close.
  static constexpr std::chrono::seconds farewell_time{2};
  static constexpr std::size_t max_content = 256 * 1024;
  /// What a client may send ahead while it waits for an answer.
  static constexpr std::size_t max_ahead = 16 * 1024;

  /// Both outlive it.
  Connection(Doorkeeper& doors, net::TcpSession& session, net::Entrance entrance, Time now)
      : doors_(doors), session_(session), entrance_(entrance), deadline_(now + head_time) {}

  void on_bytes(net::TcpSession& session, stun::Bytes bytes) override;
  void on_room(net::TcpSession& session) override;
  /// Comes every second.
  void on_time(Time now);
  /// The session is over.
  void on_end(Time now);
  bool is_conversation() const { return conversation_ != nullptr; }

  // For the doorkeeper.
  void wait_for(std::optional<signaling::RequestId> answer) { awaited_ = answer; }
  void respond(const Response& response);
  /// Takes up what came while it waited.
  void go_on();

 private:
  void proceed(std::string_view text, bool had_begun, Time now);
  std::optional<Status> judge_content(const RequestHead& head);
  bool await_content(const RequestHead& head, std::size_t size, Time now);
  void serve(const RequestHead& head, std::string_view content, Time now);
  void open_web_socket(const Request& request, Time now);
  void open_event_stream(const Request& request, Time now);
  std::optional<Response> judge_origin(const Request& request) const;
  signaling::Arrival arrival_of(const Request& request) const;
  void refuse(const Response& response);
  void send(const Response& response, bool with_content, bool keeps_alive);
  void keep(std::string_view text);
  void send_file(Time now);
  /// The next request has to wait.
  bool is_busy() const { return awaited_ || file_; }

  Doorkeeper& doors_;
  net::TcpSession& session_;
  const net::Entrance entrance_;
  Time deadline_;
  std::string partial_;       // the beginning of a request, or what came behind one that waits
  std::size_t wanted_ = 0;    // bytes of a whole request whose head is there
  std::size_t reserved_ = 0;  // of the doorkeeper's room for contents
  bool with_content_ = true;  // of the answer that is awaited
  bool keeps_alive_ = true;   // likewise
  std::optional<signaling::RequestId> awaited_;
  std::shared_ptr<net::FileDescriptor> file_;  // that is being sent
  std::uint64_t file_from_ = 0, file_to_ = 0;  // what of it is left
  std::unique_ptr<Conversation> conversation_;
  stun::IpAddress client_;  // of the conversation
};

}  // namespace relay::http
