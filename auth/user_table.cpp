#include "auth/user_table.h"

#include <algorithm>

namespace auth {
namespace {

using stun::PasswordAlgorithm;

UserKeys keys_of(const StaticUser& user, std::string_view realm) {
  if (!user.key) {
    return {.md5 = derive_key(PasswordAlgorithm::md5, user.name, realm, user.password),
            .sha256 = derive_key(PasswordAlgorithm::sha256, user.name, realm, user.password)};
  }
  const bool is_sha256 = user.key->bytes().size() == 32;
  return is_sha256 ? UserKeys{.md5 = {}, .sha256 = user.key}
                   : UserKeys{.md5 = user.key, .sha256 = {}};
}

}  // namespace

UserTable::UserTable(const std::vector<StaticUser>& users, std::string_view realm) {
  for (const StaticUser& user : users) keys_by_name_[user.name] = keys_of(user, realm);
  for (const User& user : keys_by_name_) {
    user_by_hash_[stun::user_hash(user.first, realm)] = &user;
  }
}

const UserTable::User* UserTable::find(std::string_view name) const {
  const auto found = keys_by_name_.find(name);
  return found == keys_by_name_.end() ? nullptr : &*found;
}

const UserTable::User* UserTable::find_by_hash(stun::Bytes hash) const {
  std::array<std::byte, 32> key;
  if (hash.size() != key.size()) return nullptr;
  std::ranges::copy(hash, key.begin());
  const auto found = user_by_hash_.find(key);
  return found == user_by_hash_.end() ? nullptr : found->second;
}

bool UserTable::all_have(PasswordAlgorithm algorithm) const {
  return std::ranges::all_of(
      keys_by_name_, [&](const User& user) { return key_of(user.second, algorithm).has_value(); });
}

}  // namespace auth
