#include "relay/reactor.h"

#include <sys/eventfd.h>

#include <cerrno>
#include <system_error>
#include <utility>

namespace relay {
namespace {

net::FileDescriptor checked(int fd, const char* call) {
  if (fd < 0) throw std::system_error(errno, std::system_category(), call);
  return net::FileDescriptor(fd);
}

}  // namespace

Reactor::Mailbox::Mailbox(Reactor& owner)
    : reactor(owner), bell(checked(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC), "eventfd")) {
  if (!reactor.add(bell.number(), *this)) {
    throw std::system_error(errno, std::system_category(), "epoll_ctl");
  }
}

void Reactor::Mailbox::on_ready(std::uint32_t) {
  eventfd_t rung = 0;
  ::eventfd_read(bell.number(), &rung);
  std::vector<std::function<void()>> received;
  {
    const std::lock_guard lock(mutex);
    received.swap(tasks);
  }
  for (const auto& task : received) task();
}

Reactor::Reactor()
    : epoll_(checked(::epoll_create1(EPOLL_CLOEXEC), "epoll_create1")), mailbox_(*this) {}
Reactor::~Reactor() = default;

void Reactor::run(const std::function<void()>& end_round) {
  stopped_ = false;
  while (!stopped_) {
    const int ready =
        ::epoll_wait(epoll_.number(), events_.data(), static_cast<int>(events_.size()), -1);
    if (ready < 0) continue;  // a signal
    rounds_.add();
    dispatch(static_cast<std::size_t>(ready));
    end_round();
  }
}

void Reactor::post(std::function<void()> task) {
  {
    const std::lock_guard lock(mailbox_.mutex);
    mailbox_.tasks.push_back(std::move(task));
  }
  ::eventfd_write(mailbox_.bell.number(), 1);
}

bool Reactor::add(int fd, Watched& watched, std::uint32_t events) {
  epoll_event event{.events = events, .data = {.ptr = &watched}};
  return ::epoll_ctl(epoll_.number(), EPOLL_CTL_ADD, fd, &event) == 0;
}

void Reactor::change(int fd, Watched& watched, std::uint32_t events) {
  epoll_event event{.events = events, .data = {.ptr = &watched}};
  ::epoll_ctl(epoll_.number(), EPOLL_CTL_MOD, fd, &event);
}

void Reactor::remove(int fd, const Watched& watched) {
  ::epoll_ctl(epoll_.number(), EPOLL_CTL_DEL, fd, nullptr);
  for (std::size_t i = next_; i < count_; ++i) {
    if (events_[i].data.ptr == &watched) events_[i].data.ptr = nullptr;
  }
}

void Reactor::dispatch(std::size_t count) {
  count_ = count;
  for (next_ = 0; next_ < count_;) {
    // Advanced first, so that remove() during the call sees only what is still to come.
    const epoll_event& event = events_[next_++];
    if (event.data.ptr != nullptr) static_cast<Watched*>(event.data.ptr)->on_ready(event.events);
  }
}

}  // namespace relay
