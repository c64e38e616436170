// RFC 8489 14: what is inside of the attributes.
#include "stun/attributes.h"

#include <algorithm>
#include <array>

#include "stun/attribute_type.h"

namespace stun {
namespace {

constexpr std::size_t address_header_size = 4;  // a reserved byte, the family, the port

std::optional<TransportAddress> decode_masked(Bytes value, const AddressMask& mask) {
  if (value.size() < address_header_size) return std::nullopt;
  const auto family = static_cast<Family>(value[1]);
  const Bytes ip = value.subspan(address_header_size);
  const auto unmask = [&]<std::size_t size>(std::array<std::uint8_t, size> out) {
    for (std::size_t i = 0; i < size; ++i) out[i] = std::to_integer<std::uint8_t>(ip[i] ^ mask[i]);
    return out;
  };

  TransportAddress address;
  address.port = static_cast<std::uint16_t>(load_u16(value, 2) ^ load_u16(mask, 0));
  if (family == Family::ipv4 && ip.size() == 4) {
    address.ip = IpAddress::v4(unmask(std::array<std::uint8_t, 4>{}));
  } else if (family == Family::ipv6 && ip.size() == 16) {
    address.ip = IpAddress::v6(unmask(std::array<std::uint8_t, 16>{}));
  } else {
    return std::nullopt;
  }
  return address;
}

}  // namespace

std::optional<TransportAddress> decode_address(Bytes value) { return decode_masked(value, {}); }

std::optional<TransportAddress> decode_xor_address(Bytes value, const TransactionId& id) {
  return decode_masked(value, xor_mask(id));
}

AddressMask xor_mask(const TransactionId& id) {
  AddressMask mask;
  store_u32(mask, 0, magic_cookie);
  std::ranges::copy(id, mask.begin() + 4);
  return mask;
}

std::optional<std::uint32_t> decode_u32(Bytes value) {
  if (value.size() != 4) return std::nullopt;
  return load_u32(value, 0);
}

std::optional<std::uint8_t> decode_leading_u8(Bytes value) {
  if (value.size() != 4) return std::nullopt;
  return std::to_integer<std::uint8_t>(value[0]);
}

std::optional<std::string_view> decode_text(Bytes value, std::size_t limit) {
  if (value.size() > limit) return std::nullopt;
  return as_text(value);
}

std::optional<ErrorCodeValue> decode_error_code(Bytes value) {
  if (value.size() < 4 || value.size() - 4 > max_reason) return std::nullopt;
  const auto hundreds = std::to_integer<unsigned>(value[2] & std::byte{0x07});
  const auto number = std::to_integer<unsigned>(value[3]);
  if (hundreds < 3 || hundreds > 6 || number > 99) return std::nullopt;
  return ErrorCodeValue{static_cast<ErrorCode>(hundreds * 100 + number), as_text(value.subspan(4))};
}

std::optional<PasswordAlgorithmValue> decode_password_algorithm(Bytes value) {
  const auto only = next_password_algorithm(value);
  return value.empty() ? only : std::nullopt;
}

std::optional<PasswordAlgorithmValue> next_password_algorithm(Bytes& rest) {
  if (rest.size() < 4) return std::nullopt;
  const auto algorithm = static_cast<PasswordAlgorithm>(load_u16(rest, 0));
  const std::size_t length = load_u16(rest, 2);
  if (padded(length) > rest.size() - 4) return std::nullopt;
  const Bytes parameters = rest.subspan(4, length);
  rest = rest.subspan(4 + padded(length));
  return PasswordAlgorithmValue{algorithm, parameters};
}

std::optional<IcmpValue> decode_icmp(Bytes value) {
  if (value.size() != 8) return std::nullopt;
  const std::uint16_t what = load_u16(value, 2);
  return IcmpValue{.type = static_cast<std::uint8_t>(what >> 9),
                   .code = static_cast<std::uint16_t>(what & 0x1ff),
                   .data = load_u32(value, 4)};
}

}  // namespace stun
