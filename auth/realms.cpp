#include "auth/realms.h"

#include <cassert>
#include <utility>

#include "auth/origin.h"
#include "stun/attributes.h"

namespace auth {
namespace {

using stun::AttributeType;

/// One key for each realm, so that what was signed for one is not taken in another.
std::array<std::byte, 32> nonce_key_of(const std::array<std::byte, 32>& key,
                                       std::string_view realm) {
  return stun::hmac_sha256(key, {stun::as_bytes(realm)});
}

/// Who is refused is told which realm to sign in to.
Verdict in_realm(std::string_view realm, Verdict verdict) {
  if (auto* const refused = std::get_if<Refused>(&verdict)) refused->realm = realm;
  return verdict;
}

}  // namespace

Realms::Realms(std::vector<RealmConfig> realms) {
  assert(!realms.empty());
  const auto nonce_key = realms.front().credentials.nonce_key;
  for (RealmConfig& realm : realms) {
    const std::string name = realm.credentials.realm;
    if (first_ != nullptr) realm.credentials.nonce_key = nonce_key_of(nonce_key, name);
    const Realm& made =
        *realms_.try_emplace(name, std::make_unique<LongTerm>(std::move(realm.credentials))).first;
    if (first_ == nullptr) first_ = &made;
    for (const std::string& text : realm.origins) {
      if (const auto origin = Origin::parse(text))
        realm_by_origin_[std::string(origin->text())] = &made;
    }
  }
}

Realms::~Realms() = default;

void Realms::set_wall_clock(WallTime wall, Time now) {
  for (const auto& [name, realm] : realms_) realm->set_wall_clock(wall, now);
}

const Realms::Realm& Realms::realm_of(const stun::MessageView& request) const {
  auto walk = request.attributes();
  while (const auto attribute = request.has(AttributeType::origin) ? walk.next() : std::nullopt) {
    if (attribute->type != AttributeType::origin) continue;
    const auto origin = Origin::parse(stun::as_text(attribute->value));
    if (!origin) continue;
    const auto found = realm_by_origin_.find(origin->text());
    if (found != realm_by_origin_.end()) return *found->second;
  }
  const auto name = request.value(AttributeType::realm);
  const auto named = name ? realms_.find(stun::as_text(*name)) : realms_.end();
  return named == realms_.end() ? *first_ : *named;
}

Verdict Realms::check(const stun::MessageView& request, const stun::IpAddress& client, Time now) {
  const Realm& realm = realm_of(request);
  return in_realm(realm.first, realm.second->check(request, client, now));
}

Verdict Realms::check(const stun::MessageView& request, const stun::IpAddress& client,
                      const Session& session, Time now) {
  const Realm& realm = realm_of(request);
  return in_realm(realm.first, realm.second->check(request, client, session, now));
}

void Realms::add_challenge(stun::MessageBuilder& response, const stun::IpAddress& client,
                           std::string_view realm, Time now) const {
  const auto named = realms_.find(realm);
  const LongTerm& asked = named == realms_.end() ? *first_->second : *named->second;
  asked.add_challenge(response, client, realm, now);
}

void Realms::learn(std::string_view username, std::string_view realm, const LookUpAnswer& answer,
                   Time now) {
  const auto named = realms_.find(realm);
  if (named != realms_.end()) named->second->learn(username, realm, answer, now);
}

}  // namespace auth
