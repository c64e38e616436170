#include "relay/return_paths.h"

#include <utility>

namespace relay {

void ReturnPaths::note(const turn::FiveTuple& client, const turn::TransportAddress& proxy) {
  if (const auto kept = kept_.find(client); kept != kept_.end()) {
    kept->second = proxy;
    return;
  }
  if (recent_.size() == strangers && !recent_.contains(client)) {
    before_ = std::exchange(recent_, {});
  }
  recent_.insert_or_assign(client, proxy);
}

void ReturnPaths::keep(const turn::FiveTuple& client) {
  if (kept_.contains(client)) return;
  if (const auto proxy = find(client)) kept_.emplace(client, *proxy);
  recent_.erase(client);
}

std::optional<turn::TransportAddress> ReturnPaths::find(const turn::FiveTuple& client) const {
  for (const Paths* const paths : {&kept_, &recent_, &before_}) {
    if (const auto found = paths->find(client); found != paths->end()) return found->second;
  }
  return std::nullopt;
}

void ReturnPaths::sweep(const std::function<bool(const turn::FiveTuple&)>& is_known) {
  std::erase_if(kept_, [&](const auto& path) { return !is_known(path.first); });
}

}  // namespace relay
