// The event loop of one worker: one epoll, level-triggered, dispatched by pointer. A wake-up costs
// one system call, and so does nothing else: the timer is a descriptor too (relay/alarm.h), and
// what comes from other threads rings a bell. One worker owns it and runs it on its thread.
#pragma once

#include <sys/epoll.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <mutex>
#include <vector>

#include "relay/net/counter.h"
#include "relay/net/file_descriptor.h"

namespace relay {

/// Something with a descriptor that becomes ready.
class Watched {
 public:
  /// `events` as epoll reports them. It may leave bytes behind: it is called again.
  virtual void on_ready(std::uint32_t events) = 0;

 protected:
  ~Watched() = default;
};

class Reactor {
 public:
  /// Throws std::system_error when the process is out of descriptors.
  Reactor();
  ~Reactor();
  Reactor(const Reactor&) = delete;
  Reactor& operator=(const Reactor&) = delete;

  /// Serves until stop(), and again when called again. `end_round` is called whenever everybody
  /// found ready has had a turn.
  void run(const std::function<void()>& end_round);
  /// From a turn, a task or `end_round`.
  void stop() { stopped_ = true; }
  /// Has run() call `task` between two turns. From any thread, also before run().
  void post(std::function<void()> task);

  /// `watched` outlives its registration. False: the kernel has no room.
  bool add(int fd, Watched& watched, std::uint32_t events = EPOLLIN);
  /// What to wait for from now on.
  void change(int fd, Watched& watched, std::uint32_t events);
  /// Call before `fd` is closed. `watched` is not called again, even when its readiness was
  /// reported already.
  void remove(int fd, const Watched& watched);

  /// How many times the kernel was asked who is ready.
  const net::Counter& rounds() const { return rounds_; }

 private:
  /// So many turns at most before the round ends.
  static constexpr std::size_t batch = 1024;

  /// Tasks from other threads, and the eventfd that tells of them.
  struct Mailbox final : Watched {
    explicit Mailbox(Reactor& owner);
    void on_ready(std::uint32_t events) override;
    Reactor& reactor;
    net::FileDescriptor bell;
    std::mutex mutex;
    std::vector<std::function<void()>> tasks;  // under mutex
  };

  void dispatch(std::size_t count);

  net::FileDescriptor epoll_;
  Mailbox mailbox_;
  net::Counter rounds_;
  std::array<epoll_event, batch> events_{};
  std::size_t next_ = 0, count_ = 0;  // events_[next_, count_) wait for their turn
  bool stopped_ = false;
};

}  // namespace relay
