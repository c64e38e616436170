// Readiness of a worker's datagram sockets: one epoll of our own, level-triggered, dispatched by
// pointer. Its descriptor is the single thing that Asio watches: Asio's own way would spend a
// system call per readiness and socket. One worker owns it and calls it from its thread.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <asio/io_context.hpp>
#include <asio/posix/stream_descriptor.hpp>
#include <cstddef>

namespace relay {

/// Something that has bytes to read. It may leave bytes behind: it is called again.
class Readable {
 public:
  virtual void on_readable() = 0;

 protected:
  ~Readable() = default;
};

class Reactor {
 public:
  explicit Reactor(asio::io_context& context);

  /// Starts watching for the worker's life.
  void start();
  /// Ends the wait, so that the io_context can run out of work.
  void stop();

  /// `readable` outlives its registration. False: the kernel has no room.
  bool add(int fd, Readable& readable);
  /// Call before `fd` is closed. `readable` is not called again, even when its readiness was
  /// reported already.
  void remove(int fd, const Readable& readable);

 private:
  static constexpr std::size_t batch = 128;
  /// Full batches before timers and streams have their turn.
  static constexpr int max_rounds = 4;

  void wait();
  void serve();
  void dispatch(std::size_t count);

  asio::posix::stream_descriptor epoll_;
  std::array<epoll_event, batch> events_{};
  std::size_t next_ = 0, count_ = 0;  // events_[next_, count_) wait to be dispatched
  bool stopped_ = false;
};

}  // namespace relay
