#include "relay/reactor.h"

#include <cerrno>
#include <system_error>

namespace relay {
namespace {

int make_epoll() {
  const int fd = ::epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0) throw std::system_error(errno, std::system_category(), "epoll_create1");
  return fd;
}

}  // namespace

Reactor::Reactor(asio::io_context& context) : epoll_(context, make_epoll()) {}

void Reactor::start() { wait(); }

void Reactor::stop() {
  stopped_ = true;
  asio::error_code ignored;
  epoll_.cancel(ignored);
}

bool Reactor::add(int fd, Readable& readable) {
  epoll_event event{};
  event.events = EPOLLIN;
  event.data.ptr = &readable;
  return ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_ADD, fd, &event) == 0;
}

void Reactor::remove(int fd, const Readable& readable) {
  ::epoll_ctl(epoll_.native_handle(), EPOLL_CTL_DEL, fd, nullptr);
  for (std::size_t i = next_; i < count_; ++i) {
    if (events_[i].data.ptr == &readable) events_[i].data.ptr = nullptr;
  }
}

void Reactor::wait() {
  epoll_.async_wait(asio::posix::stream_descriptor::wait_read, [this](asio::error_code error) {
    if (error) return;
    dispatch();
    if (!stopped_) wait();
  });
}

void Reactor::dispatch() {
  for (int round = 0; round < max_rounds; ++round) {
    const int ready =
        ::epoll_wait(epoll_.native_handle(), events_.data(), static_cast<int>(batch), 0);
    if (ready <= 0) return;
    count_ = static_cast<std::size_t>(ready);
    for (next_ = 0; next_ < count_;) {
      // Advanced first, so that remove() during the call sees only what is still to come.
      if (void* const readable = events_[next_++].data.ptr) {
        static_cast<Readable*>(readable)->on_readable();
      }
    }
    // Fewer than asked for: nothing else was ready. What came since is reported by the next wait.
    if (count_ < batch) return;
  }
}

}  // namespace relay
