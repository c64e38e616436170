// Credentials over HTTP: what a page needs to relay through this server, good for two hours. Who
// may have them: on a private address everybody who reaches the page, else whoever has a token of
// the room (relay/http/README.md). One for all workers; const.
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "auth/wall_time.h"
#include "relay/http/forms.h"
#include "relay/http/request.h"
#include "relay/http/response.h"

namespace relay::http {

struct IceServersOptions {
  std::vector<std::string> secrets;  // the first signs; empty: nothing can be given out
  char separator = ':';
  std::chrono::seconds lifetime{std::chrono::hours(2)};
  /// The URLs for a client that calls this server `host`, which may be empty.
  std::function<std::vector<std::string>(std::string_view host)> urls;
  /// Whether this server goes by that name; null: by any.
  std::function<bool(std::string_view name)> is_own_name;
  /// Names begin with the address of who asks, by which quotas count then: a fresh name is no fresh
  /// quota. Not with a token, whose bearer the operator has invited.
  bool names_tell_address = false;
  /// Whether that address may have some now; null: always.
  std::function<bool(const stun::IpAddress&)> admits;
  bool is_public = false;   // clients are told a public address
  bool open_rooms = false;  // no token is asked for there either
  bool anonymous = false;   // anybody is let in
  bool stun_only = false;   // there is nothing to be let in to
};

class IceServers {
 public:
  /// Of what a client wants to be called.
  static constexpr std::size_t max_name = 128;

  explicit IceServers(IceServersOptions options) : options_(std::move(options)) {}

  /// Nothing: the path is none of these.
  std::optional<Response> answer(const Request& request, auth::WallTime now) const;

 private:
  /// Nothing: they may have credentials.
  std::optional<Response> refusal(const Request& request, auth::WallTime now) const;
  bool is_called_rightly(const Request& request) const;
  std::expected<void, std::string> vouch(const Request& request, auth::WallTime now) const;
  std::string user_id(const Request& request, std::string_view name, auth::WallTime now) const;
  IceGrant grant(const Request& request, std::string_view name, auth::WallTime now) const;

  const IceServersOptions options_;
};

}  // namespace relay::http
