// One timer, set to the earliest time that anybody asked for. Asking for a later one costs a
// comparison: it goes off too early then, and its owner asks anew.
#pragma once

#include <asio/io_context.hpp>
#include <asio/steady_timer.hpp>
#include <functional>

#include "turn/types.h"

namespace relay {

class Alarm {
 public:
  /// `ring` is called once for each time that came, and should call wake_by() again.
  Alarm(asio::io_context& context, std::function<void()> ring)
      : timer_(context), ring_(std::move(ring)) {}

  void wake_by(turn::Time time) {
    if (stopped_ || time >= armed_) return;
    armed_ = time;
    timer_.expires_at(time);
    timer_.async_wait([this](asio::error_code error) {
      if (error) return;
      armed_ = turn::Time::max();
      ring_();
    });
  }
  void stop() {
    stopped_ = true;
    timer_.cancel();
  }

 private:
  asio::steady_timer timer_;
  std::function<void()> ring_;
  turn::Time armed_ = turn::Time::max();
  bool stopped_ = false;
};

}  // namespace relay
