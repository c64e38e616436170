#include "relay/doctor/advice.h"

#include <fmt/format.h>

#include "auth/time_limited.h"
#include "relay/net/tls/certificate.h"

namespace relay::doctor {
namespace {

using stun::ErrorCode;

std::string advice_on_credentials(const std::optional<self_test::Credentials>& credentials) {
  const auto limited =
      credentials ? auth::parse_time_limited(credentials->username, ':') : std::nullopt;
  if (!limited) return "Check user name, password and realm: capitals count.";
  const std::int64_t over =
      net::tls::wall_clock().time_since_epoch().count() - limited->expires.seconds;
  if (over > 0) {
    return fmt::format("The credentials expired {} s ago: get new ones.", over);
  }
  return fmt::format(
      "The credentials are good for {} s more by this machine's clock: the secret that made them "
      "is not the server's, or its clock is ahead.",
      -over);
}

}  // namespace

std::string advice_on_port(const Way& way) {
  const std::string_view protocol = turn::is_stream(way.transport) ? "TCP" : "UDP";
  return fmt::format(
      "See that the server runs and listens there, and that {} port {} is open in every firewall "
      "on the way.",
      protocol, way.port);
}

std::string advice_on_refusal(std::optional<ErrorCode> code,
                              const std::optional<self_test::Credentials>& credentials) {
  if (!code) return "It answers Binding requests alone: perhaps it is a STUN server.";
  switch (*code) {
    case ErrorCode::unauthenticated:
      return advice_on_credentials(credentials);
    case ErrorCode::forbidden:
      return "The server gives no relays now: it drains, or does not let this user have one.";
    case ErrorCode::allocation_quota_reached:
      return "Wait until older allocations of this user end, or raise --user-quota or "
             "--total-quota.";
    case ErrorCode::insufficient_capacity:
      return "The server has no port left: widen --min-port to --max-port, or see its descriptor "
             "limit.";
    case ErrorCode::try_alternate:
      return "It sends clients to another server: ask about that one.";
    default:
      return "See the server's log.";
  }
}

}  // namespace relay::doctor
