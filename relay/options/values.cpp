#include "relay/options/values.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <limits>

namespace relay::options {
namespace {

template <typename... Args>
std::unexpected<ValueError> wrong(std::size_t at, fmt::format_string<Args...> text,
                                  Args&&... args) {
  return std::unexpected(ValueError{fmt::format(text, std::forward<Args>(args)...), at});
}

/// coturn reads numbers up to the first character that is none, so that files with a comment or a
/// semicolon after the number are about; whoever read the file has warned of both.
bool tolerable_rest(std::string_view rest) {
  const std::size_t at = rest.find_first_not_of(" \t");
  return at == std::string_view::npos || (at > 0 && rest[at] == '#') || rest == ";";
}

bool is_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

}  // namespace

Result<bool> boolean(std::string_view text) {
  if (text.empty()) return true;
  const auto folded = static_cast<char>(text[0] | 0x20);
  if (text[0] == '0' || folded == 'n' || folded == 'f') return false;
  if ((text[0] >= '1' && text[0] <= '9') || folded == 'y' || folded == 't') return true;
  if (text.size() > 1 && folded == 'o') {
    const auto second = static_cast<char>(text[1] | 0x20);
    if (second == 'n') return true;
    if (second == 'f') return false;
  }
  return wrong(0, "\"{}\" is neither true nor false; write true or false", text);
}

Result<bool> inverted_boolean(std::string_view text) {
  const Result<bool> value = boolean(text);
  if (!value) return value;
  return !*value;
}

Result<std::uint64_t> number(std::string_view text, std::uint64_t least, std::uint64_t most) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  const auto at = static_cast<std::size_t>(end - text.data());
  if (error == std::errc::invalid_argument || !tolerable_rest(text.substr(at))) {
    return wrong(at, "\"{}\" is not a whole number; write one from {} to {}", text, least, most);
  }
  if (error == std::errc::result_out_of_range || value < least || value > most) {
    return wrong(0, "{} is out of range; write a number from {} to {}", text, least, most);
  }
  return value;
}

Result<std::uint16_t> port(std::string_view text) {
  const Result<std::uint64_t> value = number(text, 0, 65535);
  if (!value) {
    return wrong(value.error().at, "\"{}\" is not a port; write a number from 0 to 65535", text);
  }
  return static_cast<std::uint16_t>(*value);
}

Result<std::optional<std::uint16_t>> port_or_none(std::string_view text) {
  const Result<std::uint16_t> value = port(text);
  if (!value) return std::unexpected(value.error());
  return *value == 0 ? std::nullopt : std::optional(*value);
}

