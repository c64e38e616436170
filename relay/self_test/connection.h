// One client connection of the self-test, over UDP, TCP, TLS or DTLS, blocking with a deadline. One
// thread uses it.
#pragma once

#include <cstddef>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "relay/net/file_descriptor.h"
#include "relay/self_test/patience.h"
#include "relay/self_test/tls_channel.h"
#include "stun/address.h"
#include "stun/byte_order.h"
#include "turn/types.h"

namespace relay::self_test {

class Connection {
 public:
  /// `peer` is for TLS and DTLS.
  static std::expected<Connection, Failure> open(const stun::TransportAddress& server,
                                                 turn::Transport transport,
                                                 const Patience& patience,
                                                 const TlsPeer& peer = {});

  std::expected<void, Failure> send(stun::Bytes message, const Patience& patience);
  /// One whole STUN or ChannelData message; it lives until the next receive(). Nothing came in
  /// time: an empty one.
  std::expected<stun::Bytes, Failure> receive(const Patience& patience);

  /// What comes of a head of HTTP until its end, or until nothing more comes; 4096 bytes at most.
  std::string receive_text(const Patience& patience);

  turn::Transport transport() const { return transport_; }
  /// Null where there is no TLS or DTLS.
  const TlsChannel* tls() const { return tls_ ? &*tls_ : nullptr; }
  stun::TransportAddress local() const;

 private:
  Connection(net::FileDescriptor socket, turn::Transport transport)
      : socket_(std::move(socket)), transport_(transport), buffer_(4096) {}
  std::expected<std::size_t, Failure> receive_some(std::span<std::byte> into);
  stun::Bytes take_message();

  net::FileDescriptor socket_;
  std::optional<TlsChannel> tls_;
  turn::Transport transport_;
  std::vector<std::byte> buffer_;
  std::size_t filled_ = 0;    // bytes that lie in the buffer
  std::size_t consumed_ = 0;  // of the message that was given last
};

}  // namespace relay::self_test
