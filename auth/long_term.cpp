// RFC 8489 9.2.4: the checks of a request, in the order that the section gives them.
#include "auth/long_term.h"

#include <utility>

#include "auth/credentials.h"
#include "auth/key_cache.h"
#include "auth/nonce.h"
#include "auth/third_party.h"
#include "auth/time_limited.h"
#include "auth/user_table.h"

namespace auth {
namespace {

using stun::ErrorCode;
using stun::PasswordAlgorithm;

/// Users who proved a key that was derived for them; at the bound the idlest is derived again.
constexpr std::size_t max_derived_users = 4096;
/// Users who were looked up, and names that nobody has: apart, since anybody can make up names.
constexpr std::size_t max_learned_users = 4096;
constexpr std::size_t max_unknown_names = 1024;
/// So long a changed password or a removed user may go on, and a new one may have to wait.
constexpr std::chrono::seconds learned_lifetime{60};
constexpr std::chrono::seconds unknown_lifetime{10};

/// Which algorithms PASSWORD-ALGORITHMS offers, the best first. A client takes the first that it
/// knows, so each must work for every user; none listed means MD5 to RFC 8489 9.2.3.
std::vector<PasswordAlgorithm> offered_algorithms(const UserTable& users, bool external_users) {
  if (external_users || !users.all_have(PasswordAlgorithm::sha256)) return {};
  return {PasswordAlgorithm::sha256, PasswordAlgorithm::md5};
}

/// A USERHASH can be told only of users whose names are known beforehand.
SecurityFeatures features(const LongTermConfig& config,
                          const std::vector<PasswordAlgorithm>& offered) {
  return {.password_algorithms = !offered.empty(),
          .username_anonymity = config.secrets.empty() && !config.external_users};
}

}  // namespace

struct LongTerm::State {
  explicit State(LongTermConfig given)
      : config(std::move(given)),
        users(config.users, config.realm),
        offered(offered_algorithms(users, config.external_users)),
        nonces(config.nonce_key, features(config, offered), config.nonce_lifetime) {}

  /// A request whose credentials are complete.
  struct Claim {
    const stun::MessageView& request;
    const Credentials& credentials;
    PasswordAlgorithm algorithm;
    std::string_view holder;  // whose allocation it is about; empty: none that is known

    bool is_signed_with(const std::optional<stun::IntegrityKey>& key) const {
      return auth::is_signed_with(key, credentials.signature, request);
    }
    Refused refused(Reason reason) const {
      return {ErrorCode::unauthenticated, reason, credentials.username.value_or("")};
    }
  };

  Verdict check(const stun::MessageView& request, const stun::IpAddress& client,
                std::string_view holder, Time now);
  Verdict identify(const Claim& claim, Time now);
  // The views `username` outlive the claim: they are of a table here.
  Verdict verify(const Claim& claim, std::string_view username, const UserKeys& keys) const;
  Accepted accept(const Claim& claim, std::string_view username,
                  const stun::IntegrityKey& key) const;
  Verdict identify_time_limited(const Claim& claim, const TimeLimitedName& name, Time now);
  Verdict identify_external(const Claim& claim, Time now);
  Verdict identify_by_token(const Claim& claim, Time now) {
    return check_access_token(claim.request, claim.credentials, *config.access_token_keys,
                              config.server_name, config.realm, clock.at(now));
  }