Result<std::chrono::seconds> seconds(std::string_view text, std::uint64_t least) {
  // A hundred years, so that adding it to a clock cannot overflow.
  const Result<std::uint64_t> count = number(text, least, 3'155'760'000);
  if (!count) return std::unexpected(count.error());
  return std::chrono::seconds(*count);
}

Result<stun::IpAddress> ip_address(std::string_view text) {
  const bool bracketed = text.size() > 2 && text.front() == '[' && text.back() == ']';
  if (const auto ip = stun::IpAddress::parse(bracketed ? text.substr(1, text.size() - 2) : text)) {
    return *ip;
  }
  const std::size_t at = text.find_first_not_of("0123456789abcdefABCDEF.:[]");
  return wrong(at == std::string_view::npos ? 0 : at,
               "\"{}\" is not an IP address; write one such as 192.0.2.1 or 2001:db8::1", text);
}

Result<ExternalAddress> external_address(std::string_view text) {
  const std::size_t slash = text.find('/');
  const auto external = ip_address(text.substr(0, slash));
  if (!external) return std::unexpected(external.error());
  if (slash == std::string_view::npos) return ExternalAddress{*external, {}};
  auto local = ip_address(text.substr(slash + 1));
  if (!local) {
    local.error().at += slash + 1;
    return std::unexpected(local.error());
  }
  if (local->family() != external->family()) {
    return wrong(slash + 1, "{} and {} are of different families; write PUBLIC/PRIVATE of one",
                 text.substr(0, slash), text.substr(slash + 1));
  }
  return ExternalAddress{*external, *local};
}

Result<turn::AddressRange> address_range(std::string_view text) {
  auto range = turn::AddressRange::parse(text);
  if (range) return *range;
  // The caret goes to the side of the separator that is wrong.
  const std::size_t separator = text.find_first_of("/-");
  const bool second = separator != std::string_view::npos &&
                      stun::IpAddress::parse(text.substr(0, separator)).has_value();
  return std::unexpected(ValueError{range.error(), second ? separator + 1 : 0});
}

Result<UserSetting> user(std::string_view text) {
  const std::size_t colon = text.find(':');
  if (colon == std::string_view::npos) {
    return wrong(text.size(), "the password is missing; write NAME:PASSWORD or NAME:0xKEY");
  }
  if (colon == 0) return wrong(0, "the name is missing; write NAME:PASSWORD or NAME:0xKEY");
  const std::string_view password = text.substr(colon + 1);
  if (password.empty()) {
    return wrong(colon + 1, "the password is empty; write NAME:PASSWORD or NAME:0xKEY");
  }
  UserSetting user{.name = std::string(text.substr(0, colon)), .password = {}, .key_hex = {}};
  if (!password.starts_with("0x")) {
    user.password = password;
    return user;
  }
  user.key_hex = password.substr(2);
  if (!is_hex(user.key_hex) || (user.key_hex.size() != 32 && user.key_hex.size() != 64)) {
    return wrong(colon + 1,
                 "what follows 0x is not a key; write 32 hexadecimal digits (MD5 of "
                 "name:realm:password) or 64 (SHA-256)");
  }
  return user;
}

Result<LogLevel> log_level(std::string_view text) {
  if (text == "debug") return LogLevel::debug;
  if (text == "info") return LogLevel::info;
  if (text == "warning") return LogLevel::warning;
  if (text == "error") return LogLevel::error;
  return wrong(0, "\"{}\" is not a log level; write debug, info, warning or error", text);
}

Result<turn::DefaultFamily> default_family(std::string_view text) {
  if (text == "ipv4") return turn::DefaultFamily::ipv4;
  if (text == "ipv6") return turn::DefaultFamily::ipv6;
  if (text == "keep") return turn::DefaultFamily::keep;
  return wrong(0, "\"{}\" is not an address family; write ipv4, ipv6 or keep", text);
}

Result<RelaySharing> relay_sockets(std::string_view text) {
  if (text == "own") return RelaySharing::own;
  if (text == "shared") return RelaySharing::shared;
  return wrong(0, "\"{}\" is no way of opening relay sockets; write own or shared", text);
}

Result<CertificateFiles> certificate_files(std::string_view text) {
  const std::size_t comma = text.find(',');
  CertificateFiles files{.certificate_file = std::string(text.substr(0, comma)), .key_file = {}};
  if (comma != text.npos) files.key_file = text.substr(comma + 1);
  if (files.certificate_file.empty()) {
    return wrong(0, "the file of a certificate is missing; write CERT or CERT,KEY");
  }
  if (comma != text.npos && files.key_file.empty()) {
    return wrong(comma,
                 "the file of the key is missing; write CERT,KEY, or CERT alone if it "
                 "holds the key too");
  }
  return files;
}

Result<std::string> syslog_facility(std::string_view text) {
  static constexpr std::array names = {"AUTH",   "AUTHPRIV", "CRON",   "DAEMON", "FTP",
                                       "KERN",   "LPR",      "MAIL",   "NEWS",   "SYSLOG",
                                       "USER",   "UUCP",     "LOCAL0", "LOCAL1", "LOCAL2",
                                       "LOCAL3", "LOCAL4",   "LOCAL5", "LOCAL6", "LOCAL7"};
  std::string name(text);
  std::ranges::transform(name, name.begin(), [](char c) {
    return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  });
  if (name.starts_with("LOG_")) name.erase(0, 4);
  if (name.empty()) return name;
  if (std::ranges::find(names, name) == names.end()) {
    return wrong(0, "\"{}\" is not a syslog facility; write LOG_DAEMON, LOG_LOCAL0 or the like",
                 text);
  }
  return "LOG_" + name;
}

namespace {

/// Visible ASCII that needs no escape in a header; the offset of what is not, or npos.
std::size_t first_unfit(std::string_view text) {
  const auto unfit = std::ranges::find_if(
      text, [](char c) { return c <= 0x20 || c >= 0x7f || c == '"' || c == '<' || c == '>'; });
  return unfit == text.end() ? std::string_view::npos
                             : static_cast<std::size_t>(unfit - text.begin());
}

}  // namespace

Result<std::string> http_path(std::string_view text) {
  if (!text.starts_with('/')) {
    return wrong(0, "\"{}\" does not begin with a slash; write a path such as /metrics", text);
  }
  const std::size_t at = std::min(first_unfit(text), text.find_first_of("?#"));
  if (at != std::string_view::npos) {
    return wrong(at, "\"{}\" has a character that no path has; write one such as /metrics", text);
  }
  return std::string(text);
}

Result<std::string> web_origin(std::string_view text) {
  if (text == "*" || text == "null") return std::string(text);
  const std::size_t scheme = text.find("://");
  if (scheme == std::string_view::npos || scheme == 0 || scheme + 3 == text.size()) {
    return wrong(0, "\"{}\" is no origin; write one such as https://example.org, or *", text);
  }
  const std::size_t at = std::min(first_unfit(text), text.find_first_of("/?#", scheme + 3));
  if (at != std::string_view::npos) {
    return wrong(at, "\"{}\" has more than an origin; write scheme, host and port alone", text);
  }
  return std::string(text);
}

Result<std::string> http_url(std::string_view text) {
  if (!text.starts_with("http://") && !text.starts_with("https://")) {
    return wrong(0, "\"{}\" is no URL; write one that begins with http:// or https://", text);
  }
  if (const std::size_t at = first_unfit(text); at != std::string_view::npos) {
    return wrong(at, "\"{}\" has a character that no URL has; write it percent-encoded", text);
  }
  return std::string(text);
}

}  // namespace relay::options
