// Who is asking: the question that a TURN server puts for every request, and the answers. This is
// all that turn/ knows of authentication; the mechanisms are behind it. One authenticator belongs
// to one worker and is used from its thread only.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>
#include <variant>

#include "stun/address.h"
#include "stun/error_code.h"
#include "stun/integrity.h"
#include "stun/message_builder.h"
#include "stun/message_view.h"

namespace auth {

using Time = std::chrono::steady_clock::time_point;

/// How the response to an authenticated request is signed: as the request was (RFC 8489 9.2.4).
struct Signature {
  enum class Algorithm : std::uint8_t { none, sha1, sha256 };
  Algorithm algorithm = Algorithm::none;  // none: anonymous access
  stun::IntegrityKey key;

  /// Appends MESSAGE-INTEGRITY or MESSAGE-INTEGRITY-SHA256, or nothing.
  void sign(stun::MessageBuilder& response) const {
    if (algorithm == Algorithm::sha1) response.add_integrity(key);
    if (algorithm == Algorithm::sha256) response.add_integrity_sha256(key);
  }
  /// Bytes that sign() appends.
  std::size_t size() const {
    return algorithm == Algorithm::none ? 0
           : algorithm == Algorithm::sha1
               ? stun::attribute_header_size + stun::Sha1Digest{}.size()
               : stun::attribute_header_size + stun::Sha256Digest{}.size();
  }
};

/// The request is from this user. The views live until the next call of the authenticator.
struct Accepted {
  std::string_view username;  // empty: anonymous
  std::string_view realm;     // lives as long as the authenticator
  Signature signature;
  /// What the request asks for is granted for no longer (RFC 7635 7); nothing: no such limit.
  std::optional<std::chrono::seconds> lifetime_limit{};
};

/// Why a request was refused, for counters and logs; the client learns the code alone.
enum class Reason : std::uint8_t {
  no_credentials,  // the normal first request: not a failure
  missing_attribute,
  bad_algorithms,
  unknown_user,
  expired_user,
  wrong_realm,
  wrong_password,
  stale_nonce,
  unexpected_token,
  unknown_token_key,
  bad_token,
  expired_token,
};

constexpr std::string_view to_string(Reason reason) {
  switch (reason) {
    case Reason::no_credentials:
      return "no credentials";
    case Reason::missing_attribute:
      return "credentials incomplete";
    case Reason::bad_algorithms:
      return "password algorithms do not match";
    case Reason::unknown_user:
      return "unknown user";
    case Reason::expired_user:
      return "credentials expired";
    case Reason::wrong_realm:
      return "wrong realm";
    case Reason::wrong_password:
      return "wrong password";
    case Reason::stale_nonce:
      return "stale nonce";
    case Reason::unexpected_token:
      return "access tokens are not asked for";
    case Reason::unknown_token_key:
      return "no key of that name for access tokens";
    case Reason::bad_token:
      return "access token not made with that key for this server";
    case Reason::expired_token:
      return "access token expired";
  }
  return "";
}

/// Answer with `code`. 401 and 438 carry a challenge (add_challenge). The error is not signed. 420
/// is about ACCESS-TOKEN.
struct Refused {
  stun::ErrorCode code{};
  Reason reason{};
  std::string_view username;  // as claimed, for logs; may be empty; lives as long as the request
  std::string_view realm;     // which one to ask for; lives as long as the authenticator
};

/// An allocation that a request concerns. A name with a time in it was good when it was made, and
/// goes on with it after that time.
struct Session {
  std::string_view username;  // who made it
  /// What an access token has left behind (RFC 7635): until it is over, requests are signed with
  /// its key and need not bring it again.
  struct Token {
    stun::IntegrityKey key;
    Time ends;
  };
  std::optional<Token> token{};
};

/// The user must be looked up elsewhere first: fetch their key, call learn(), check again.
struct LookUp {
  std::string_view username;
  std::string_view realm;
};

using Verdict = std::variant<Accepted, Refused, LookUp>;

/// What a lookup found. No keys: there is no such user.
struct LookUpAnswer {
  std::optional<stun::IntegrityKey> md5;
  std::optional<stun::IntegrityKey> sha256;
};

class Authenticator {
 public:
  virtual ~Authenticator() = default;

  /// The checks of RFC 8489 9.2.4 in their order. `client` is the source address; nonces are bound
  /// to it. Allocates nothing for a request that is refused.
  virtual Verdict check(const stun::MessageView& request, const stun::IpAddress& client,
                        Time now) = 0;

  /// The same for a request that concerns an allocation.
  virtual Verdict check(const stun::MessageView& request, const stun::IpAddress& client,
                        const Session& session, Time now) = 0;

  /// Appends REALM, NONCE and, where they are offered, PASSWORD-ALGORITHMS and
  /// THIRD-PARTY-AUTHORIZATION. `realm` is that of the refusal.
  virtual void add_challenge(stun::MessageBuilder& response, const stun::IpAddress& client,
                             std::string_view realm, Time now) const = 0;

  /// The answer to a LookUp; remembered for a while, bounded.
  virtual void learn(std::string_view username, std::string_view realm, const LookUpAnswer& answer,
                     Time now) = 0;
};

}  // namespace auth
