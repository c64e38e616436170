// One timer, set to the earliest time that anybody asked for. Asking for a later one costs a
// comparison: it goes off too early then, and its owner asks anew. Dies before its reactor.
#pragma once

#include <functional>

#include "relay/net/file_descriptor.h"
#include "relay/reactor.h"
#include "turn/types.h"

namespace relay {

class Alarm final : public Watched {
 public:
  /// `ring` is called once for each time that came, and should call wake_by() again. Throws
  /// std::system_error when the process is out of descriptors.
  Alarm(Reactor& reactor, std::function<void()> ring);

  void wake_by(turn::Time time) {
    if (time < armed_) arm(time);
  }
  void on_ready(std::uint32_t events) override;

 private:
  void arm(turn::Time time);

  net::FileDescriptor timer_;
  std::function<void()> ring_;
  turn::Time armed_ = turn::Time::max();
};

}  // namespace relay
