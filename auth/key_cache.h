// Keys of users that are not configured: derived from a secret or looked up. Bounded; at the bound
// the entry that was least recently used goes. Only whoever proved their key, or an answer that was
// asked for, gets in. One thread owns it.
#pragma once

#include <cstddef>
#include <functional>
#include <list>
#include <map>
#include <string>
#include <string_view>

#include "auth/user_keys.h"

namespace auth {

class KeyCache {
 public:
  explicit KeyCache(std::size_t capacity) : capacity_(capacity) {}

  struct Entry {
    UserKeys keys;
    Time expires;
    std::list<std::string_view>::iterator recency;
  };
  using User = std::pair<const std::string, Entry>;

  /// The user's entry unless its time is over, or null. Lives until the next put().
  const User* find(std::string_view username, Time now);
  /// Adds or replaces; the keys hold until `expires`.
  const User& put(std::string_view username, const UserKeys& keys, Time expires);
  void erase(std::string_view username);
  std::size_t size() const { return users_.size(); }

 private:
  std::size_t capacity_;
  std::map<std::string, Entry, std::less<>> users_;
  std::list<std::string_view> by_recency_;  // the names in users_, the latest in front
};

}  // namespace auth
