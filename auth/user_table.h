// The static users with their keys, derived once. Immutable once made.
#pragma once

#include <array>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "auth/long_term.h"
#include "auth/user_keys.h"

namespace auth {

class UserTable {
 public:
  /// Of two users with one name the later counts.
  UserTable(const std::vector<StaticUser>& users, std::string_view realm);

  using User = std::pair<const std::string, UserKeys>;
  /// The user, or null. Lives as long as the table.
  const User* find(std::string_view name) const;
  /// The user whose USERHASH this is (RFC 8489 14.4), or null.
  const User* find_by_hash(stun::Bytes hash) const;

  /// Every user can prove themselves by that algorithm. True when there are none.
  bool all_have(stun::PasswordAlgorithm algorithm) const;

 private:
  std::map<std::string, UserKeys, std::less<>> keys_by_name_;
  std::map<std::array<std::byte, 32>, const User*> user_by_hash_;
};

}  // namespace auth
