#include "relay/net/ring.h"

#include <liburing.h>

#include <algorithm>
#include <cassert>
#include <limits>

namespace relay::net {
namespace {

constexpr int not_done = std::numeric_limits<int>::min();

}  // namespace

Ring::Ring() : ring_(std::make_unique<io_uring>()) {}

std::unique_ptr<Ring> Ring::open() {
  std::unique_ptr<Ring> ring(new Ring);
  // One call that fails does not keep the others from being carried out.
  if (::io_uring_queue_init(capacity, ring->ring_.get(), IORING_SETUP_SUBMIT_ALL) != 0) {
    ring->ring_.reset();
    return nullptr;
  }
  return ring;
}

Ring::~Ring() {
  if (ring_) ::io_uring_queue_exit(ring_.get());
}

// MSG_DONTWAIT makes the kernel answer at once instead of waiting for the socket.
void Ring::send(int fd, const msghdr& message) {
  assert(queued_ < capacity);
  io_uring_sqe* const call = ::io_uring_get_sqe(ring_.get());
  ::io_uring_prep_sendmsg(call, fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
  ::io_uring_sqe_set_data64(call, queued_++);
}

void Ring::receive(int fd, msghdr& message) {
  assert(queued_ < capacity);
  io_uring_sqe* const call = ::io_uring_get_sqe(ring_.get());
  ::io_uring_prep_recvmsg(call, fd, &message, MSG_DONTWAIT);
  ::io_uring_sqe_set_data64(call, queued_++);
}

void Ring::submit() {
  std::fill_n(results_.begin(), queued_, not_done);
  for (std::size_t left = queued_; left != 0;) {
    const int submitted = ::io_uring_submit_and_wait(ring_.get(), static_cast<unsigned>(left));
    if (submitted < 0 && submitted != -EINTR) {
      works_ = false;  // What is still queued must never be carried out: it will be gone by then.
      break;
    }
    io_uring_cqe* done = nullptr;
    unsigned head = 0, count = 0;
    io_uring_for_each_cqe(ring_.get(), head, done) {
      results_[::io_uring_cqe_get_data64(done)] = done->res;
      ++count;
    }
    ::io_uring_cq_advance(ring_.get(), count);
    left -= count;
  }
  queued_ = 0;
}

std::optional<int> Ring::result(std::size_t index) const {
  return results_[index] == not_done ? std::nullopt : std::optional(results_[index]);
}

}  // namespace relay::net
