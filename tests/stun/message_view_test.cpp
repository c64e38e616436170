#include "stun/message_view.h"

#include <catch2/catch.hpp>
#include <vector>

#include "tests/support/hex.h"
#include "tests/vectors/golden_messages.h"
#include "tests/vectors/rfc5769.h"
#include "tests/vectors/rfc8489.h"

namespace stun {
namespace {

using support::from_hex;
using support::to_hex;

/// A Binding request with these attributes.
std::vector<std::byte> message_with(std::string_view attributes) {
  auto bytes = from_hex("00010000 2112a442 b7e7a701bc34d686fa87dfae");
  const auto tail = from_hex(attributes);
  bytes.insert(bytes.end(), tail.begin(), tail.end());
  store_u16(bytes, 2, static_cast<std::uint16_t>(tail.size()));
  return bytes;
}

std::string refusal(std::string_view hex) {
  const auto bytes = from_hex(hex);
  const auto message = MessageView::parse(bytes);
  if (message) return "none";
  switch (message.error()) {
    case ParseError::too_short:
      return "too short";
    case ParseError::not_stun:
      return "not STUN";
    case ParseError::bad_length:
      return "bad length";
    case ParseError::bad_attribute:
      return "bad attribute";
  }
  return "?";
}

/// The types that the walk sees, as hexadecimal words.
std::string types_seen(std::string_view attributes) {
  const auto bytes = message_with(attributes);
  const auto message = MessageView::parse(bytes);
  if (!message) return "refused";
  std::string types;
  auto walk = message->attributes();
  while (const auto attribute = walk.next()) {
    std::array<std::byte, 2> type;
    store_u16(type, 0, static_cast<std::uint16_t>(attribute->type));
    types += (types.empty() ? "" : " ") + to_hex(type);
  }
  return types;
}

TEST_CASE("every message type reads as it is written", "[stun][rfc8489-5]") {
  for (std::uint16_t wire = 0; wire < 0x4000; ++wire) {
    REQUIRE(MessageType::decode(wire).encode() == wire);
  }
  CHECK(MessageType{Method::binding, Class::request}.encode() == 0x0001);
  CHECK(MessageType{Method::binding, Class::indication}.encode() == 0x0011);
  CHECK(MessageType{Method::binding, Class::success}.encode() == 0x0101);
  CHECK(MessageType{Method::binding, Class::error}.encode() == 0x0111);
  CHECK(MessageType{Method::channel_bind, Class::error}.encode() == 0x0119);
  CHECK(MessageType{static_cast<Method>(0xfff), Class::request}.encode() == 0x3eef);
}

TEST_CASE("what is not a STUN message is refused", "[stun][rfc8489-6.3]") {
  CHECK(refusal("00010000 2112a442 b7e7a701bc34d686fa87dfae") == "none");
  CHECK(refusal("") == "too short");
  CHECK(refusal("00010000 2112a442 b7e7a701bc34d686fa87df") == "too short");
  CHECK(refusal("40010000 2112a442 b7e7a701bc34d686fa87dfae") == "not STUN");
  CHECK(refusal("80010000 2112a442 b7e7a701bc34d686fa87dfae") == "not STUN");
  CHECK(refusal("00010000 2112a443 b7e7a701bc34d686fa87dfae") == "not STUN");
  CHECK(refusal("00010001 2112a442 b7e7a701bc34d686fa87dfae 00") == "bad length");
  CHECK(refusal("00010004 2112a442 b7e7a701bc34d686fa87dfae") == "bad length");
  CHECK(refusal("00010000 2112a442 b7e7a701bc34d686fa87dfae 00000000") == "bad length");
  CHECK(refusal("00010004 2112a442 b7e7a701bc34d686fa87dfae 80220001") == "bad attribute");
  CHECK(refusal("00010008 2112a442 b7e7a701bc34d686fa87dfae 80220005 00000000") == "bad attribute");
  CHECK(refusal("00010008 2112a442 b7e7a701bc34d686fa87dfae 8022ffff 00000000") == "bad attribute");
  CHECK(refusal("00010008 2112a442 b7e7a701bc34d686fa87dfae 80220004 00000000") == "none");
}

TEST_CASE("the largest message that the length field allows is read", "[stun][rfc8489-5]") {
  auto bytes = message_with("80220000");
  bytes.resize(header_size + 0xfffc);
  store_u16(bytes, 2, 0xfffc);
  store_u16(bytes, 22, 0xfff8);
  const auto message = MessageView::parse(bytes);
  REQUIRE(message);
  CHECK(message->value(AttributeType::software)->size() == 0xfff8);
}

TEST_CASE("the header's fields are at hand", "[stun][rfc8489-5]") {
  const auto bytes = from_hex("01130000 2112a442 b7e7a701bc34d686fa87dfae");
  const auto message = MessageView::parse(bytes);
  REQUIRE(message);
  CHECK(message->method() == Method::allocate);
  CHECK(message->message_class() == Class::error);
  CHECK(to_hex(message->transaction_id()) == "b7e7a701bc34d686fa87dfae");
  CHECK(message->bytes().data() == bytes.data());
}

TEST_CASE("of duplicates the first counts", "[stun][rfc8489-14]") {
  const auto bytes = message_with("000d0004 00000001 000d0004 00000002");
  const auto message = MessageView::parse(bytes);
  REQUIRE(message);
  CHECK(to_hex(*message->value(AttributeType::lifetime)) == "00000001");
  CHECK(message->find(AttributeType::lifetime)->offset == 20);
}

TEST_CASE("an attribute that is absent is not found", "[stun]") {
  const auto bytes = message_with("000d0004 00000001");
  const auto message = MessageView::parse(bytes);
  REQUIRE(message);
  CHECK_FALSE(message->has(AttributeType::software));
  CHECK_FALSE(message->value(AttributeType::software));
}

TEST_CASE("an attribute is not found in another whose number ends alike", "[stun]") {
  const auto bytes = message_with("80220000");  // SOFTWARE
  const auto message = MessageView::parse(bytes).value();
  CHECK_FALSE(message.has(AttributeType::reservation_token));  // 0x0022
  CHECK_FALSE(message.has(static_cast<AttributeType>(0x0062)));
  CHECK(message.has(AttributeType::software));
}

TEST_CASE("an empty value is not an absent one", "[stun]") {
  const auto bytes = message_with("001a0000");
  const auto message = MessageView::parse(bytes);
  REQUIRE(message);
  REQUIRE(message->has(AttributeType::dont_fragment));
  CHECK(message->value(AttributeType::dont_fragment)->empty());
}

// Lengths do not matter to the walk, so that integrity attributes here may be empty.
TEST_CASE("after MESSAGE-INTEGRITY only the other two count", "[stun][rfc8489-14.5]") {
  CHECK(types_seen("80220000 00080000 000d0000") == "8022 0008");
  CHECK(types_seen("80220000 00080000 000d0000 80280000") == "8022 0008 8028");
  CHECK(types_seen("80220000 00080000 000d0000 001c0000 80280000") == "8022 0008 001c 8028");
  CHECK(types_seen("00080000 00080000") == "0008");
}

TEST_CASE("after MESSAGE-INTEGRITY-SHA256 only FINGERPRINT counts", "[stun][rfc8489-14.6]") {
  CHECK(types_seen("80220000 001c0000 000d0000 80280000") == "8022 001c 8028");
  CHECK(types_seen("001c0000 00080000 80280000") == "001c 8028");
  CHECK(types_seen("001c0000 001c0000") == "001c");
}

TEST_CASE("after FINGERPRINT nothing counts", "[stun][rfc8489-14.7]") {
  CHECK(types_seen("80220000 80280000 000d0000 00080000 001c0000 80280000") == "8022 8028");
}

std::vector<std::string_view> well_formed_messages() {
  namespace rfc5769 = vectors::rfc5769;
  std::vector<std::string_view> all{rfc5769::request, rfc5769::ipv4_response,
                                    rfc5769::ipv6_response, rfc5769::long_term_request,
                                    vectors::rfc8489::request};
  for (const auto& golden : vectors::golden_messages) all.push_back(golden.hex);
  return all;
}

TEST_CASE("a message that is cut anywhere is refused", "[stun][rfc8489-6.3]") {
  for (const auto hex : well_formed_messages()) {
    CAPTURE(hex);
    const auto whole = from_hex(hex);
    REQUIRE(MessageView::parse(whole));
    for (std::size_t size = 0; size < whole.size(); ++size) {
      // In memory of its own, for a sanitizer to see a read beyond the end.
      const std::vector<std::byte> cut(whole.begin(), whole.begin() + static_cast<long>(size));
      REQUIRE_FALSE(MessageView::parse(cut));
    }
  }
}

TEST_CASE("a cut message with its length put right ends between attributes or is refused",
          "[stun][rfc8489-6.3]") {
  for (const auto hex : well_formed_messages()) {
    CAPTURE(hex);
    const auto whole = from_hex(hex);
    std::size_t boundary = header_size;
    for (std::size_t size = header_size; size < whole.size(); size += 4) {
      std::vector<std::byte> cut(whole.begin(), whole.begin() + static_cast<long>(size));
      store_u16(cut, 2, static_cast<std::uint16_t>(size - header_size));
      REQUIRE(MessageView::parse(cut).has_value() == (size == boundary));
      if (size == boundary) boundary += 4 + padded(load_u16(whole, boundary + 2));
    }
    CHECK(boundary == whole.size());
  }
}

}  // namespace
}  // namespace stun
