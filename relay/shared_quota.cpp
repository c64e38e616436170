#include "relay/shared_quota.h"

#include <cassert>

#include "auth/time_limited.h"
#include "stun/address.h"

namespace relay {

turn::Quota::Answer SharedQuota::acquire(std::string_view username, std::string_view realm) {
  const std::lock_guard lock(mutex_);
  const std::string key(realm);
  const RealmQuota limits = limits_of(key);
  Realm& counts = realms_[key];
  username = user_of(username);
  const auto user = counts.by_user.find(username);
  const std::uint32_t used = user == counts.by_user.end() ? 0 : user->second;
  // Who is nobody in particular has no share of their own.
  if (limits.per_user != 0 && !username.empty() && used >= limits.per_user) {
    return Answer::user_quota;
  }
  if (limits.total != 0 && counts.total >= limits.total) return Answer::total_quota;
  if (limits_.bandwidth != 0 && total_ >= limits_.bandwidth) return Answer::bandwidth;
  ++total_;
  ++counts.total;
  if (user != counts.by_user.end()) {
    ++user->second;
  } else {
    counts.by_user.emplace(username, 1);
  }
  return Answer::granted;
}

void SharedQuota::release(std::string_view username, std::string_view realm) {
  const std::lock_guard lock(mutex_);
  const auto found = realms_.find(realm);
  assert(found != realms_.end());
  Realm& counts = found->second;
  const auto user = counts.by_user.find(user_of(username));
  assert(user != counts.by_user.end() && total_ > 0);
  --total_;
  --counts.total;
  if (--user->second == 0) counts.by_user.erase(user);
}

RealmQuota SharedQuota::limits_of(const std::string& realm) const {
  const auto own = limits_.by_realm.find(realm);
  return own == limits_.by_realm.end() ? RealmQuota{limits_.per_user, limits_.total} : own->second;
}

std::string_view SharedQuota::user_of(std::string_view username) const {
  if (!limits_.separator) return username;
  const auto name = auth::parse_time_limited(username, *limits_.separator);
  if (!name || name->user_id.empty()) return username;
  const std::string_view front = name->user_id.substr(0, name->user_id.find('/'));
  return stun::IpAddress::parse(front) ? front : name->user_id;
}

}  // namespace relay
