#include "relay/shared_quota.h"

#include <cassert>

#include "auth/time_limited.h"

namespace relay {

turn::Quota::Answer SharedQuota::acquire(std::string_view username) {
  const std::lock_guard lock(mutex_);
  username = user_of(username);
  const auto user = by_user_.find(username);
  const std::uint32_t used = user == by_user_.end() ? 0 : user->second;
  // Who is nobody in particular has no share of their own.
  if (limits_.per_user != 0 && !username.empty() && used >= limits_.per_user) {
    return Answer::user_quota;
  }
  if (limits_.total != 0 && total_ >= limits_.total) return Answer::total_quota;
  if (limits_.bandwidth != 0 && total_ >= limits_.bandwidth) return Answer::bandwidth;
  ++total_;
  if (user != by_user_.end()) {
    ++user->second;
  } else {
    by_user_.emplace(username, 1);
  }
  return Answer::granted;
}

void SharedQuota::release(std::string_view username) {
  const std::lock_guard lock(mutex_);
  const auto user = by_user_.find(user_of(username));
  assert(user != by_user_.end() && total_ > 0);
  --total_;
  if (--user->second == 0) by_user_.erase(user);
}

std::string_view SharedQuota::user_of(std::string_view username) const {
  if (!limits_.separator) return username;
  const auto name = auth::parse_time_limited(username, *limits_.separator);
  return name && !name->user_id.empty() ? name->user_id : username;
}

}  // namespace relay
