// Where workers report what happens. Implementations are called from every worker's thread.
#pragma once

#include <cstddef>
#include <string_view>

#include "relay/signaling/event.h"
#include "turn/effect.h"

namespace relay::observe {

class EventSink {
 public:
  virtual ~EventSink() = default;
  /// False spares the worker making events that nobody reads.
  virtual bool wants_events() const = 0;
  virtual void event(std::size_t worker, const turn::Event& event) = 0;
  /// Somebody came to a room or went.
  virtual void room_event(const signaling::Event&) {}
  /// A STUN message has come that is to be answered.
  virtual void message(const turn::FiveTuple&) {}
  virtual void tls_failure(const turn::FiveTuple&, std::string_view) {}
  /// Something an operator might act upon.
  virtual void warn(std::string_view sentence) = 0;
  virtual void debug(std::string_view sentence) = 0;
};

}  // namespace relay::observe
