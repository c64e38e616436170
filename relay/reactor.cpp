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
    serve();
    if (!stopped_) wait();
  });
}

/// Serves the sockets until fewer were ready than asked for: what came since is reported by the
/// next wait. Lingering here for it, with a timeout, costs a wake-up a packet where Asio's wait
/// lets several gather: 15 % more CPU at 20,000 packets a second.
void Reactor::serve() {
  for (int round = 0; round < max_rounds; ++round) {
    const int ready =
        ::epoll_wait(epoll_.native_handle(), events_.data(), static_cast<int>(batch), 0);
    if (ready <= 0) return;
    dispatch(static_cast<std::size_t>(ready));
    if (static_cast<std::size_t>(ready) < batch) return;
  }
}

void Reactor::dispatch(std::size_t count) {
  count_ = count;
  for (next_ = 0; next_ < count_;) {
    // Advanced first, so that remove() during the call sees only what is still to come.
    if (void* const readable = events_[next_++].data.ptr) {
      static_cast<Readable*>(readable)->on_readable();
    }
  }
}

}  // namespace relay
