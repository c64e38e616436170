// Our encoders against coturn's decoders and the other way round, for random messages. coturn's
// library (libturnclient.a) is the other witness; it generates and checks HMAC-SHA1 and FINGERPRINT
// too. All randomness comes from one seed: `--rng-seed N`, shown with every failure.
#include <netinet/in.h>
#include <turn/ns_turn_msg.h>
#include <turn/ns_turn_msg_addr.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "stun/attributes.h"
#include "stun/fingerprint.h"
#include "stun/integrity.h"
#include "stun/message_view.h"
#include "tests/stun/random_message.h"
#include "tests/support/hex.h"

namespace stun {
namespace {

constexpr int rounds = 2000;

ioa_addr theirs(const TransportAddress& address) {
  ioa_addr out{};
  const auto ip = address.ip.bytes();
  if (address.ip.is_v4()) {
    out.s4.sin_family = AF_INET;
    out.s4.sin_port = htons(address.port);
    std::ranges::copy(ip, reinterpret_cast<std::uint8_t*>(&out.s4.sin_addr));
  } else {
    out.s6.sin6_family = AF_INET6;
    out.s6.sin6_port = htons(address.port);
    std::ranges::copy(ip, reinterpret_cast<std::uint8_t*>(&out.s6.sin6_addr));
  }
  return out;
}

std::vector<std::byte> written_by_coturn(const RandomMessage& sample) {
  std::vector<std::uint8_t> buffer(4000);
  std::size_t size = 0;
  const auto text = [](const std::string& s) { return octets(as_bytes(s)); };
  stun_tid id;
  std::copy_n(octets(sample.id), sample.id.size(), id.tsx_id);
  if (sample.type.message_class == Class::error) {
    stun_init_error_response_str(static_cast<std::uint16_t>(sample.type.method), buffer.data(),
                                 &size, static_cast<std::uint16_t>(sample.error),
                                 text(sample.reason), &id);
  } else {
    stun_init_command_str(sample.type.encode(), buffer.data(), &size);
    stun_tid_message_cpy(buffer.data(), &id);
  }
  for (const auto& [type, value] : sample.opaque) {
    REQUIRE(stun_attr_add_str(buffer.data(), &size, static_cast<std::uint16_t>(type), octets(value),
                              static_cast<int>(value.size())) == 0);
  }
  for (const auto& [type, address] : sample.addresses) {
    const auto their_address = theirs(address);
    REQUIRE(stun_attr_add_addr_str(buffer.data(), &size, static_cast<std::uint16_t>(type),
                                   &their_address) == 0);
  }
  REQUIRE(stun_attr_add_integrity_by_user_str(buffer.data(), &size, text(sample.username),
                                              text(sample.realm), text(sample.password),
                                              text(sample.nonce), SHATYPE_SHA1) == 0);
  if (sample.fingerprint) REQUIRE(stun_attr_add_fingerprint_str(buffer.data(), &size) == 0);
  const auto all = std::as_bytes(std::span(buffer).first(size));
  return {all.begin(), all.end()};
}

TEST_CASE("we and coturn write the same bytes", "[stun][differential]") {
  CAPTURE(Catch::rngSeed());
  Random random(Catch::rngSeed());
  for (int round = 0; round < rounds; ++round) {
    CAPTURE(round);
    const RandomMessage sample(random);
    REQUIRE(support::to_hex(written_by_us(sample)) == support::to_hex(written_by_coturn(sample)));
  }
}

TEST_CASE("we read what coturn writes", "[stun][differential]") {
  CAPTURE(Catch::rngSeed());
  Random random(Catch::rngSeed());
  for (int round = 0; round < rounds; ++round) {
    CAPTURE(round);
    const RandomMessage sample(random);
    const auto bytes = written_by_coturn(sample);
    const auto message = MessageView::parse(bytes);
    REQUIRE(message);
    REQUIRE(message->type() == sample.type);
    REQUIRE(message->transaction_id() == sample.id);
    auto walk = message->attributes();
    if (sample.type.message_class == Class::error) {
      const auto error = decode_error_code(walk.next()->value);
      REQUIRE(error);
      REQUIRE(error->code == sample.error);
      REQUIRE(error->reason == sample.reason);
    }
    for (const auto& [type, value] : sample.opaque) {
      const auto attribute = walk.next();
      REQUIRE(attribute->type == type);
      REQUIRE(std::ranges::equal(attribute->value, value));
    }
    for (const auto& [type, address] : sample.addresses) {
      const auto attribute = walk.next();
      REQUIRE(attribute->type == type);
      const bool masked = std::ranges::find(address_types, type) != address_types.end();
      REQUIRE((masked ? decode_xor_address(attribute->value, sample.id)
                      : decode_address(attribute->value)) == address);
    }
    REQUIRE(as_text(*message->value(AttributeType::username)) == sample.username);
    REQUIRE(verify_integrity(*message, sample.key()));
    REQUIRE_FALSE(verify_integrity(*message, IntegrityKey(as_bytes("another key"))));
    REQUIRE(verify_fingerprint(*message) == sample.fingerprint);
  }
}

/// coturn checks our message in memory that it may change.
struct Coturn {
  std::vector<std::uint8_t> bytes;

