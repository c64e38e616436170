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
    stay();
    if (!stopped_) wait();
  });
}

/// Serves the sockets until none is ready or Asio's turn has come. Going back to Asio and being
/// called again costs two more system calls than waiting here, so under load, with no streams to
/// look after, the wait for the next datagram is spent here too.
void Reactor::stay() {
  const Time entered = std::chrono::steady_clock::now();
  const bool busy = entered - left_ < 2 * max_stay;
  Time now = entered;
  bool linger = false;
  for (int ready; !stopped_ && (ready = next_batch(linger)) > 0;) {
    dispatch(static_cast<std::size_t>(ready));
    now = std::chrono::steady_clock::now();
    if (now - entered >= max_stay) break;
    linger = busy && !streams_wait_;
    // Fewer than asked for: nothing else was ready.
    if (!linger && count_ < batch) break;
  }
  left_ = now;
}

int Reactor::next_batch(bool linger) {
  const int timeout_milliseconds = linger ? static_cast<int>(max_stay.count()) : 0;
  return ::epoll_wait(epoll_.native_handle(), events_.data(), static_cast<int>(batch),
                      timeout_milliseconds);
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
