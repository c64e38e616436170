#include "relay/traffic.h"

#include <utility>

namespace relay {
namespace {

bool is_end(turn::Event::Kind kind) {
  using Kind = turn::Event::Kind;
  return kind == Kind::deallocated || kind == Kind::expired || kind == Kind::disconnected;
}

}  // namespace

void Traffic::event(std::size_t worker, const turn::Event& event) {
  if (wanted_) note(event);
  if (!watch_.is_idle()) watch_.note_event(event, std::chrono::steady_clock::now());
  if (log_.wants_events()) log_.event(worker, event);
}

void Traffic::note(const turn::Event& event) {
  const bool begins = event.kind == turn::Event::Kind::allocated;
  if (!begins && !is_end(event.kind)) return;
  const std::lock_guard lock(mutex_);
  allocations_[std::to_underlying(event.client.transport)] += begins ? 1 : -1;
  if (begins) return;
  Whose whose{.realm = event.realm, .user = by_user_ ? event.username : others};
  if (totals_.size() >= max_users && !totals_.contains(whose)) whose.user = others;
  Totals& sum = totals_[whose];
  sum.packets_from_client += event.totals.packets_from_client;
  sum.bytes_from_client += event.totals.bytes_from_client;
  sum.packets_to_client += event.totals.packets_to_client;
  sum.bytes_to_client += event.totals.bytes_to_client;
}

std::array<std::int64_t, 4> Traffic::allocations() const {
  const std::lock_guard lock(mutex_);
  return allocations_;
}

std::map<Traffic::Whose, Traffic::Totals> Traffic::totals() const {
  const std::lock_guard lock(mutex_);
  return totals_;
}

}  // namespace relay