  explicit Coturn(const std::vector<std::byte>& message)
      : bytes(octets(message), octets(message) + message.size()) {}

  bool accepts(bool fingerprint) {
    int present = 0;
    return stun_is_command_message_full_check_str(bytes.data(), bytes.size(), fingerprint,
                                                  &present) == 1 &&
           (present == 1) == fingerprint;
  }
  bool integrity_holds(const RandomMessage& sample, const std::string& password) {
    const auto text = [](const std::string& s) { return octets(as_bytes(s)); };
    return stun_check_message_integrity_str(TURN_CREDENTIALS_LONG_TERM, bytes.data(), bytes.size(),
                                            text(sample.username), text(sample.realm),
                                            text(password), SHATYPE_SHA1) == 1;
  }
};

TEST_CASE("coturn reads what we write", "[stun][differential]") {
  CAPTURE(Catch::rngSeed());
  Random random(Catch::rngSeed());
  for (int round = 0; round < rounds; ++round) {
    CAPTURE(round);
    const RandomMessage sample(random);
    Coturn coturn(written_by_us(sample));
    const auto* data = coturn.bytes.data();
    const auto size = coturn.bytes.size();
    REQUIRE(coturn.accepts(sample.fingerprint));
    REQUIRE(stun_get_msg_type_str(data, size) == sample.type.encode());
    auto attribute = stun_attr_get_first_str(data, size);
    const auto advance = [&] { attribute = stun_attr_get_next_str(data, size, attribute); };
    if (sample.type.message_class == Class::error) {
      int code = 0;
      std::array<std::uint8_t, 1000> reason{};
      REQUIRE(stun_is_error_response_str(data, size, &code, reason.data(), reason.size()));
      REQUIRE(code == static_cast<int>(sample.error));
      REQUIRE(reinterpret_cast<const char*>(reason.data()) == sample.reason);
      advance();
    }
    for (const auto& [type, value] : sample.opaque) {
      REQUIRE(stun_attr_get_type(attribute) == static_cast<int>(type));
      REQUIRE(stun_attr_get_len(attribute) == static_cast<int>(value.size()));
      const auto* their_value = stun_attr_get_value(attribute);
      REQUIRE(
          (value.empty() || std::equal(octets(value), octets(value) + value.size(), their_value)));
      advance();
    }
    for (const auto& [type, address] : sample.addresses) {
      ioa_addr read{};
      const auto expected = theirs(address);
      REQUIRE(stun_attr_get_type(attribute) == static_cast<int>(type));
      REQUIRE(stun_attr_get_addr_str(data, size, attribute, &read, nullptr) == 0);
      REQUIRE(addr_eq(&read, &expected) == 1);
      advance();
    }
    REQUIRE(coturn.integrity_holds(sample, sample.password));
    REQUIRE_FALSE(coturn.integrity_holds(sample, sample.password + 'x'));
  }
}

TEST_CASE("we and coturn make the same long-term keys", "[stun][differential]") {
  CAPTURE(Catch::rngSeed());
  Random random(Catch::rngSeed());
  for (int round = 0; round < rounds; ++round) {
    const RandomMessage sample(random);
    const auto their_key = [&](SHATYPE hash, std::size_t size) {
      const auto text = [](const std::string& s) { return octets(as_bytes(s)); };
      hmackey_t key{};
      REQUIRE(stun_produce_integrity_key_str(text(sample.username), text(sample.realm),
                                             text(sample.password), key, hash) == 0);
      return IntegrityKey(std::as_bytes(std::span(key).first(size)));
    };
    REQUIRE(sample.key() == their_key(SHATYPE_SHA1, 16));
    REQUIRE(long_term_key_sha256(sample.username, sample.realm, sample.password) ==
            their_key(SHATYPE_SHA256, 32));
  }
}

TEST_CASE("what we accept of damaged messages coturn accepts as well", "[stun][differential]") {
  CAPTURE(Catch::rngSeed());
  Random random(Catch::rngSeed());
  int accepted = 0;
  for (int round = 0; round < rounds; ++round) {
    CAPTURE(round);
    auto bytes = written_by_us(RandomMessage(random));
    for (auto n = 1 + random.below(4); n > 0; --n) {
      bytes[random.below(bytes.size())] = static_cast<std::byte>(random.below(256));
    }
    if (!MessageView::parse(bytes)) continue;
    ++accepted;
    REQUIRE(stun_is_command_message_str(octets(bytes), bytes.size()) == 1);
  }
  CHECK(accepted > rounds / 10);
}

}  // namespace
}  // namespace stun
