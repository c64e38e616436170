// Every encoder against bytes that another program computed, into a buffer of 0xff: what is not
// written shows, be it padding or a byte beyond the end.
#include "stun/message_builder.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <map>

#include "tests/support/hex.h"
#include "tests/vectors/golden_messages.h"

namespace stun {
namespace {

using support::from_hex;
using support::to_hex;

const IntegrityKey key(as_bytes(vectors::golden_key));

const std::map<std::string_view, void (*)(MessageBuilder&)> encoders = {
    {"nothing", [](MessageBuilder&) {}},
    {"data_and_padding", [](auto& m) { m.add(AttributeType::data, as_bytes("abcde")); }},
    {"dont_fragment", [](auto& m) { m.add(AttributeType::dont_fragment, {}); }},
    {"software", [](auto& m) { m.add_text(AttributeType::software, "turnbox"); }},
    {"lifetime", [](auto& m) { m.add_u32(AttributeType::lifetime, 600); }},
    {"requested_transport",
     [](auto& m) { m.add_leading_u8(AttributeType::requested_transport, 17); }},
    {"xor_mapped_v4",
     [](auto& m) {
       m.add_xor_address(AttributeType::xor_mapped_address,
                         *TransportAddress::parse("192.0.2.1:32853"));
     }},
    {"xor_relayed_v6",
     [](auto& m) {
       m.add_xor_address(AttributeType::xor_relayed_address,
                         *TransportAddress::parse("[2001:db8:1234:5678:11:2233:4455:6677]:32853"));
     }},
    {"mapped_v4",
     [](auto& m) {
       m.add_address(AttributeType::mapped_address, *TransportAddress::parse("192.0.2.1:32853"));
     }},
    {"alternate_server_v6",
     [](auto& m) {
       m.add_address(AttributeType::alternate_server,
                     *TransportAddress::parse("[2001:db8::1]:3478"));
     }},
    {"alternate_domain",
     [](auto& m) { m.add_text(AttributeType::alternate_domain, "turn.example.org"); }},
    {"stale_nonce", [](auto& m) { m.add_error_code(ErrorCode::stale_nonce, "Stale Nonce"); }},
    {"unauthenticated", [](auto& m) { m.add_error_code(ErrorCode::unauthenticated, ""); }},
    {"address_error",
     [](auto& m) {
       m.add_address_error_code(Family::ipv6, ErrorCode::address_family_not_supported, "");
     }},
    {"unknown_attributes",
     [](auto& m) {
       m.add_unknown_attributes(std::array{static_cast<AttributeType>(0x7fff),
                                           AttributeType::priority, AttributeType::use_candidate});
     }},
    {"user_hash",
     [](auto& m) {
       m.add(AttributeType::userhash,
             user_hash("\u30de\u30c8\u30ea\u30c3\u30af\u30b9", "example.org"));
     }},
    {"password_algorithm", [](auto& m) { m.add_password_algorithm(PasswordAlgorithm::sha256); }},
    {"password_algorithms",
     [](auto& m) {
       m.add_password_algorithms(std::array{PasswordAlgorithm::sha256, PasswordAlgorithm::md5});
     }},
    {"integrity",
     [](auto& m) {
       m.add_u32(AttributeType::lifetime, 600);
       m.add_integrity(key);
     }},
    {"integrity_sha256",
     [](auto& m) {
       m.add_u32(AttributeType::lifetime, 600);
       m.add_integrity_sha256(key);
     }},
    {"fingerprint",
     [](auto& m) {
       m.add_u32(AttributeType::lifetime, 600);
       m.add_fingerprint();
     }},
    {"everything_in_order",
     [](auto& m) {
       m.add_text(AttributeType::software, "turnbox");
       m.add_integrity(key);
       m.add_integrity_sha256(key);
       m.add_fingerprint();
     }},
};

/// A builder with the header of `golden`, in `room`.
MessageBuilder builder_for(Bytes golden, std::span<std::byte> room) {
  TransactionId id;
  std::ranges::copy(golden.subspan(8, id.size()), id.begin());
  return {room, MessageType::decode(load_u16(golden, 0)), id};
}

bool untouched(Bytes bytes) {
  return std::ranges::all_of(bytes, [](std::byte b) { return b == std::byte{0xff}; });
}

TEST_CASE("every encoder writes its golden bytes and not one more", "[stun][rfc8489-14]") {
  REQUIRE(encoders.size() == vectors::golden_messages.size());
  for (const auto& golden : vectors::golden_messages) {
    CAPTURE(golden.name);
    const auto expected = from_hex(golden.hex);
    std::vector<std::byte> buffer(expected.size() + 64, std::byte{0xff});
    auto builder = builder_for(expected, buffer);
    encoders.at(golden.name)(builder);
    const auto written = builder.finish();
    REQUIRE(written);
    CHECK(to_hex(*written) == to_hex(expected));
    CHECK(untouched(std::span(buffer).subspan(expected.size())));
  }
}

TEST_CASE("a message that does not fit is void and stays within its buffer", "[stun]") {
  for (const auto& golden : vectors::golden_messages) {
    CAPTURE(golden.name);
    const auto expected = from_hex(golden.hex);
    for (std::size_t room = 0; room <= expected.size(); ++room) {
      CAPTURE(room);
      std::vector<std::byte> buffer(expected.size() + 64, std::byte{0xff});
      auto builder = builder_for(expected, std::span(buffer).first(room));
      encoders.at(golden.name)(builder);
      REQUIRE(builder.finish().has_value() == (room == expected.size()));
      REQUIRE(untouched(std::span(buffer).subspan(room)));
    }
  }
}

TEST_CASE("what overflowed once stays void, even when the rest would fit", "[stun]") {
  std::vector<std::byte> buffer(32);
  MessageBuilder builder(buffer, {Method::binding, Class::success}, {});
  builder.add_text(AttributeType::software, "this is longer than the buffer");
  builder.add_u32(AttributeType::lifetime, 600);
  CHECK_FALSE(builder.finish());
}

TEST_CASE("a message never gets longer than its length field can say", "[stun][rfc8489-5]") {
  std::vector<std::byte> buffer(0x20000);
  const std::vector<std::byte> half(0x8000 - 4), quarter(0x4000);
  const auto length_of = [&](Bytes second) -> std::size_t {
    MessageBuilder builder(buffer, {Method::send, Class::indication}, {});
    builder.add(AttributeType::data, half);
    builder.add(AttributeType::data, second);
    return builder.finish().value_or(Bytes{}).size();
  };
  CHECK(length_of(quarter) == 20 + 0x8000 + 4 + 0x4000);
  CHECK(length_of(std::span(half).first(0x7ff8)) == 20 + 0xfffc);
  CHECK(length_of(std::span(half).first(0x7ff9)) == 0);
  CHECK(length_of(half) == 0);
  CHECK(length_of(std::vector<std::byte>(0x10000)) == 0);
}

TEST_CASE("the length in the header is right after every attribute", "[stun][rfc8489-5]") {
  std::vector<std::byte> buffer(100);
  MessageBuilder builder(buffer, {Method::allocate, Class::success}, {});
  CHECK(load_u16(buffer, 2) == 0);
  builder.add_text(AttributeType::software, "x");
  CHECK(load_u16(buffer, 2) == 8);
  builder.add_u32(AttributeType::lifetime, 600);
  CHECK(load_u16(buffer, 2) == 16);
  builder.add_fingerprint();
  CHECK(load_u16(buffer, 2) == 24);
}

}  // namespace
}  // namespace stun
