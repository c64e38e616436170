// A random message, as what it is made of; from one seed, so that a failure can be run again.
#pragma once

#include <algorithm>
#include <array>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "stun/integrity.h"
#include "stun/message_builder.h"

namespace stun {

inline constexpr std::array address_types{AttributeType::xor_mapped_address,
                                          AttributeType::xor_peer_address,
                                          AttributeType::xor_relayed_address};
inline constexpr std::array plain_address_types{AttributeType::mapped_address,
                                                AttributeType::alternate_server};
inline constexpr std::array opaque_types{
    AttributeType::data, AttributeType::software, AttributeType::origin,
    AttributeType::third_party_authorization, AttributeType::dont_fragment};

inline const std::uint8_t* octets(Bytes bytes) {
  return reinterpret_cast<const std::uint8_t*>(bytes.data());
}

class Random {
 public:
  explicit Random(std::uint32_t seed) : engine_(seed) {}

  /// 0 to `bound` - 1.
  std::size_t below(std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(engine_);
  }
  bool coin() { return below(2) == 1; }
  template <class Range>
  auto one_of(const Range& range) {
    return range[below(range.size())];
  }
  std::vector<std::byte> bytes(std::size_t size) {
    std::vector<std::byte> all(size);
    for (auto& b : all) b = static_cast<std::byte>(below(256));
    return all;
  }
  std::string letters(std::size_t size) {
    std::string text(size, ' ');
    for (auto& c : text) c = static_cast<char>('a' + below(26));
    return text;
  }
  TransactionId transaction_id() {
    TransactionId id;
    std::ranges::copy(bytes(id.size()), id.begin());
    return id;
  }
  TransportAddress address() {
    const auto all = bytes(16);
    const auto ip = [&]<std::size_t size>(std::array<std::uint8_t, size> out) {
      std::copy_n(octets(all), size, out.begin());
      return out;
    };
    const auto port = static_cast<std::uint16_t>(below(65536));
    if (coin()) return {IpAddress::v4(ip(std::array<std::uint8_t, 4>{})), port};
    return {IpAddress::v6(ip(std::array<std::uint8_t, 16>{})), port};
  }

 private:
  std::mt19937 engine_;
};

/// What one message is made of; each side writes it and the other must read the same.
struct RandomMessage {
  MessageType type;
  TransactionId id{};
  std::vector<std::pair<AttributeType, std::vector<std::byte>>> opaque;
  std::vector<std::pair<AttributeType, TransportAddress>> addresses;
  ErrorCode error{};
  /// coturn counts the padding of a reason into the attribute and writes a reason of its own in
  /// place of none; where there is one and it needs no padding we agree.
  std::string reason;
  std::string username, realm, password, nonce;
  bool fingerprint = false;

  explicit RandomMessage(Random& random)
      : id(random.transaction_id()),
        error(static_cast<ErrorCode>(300 + random.below(400))),
        reason(random.letters(4 * (1 + random.below(25)))),
        username(random.letters(1 + random.below(100))),
        realm(random.letters(1 + random.below(60))),
        password(random.letters(1 + random.below(60))),
        nonce(random.letters(1 + random.below(60))),
        fingerprint(random.coin()) {
    constexpr std::array methods{
        Method::binding, Method::allocate, Method::refresh,           Method::send,
        Method::data,    Method::connect,  Method::create_permission, Method::channel_bind};
    type = {random.one_of(methods), static_cast<Class>(random.below(4))};
    for (auto n = random.below(4); n > 0; --n) {
      opaque.emplace_back(random.one_of(opaque_types), random.bytes(random.below(200)));
    }
    for (auto n = random.below(4); n > 0; --n) {
      const auto kind =
          random.coin() ? random.one_of(address_types) : random.one_of(plain_address_types);
      addresses.emplace_back(kind, random.address());
    }
  }

  IntegrityKey key() const { return long_term_key_md5(username, realm, password); }
};

inline std::vector<std::byte> written_by_us(const RandomMessage& sample) {
  std::vector<std::byte> buffer(4000);
  MessageBuilder builder(buffer, sample.type, sample.id);
  if (sample.type.message_class == Class::error) {
    builder.add_error_code(sample.error, sample.reason);
  }
  for (const auto& [type, value] : sample.opaque) builder.add(type, value);
  for (const auto& [type, address] : sample.addresses) {
    const bool masked = std::ranges::find(address_types, type) != address_types.end();
    masked ? builder.add_xor_address(type, address) : builder.add_address(type, address);
  }
  builder.add_text(AttributeType::username, sample.username);
  builder.add_text(AttributeType::nonce, sample.nonce);
  builder.add_text(AttributeType::realm, sample.realm);
  builder.add_integrity(sample.key());
  if (sample.fingerprint) builder.add_fingerprint();
  buffer.resize(builder.finish().value().size());
  return buffer;
}

}  // namespace stun
