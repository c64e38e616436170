#include "relay/http/house.h"

#include <algorithm>
#include <optional>

#include "relay/net/address_list.h"

namespace relay::http {
namespace {

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

/// `1.2.3.4`, `1.2.3.4:5678`, `2001:db8::1` or `[2001:db8::1]:5678`.
std::optional<stun::IpAddress> parse_hop(std::string_view text) {
  text = trim(text);
  if (text.starts_with('[')) {
    const std::size_t end = text.find(']');
    if (end == std::string_view::npos) return std::nullopt;
    return stun::IpAddress::parse(std::string(text.substr(1, end - 1)));
  }
  if (std::ranges::count(text, ':') == 1) text = text.substr(0, text.find(':'));
  return stun::IpAddress::parse(std::string(text));
}

/// The last of a list that no trusted proxy has: what stands before it, anybody may have written.
std::optional<stun::IpAddress> last_stranger(std::string_view list,
                                             const std::vector<turn::AddressRange>& trusted) {
  std::optional<stun::IpAddress> found;
  for (;;) {
    const std::size_t comma = list.rfind(',');
    const auto hop = parse_hop(comma == std::string_view::npos ? list : list.substr(comma + 1));
    if (!hop) return found;
    found = hop;
    if (!net::is_among(trusted, *hop) || comma == std::string_view::npos) return found;
    list = list.substr(0, comma);
  }
}

/// Of AppRTC's Android app, whatever server it talks to.
constexpr std::string_view apprtc_origin = "https://appr.tc";

}  // namespace

Source House::source_of(const RequestHead& head, const stun::IpAddress& peer, bool secure) const {
  const Source direct{.client = peer, .secure = secure};
  if (!net::is_among(rules_.trusted_proxies, peer)) return direct;
  Source source = direct;
  if (const auto list = head.value("X-Forwarded-For")) {
    source.client = last_stranger(*list, rules_.trusted_proxies).value_or(peer);
  } else if (const auto one = head.value("X-Real-IP")) {
    source.client = parse_hop(*one).value_or(peer);
  }
  if (const auto scheme = head.value("X-Forwarded-Proto")) {
    source.secure = equal_ignoring_case(*scheme, "https");
  }
  return source;
}

bool House::welcomes_origin(const RequestHead& head, const stun::IpAddress& local,
                            bool secure) const {
  const auto origin = head.value("Origin");
  if (!origin || *origin == apprtc_origin) return true;
  // In a network of one's own, pages on other ports and hosts are one's own as well.
  const bool is_private =
      std::ranges::find(rules_.public_addresses, local) == rules_.public_addresses.end();
  if (!secure && is_private) return true;
  if (!host_of(*origin).empty() && equal_ignoring_case(host_of(*origin), host_of(head.host()))) {
    return true;
  }
  return std::ranges::any_of(rules_.origins, [&](const std::string& welcome) {
    return welcome == "*" || equal_ignoring_case(welcome, *origin);
  });
}

std::size_t House::add(Reactor& reactor, Doorkeeper& doorkeeper) {
  workers_.push_back({&reactor, &doorkeeper});
  return workers_.size() - 1;
}

void House::ask(std::size_t worker, std::function<void(Doorkeeper&)> task) const {
  const Worker& asked = workers_[worker];
  asked.reactor->post(
      [task = std::move(task), &doorkeeper = *asked.doorkeeper] { task(doorkeeper); });
}

}  // namespace relay::http
