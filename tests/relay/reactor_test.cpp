#include "relay/reactor.h"

#include <sys/eventfd.h>

#include <asio/post.hpp>
#include <catch2/catch.hpp>
#include <functional>
#include <memory>
#include <vector>

#include "relay/net/file_descriptor.h"

using relay::Reactor;

namespace {

/// An eventfd that is readable as long as its value is not zero.
struct Bell final : relay::Readable {
  explicit Bell(Reactor& owner) : reactor(owner), fd(::eventfd(1, EFD_NONBLOCK | EFD_SEMAPHORE)) {
    REQUIRE(reactor.add(fd.number(), *this));
  }
  ~Bell() { reactor.remove(fd.number(), *this); }
  void ring(eventfd_t times) { REQUIRE(::eventfd_write(fd.number(), times) == 0); }
  void on_readable() override {
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
  asio::io_context context(1);
  Reactor reactor(context);
  Bell bell(reactor);
  bell.ring(9);  // ten in all, one taken a call
  bell.then = [&] {
    if (bell.heard == 10) reactor.stop();
  };
  reactor.start();
  context.run();
  CHECK(bell.heard == 10);
}

TEST_CASE("what was closed while its turn was still to come is not called", "[relay]") {
  asio::io_context context(1);
  Reactor reactor(context);
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
  reactor.start();
  context.run();
  CHECK(heard == 1);
  CHECK(bells.size() == 1);
}

TEST_CASE("a flood on one socket leaves timers and streams their turn", "[relay]") {
  asio::io_context context(1);
  Reactor reactor(context);
  std::vector<std::unique_ptr<Bell>> flood;
  for (int i = 0; i < 300; ++i) {
    flood.push_back(std::make_unique<Bell>(reactor));
    flood.back()->ring(1'000'000);
  }
  reactor.start();
  int turns = 0;
  std::function<void()> take_turn = [&] {
    if (++turns == 10) return reactor.stop();
    asio::post(context, take_turn);
  };
  asio::post(context, take_turn);
  context.run();
  CHECK(turns == 10);
}
