// One end of a data connection (RFC 6062): a TCP socket, in TLS or not, and what waits to leave by
// it. Reads into a buffer of its worker. Watched only for what it has use for: a socket whose other
// end is full must not wake the worker again and again. One worker owns it.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "relay/net/file_descriptor.h"
#include "relay/net/tls/engine.h"
#include "relay/reactor.h"
#include "stun/byte_order.h"

namespace relay {

class DataEnd;

/// Who is told that an end is ready.
class DataEndOwner {
 public:
  virtual void on_end_ready(DataEnd& end, std::uint32_t events) = 0;

 protected:
  ~DataEndOwner() = default;
};

class DataEnd final : public Watched {
 public:
  DataEnd(Reactor& reactor, DataEndOwner& owner) : reactor_(reactor), owner_(owner) {}
  ~DataEnd() { close(); }
  DataEnd(const DataEnd&) = delete;
  DataEnd& operator=(const DataEnd&) = delete;

  /// Not watched yet. `unsent` goes out first, as it is.
  void open(net::FileDescriptor socket, std::unique_ptr<net::tls::Engine> tls = {},
            std::vector<std::byte> unsent = {});
  void close();
  bool is_open() const { return socket_.is_open(); }
  int fd() const { return socket_.number(); }

  /// What the socket is watched for; 0: for errors alone. False: the kernel has no room.
  bool watch(std::uint32_t events);
  void unwatch();

  /// The next bytes, into `buffer` or where TLS puts them; valid until either is used again. Empty:
  /// there are none now, or never will be: has_ended().
  stun::Bytes read(std::span<std::byte> buffer);
  bool has_ended() const { return has_ended_; }

  /// Sends `bytes`; what the kernel does not take waits. Once is_dead() they are thrown away.
  void write(stun::Bytes bytes);
  void flush();
  std::size_t waiting() const { return unsent_.size() - sent_; }
  /// Tells the other side that nothing follows, once what waits has left.
  void end_output();
  /// Nothing leaves here any more.
  bool is_dead() const { return output_ == Output::over; }

  void on_ready(std::uint32_t events) override { owner_.on_end_ready(*this, events); }

 private:
  enum class Output : std::uint8_t { open, ending, over };

  void send_sealed();
  void send(stun::Bytes bytes);
  void finish_output();

  Reactor& reactor_;
  DataEndOwner& owner_;
  net::FileDescriptor socket_;
  std::unique_ptr<net::tls::Engine> tls_;
  std::vector<std::byte> unsent_;  // [sent_, size) waits
  std::size_t sent_ = 0;
  std::optional<std::uint32_t> watched_;
  Output output_ = Output::open;
  bool has_ended_ = false;
};

}  // namespace relay
