// From text to the types of the settings. Every function takes the whole value; the error says what
// is wrong, what to write instead, and at which byte it goes wrong.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "relay/options/settings.h"

namespace relay::options {

struct ValueError {
  std::string message;
  std::size_t at = 0;  // byte offset in the value
};

template <typename T>
using Result = std::expected<T, ValueError>;

/// As coturn reads them: by the first letter (0 n f are false; 1-9 y t are true), on and off; an
/// empty value is true.
Result<bool> boolean(std::string_view text);
/// For options that say what not to do.
Result<bool> inverted_boolean(std::string_view text);
Result<std::uint64_t> number(std::string_view text, std::uint64_t least, std::uint64_t most);
Result<std::uint16_t> port(std::string_view text);
/// Where 0 means that there is none.
Result<std::optional<std::uint16_t>> port_or_none(std::string_view text);
Result<std::chrono::seconds> seconds(std::string_view text, std::uint64_t least = 0);
Result<stun::IpAddress> ip_address(std::string_view text);
/// `public` or `public/private`, both of one family.
Result<ExternalAddress> external_address(std::string_view text);
Result<turn::AddressRange> address_range(std::string_view text);
Result<UserSetting> user(std::string_view text);
/// `IP:PORT`.
Result<stun::TransportAddress> listener_address(std::string_view text);
/// `IP`, `IP:PORT` or `[IP]:PORT`, perhaps with `/NAME` behind it.
Result<turn::AlternateServer> alternate_server(std::string_view text, std::uint16_t usual_port);
Result<LogLevel> log_level(std::string_view text);
Result<turn::DefaultFamily> default_family(std::string_view text);
Result<RelaySharing> relay_sockets(std::string_view text);
Result<std::string> syslog_facility(std::string_view text);
/// `CERT` or `CERT,KEY`.
Result<CertificateFiles> certificate_files(std::string_view text);
/// `/metrics`
Result<std::string> http_path(std::string_view text);
/// `https://example.org:8443` as browsers write it, or `*`.
Result<std::string> web_origin(std::string_view text);
/// The beginning of one, to which more is appended.
Result<std::string> http_url(std::string_view text);

/// Puts a parsed value where it belongs, or hands on the error.
template <typename From, typename To>
Result<void> store(Result<From> value, To& target) {
  if (!value) return std::unexpected(std::move(value.error()));
  target = static_cast<To>(*std::move(value));
  return {};
}

/// The same for a list.
template <typename From, typename To>
Result<void> append(Result<From> value, To& target) {
  if (!value) return std::unexpected(std::move(value.error()));
  target.push_back(*std::move(value));
  return {};
}

/// Only the error counts: the value is for a later release.
template <typename T>
Result<void> checked(const Result<T>& value) {
  if (!value) return std::unexpected(value.error());
  return {};
}

}  // namespace relay::options
