#include "turn/reservations.h"

#include <iterator>

namespace turn {

bool Reservations::add(const ReservationToken& token, const ReservedPort& port, Time now) {
  if (size() >= max_reservations || by_token_.contains(token)) return false;
  by_expiry_.push_back({token, port, now + reservation_lifetime});
  by_token_.emplace(token, std::prev(by_expiry_.end()));
  return true;
}

std::optional<ReservedPort> Reservations::claim(const ReservationToken& token, Time now) {
  const auto found = by_token_.find(token);
  if (found == by_token_.end() || found->second->expires <= now) return std::nullopt;
  return remove(found->second);
}

std::optional<ReservedPort> Reservations::take_expired(Time now) {
  if (by_expiry_.empty() || by_expiry_.front().expires > now) return std::nullopt;
  return remove(by_expiry_.begin());
}

std::optional<Time> Reservations::next_expiry() const {
  if (by_expiry_.empty()) return std::nullopt;
  return by_expiry_.front().expires;
}

ReservedPort Reservations::remove(std::list<Entry>::iterator entry) {
  const ReservedPort port = entry->port;
  by_token_.erase(entry->token);
  by_expiry_.erase(entry);
  return port;
}

}  // namespace turn
