// How many allocations a user and the whole server may have, and how much bandwidth they may
// reserve. The counts span workers, so their home is outside of the core; this is the question.
#pragma once

#include <cstdint>
#include <string_view>

namespace turn {

class Quota {
 public:
  virtual ~Quota() = default;

  enum class Answer : std::uint8_t { granted, user_quota, total_quota, bandwidth };
  /// Charges one allocation to `username` (empty: anonymous), or says which bound forbids it.
  virtual Answer acquire(std::string_view username, std::string_view realm) = 0;
  /// Gives back what acquire() granted to the same user.
  virtual void release(std::string_view username, std::string_view realm) = 0;
};

/// Which bound it was, for logs.
constexpr std::string_view to_string(Quota::Answer answer) {
  switch (answer) {
    case Quota::Answer::granted:
      return "granted";
    case Quota::Answer::user_quota:
      return "the user's quota is used up";
    case Quota::Answer::total_quota:
      return "the server's total quota is used up";
    case Quota::Answer::bandwidth:
      return "the server's bandwidth is promised to others";
  }
  return "";
}

}  // namespace turn
