#include "relay/reactor.h"

#include <sys/eventfd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "relay/alarm.h"
#include "relay/net/file_descriptor.h"

using relay::Reactor;

namespace {

/// An eventfd that is readable as long as its value is not zero.
struct Bell final : relay::Watched {
  explicit Bell(Reactor& owner) : reactor(owner), fd(::eventfd(1, EFD_NONBLOCK | EFD_SEMAPHORE)) {
    REQUIRE(reactor.add(fd.number(), *this));
  }
  ~Bell() { reactor.remove(fd.number(), *this); }
  void ring(eventfd_t times) { REQUIRE(::eventfd_write(fd.number(), times) == 0); }
  void on_ready(std::uint32_t) override {
    eventfd_t value = 0;
    ::eventfd_read(fd.number(), &value);
    ++heard;
    if (then) then();
  }

  Reactor& reactor;
  relay::net::FileDescriptor fd;
  int heard = 0;
  std::function<void()> then;
};

}  // namespace

TEST_CASE("who leaves bytes behind is called again", "[relay]") {
  Reactor reactor;
  Bell bell(reactor);
  bell.ring(9);  // ten in all, one taken a call
  bell.then = [&] {
    if (bell.heard == 10) reactor.stop();
  };
  reactor.run([] {});
  CHECK(bell.heard == 10);
}

TEST_CASE("what was closed while its turn was still to come is not called", "[relay]") {
  Reactor reactor;
  std::vector<std::unique_ptr<Bell>> bells;
  int heard = 0;
  for (int i = 0; i < 10; ++i) {
    bells.push_back(std::make_unique<Bell>(reactor));
    // Whoever is called first closes all others and stays alone.
    bells.back()->then = [&, own = bells.back().get()] {
      ++heard;
      std::erase_if(bells, [&](const auto& bell) { return bell.get() != own; });
      reactor.stop();
    };
  }
  reactor.run([] {});
  CHECK(heard == 1);
  CHECK(bells.size() == 1);
}

TEST_CASE("a flood on many sockets leaves timers and tasks their turn", "[relay]") {
  Reactor reactor;
  std::vector<std::unique_ptr<Bell>> flood;
  for (int i = 0; i < 700; ++i) {
    flood.push_back(std::make_unique<Bell>(reactor));
    flood.back()->ring(1'000'000);
  }
  int rings = 0, turns = 0;
  const auto stop_when_both_came = [&] {
    if (rings >= 10 && turns >= 10) reactor.stop();
  };
  std::optional<relay::Alarm> alarm;
  alarm.emplace(reactor, [&] {
    ++rings;
    alarm->wake_by(std::chrono::steady_clock::now());
    stop_when_both_came();
  });
  alarm->wake_by(turn::Time{});
  std::function<void()> take_turn = [&] {
    ++turns;
    reactor.post(take_turn);
    stop_when_both_came();
  };
  reactor.post(take_turn);
  reactor.run([] {});
  CHECK(rings >= 10);
  CHECK(turns >= 10);
}

TEST_CASE("tasks of other threads are done in order", "[relay]") {
  Reactor reactor;
  std::vector<int> done;
  std::thread other([&] {
    for (int i = 0; i < 1000; ++i) reactor.post([&done, i] { done.push_back(i); });
    reactor.post([&] { reactor.stop(); });
  });
  reactor.run([] {});
  other.join();
  REQUIRE(done.size() == 1000);
  CHECK(std::ranges::is_sorted(done));
}

TEST_CASE("an alarm goes off no earlier than it was asked to, and for the earliest", "[relay]") {
  using namespace std::chrono_literals;
  Reactor reactor;
  const auto start = std::chrono::steady_clock::now();
  std::chrono::steady_clock::time_point rang;
  relay::Alarm alarm(reactor, [&] {
    rang = std::chrono::steady_clock::now();
    reactor.stop();
  });
  alarm.wake_by(start + 1h);
  alarm.wake_by(start + 5ms);
  alarm.wake_by(start + 2h);
  reactor.run([] {});
  CHECK(rang >= start + 5ms);
  CHECK(rang < start + 1h);
}
