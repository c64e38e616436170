#include "stun/integrity.h"

#include <catch2/catch.hpp>
#include <vector>

#include "stun/fingerprint.h"
#include "stun/message_builder.h"
#include "tests/support/hex.h"

namespace stun {
namespace {

using support::from_hex;
using support::to_hex;

const IntegrityKey key(as_bytes("the right key"));
const IntegrityKey other_key(as_bytes("the wrong key"));

/// A message with a USERNAME, one of the integrity attributes and a FINGERPRINT.
std::vector<std::byte> signed_message(void (MessageBuilder::*sign)(const IntegrityKey&)) {
  std::vector<std::byte> buffer(200);
  MessageBuilder builder(buffer, {Method::allocate, Class::request}, {});
  builder.add_text(AttributeType::username, "alice");
  (builder.*sign)(key);
  builder.add_fingerprint();
  buffer.resize(builder.finish()->size());
  return buffer;
}

TEST_CASE("HMAC-SHA1 gives the values of its RFC", "[stun][rfc2202-3]") {
  CHECK(to_hex(hmac_sha1(from_hex("0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b0b"),
                         {as_bytes("Hi There")})) == "b617318655057264e28bc0b6fb378c8ef146be00");
  CHECK(to_hex(hmac_sha1(as_bytes("Jefe"),
                         {as_bytes("what do ya want "), as_bytes("for nothing?")})) ==
        "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  // A key longer than the hash's block.
  CHECK(to_hex(hmac_sha1(std::vector<std::byte>(80, std::byte{0xaa}),
                         {as_bytes("Test Using Larger Than Block-Size Key - Hash Key First")})) ==
        "aa4ae5e15272d00e95705637ce8a3b55ed402112");
}

TEST_CASE("HMAC-SHA-256 gives the values of its RFC", "[stun][rfc4231-4]") {
  CHECK(to_hex(hmac_sha256(as_bytes("Jefe"), {as_bytes("what do ya want for nothing?")})) ==
        "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  CHECK(to_hex(hmac_sha256(std::vector<std::byte>(131, std::byte{0xaa}),
                           {as_bytes("Test Using Larger Than Block-Size Key - Hash Key First")})) ==
        "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST_CASE("a key that is used again and again gives what it gives once", "[stun][rfc4231-4]") {
  const auto key_size = GENERATE(range(std::size_t{0}, std::size_t{100}, std::size_t{11}));
  const std::vector<std::byte> secret(key_size, std::byte{0xaa});
  const HmacSha256 prepared(secret);
  for (const std::size_t size : {0u, 1u, 55u, 56u, 63u, 64u, 65u, 200u}) {
    const std::vector<std::byte> text(size, std::byte{0x42});
    const auto front = std::span(text).first(size / 3), back = std::span(text).subspan(size / 3);
    CHECK(prepared({front, back}) == hmac_sha256(secret, {text}));
  }
}

TEST_CASE("a long-term key hashes user, realm and password", "[stun][rfc8489-9.2.2]") {
  // md5sum and sha256sum of "user:realm:pass", and sha256sum of "user:realm".
  CHECK(to_hex(long_term_key_md5("user", "realm", "pass").bytes()) ==
        "8493fbc53ba582fb4c044c456bdc40eb");
  CHECK(to_hex(long_term_key_sha256("user", "realm", "pass").bytes()) ==
        "07e934117abd40836e7c6329b54731b2b2d2a5f9a71f544922d75e0730d8251b");
  CHECK(to_hex(user_hash("user", "realm")) ==
        "6a3029116b47aa98bcaa325399733dc1a23cd57e26b81bef3ff6531ce624e2da");
}

TEST_CASE("integrity holds under its key alone", "[stun][rfc8489-14.5]") {
  const auto bytes = signed_message(&MessageBuilder::add_integrity);
  const auto message = MessageView::parse(bytes);
  REQUIRE(message);
  CHECK(verify_integrity(*message, key));
  CHECK_FALSE(verify_integrity(*message, other_key));
  CHECK_FALSE(verify_integrity_sha256(*message, key));
}

TEST_CASE("integrity with SHA-256 holds under its key alone", "[stun][rfc8489-14.6]") {
  const auto bytes = signed_message(&MessageBuilder::add_integrity_sha256);
  const auto message = MessageView::parse(bytes);
  REQUIRE(message);
  CHECK(verify_integrity_sha256(*message, key));
  CHECK_FALSE(verify_integrity_sha256(*message, other_key));
  CHECK_FALSE(verify_integrity(*message, key));
}

TEST_CASE("both integrities in one message hold", "[stun][rfc8489-9.2.4]") {
  std::vector<std::byte> buffer(200);
  MessageBuilder builder(buffer, {Method::allocate, Class::request}, {});
  builder.add_integrity(key);
  builder.add_integrity_sha256(key);
  builder.add_fingerprint();
  const auto message = MessageView::parse(*builder.finish());
  REQUIRE(message);
  CHECK(verify_integrity(*message, key));
  CHECK(verify_integrity_sha256(*message, key));
  CHECK(verify_fingerprint(*message));
}

/// How many single-bit changes of `bytes`, up to `end`, leave a message whose integrity holds.
template <class Verify>
int unnoticed_changes(std::vector<std::byte> bytes, std::size_t end, Verify verify) {
  int unnoticed = 0;
  for (std::size_t bit = 0; bit < 8 * end; ++bit) {
    const auto mask = static_cast<std::byte>(1 << bit % 8);
    bytes[bit / 8] ^= mask;
    const auto message = MessageView::parse(bytes);
    if (message && verify(*message, key)) ++unnoticed;
    bytes[bit / 8] ^= mask;
  }
  return unnoticed;
}

TEST_CASE("no bit under integrity can change unnoticed", "[stun][rfc8489-14.5]") {
  const std::size_t fingerprint_size = 8;
  const auto sha1 = signed_message(&MessageBuilder::add_integrity);
  CHECK(unnoticed_changes(sha1, sha1.size() - fingerprint_size, verify_integrity) == 0);
  const auto sha256 = signed_message(&MessageBuilder::add_integrity_sha256);
  CHECK(unnoticed_changes(sha256, sha256.size() - fingerprint_size, verify_integrity_sha256) == 0);
}

TEST_CASE("verifying leaves the message as it is", "[stun][rfc8489-14.5]") {
  const auto bytes = signed_message(&MessageBuilder::add_integrity);
  const auto before = bytes;
  CHECK(verify_integrity(*MessageView::parse(bytes), key));
  CHECK(bytes == before);
}

/// Whether a MESSAGE-INTEGRITY-SHA256 of `size` bytes is accepted when it begins, up to 32 bytes,
/// as the right one does.
bool accepted_when_truncated(std::size_t size) {
  std::vector<std::byte> buffer(header_size + attribute_header_size + padded(size));
  MessageBuilder builder(buffer, {Method::allocate, Class::request}, {});
  std::vector<std::byte> value(size);
  builder.add(AttributeType::message_integrity_sha256, value);
  // The length that a verifier without the rule would hash.
  auto header = std::vector(buffer.begin(), buffer.begin() + header_size);
  store_u16(header, 2, static_cast<std::uint16_t>(attribute_header_size + size));
  const auto right = hmac_sha256(key.bytes(), {header});
  std::ranges::copy(std::span(right).first(std::min(size, right.size())),
                    buffer.begin() + header_size + attribute_header_size);
  return verify_integrity_sha256(*MessageView::parse(buffer), key);
}

TEST_CASE("SHA-256 integrity may be truncated to 16 bytes, in steps of 4", "[stun][rfc8489-14.6]") {
  for (std::size_t size = 0; size <= 40; ++size) {
    CAPTURE(size);
    CHECK(accepted_when_truncated(size) == (size >= 16 && size <= 32 && size % 4 == 0));
  }
}

TEST_CASE("a MESSAGE-INTEGRITY of another size than 20 is wrong", "[stun][rfc8489-14.5]") {
  const auto size = GENERATE(as<std::size_t>(), 0, 16, 19, 21, 24);
  std::vector<std::byte> buffer(header_size + attribute_header_size + padded(size));
  MessageBuilder builder(buffer, {Method::allocate, Class::request}, {});
  builder.add(AttributeType::message_integrity, std::vector<std::byte>(size));
  const auto right = hmac_sha1(key.bytes(), {std::span(buffer).first(header_size)});
  std::ranges::copy(std::span(right).first(std::min(size, right.size())),
                    buffer.begin() + header_size + attribute_header_size);
  CHECK_FALSE(verify_integrity(*MessageView::parse(buffer), key));
}

TEST_CASE("a message without integrity does not verify", "[stun][rfc8489-14.5]") {
  const auto bytes = from_hex("00010000 2112a442 b7e7a701bc34d686fa87dfae");
  CHECK_FALSE(verify_integrity(*MessageView::parse(bytes), IntegrityKey()));
  CHECK_FALSE(verify_integrity_sha256(*MessageView::parse(bytes), IntegrityKey()));
}

TEST_CASE("equality compares the whole length", "[stun]") {
  CHECK(equal_constant_time(as_bytes("secret"), as_bytes("secret")));
  CHECK(equal_constant_time({}, {}));
  CHECK_FALSE(equal_constant_time(as_bytes("secret"), as_bytes("secreT")));
  CHECK_FALSE(equal_constant_time(as_bytes("secret"), as_bytes("secre")));
  CHECK_FALSE(equal_constant_time(as_bytes("secret"), {}));
}

}  // namespace
}  // namespace stun
