#include "turn/pending_requests.h"

#include <algorithm>
#include <cassert>

namespace turn {

std::optional<std::uint32_t> PendingRequests::add(const FiveTuple& client, Bytes message,
                                                  std::string_view username,
                                                  std::string_view realm) {
  assert(message.size() <= max_control_message);
  const auto waits_already = [&](const auto& place) {
    return place->ticket != 0 && place->client == client &&
           std::ranges::equal(place->bytes(), message);
  };
  if (std::ranges::any_of(places_, waits_already)) return std::nullopt;
  auto at = std::ranges::find(places_, 0u, [](const auto& place) { return place->ticket; });
  if (at == places_.end()) {
    if (places_.size() == max_pending_lookups) return std::nullopt;
    places_.push_back(std::make_unique<Request>());
    at = places_.end() - 1;
  }
  Request& request = **at;
  request.client = client;
  request.size = message.size();
  std::ranges::copy(message, request.message.begin());
  request.username = username;
  request.realm = realm;
  if (++last_ticket_ == 0) ++last_ticket_;
  request.ticket = last_ticket_;
  return request.ticket;
}

PendingRequests::Request* PendingRequests::find(std::uint32_t ticket) {
  const auto at =
      std::ranges::find(places_, ticket, [](const auto& place) { return place->ticket; });
  return ticket == 0 || at == places_.end() ? nullptr : at->get();
}

void PendingRequests::forget(const FiveTuple& client) {
  for (const auto& place : places_) {
    if (place->client == client) release(*place);
  }
}

}  // namespace turn
