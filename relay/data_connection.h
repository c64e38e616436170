// A connection between a relay and a peer and, once the client has bound one to it, the client's:
// from then on bytes go from one to the other as they are (RFC 6062 5.4). Bounded: one side is read
// only while the other has taken everything, so what waits is one read's worth each way; until it
// is bound, the peer's bytes wait in the kernel, which closes the peer's window.
//
// When one side ends its stream the other one is told behind the last byte, and may go on for as
// long as bytes move; after `linger` without any, all of it ends (5.5). One worker owns it.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "relay/data_end.h"
#include "turn/server.h"
#include "turn/types.h"

namespace relay {

class DataConnection;

class DataConnectionOwner {
 public:
  /// What came of the attempt. The connection is still in use: forget it later, here and below.
  virtual void on_peer_connected(DataConnection& connection, bool connected) = 0;
  /// It is over, and closed; called once, and not for attempts.
  virtual void on_data_end(DataConnection& connection) = 0;
  /// So many bytes are passed on: for how long nothing more is read in that direction.
  virtual turn::Time::duration on_data(DataConnection& connection, turn::StreamDirection direction,
                                       std::size_t bytes) = 0;
  /// Where connections read into, one at a time.
  virtual std::span<std::byte> data_buffer() = 0;
  /// on_time() is wanted by then.
  virtual void wake_by(turn::Time time) = 0;

 protected:
  ~DataConnectionOwner() = default;
};

class DataConnection final : public DataEndOwner {
 public:
  DataConnection(turn::ConnectionId id, Reactor& reactor, DataConnectionOwner& owner)
      : id_(id), owner_(owner), client_(reactor, *this), peer_(reactor, *this) {}

  turn::ConnectionId id() const { return id_; }

  /// False, here and below: the kernel has no room to watch it.
  bool begin(net::FileDescriptor on_its_way);
  bool accept(net::FileDescriptor connected);
  /// `unsent` is what the client has yet to be sent, as it is; `unread` what it has sent already.
  void bind(net::FileDescriptor client, std::unique_ptr<net::tls::Engine> tls,
            std::vector<std::byte> unsent, stun::Bytes unread);
  /// Closes both sides at once, and tells nobody.
  void close();

  /// Reads on where a wait is over, and ends what has been silent for `linger`.
  void on_time(turn::Time now, std::chrono::seconds linger);

  void on_end_ready(DataEnd& end, std::uint32_t events) override;

 private:
  enum class State : std::uint8_t { connecting, unbound, bound, closed };

  void decide();
  void relay_from(DataEnd& end);
  void pass_on(DataEnd& from, stun::Bytes bytes);
  void go_on();
  void watch(DataEnd& end);
  void end();

  DataEnd& other(const DataEnd& end) { return &end == &client_ ? peer_ : client_; }
  turn::Time& waits_until(const DataEnd& end) { return waits_until_[&end == &client_ ? 0 : 1]; }

  const turn::ConnectionId id_;
  DataConnectionOwner& owner_;
  DataEnd client_, peer_;
  State state_ = State::connecting;
  std::array<turn::Time, 2> waits_until_{};  // for bandwidth: of what the client and the peer send
  bool has_moved_ = false;                   // bytes, since last_moved_ was set
  turn::Time last_moved_{};
};

}  // namespace relay
