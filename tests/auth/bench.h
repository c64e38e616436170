// A LongTerm authenticator with a clock moved by hand, and the client's side of the conversation:
// it reads challenges and writes requests, right ones and wrong ones.
#pragma once

#include <array>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "auth/long_term.h"
#include "stun/attributes.h"

namespace auth {

using std::chrono_literals::operator""h, std::chrono_literals::operator""s,
    std::chrono_literals::operator""ms;
using stun::AttributeType;
using stun::ErrorCode;
using stun::PasswordAlgorithm;
using Integrity = Signature::Algorithm;

inline const std::vector<PasswordAlgorithm> both{PasswordAlgorithm::sha256, PasswordAlgorithm::md5};

/// What a 401 or 438 tells the client.
struct Challenge {
  std::string realm;
  std::string nonce;
  std::optional<std::vector<PasswordAlgorithm>> algorithms;
  std::optional<std::string> server_name;  // THIRD-PARTY-AUTHORIZATION
};

/// A request of the client, each attribute there or not.
struct Request {
  std::optional<std::string> username{};
  std::optional<std::array<std::byte, 32>> user_hash{};
  std::optional<std::string> realm{};
  std::optional<std::string> nonce{};
  std::optional<std::vector<PasswordAlgorithm>> algorithms{};
  std::optional<PasswordAlgorithm> algorithm{};
  std::optional<std::vector<std::byte>> access_token{};
  Integrity integrity = Integrity::none;
  stun::IntegrityKey key{};

  std::vector<std::byte> encode() const {
    std::vector<std::byte> buffer(4096);
    stun::MessageBuilder builder(buffer, {stun::Method::refresh, stun::Class::request}, {});
    if (username) builder.add_text(AttributeType::username, *username);
    if (user_hash) builder.add(AttributeType::userhash, *user_hash);
    if (realm) builder.add_text(AttributeType::realm, *realm);
    if (nonce) builder.add_text(AttributeType::nonce, *nonce);
    if (algorithms) builder.add_password_algorithms(*algorithms);
    if (algorithm) builder.add_password_algorithm(*algorithm);
    if (access_token) builder.add(AttributeType::access_token, *access_token);
    Signature{integrity, key}.sign(builder);
    buffer.resize(builder.finish().value().size());
    return buffer;
  }
};

class Bench {
 public:
  explicit Bench(const LongTermConfig& config) : authenticator(config) {
    authenticator.set_wall_clock({1'700'000'000}, now);
  }

  Challenge challenge() const {
    std::vector<std::byte> buffer(1024);
    stun::MessageBuilder builder(buffer, {stun::Method::refresh, stun::Class::error}, {});
    authenticator.add_challenge(builder, client, {}, now);
    const auto message = stun::MessageView::parse(builder.finish().value());
    Challenge challenge;
    challenge.realm = text(message->value(AttributeType::realm).value());
    challenge.nonce = text(message->value(AttributeType::nonce).value());
    if (const auto name = message->value(AttributeType::third_party_authorization)) {
      challenge.server_name = text(*name);
    }
    if (auto list = message->value(AttributeType::password_algorithms)) {
      challenge.algorithms.emplace();
      while (const auto next = stun::next_password_algorithm(*list)) {
        challenge.algorithms->push_back(next->algorithm);
      }
    }
    return challenge;
  }

  /// What a client of the obsolete RFC 5389 sends: MD5 and MESSAGE-INTEGRITY.
  Request md5_request(std::string_view username, std::string_view password) const {
    const Challenge seen = challenge();
    return {.username = std::string(username),
            .realm = seen.realm,
            .nonce = seen.nonce,
            .integrity = Integrity::sha1,
            .key = stun::long_term_key_md5(username, seen.realm, password)};
  }

  /// What a client of RFC 8489 sends that was offered SHA-256.
  Request sha256_request(std::string_view username, std::string_view password) const {
    const Challenge seen = challenge();
    return {.username = std::string(username),
            .realm = seen.realm,
            .nonce = seen.nonce,
            .algorithms = seen.algorithms,
            .algorithm = PasswordAlgorithm::sha256,
            .integrity = Integrity::sha256,
            .key = stun::long_term_key_sha256(username, seen.realm, password)};
  }

  Verdict check(const Request& request) {
    bytes_ = request.encode();
    return authenticator.check(stun::MessageView::parse(bytes_).value(), client, now);
  }
  Verdict check(const Request& request, const Session& session) {
    bytes_ = request.encode();
    return authenticator.check(stun::MessageView::parse(bytes_).value(), client, session, now);
  }

  Time now = Time{} + 1000h;
  stun::IpAddress client = stun::IpAddress::v4({198, 51, 100, 7});
  LongTerm authenticator;

 private:
  static std::string text(stun::Bytes value) { return std::string(stun::as_text(value)); }
  std::vector<std::byte> bytes_;  // of the latest request: a verdict may look into them
};

/// A verdict in words, which a failing test can print.
inline std::string to_string(const Verdict& verdict) {
  if (const auto* accepted = std::get_if<Accepted>(&verdict)) {
    return "accepted " + std::string(accepted->username);
  }
  if (const auto* refused = std::get_if<Refused>(&verdict)) {
    return std::to_string(static_cast<unsigned>(refused->code)) + ' ' +
           std::string(to_string(refused->reason));
  }
  return "look up " + std::string(std::get<LookUp>(verdict).username);
}

/// The user and secret of most tests.
inline LongTermConfig config_with_user() {
  LongTermConfig config;
  config.realm = "nort.gov";
  config.users = {{"lqf", "123456", {}}, {"gorst", "hero", {}}};
  config.nonce_key.fill(std::byte{0x4b});
  return config;
}

inline LongTermConfig config_with_secrets() {
  LongTermConfig config = config_with_user();
  config.users.clear();
  config.secrets = {"logen", "north"};
  return config;
}

}  // namespace auth
