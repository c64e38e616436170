// Accepts TCP connections on one address. Running out of descriptors makes it pause, not spin.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <system_error>

#include "relay/net/file_descriptor.h"
#include "relay/reactor.h"
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

/// What a listener is for.
enum class Entrance : std::uint8_t {
  clients,
  proxies,       // each connection begins with a PROXY header
  metrics,       // HTTP alone: Prometheus
  pages,         // HTTP alone: pages and signaling
  secure_pages,  // the same; browsers that come without TLS are sent on
  chat,          // HTTP alone: the chat demo
};

class StreamAcceptor {
 public:
  /// A connection of `client`, non-blocking; refused by dropping the socket.
  virtual void on_accept(FileDescriptor socket, const turn::FiveTuple& client,
                         Entrance entrance) = 0;

 protected:
  ~StreamAcceptor() = default;
};

class TcpListener final : public Watched {
 public:
  TcpListener(Reactor& reactor, BoundTcp bound, StreamAcceptor& acceptor, Entrance entrance);

  /// Starts accepting. False: the kernel has no room.
  bool start();
  void stop();
  /// Accepts again after it ran out of descriptors.
  void resume();
  const stun::TransportAddress& local() const { return bound_.local; }

  void on_ready(std::uint32_t events) override;

 private:
  /// False: nobody else waits, or nobody else can be let in.
  bool accept();

  Reactor& reactor_;
  BoundTcp bound_;
  StreamAcceptor& acceptor_;
  const Entrance entrance_;
  bool paused_ = false;
};

}  // namespace relay::net
