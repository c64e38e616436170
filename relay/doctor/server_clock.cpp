#include "relay/doctor/server_clock.h"

#include <fmt/format.h>
#include <time.h>

#include "relay/net/tls/certificate.h"

namespace relay::doctor {

std::optional<std::chrono::sys_seconds> date_in(std::string_view head) {
  static constexpr std::string_view field = "\r\nDate: ";
  const std::size_t at = head.find(field);
  if (at == std::string_view::npos) return std::nullopt;
  const std::string text(head.substr(at + field.size(), 29));
  std::tm date{};
  if (::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &date) == nullptr) return std::nullopt;
  return std::chrono::sys_seconds(std::chrono::seconds(::timegm(&date)));
}

std::optional<std::chrono::seconds> clock_of(const stun::TransportAddress& server,
                                             turn::Transport transport, const std::string& host,
                                             const self_test::Patience& patience) {
  auto connection = self_test::Connection::open(
      server, transport, patience, {.host = host, .authority_file = "", .protocol = "http/1.1"});
  const std::string request =
      "HEAD /healthz HTTP/1.1\r\nHost: turnserver\r\nConnection: close\r\n\r\n";
  if (!connection || !connection->send(std::as_bytes(std::span(request)), patience)) {
    return std::nullopt;
  }
  const auto date = date_in(connection->receive_text(patience));
  if (!date) return std::nullopt;
  return *date - net::tls::wall_clock();
}

}  // namespace relay::doctor
