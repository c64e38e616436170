#include "relay/startup_screen.h"

#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <optional>

#include "relay/open_line.h"
#include "relay/room_link.h"

namespace relay {
namespace {

using nlohmann::ordered_json;

/// How long the link of the start-up screen lets people in.
constexpr std::chrono::hours first_room_time{24};

/// `3478/udp+tcp 5349/tls+dtls`
std::string ports_text(Ports ports) {
  std::string text;
  const auto add = [&](std::uint16_t one, std::string_view of_one, std::uint16_t other,
                       std::string_view of_other) {
    const bool same = one == other;
    if (one != 0) text += fmt::format("{}{}/{}", text.empty() ? "" : " ", one, of_one);
    if (other == 0) return;
    text += same ? fmt::format("+{}", of_other)
                 : fmt::format("{}{}/{}", text.empty() ? "" : " ", other, of_other);
  };
  add(ports.udp, "udp", ports.tcp, "tcp");
  add(ports.tls, "tls", ports.dtls, "dtls");
  return text;
}

PagePorts page_ports_of(const Service& service) {
  const ListeningAt& at = service.listening_at();
  return {.plain = at.signal.empty() ? std::uint16_t{0} : at.signal.front().port,
          .tls = at.signal_tls.empty() ? std::uint16_t{0} : at.signal_tls.front().port};
}

/// `   pages 8099/http 8098/https`
std::string pages_text(PagePorts pages) {
  if (pages.plain == 0 && pages.tls == 0) return {};
  std::string text = "   pages";
  if (pages.plain != 0) text += fmt::format(" {}/http", pages.plain);
  if (pages.tls != 0) text += fmt::format(" {}/https", pages.tls);
  return text;
}

std::string ready_line(const Plan& plan, Ports ports, PagePorts pages) {
  if (plan.turn.stun_only) {
    return fmt::format("READY  stun {}{}", ports_text(ports), pages_text(pages));
  }
  return fmt::format("READY  turn {}   relay {}-{}   realm {}{}", ports_text(ports),
                     plan.settings.min_port, plan.settings.max_port, plan.settings.realm,
                     pages_text(pages));
}

/// What to open: the call page, and where that gives nothing to strangers, a room of its own.
std::string first_page(const Plan& plan, PagePorts ports, const net::tls::Certificate* certificate,
                       net::tls::WallTime now) {
  const std::string page = page_url(plan, ports, certificate);
  if (page.empty() || plan.settings.secrets.empty() || !asks_for_room_token(plan)) return page;
  const net::tls::WallTime until = now + first_room_time;
  return room_link(page, made_up_room(), plan, {until.time_since_epoch().count()});
}

}  // namespace

std::string startup_screen(const Plan& plan, const Service& service,
                           const Certificates* certificates, bool is_terminal) {
  const Ports ports = ports_of(service.listening_at());
  std::optional<net::tls::Certificate> certificate;
  if (certificates != nullptr) certificate = certificates->context().certificate();
  const PagePorts pages = page_ports_of(service);
  const net::tls::WallTime now = net::tls::wall_clock();
  const std::string url = first_page(plan, pages, certificate ? &*certificate : nullptr, now);
  std::string screen = ready_line(plan, ports, pages) + "\n";
  screen += open_line(url, certificate ? &*certificate : nullptr,
                      certificate && !certificates->own_folder().empty(), now);
  if (is_terminal && !url.empty()) screen += qr_code(url);
  if (plan.made_secret) {
    screen += fmt::format("SECRET {}   for this run; keep one with --static-auth-secret\n",
                          plan.settings.secrets.front());
  } else if (plan.kept_secret && plan.settings.time_limited) {
    screen +=
        fmt::format("SECRET {}   kept for later runs; name another with --static-auth-secret\n",
                    plan.settings.secrets.front());
  }
  return screen + "PASTE  " + ice_servers(plan, ports, certificate ? &*certificate : nullptr) +
         "\n";
}

std::string check_line(const std::string& findings) { return "CHECK  " + findings + "\n"; }

std::string ice_servers(const Plan& plan, Ports ports, const net::tls::Certificate* certificate) {
  ordered_json server{{"urls", ice_urls(plan, ports, certificate)}};
  if (!plan.turn.stun_only) {
    const auto credentials = self_test::credentials_of(plan.settings);
    // A browser wants a name and a password for any turn: URL, even where nobody asks for them.
    server["username"] = credentials ? credentials->username : "anyone";
    server["credential"] = !credentials ? "anything"
                           : credentials->key
                               ? fmt::format("<the password of {}>", credentials->username)
                               : credentials->password;
  }
  return ordered_json::array({server}).dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace relay
