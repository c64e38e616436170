// How many allocations there are, of each user, each realm and in all: the one count that the
// workers share. Used on the control path only.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>

#include "turn/quota.h"

namespace relay {

struct RealmQuota {
  std::uint32_t per_user = 0;  // 0: none
  std::uint32_t total = 0;     // the same
};

struct QuotaLimits {
  std::uint32_t per_user = 0;  // in a realm; 0: none, likewise below
  std::uint32_t total = 0;     // of a realm
  /// Realms that have others.
  std::map<std::string, RealmQuota> by_realm{};
  /// Allocations whose share of the bandwidth may be promised at the same time.
  std::uint64_t bandwidth = 0;
  /// With time-limited credentials: what separates expiry and user id in a name. All names of one
  /// user id count as one user, or a fresh credential would be a fresh quota; of `ADDRESS/NAME`, as
  /// this server mints them over HTTP (http::IceServersOptions), the address counts.
  std::optional<char> separator;
};

class SharedQuota : public turn::Quota {
 public:
  explicit SharedQuota(const QuotaLimits& limits) : limits_(limits) {}

  Answer acquire(std::string_view username, std::string_view realm) override;
  void release(std::string_view username, std::string_view realm) override;

 private:
  struct TextHash {
    using is_transparent = void;
    std::size_t operator()(std::string_view text) const {
      return std::hash<std::string_view>{}(text);
    }
  };

  struct Realm {
    std::uint64_t total = 0;
    std::unordered_map<std::string, std::uint32_t, TextHash, std::equal_to<>> by_user;
  };

  RealmQuota limits_of(const std::string& realm) const;
  std::string_view user_of(std::string_view username) const;

  const QuotaLimits limits_;
  std::mutex mutex_;
  std::uint64_t total_ = 0;  // this and the next under mutex_
  std::map<std::string, Realm, std::less<>> realms_;
};

}  // namespace relay
