// The seam between connections and signaling. Connections (WebSockets, streams of server-sent
// events, requests) are kept on the worker that the kernel gave them to; what arrives on them goes
// to that worker's Inbox, and what is to leave goes through its Door. Both sides belong to one
// worker and are called on its thread alone. The Door never calls the Inbox from within one of its
// own functions: what follows from a call comes later.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "relay/http/request.h"
#include "relay/http/response.h"
#include "stun/address.h"

namespace relay::signaling {

using Time = std::chrono::steady_clock::time_point;

/// A connection that texts come and go on. Of its worker; never given twice.
enum class ConnectionId : std::uint64_t {};
/// A request that waits for its answer. Of its worker; never given twice.
enum class RequestId : std::uint64_t {};

/// What the port or the path says is spoken.
enum class Dialect : std::uint8_t {
  undecided,  // the first text tells: the course protocol or AppRTC
  chat,
};

/// A connection that has just been opened. Views that hold for the call.
struct Arrival {
  Dialect dialect = Dialect::undecided;
  /// As in http::Request.
  stun::IpAddress client;
  std::string_view host, origin;  // as the client wrote them; empty: it did not
  bool secure = false;
};

/// One text for any number of connections.
using Text = std::shared_ptr<const std::string>;

/// What arrives.
class Inbox {
 public:
  virtual void on_open(ConnectionId connection, const Arrival& arrival, Time now) = 0;
  /// A whole text, valid UTF-8, within the bound of its dialect; it is gone after the call.
  virtual void on_text(ConnectionId connection, std::string_view text, Time now) = 0;
  /// A text was dropped, since the connection sends too many.
  virtual void on_text_refused(ConnectionId connection, Time now) = 0;
  /// Comes once for each on_open(), last, also after Door::close().
  virtual void on_close(ConnectionId connection, Time now) = 0;

  /// False: no path of signaling, somebody else answers. True: Door::respond() is or will be called
  /// once. Its connection reads no other request before that.
  virtual bool on_request(RequestId id, const http::Request& request, Time now) = 0;

  /// Comes every second.
  virtual void on_time(Time now) = 0;

 protected:
  ~Inbox() = default;
};

/// What leaves. Whatever names a connection or a request that has ended is ignored.
class Door {
 public:
  /// Queued within the bounds of a slow reader; beyond them the connection ends.
  virtual void send(ConnectionId connection, const Text& text) = 0;
  /// Ends it after what was sent before, with a code of RFC 6455 7.4 or one of 4000 to 4999, and a
  /// reason of 123 bytes at most.
  virtual void close(ConnectionId connection, std::uint16_t code, std::string_view reason) = 0;
  virtual void respond(RequestId request, const http::Response& response) = 0;

 protected:
  ~Door() = default;
};

}  // namespace relay::signaling
