// Several realms on one server, each with users, secrets and nonces of its own. A client belongs to
// the realm of its ORIGIN, where that is known; else to the one that it names in REALM; else to the
// first. What a store knows of realms becomes a vector of RealmConfig.
#pragma once

#include <functional>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "auth/long_term.h"

namespace auth {

struct RealmConfig {
  LongTermConfig credentials;  // its name included
  std::vector<std::string> origins;
};

class Realms final : public Authenticator {
 public:
  /// At least one. All have the nonce key of the first; nonces of one are no good in another.
  explicit Realms(std::vector<RealmConfig> realms);
  ~Realms() override;

  void set_wall_clock(WallTime wall, Time now);

  Verdict check(const stun::MessageView& request, const stun::IpAddress& client, Time now) override;
  Verdict check(const stun::MessageView& request, const stun::IpAddress& client,
                const Session& session, Time now) override;
  void add_challenge(stun::MessageBuilder& response, const stun::IpAddress& client,
                     std::string_view realm, Time now) const override;
  void learn(std::string_view username, std::string_view realm, const LookUpAnswer& answer,
             Time now) override;

 private:
  using Realm = std::pair<const std::string, std::unique_ptr<LongTerm>>;

  const Realm& realm_of(const stun::MessageView& request) const;

  std::map<std::string, std::unique_ptr<LongTerm>, std::less<>> realms_;
  std::map<std::string, const Realm*, std::less<>> realm_by_origin_;
  const Realm* first_ = nullptr;
};

}  // namespace auth
