// `turnserver credentials` and `turnserver link`: what the server would give to a page, for people.
#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>

#include "auth/time_limited.h"
#include "relay/commands/command.h"
#include "relay/commands/own_server.h"
#include "relay/http/forms.h"
#include "relay/http/ice_servers.h"
#include "relay/http/utf8.h"
#include "relay/open_line.h"
#include "relay/room_link.h"
#include "relay/shared_secret.h"

namespace relay::commands {
namespace {

using namespace std::chrono_literals;

auth::WallTime end_of(std::chrono::seconds ttl) {
  return {(net::tls::wall_clock() + ttl).time_since_epoch().count()};
}

std::string date_of(auth::WallTime time) {
  return fmt::format("{:%F %T} UTC", fmt::gmtime(time.seconds));
}

bool is_name(std::string_view text) {
  return !text.empty() && text.size() <= http::IceServers::max_name && http::is_utf8(text) &&
         std::ranges::none_of(
             text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

constexpr std::string_view good_name = "1 to 128 bytes of UTF-8 without control characters";

PagePorts configured_page_ports(const SignalingSettings& signaling, const Ports& ports) {
  return {.plain = signaling.port.value_or(usual_signal_port),
          .tls = ports.tls == 0 ? std::uint16_t{0}
                                : signaling.tls_port.value_or(usual_signal_tls_port)};
}

std::expected<Plan, std::string> plan_with_secret(Request& request) {
  auto plan = plan_of(request);
  if (!plan || plan->settings.anonymous || !plan->settings.secrets.empty()) return plan;
  auto kept = read_shared_secret(secret_folder(plan->settings));
  if (!kept) return std::unexpected(kept.error());
  plan->settings.secrets.push_back(*std::move(kept));
  return plan;
}

}  // namespace

Outcome credentials(Request request) {
  if (!request.words.empty()) {
    return std::unexpected(fmt::format(
        "\"{}\" is nothing that it takes; a name is given with --name", request.words.front()));
  }
  const std::string name = request.name.value_or(std::string(made_up_user));
  if (!is_name(name)) return std::unexpected(fmt::format("--name: write {}", good_name));
  const std::chrono::seconds ttl = request.ttl.value_or(2h);
  const auto plan = plan_with_secret(request);
  if (!plan) return std::unexpected(plan.error());
  if (plan->settings.anonymous) {
    return std::unexpected("anybody may relay through this server (--no-auth): none are needed");
  }
  const auth::WallTime end = end_of(ttl);
  const auto minted = auth::mint_time_limited(plan->settings.secrets.front(), end, name,
                                              plan->settings.rest_api_separator);
  const auto certificate = configured_certificate(plan->settings);
  const http::IceGrant grant{
      .urls = ice_urls(*plan, configured_ports(*plan), certificate ? &*certificate : nullptr),
      .username = minted.username,
      .password = minted.password,
      .lifetime = ttl};
  if (request.json) return Answer{http::turn_form(grant) + "\n"};
  return Answer{fmt::format("username  {}\npassword  {}\nuntil     {}\nPASTE     {}\n",
                            grant.username, grant.password, date_of(end),
                            http::ice_servers_form(grant))};
}

Outcome link(Request request) {
  if (request.words.size() != 1 || !is_name(request.words.front())) {
    return std::unexpected(fmt::format("name one room: turnserver link ROOM, {}", good_name));
  }
  const std::string room = request.words.front();
  const std::chrono::seconds ttl = request.ttl.value_or(24h);
  const auto plan = plan_with_secret(request);
  if (!plan) return std::unexpected(plan.error());
  const auto certificate = configured_certificate(plan->settings);
  const PagePorts ports = configured_page_ports(plan->settings.signaling, configured_ports(*plan));
  const std::string page = page_url(*plan, ports, certificate ? &*certificate : nullptr);
  if (page.empty() || !plan->settings.signaling.served) {
    return std::unexpected("this server has no pages: it is configured without them");
  }
  return Answer{room_link(page, room, *plan, end_of(ttl)) + "\n"};
}

}  // namespace relay::commands
