#include "relay/open_line.h"

#include <fmt/format.h>

#include <qrcodegen/qrcodegen.hpp>

#include "relay/ice_urls.h"
#include "relay/plan_addresses.h"

namespace relay {
namespace {

/// So much of a fingerprint is compared by eye; the log has all of it.
constexpr std::size_t shown_fingerprint = 14;
constexpr int quiet_zone = 2;  // modules around a code; readers of screens are content with that

std::string whose(const net::tls::Certificate& certificate, bool is_self_made) {
  if (is_self_made) return "self-made";
  if (certificate.self_signed) return "self-signed";
  return fmt::format("signed by {}", certificate.issuer);
}

std::string lifetime(const net::tls::Certificate& certificate, net::tls::WallTime now) {
  const auto left = std::chrono::floor<std::chrono::days>(certificate.not_after - now).count();
  return left < 0 ? "expired" : fmt::format("valid {} d", left);
}

}  // namespace

std::string page_url(const Plan& plan, PagePorts ports, const net::tls::Certificate* certificate) {
  const auto addresses = addresses_for_clients(plan);
  if (addresses.empty() || (ports.plain == 0 && ports.tls == 0)) return {};
  const stun::IpAddress& address = addresses.front().advertised();
  if (ports.tls != 0 && certificate != nullptr) {
    return fmt::format("https://{}:{}/", in_url(host_for_tls(address, *certificate)), ports.tls);
  }
  return fmt::format("http://{}:{}/", in_url(address.to_string()), ports.plain);
}

std::string open_line(const std::string& url, const net::tls::Certificate* certificate,
                      bool is_self_made, net::tls::WallTime now) {
  if (url.empty()) return {};
  if (!url.starts_with("https:")) {
    return fmt::format("OPEN   {}   without TLS: browsers give no camera but on this host\n", url);
  }
  return fmt::format(
      "OPEN   {}   certificate {}, SHA-256 {}:…, {}\n", url, whose(*certificate, is_self_made),
      certificate->fingerprint.substr(0, shown_fingerprint), lifetime(*certificate, now));
}

/// Two modules above each other are one character.
std::string qr_code(const std::string& text) {
  try {
    const auto code = qrcodegen::QrCode::encodeText(text.c_str(), qrcodegen::QrCode::Ecc::MEDIUM);
    std::string lines;
    for (int y = -quiet_zone; y < code.getSize() + quiet_zone; y += 2) {
      lines += "       \033[30;107m";
      for (int x = -quiet_zone; x < code.getSize() + quiet_zone; ++x) {
        const bool upper = code.getModule(x, y), lower = code.getModule(x, y + 1);
        lines += upper ? (lower ? "█" : "▀") : (lower ? "▄" : " ");
      }
      lines += "\033[0m\n";
    }
    return lines;
  } catch (const qrcodegen::data_too_long&) {
    return {};
  }
}

}  // namespace relay
