// How one client reaches the server: a connected UDP socket, or a TCP connection with or without
// TLS. Never blocks; what does not go out at once waits in a bounded buffer or is refused.
#pragma once

#include <cstddef>
#include <memory>

#include "stun/address.h"
#include "tools/turn_load/datagrams.h"
#include "tools/turn_load/options.h"
#include "tools/turn_load/tls.h"

namespace turn_load {

class Link {
 public:
  virtual ~Link() = default;

  virtual int fd() const = 0;
  /// Requests may be sent.
  virtual bool is_open() const = 0;
  /// Goes on connecting, and sends what waits. Call when the socket is ready.
  virtual void advance() = 0;
  /// There is something that waits for the socket to become writable.
  virtual bool wants_write() const = 0;
  /// One STUN message.
  virtual void send(Bytes message) = 0;
  /// `train` holds ChannelData messages of `segment` bytes each, padded for a stream. How many of
  /// them were taken.
  virtual std::size_t send_train(Bytes train, std::size_t segment) = 0;
  /// Hands over what has arrived, message by message.
  virtual void receive(MessageSink& sink) = 0;
  /// Why it is of no use any more, as a sentence; empty: it is.
  const std::string& failure() const { return failure_; }

 protected:
  std::string failure_;
};

/// What all links of a loop have in common.
struct Route {
  stun::TransportAddress server;
  Transport transport{};
  TlsContext* tls = nullptr;     // of TLS only
  std::string user;              // for the sentences
  stun::IpAddress peer;          // likewise
  DatagramReceiver* receiver{};  // the loop's
  DatagramSender* sender{};
};

/// From `local`, whose port is 0. Never null; whether it works shows in failure().
std::unique_ptr<Link> open_link(const Route& route, const stun::IpAddress& local);

}  // namespace turn_load
