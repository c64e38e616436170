#include "relay/net/proxy_header.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <span>

namespace relay::net {
namespace {

using Header = std::optional<ProxyHeader>;
using Verdict = std::expected<Header, ProxyRefusal>;
using stun::Bytes;

constexpr std::string_view text_signature = "PROXY ";
constexpr std::size_t longest_line = 107;  // CRLF included
constexpr std::string_view binary_signature{"\r\n\r\n\0\r\nQUIT\n", 12};
constexpr std::size_t fixed_part = 16;  // signature, version and command, family, length

/// The family and protocol of version 2, in one byte.
constexpr unsigned unspecified = 0x00;
constexpr unsigned tcp_over_v4 = 0x11, udp_over_v4 = 0x12, tcp_over_v6 = 0x21, udp_over_v6 = 0x22;

std::string_view as_text(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

/// The first word, which ends with one blank or the text.
std::string_view take_word(std::string_view& text) {
  const std::size_t end = std::min(text.find(' '), text.size());
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return word;
}

std::optional<std::uint16_t> port_of(std::string_view word) {
  std::uint16_t port = 0;
  const char* const end = word.data() + word.size();
  const auto [read, error] = std::from_chars(word.data(), end, port);
  const bool has_leading_zero = word.size() > 1 && word.front() == '0';
  if (error != std::errc{} || read != end || has_leading_zero) return std::nullopt;
  return port;
}

std::optional<stun::IpAddress> address_of(std::string_view word, bool v4) {
  const auto ip = stun::IpAddress::parse(word);
  return ip && ip->is_v4() == v4 ? ip : std::nullopt;
}

/// `PROXY TCP4 192.0.2.1 198.51.100.1 56324 443`
Verdict read_line(std::string_view line) {
  const std::size_t size = line.size() + 2;
  line.remove_prefix(text_signature.size());
  const std::string_view family = take_word(line);
  if (family == "UNKNOWN") return ProxyHeader{.size = size, .client = std::nullopt};
  const bool v4 = family == "TCP4";
  if (!v4 && family != "TCP6") return std::unexpected("neither TCP4 nor TCP6 nor UNKNOWN");
  const auto source = address_of(take_word(line), v4);
  const auto destination = address_of(take_word(line), v4);
  if (!source || !destination) return std::unexpected("an address is not one of its family");
  const auto source_port = port_of(take_word(line));
  const bool ends_with_port = !line.empty() && !line.contains(' ');
  const auto destination_port = port_of(line);
  if (!source_port || !destination_port || !ends_with_port || *source_port == 0) {
    return std::unexpected("a port is none");
  }
  return ProxyHeader{.size = size, .client = stun::TransportAddress{*source, *source_port}};
}

Verdict parse_text(std::string_view text) {
  const std::string_view beginning = text.substr(0, longest_line);
  const std::size_t end = beginning.find('\r');
  if (end == std::string_view::npos) {
    if (beginning.size() < longest_line) return std::nullopt;
    return std::unexpected("the line is longer than any can be");
  }
  if (end + 1 == text.size() && end + 2 <= longest_line) return std::nullopt;
  if (end + 2 > longest_line || text[end + 1] != '\n') {
    return std::unexpected("the line does not end in CRLF");
  }
  return read_line(text.substr(0, end));
}

template <std::size_t size>
std::array<std::uint8_t, size> octets(Bytes bytes) {
  std::array<std::uint8_t, size> copy;
  std::ranges::transform(bytes.first(size), copy.begin(),
                         [](std::byte byte) { return std::to_integer<std::uint8_t>(byte); });
  return copy;
}

/// The source of an address block; its ports follow both addresses.
std::expected<stun::TransportAddress, ProxyRefusal> read_source(Bytes block, bool v4) {
  const std::size_t each = v4 ? 4 : 16;
  if (block.size() < 2 * each + 4) return std::unexpected("shorter than its addresses");
  const stun::IpAddress ip =
      v4 ? stun::IpAddress::v4(octets<4>(block)) : stun::IpAddress::v6(octets<16>(block));
  const std::uint16_t port = stun::load_u16(block, 2 * each);
  if (port == 0) return std::unexpected("a port is none");
  return stun::TransportAddress{ip, port};
}

/// Of version 2. What follows the addresses (TLV) is skipped.
Verdict parse_binary(Bytes bytes, bool datagram) {
  if (bytes.size() < fixed_part) return std::nullopt;
  const auto version_and_command = std::to_integer<unsigned>(bytes[12]);
  const auto family = std::to_integer<unsigned>(bytes[13]);
  const std::size_t size = fixed_part + stun::load_u16(bytes, 14);
  const unsigned command = version_and_command & 0x0f;
  if (version_and_command >> 4 != 2 || command > 1) {
    return std::unexpected("no command of version 2");
  }
  if (size > ProxyHeader::max_size) return std::unexpected("longer than 2048 bytes");
  if (bytes.size() < size) return std::nullopt;
  const Bytes block = bytes.subspan(fixed_part, size - fixed_part);
  if (command == 0 || family == unspecified) {
    return ProxyHeader{.size = size, .client = std::nullopt};
  }
  if (family != (datagram ? udp_over_v4 : tcp_over_v4) &&
      family != (datagram ? udp_over_v6 : tcp_over_v6)) {
    return std::unexpected("for another transport");
  }
  const auto source = read_source(block, family == tcp_over_v4 || family == udp_over_v4);
  if (!source) return std::unexpected(source.error());
  return ProxyHeader{.size = size, .client = *source};
}

/// Whether these bytes begin with `signature`, as far as they go.
bool may_begin(std::string_view bytes, std::string_view signature) {
  const std::size_t common = std::min(bytes.size(), signature.size());
  return bytes.substr(0, common) == signature.substr(0, common);
}

}  // namespace

Verdict parse_stream_header(Bytes bytes) {
  const std::string_view text = as_text(bytes);
  if (may_begin(text, binary_signature)) return parse_binary(bytes, false);
  if (may_begin(text, text_signature)) return parse_text(text);
  return std::unexpected("no header of the PROXY protocol");
}

std::expected<ProxyHeader, ProxyRefusal> parse_datagram_header(Bytes datagram) {
  if (!as_text(datagram).starts_with(binary_signature)) {
    return std::unexpected("no header of the PROXY protocol, version 2");
  }
  const auto header = parse_binary(datagram, true);
  if (!header) return std::unexpected(header.error());
  if (!*header) return std::unexpected("longer than its datagram");
  return **header;
}

}  // namespace relay::net
