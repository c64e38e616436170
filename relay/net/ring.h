// System calls by the batch: what is queued is carried out in one entry into the kernel (io_uring).
// Each call does what it would do alone and never waits, so that nothing is in flight between two
// submissions. One worker owns it.
#pragma once

#include <sys/socket.h>

#include <array>
#include <cstddef>
#include <memory>
#include <optional>

struct io_uring;

namespace relay::net {

class Ring {
 public:
  /// Calls between two submissions.
  static constexpr std::size_t capacity = 128;

  /// Nothing where there is no io_uring: an old kernel, or a container that forbids it.
  static std::unique_ptr<Ring> open();
  ~Ring();
  Ring(const Ring&) = delete;
  Ring& operator=(const Ring&) = delete;

  /// False once the kernel would not take calls any more; nothing is to be queued then.
  bool works() const { return works_; }
  /// Queues a call; `message` and what it points at live until submit().
  void send(int fd, const msghdr& message);
  void receive(int fd, msghdr& message);
  /// Carries out what is queued.
  void submit();
  /// What the `index`-th call since the submission before gave: bytes, or an errno below 0. Nothing
  /// when the kernel did not get to it.
  std::optional<int> result(std::size_t index) const;

 private:
  Ring();

  std::unique_ptr<io_uring> ring_;
  std::array<int, capacity> results_{};
  std::size_t queued_ = 0;
  bool works_ = true;
};

}  // namespace relay::net
