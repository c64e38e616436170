#include "auth/credentials.h"

#include <algorithm>

#include "auth/nonce.h"

namespace auth {
namespace {

using stun::AttributeType;
using stun::PasswordAlgorithm;

std::optional<std::string_view> text(const stun::MessageView& request, AttributeType type,
                                     std::size_t limit) {
  const auto value = request.value(type);
  return value ? stun::decode_text(*value, limit) : std::nullopt;
}

/// PASSWORD-ALGORITHMS lists just what we offer, in our order, without parameters.
bool lists_exactly(stun::Bytes list, const std::vector<PasswordAlgorithm>& offered) {
  for (const PasswordAlgorithm algorithm : offered) {
    const auto next = stun::next_password_algorithm(list);
    if (!next || next->algorithm != algorithm || !next->parameters.empty()) return false;
  }
  return list.empty();
}

}  // namespace

Signature::Algorithm signature_of(const stun::MessageView& request) {
  if (request.has(AttributeType::message_integrity_sha256)) return Signature::Algorithm::sha256;
  if (request.has(AttributeType::message_integrity)) return Signature::Algorithm::sha1;
  return Signature::Algorithm::none;
}

std::optional<Credentials> Credentials::of(const stun::MessageView& request) {
  const auto username = text(request, AttributeType::username, stun::max_username);
  const auto user_hash = request.value(AttributeType::userhash);
  const auto realm = text(request, AttributeType::realm, stun::max_realm);
  const auto nonce = text(request, AttributeType::nonce, stun::max_nonce);
  const bool named = username || (user_hash && user_hash->size() == 32);
  if (!named || !realm || !nonce) return std::nullopt;
  return Credentials{.signature = signature_of(request),
                     .username = username,
                     .user_hash = user_hash.value_or(stun::Bytes()),
                     .realm = *realm,
                     .nonce = *nonce};
}

std::optional<PasswordAlgorithm> password_algorithm_of(
    const stun::MessageView& request, std::string_view nonce,
    const std::vector<PasswordAlgorithm>& offered) {
  if (!features_of(nonce).password_algorithms) return PasswordAlgorithm::md5;
  const auto list = request.value(AttributeType::password_algorithms);
  const auto chosen = request.value(AttributeType::password_algorithm);
  if (!list && !chosen) return PasswordAlgorithm::md5;
  if (!list || !chosen || !lists_exactly(*list, offered)) return std::nullopt;
  const auto value = stun::decode_password_algorithm(*chosen);
  if (!value || !value->parameters.empty() ||
      std::ranges::find(offered, value->algorithm) == offered.end()) {
    return std::nullopt;
  }
  return value->algorithm;
}

bool is_signed_with(const std::optional<stun::IntegrityKey>& key, Signature::Algorithm signature,
                    const stun::MessageView& request) {
  const stun::IntegrityKey tried = key.value_or(stun::IntegrityKey());
  const bool right = signature == Signature::Algorithm::sha256
                         ? stun::verify_integrity_sha256(request, tried)
                         : stun::verify_integrity(request, tried);
  return right && key.has_value();
}

}  // namespace auth
