#include "stun/fingerprint.h"

#include <catch2/catch.hpp>
#include <vector>

#include "stun/message_builder.h"
#include "tests/support/hex.h"

namespace stun {
namespace {

using support::from_hex;

TEST_CASE("the CRC is the one of ITU V.42", "[stun][rfc8489-14.7]") {
  CHECK(crc32({}) == 0);
  CHECK(crc32(as_bytes("123456789")) == 0xcbf43926);
  CHECK(crc32(as_bytes("The quick brown fox jumps over the lazy dog")) == 0x414fa339);
}

TEST_CASE("the CRC is the same at every length as bit by bit", "[stun][rfc8489-14.7]") {
  std::vector<std::byte> bytes;
  for (unsigned size = 0; size < 100; ++size) {
    std::uint32_t bitwise = 0xffffffff;
    for (const auto b : bytes) {
      bitwise ^= std::to_integer<std::uint32_t>(b);
      for (int i = 0; i < 8; ++i) bitwise = bitwise >> 1 ^ (bitwise % 2 == 1 ? 0xedb88320 : 0);
    }
    REQUIRE(crc32(bytes) == ~bitwise);
    bytes.push_back(static_cast<std::byte>(size * 167 + 13));
  }
}

bool fingerprint_holds(std::string_view hex) {
  const auto bytes = from_hex(hex);
  const auto message = MessageView::parse(bytes);
  REQUIRE(message);
  return verify_fingerprint(*message);
}

TEST_CASE("a fingerprint holds for its message alone", "[stun][rfc8489-14.7]") {
  std::vector<std::byte> buffer(200);
  MessageBuilder builder(buffer, {Method::binding, Class::request}, {});
  builder.add_text(AttributeType::software, "turnbox");
  builder.add_fingerprint();
  buffer.resize(builder.finish()->size());
  CHECK(verify_fingerprint(*MessageView::parse(buffer)));

  for (std::size_t bit = 0; bit < 8 * buffer.size(); ++bit) {
    const auto mask = static_cast<std::byte>(1 << bit % 8);
    buffer[bit / 8] ^= mask;
    const auto message = MessageView::parse(buffer);
    CHECK_FALSE((message && verify_fingerprint(*message)));
    buffer[bit / 8] ^= mask;
  }
}

TEST_CASE("a fingerprint must be there, have four bytes and be the last", "[stun][rfc8489-14.7]") {
  CHECK_FALSE(fingerprint_holds("00010000 2112a442 b7e7a701bc34d686fa87dfae"));
  CHECK_FALSE(fingerprint_holds("00010004 2112a442 b7e7a701bc34d686fa87dfae 80280000"));
  CHECK_FALSE(fingerprint_holds("00010008 2112a442 b7e7a701bc34d686fa87dfae 80280003 00000000"));

  // Right over what precedes it with this length, but something follows.
  auto bytes = from_hex("0001000c 2112a442 b7e7a701bc34d686fa87dfae 80280004 00000000 80220000");
  store_u32(bytes, 24, fingerprint_of(std::span(bytes).first(20)));
  CHECK_FALSE(verify_fingerprint(*MessageView::parse(bytes)));
}

}  // namespace
}  // namespace stun
