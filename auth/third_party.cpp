// RFC 7635 7, the server's side, in its order.
#include "auth/third_party.h"

#include "auth/access_token.h"

namespace auth {
namespace {

/// The mac_key is the key (RFC 7635 7). Clients made with coturn's library take its first 16 bytes
/// with HMAC-SHA1, as many as an MD5 key has.
std::optional<stun::IntegrityKey> signing_key(const stun::IntegrityKey& mac_key,
                                              Signature::Algorithm signature,
                                              const stun::MessageView& request) {
  if (is_signed_with(mac_key, signature, request)) return mac_key;
  const stun::IntegrityKey shortened(mac_key.bytes().first(16));
  if (signature == Signature::Algorithm::sha1 && is_signed_with(shortened, signature, request)) {
    return shortened;
  }
  return std::nullopt;
}

}  // namespace

Verdict check_access_token(const stun::MessageView& request, const Credentials& credentials,
                           AccessTokenKeys& keys, std::string_view server_name,
                           std::string_view realm, WallTime now) {
  const std::string_view kid = credentials.username.value_or("");
  const auto refused = [&](Reason reason) {
    return Refused{stun::ErrorCode::unauthenticated, reason, kid};
  };
  AccessTokenKeys::Entry* const entry = keys.find(kid);
  if (entry == nullptr || !entry->key.valid(now)) return refused(Reason::unknown_token_key);
  const auto value = request.value(stun::AttributeType::access_token);
  const auto token = AccessToken::unseal(value.value_or(stun::Bytes()), entry->cipher, server_name);
  if (!token) return refused(Reason::bad_token);
  const auto remaining = token->remaining(now);
  if (!remaining) return refused(Reason::expired_token);
  const auto key = signing_key(token->mac_key, credentials.signature, request);
  if (!key) return refused(Reason::wrong_password);
  return Accepted{.username = entry->key.kid,
                  .realm = realm,
                  .signature = {credentials.signature, *key},
                  .lifetime_limit = remaining};
}

}  // namespace auth
