#include "auth/key_cache.h"

namespace auth {

const KeyCache::User* KeyCache::find(std::string_view username, Time now) {
  const auto found = users_.find(username);
  if (found == users_.end() || found->second.expires <= now) return nullptr;
  by_recency_.splice(by_recency_.begin(), by_recency_, found->second.recency);
  return &*found;
}

const KeyCache::User& KeyCache::put(std::string_view username, const UserKeys& keys, Time expires) {
  erase(username);
  if (users_.size() == capacity_) erase(by_recency_.back());
  const auto added = users_.emplace(username, Entry{keys, expires, {}}).first;
  by_recency_.push_front(added->first);
  added->second.recency = by_recency_.begin();
  return *added;
}

void KeyCache::erase(std::string_view username) {
  const auto found = users_.find(username);
  if (found == users_.end()) return;
  by_recency_.erase(found->second.recency);
  users_.erase(found);
}

}  // namespace auth
