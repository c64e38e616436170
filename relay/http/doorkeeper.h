// Knows the conversations and the open questions of one worker by their numbers, and stands between
// them and signaling: what comes goes into the Inbox, and it is the Door through which the answers
// leave. Without an Inbox there is no signaling. One worker owns it.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "relay/http/conversation.h"
#include "relay/http/event_stream.h"
#include "relay/http/house.h"
#include "relay/net/csprng.h"

namespace relay::http {

class Connection;

/// Who has the connections.
class ConnectionOwner {
 public:
  /// The session has become a conversation. False: there are too many of them.
  virtual bool on_conversation(net::TcpSession& session) = 0;

 protected:
  ~ConnectionOwner() = default;
};

class Doorkeeper final : public signaling::Door {
 public:
  /// Bytes of contents that are on their way, of all connections together.
  static constexpr std::size_t max_contents = 16 * 1024 * 1024;

  /// All outlive it.
  Doorkeeper(House& house, Reactor& reactor, ConnectionOwner& owner);

  House& house() { return house_; }
  /// Null: no signaling. It outlives the connections.
  void set_inbox(signaling::Inbox* inbox) { inbox_ = inbox; }
  bool has_inbox() const { return inbox_ != nullptr; }

  // For connections.
  /// Whether there is room for one more conversation of `client`; anything but `ok` says why not.
  Status admit(net::TcpSession& session, const stun::IpAddress& client, Time now);
  std::unique_ptr<Conversation> open_web_socket(net::TcpSession& session,
                                                const signaling::Arrival& arrival, Time now);
  std::unique_ptr<Conversation> open_event_stream(net::TcpSession& session,
                                                  const signaling::Arrival& arrival, Time now);
  /// One that was admitted is over.
  void end(const Conversation& conversation, const stun::IpAddress& client, Time now);
  /// False: no question for signaling. True: Connection::respond() was called, or will be.
  bool ask(Connection& connection, const Request& request, Time now);
  /// Passes on what was posted for an event stream; Connection::respond() says how it went.
  void post(Connection& connection, std::string_view key, std::string_view text, Time now);
  /// It has ended.
  void forget(Connection& connection);
  /// Room for content that is on its way.
  bool reserve(std::size_t bytes);
  void release(std::size_t bytes) { contents_ -= bytes; }

  // For the worker.
  void on_time(Time now);
  /// Goes on with connections that had to wait.
  void end_round();

  void send(ConnectionId connection, const Text& text) override;
  void close(ConnectionId connection, std::uint16_t code, std::string_view reason) override;
  void respond(signaling::RequestId request, const Response& response) override;

 private:
  signaling::RequestId next_request(Connection& connection);
  Status deliver(const std::string& key, std::string_view text, Time now);
  void open(Conversation& conversation, const signaling::Arrival& arrival, Time now);

  House& house_;
  ConnectionOwner& owner_;
  const std::size_t worker_;
  signaling::Inbox* inbox_ = nullptr;
  net::Csprng random_;
  std::uint64_t last_connection_ = 0, last_request_ = 0;
  std::unordered_map<ConnectionId, Conversation*> conversations_;
  std::unordered_map<std::string, EventStream*> event_streams_;  // by key
  std::unordered_map<signaling::RequestId, Connection*> asking_;
  std::vector<Connection*> answered_;  // go on at the end of the round
  std::size_t contents_ = 0;
  Time next_second_;
};

}  // namespace relay::http
