// Accepts TCP connections on one address. Running out of descriptors makes it pause, not spin.
#pragma once

#include <asio/awaitable.hpp>
#include <asio/io_context.hpp>
#include <asio/ip/tcp.hpp>
#include <asio/steady_timer.hpp>
#include <cstddef>
#include <expected>
#include <string>
#include <system_error>

#include "relay/net/file_descriptor.h"
#include "stun/address.h"
#include "turn/types.h"

namespace relay::net {

/// A bound and listening TCP socket, not yet anybody's.
struct BoundTcp {
  FileDescriptor fd;
  stun::TransportAddress local;
};

struct TcpOptions {
  stun::TransportAddress address;  // port 0: any free one
  std::string device;
  bool shared = false;  // later sockets of this process may join
  bool join = false;    // another socket of this process has it already
};

std::expected<BoundTcp, std::error_code> bind_tcp(const TcpOptions& options);

class StreamAcceptor {
 public:
  /// A connection of `client`; refused by dropping the socket.
  virtual void on_accept(asio::ip::tcp::socket socket, const turn::FiveTuple& client) = 0;

 protected:
  ~StreamAcceptor() = default;
};

class TcpListener {
 public:
  TcpListener(asio::io_context& context, BoundTcp bound, StreamAcceptor& acceptor);

  void start();
  void stop();
  const stun::TransportAddress& local() const { return local_; }

 private:
  asio::awaitable<void> accept();

  asio::ip::tcp::acceptor listener_;
  asio::steady_timer pause_;
  stun::TransportAddress local_;
  StreamAcceptor& acceptor_;
};

}  // namespace relay::net
