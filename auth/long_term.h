// The long-term credential mechanism (RFC 8489 9.2) over static users, time-limited credentials and
// access tokens (RFC 7635), all at the same time.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "auth/access_token_keys.h"
#include "auth/authenticator.h"
#include "auth/wall_time.h"

namespace auth {

/// A static user: a password, or the key alone (16 bytes: MD5, 32 bytes: SHA-256). A client takes
/// the first algorithm that it knows: SHA-256 is offered only when every static user can do it, and
/// where there is an MD5 key among them, a user with a SHA-256 key alone cannot get in.
struct StaticUser {
  std::string name;
  std::string password;
  std::optional<stun::IntegrityKey> key;
};

struct LongTermConfig {
  std::string realm;
  std::vector<StaticUser> users;
  /// Shared secrets of time-limited credentials, tried in order; empty: none are accepted.
  std::vector<std::string> secrets;
  char separator = ':';
  std::chrono::seconds nonce_lifetime{600};  // 0: never stale
  /// Signs nonces; unpredictable, and the same for all workers of a server.
  std::array<std::byte, 32> nonce_key{};
  /// Ask somebody else about users that are neither static nor time-limited (LookUp verdicts).
  bool external_users = false;
  /// Accept access tokens made for `server_name` with these; null: none. Outlives the
  /// authenticator.
  AccessTokenKeys* access_token_keys = nullptr;
  std::string server_name;
};

class LongTerm : public Authenticator {
 public:
  explicit LongTerm(LongTermConfig config);
  ~LongTerm() override;

  /// Ties the steady clock to the wall clock; call at the start and every now and then.
  void set_wall_clock(WallTime wall, Time now);

  Verdict check(const stun::MessageView& request, const stun::IpAddress& client, Time now) override;
  Verdict check(const stun::MessageView& request, const stun::IpAddress& client,
                const Session& session, Time now) override;
  void add_challenge(stun::MessageBuilder& response, const stun::IpAddress& client,
                     std::string_view realm, Time now) const override;
  void learn(std::string_view username, std::string_view realm, const LookUpAnswer& answer,
             Time now) override;

  /// Keys derived from a secret since the start: what a cached key saves.
  std::uint64_t derivations() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// `-z`: everybody is accepted, nobody has a name.
class Anonymous : public Authenticator {
 public:
  Verdict check(const stun::MessageView& request, const stun::IpAddress&, Time) override {
    if (request.has(stun::AttributeType::access_token)) {
      return Refused{stun::ErrorCode::unknown_attribute, Reason::unexpected_token, {}};
    }
    return Accepted{};
  }
  Verdict check(const stun::MessageView& request, const stun::IpAddress& client, const Session&,
                Time now) override {
    return check(request, client, now);
  }
  void add_challenge(stun::MessageBuilder&, const stun::IpAddress&, std::string_view,
                     Time) const override {}
  void learn(std::string_view, std::string_view, const LookUpAnswer&, Time) override {}
};

/// base64(HMAC-SHA1(secret, username)): the password of a time-limited credential.
std::string time_limited_password(std::string_view secret, std::string_view username);

}  // namespace auth