  const LongTermConfig config;
  const UserTable users;
  const std::vector<PasswordAlgorithm> offered;
  const NonceSigner nonces;
  WallClock clock;
  KeyCache derived{max_derived_users};
  KeyCache learned{max_learned_users};
  KeyCache unknown{max_unknown_names};
  std::uint64_t derivations = 0;
};

LongTerm::LongTerm(LongTermConfig config) : state_(std::make_unique<State>(std::move(config))) {}
LongTerm::~LongTerm() = default;

void LongTerm::set_wall_clock(WallTime wall, Time now) { state_->clock.set(wall, now); }

std::uint64_t LongTerm::derivations() const { return state_->derivations; }

Verdict LongTerm::check(const stun::MessageView& request, const stun::IpAddress& client, Time now) {
  return state_->check(request, client, {}, now);
}

Verdict LongTerm::State::check(const stun::MessageView& request, const stun::IpAddress& client,
                               std::string_view holder, Time now) {
  if (signature_of(request) == Signature::Algorithm::none) {
    return Refused{ErrorCode::unauthenticated, Reason::no_credentials, {}};
  }
  const auto credentials = Credentials::of(request);
  if (!credentials) return Refused{ErrorCode::bad_request, Reason::missing_attribute, {}};

  const bool has_token = request.has(stun::AttributeType::access_token);
  if (has_token && config.access_token_keys == nullptr) {  // RFC 7635 7
    return Refused{ErrorCode::unknown_attribute, Reason::unexpected_token,
                   credentials->username.value_or("")};
  }
  const auto algorithm = password_algorithm_of(request, credentials->nonce, offered);
  if (!algorithm) {
    return Refused{ErrorCode::bad_request, Reason::bad_algorithms,
                   credentials->username.value_or("")};
  }
  const Claim claim{request, *credentials, *algorithm, holder};
  if (credentials->realm != config.realm) return claim.refused(Reason::wrong_realm);

  Verdict verdict = has_token ? identify_by_token(claim, now) : identify(claim, now);
  const auto* accepted = std::get_if<Accepted>(&verdict);
  if (accepted == nullptr) return verdict;
  if (!nonces.valid(credentials->nonce, client, clock.at(now))) {
    return Refused{ErrorCode::stale_nonce, Reason::stale_nonce, accepted->username};
  }
  return verdict;
}

Verdict LongTerm::check(const stun::MessageView& request, const stun::IpAddress& client,
                        const Session& session, Time now) {
  const auto credentials = Credentials::of(request);
  // With a token of its own it is a request like any other.
  if (request.has(stun::AttributeType::access_token) || !credentials || !session.token ||
      session.token->ends <= now || credentials->username != session.username ||
      credentials->realm != state_->config.realm ||
      credentials->signature == Signature::Algorithm::none) {
    return state_->check(request, client, session.username, now);
  }
  if (!is_signed_with(session.token->key, credentials->signature, request)) {
    return Refused{ErrorCode::unauthenticated, Reason::wrong_password, session.username};
  }
  if (!state_->nonces.valid(credentials->nonce, client, state_->clock.at(now))) {
    return Refused{ErrorCode::stale_nonce, Reason::stale_nonce, session.username};
  }
  return Accepted{
      .username = session.username,
      .realm = state_->config.realm,
      .signature = {credentials->signature, session.token->key},
      .lifetime_limit = std::chrono::ceil<std::chrono::seconds>(session.token->ends - now)};
}

/// Static users come first, then those whose names end by themselves, then those of elsewhere.
Verdict LongTerm::State::identify(const Claim& claim, Time now) {
  const auto& username = claim.credentials.username;
  const auto* user =
      username ? users.find(*username) : users.find_by_hash(claim.credentials.user_hash);
  if (user != nullptr) return verify(claim, user->first, user->second);
  if (username && !config.secrets.empty()) {
    const auto name = parse_time_limited(*username, config.separator);
    if (name) return identify_time_limited(claim, *name, now);
  }
  if (username && config.external_users) return identify_external(claim, now);
  claim.is_signed_with(std::nullopt);
  return claim.refused(Reason::unknown_user);
}

Verdict LongTerm::State::verify(const Claim& claim, std::string_view username,
                                const UserKeys& keys) const {
  const auto& key = key_of(keys, claim.algorithm);
  if (!claim.is_signed_with(key)) return claim.refused(Reason::wrong_password);
  return accept(claim, username, *key);
}

Accepted LongTerm::State::accept(const Claim& claim, std::string_view username,
                                 const stun::IntegrityKey& key) const {
  return {username, config.realm, {claim.credentials.signature, key}};
}

Verdict LongTerm::State::identify_time_limited(const Claim& claim, const TimeLimitedName& name,
                                               Time now) {
  const std::string_view username = *claim.credentials.username;
  // Who has an allocation keeps it: a call does not end when the page's credential does.
  if (name.expires.seconds < clock.at(now).seconds && username != claim.holder) {
    return claim.refused(Reason::expired_user);
  }
  const auto* cached = derived.find(username, now);
  if (cached != nullptr) {
    const auto& key = key_of(cached->second.keys, claim.algorithm);
    if (key && claim.is_signed_with(key)) return accept(claim, cached->first, *key);
  }
  for (const std::string& secret : config.secrets) {
    ++derivations;
    const auto password = derive_password(secret, username);
    const auto key =
        derive_key(claim.algorithm, username, config.realm, {password.data(), password.size()});
    if (!claim.is_signed_with(key)) continue;
    UserKeys keys;
    (claim.algorithm == PasswordAlgorithm::sha256 ? keys.sha256 : keys.md5) = key;
    // The name says itself when it ends; until then the key does not change.
    return accept(claim, derived.put(username, keys, Time::max()).first, key);
  }
  return claim.refused(Reason::wrong_password);
}

Verdict LongTerm::State::identify_external(const Claim& claim, Time now) {
  const std::string_view username = *claim.credentials.username;
  if (const auto* user = learned.find(username, now)) {
    return verify(claim, user->first, user->second.keys);
  }
  if (unknown.find(username, now) == nullptr) return LookUp{username, config.realm};
  claim.is_signed_with(std::nullopt);
  return claim.refused(Reason::unknown_user);
}

void LongTerm::add_challenge(stun::MessageBuilder& response, const stun::IpAddress& client,
                             std::string_view, Time now) const {
  const Nonce nonce = state_->nonces.issue(client, state_->clock.at(now));
  response.add_text(stun::AttributeType::realm, state_->config.realm);
  response.add_text(stun::AttributeType::nonce, {nonce.data(), nonce.size()});
  if (!state_->offered.empty()) response.add_password_algorithms(state_->offered);
  if (state_->config.access_token_keys != nullptr) {
    response.add_text(stun::AttributeType::third_party_authorization, state_->config.server_name);
  }
}

void LongTerm::learn(std::string_view username, std::string_view realm, const LookUpAnswer& answer,
                     Time now) {
  if (realm != state_->config.realm) return;
  const bool exists = answer.md5 || answer.sha256;
  (exists ? state_->unknown : state_->learned).erase(username);
  if (exists) state_->learned.put(username, answer, now + learned_lifetime);
  if (!exists) state_->unknown.put(username, answer, now + unknown_lifetime);
}

}  // namespace auth
