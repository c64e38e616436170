// Drives an authenticator with requests: the first byte says which configuration, and whether the
// fuzzer signs what it sends; the rest is one message. Nobody gets in with a signature that is not
// made with a key of a user, and what it takes to say no leaves nothing behind.
#include <algorithm>
#include <cstdlib>
#include <variant>
#include <vector>

#include "auth/long_term.h"

namespace auth {
namespace {

void require(bool condition) {
  if (!condition) std::abort();
}

LongTermConfig config(bool secrets, bool external_users) {
  LongTermConfig config;
  config.realm = "r";
  config.users = {{"u", "p", {}}};
  if (secrets) config.secrets = {"s"};
  config.external_users = external_users;
  return config;
}

void check(LongTerm& authenticator, stun::Bytes bytes, bool is_signed) {
  const auto message = stun::MessageView::parse(bytes);
  if (!message) return;
  const auto client = stun::IpAddress::v4({192, 0, 2, 1});
  Verdict verdict = authenticator.check(*message, client, {});
  if (const auto* question = std::get_if<LookUp>(&verdict)) {
    const std::string name(question->username);
    authenticator.learn(name, question->realm, {}, {});
    verdict = authenticator.check(*message, client, {});
    require(!std::holds_alternative<LookUp>(verdict));
  }
  if (std::holds_alternative<Accepted>(verdict)) require(is_signed);
  if (const auto* refused = std::get_if<Refused>(&verdict)) {
    const auto code = refused->code;
    const bool has_token = message->has(stun::AttributeType::access_token);
    require((code == stun::ErrorCode::unknown_attribute && has_token) ||
            code == stun::ErrorCode::bad_request || code == stun::ErrorCode::unauthenticated ||
            (code == stun::ErrorCode::stale_nonce && is_signed));
  }
}

/// The attributes of `message` again, up to its integrity, and behind them the signature of the
/// one user: so the fuzzer gets past the check that it cannot pass by itself.
std::vector<std::byte> signed_again(stun::Bytes bytes, bool sha256) {
  const auto message = stun::MessageView::parse(bytes);
  std::vector<std::byte> buffer(bytes.size() + 64);
  if (!message) return {};
  stun::MessageBuilder builder(buffer, message->type(), message->transaction_id());
  auto walk = message->attributes();
  while (const auto attribute = walk.next()) {
    if (attribute->type == stun::AttributeType::message_integrity ||
        attribute->type == stun::AttributeType::message_integrity_sha256 ||
        attribute->type == stun::AttributeType::fingerprint) {
      break;
    }
    builder.add(attribute->type, attribute->value);
  }
  if (sha256) {
    builder.add_integrity_sha256(stun::long_term_key_sha256("u", "r", "p"));
  } else {
    builder.add_integrity(stun::long_term_key_md5("u", "r", "p"));
  }
  const auto written = builder.finish();
  if (!written) return {};
  buffer.resize(written->size());
  return buffer;
}

}  // namespace
}  // namespace auth

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const unsigned how = data[0];
  const auto message = std::as_bytes(std::span(data, size)).subspan(1);
  auth::LongTerm authenticator(auth::config((how & 1) != 0, (how & 2) != 0));
  authenticator.set_wall_clock({1'700'000'000}, {});
  auth::check(authenticator, message, false);
  if ((how & 4) != 0) auth::check(authenticator, auth::signed_again(message, (how & 8) != 0), true);
  return 0;
}
