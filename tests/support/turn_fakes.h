// Stand-ins for the parts of a turn::Server that live outside of it: randomness from a seed, an
// authenticator that believes every USERNAME, and quotas that a test sets. No IO, no clock.
#pragma once

#include <cstdint>
#include <limits>
#include <map>
#include <random>
#include <set>
#include <string>

#include "auth/authenticator.h"
#include "stun/attributes.h"
#include "turn/quota.h"
#include "turn/types.h"

namespace support {

/// A seed is as good as a CSPRNG here: what counts is that every run is the same.
class SeededRandom : public turn::Random {
 public:
  explicit SeededRandom(std::uint32_t seed) : engine_(seed) {}
  void fill(std::span<std::byte> bytes) override {
    for (std::byte& byte : bytes) byte = static_cast<std::byte>(engine_() & 0xff);
  }

 private:
  std::mt19937 engine_;
};

/// Accepts whoever gives a USERNAME and challenges everybody else. Users may be made bad or slow.
/// An ACCESS-TOKEN is good for as many seconds as its four bytes say.
class FakeAuthenticator : public auth::Authenticator {
 public:
  std::set<std::string, std::less<>> wrong_password;  // 401
  std::set<std::string, std::less<>> stale_nonce;     // 438
  std::set<std::string, std::less<>> expired;         // 401, but for an allocation of theirs
  std::set<std::string, std::less<>> slow;            // need a lookup until learn()
  auth::Signature::Algorithm algorithm = auth::Signature::Algorithm::sha1;

  static stun::IntegrityKey key_of(std::string_view username) {
    return stun::long_term_key_md5(username, realm, "secret");
  }

  auth::Verdict check(const stun::MessageView& request, const stun::IpAddress&,
                      auth::Time) override {
    return judge(request, {});
  }
  auth::Verdict check(const stun::MessageView& request, const stun::IpAddress&,
                      const auth::Session& session, auth::Time now) override {
    auth::Verdict verdict = judge(request, session.username);
    auto* const accepted = std::get_if<auth::Accepted>(&verdict);
    if (accepted != nullptr && !accepted->lifetime_limit &&
        accepted->username == session.username && session.token && now < session.token->ends) {
      accepted->lifetime_limit = std::chrono::ceil<std::chrono::seconds>(session.token->ends - now);
    }
    return verdict;
  }

  void add_challenge(stun::MessageBuilder& response, const stun::IpAddress&, std::string_view,
                     auth::Time) const override {
    response.add_text(stun::AttributeType::realm, realm);
    response.add_text(stun::AttributeType::nonce, "a nonce");
  }

  void learn(std::string_view username, std::string_view, const auth::LookUpAnswer& answer,
             auth::Time) override {
    slow.erase(std::string(username));
    if (!answer.md5 && !answer.sha256) wrong_password.emplace(username);
  }

 private:
  auth::Verdict judge(const stun::MessageView& request, std::string_view holder) {
    using auth::Reason;
    const auto value = request.value(stun::AttributeType::username);
    if (!value) return refuse(stun::ErrorCode::unauthenticated, Reason::no_credentials, {});
    const std::string_view name = stun::as_text(*value);
    if (wrong_password.contains(name)) {
      return refuse(stun::ErrorCode::unauthenticated, Reason::wrong_password, name);
    }
    if (expired.contains(name) && name != holder) {
      return refuse(stun::ErrorCode::unauthenticated, Reason::expired_user, name);
    }
    if (stale_nonce.contains(name)) {
      return refuse(stun::ErrorCode::stale_nonce, Reason::stale_nonce, name);
    }
    if (slow.contains(name)) return auth::LookUp{name, realm};
    const auth::Signature signature{algorithm, key_of(name)};
    auth::Accepted accepted{name, realm, signature};
    const auto token = request.value(stun::AttributeType::access_token);
    if (const auto good_for = token ? stun::decode_u32(*token) : std::nullopt) {
      accepted.lifetime_limit = std::chrono::seconds(*good_for);
    }
    return accepted;
  }
  static constexpr std::string_view realm = "example.org";
  static auth::Refused refuse(stun::ErrorCode code, auth::Reason reason, std::string_view name) {
    return {.code = code, .reason = reason, .username = name};
  }
};

/// Counts what is held; the bounds may be moved at any time.
class FakeQuota : public turn::Quota {
 public:
  std::size_t per_user = std::numeric_limits<std::size_t>::max();
  std::size_t total = std::numeric_limits<std::size_t>::max();
  bool bandwidth_left = true;

  Answer acquire(std::string_view username, std::string_view) override {
    if (held() >= total) return Answer::total_quota;
    if (held_by(username) >= per_user) return Answer::user_quota;
    if (!bandwidth_left) return Answer::bandwidth;
    held_.emplace(username);
    return Answer::granted;
  }
  void release(std::string_view username, std::string_view) override {
    const auto at = held_.find(username);
    if (at == held_.end()) throw std::logic_error("released what was never acquired");
    held_.erase(at);
  }

  std::size_t held() const { return held_.size(); }
  std::size_t held_by(std::string_view username) const { return held_.count(username); }

 private:
  std::multiset<std::string, std::less<>> held_;
};

}  // namespace support
