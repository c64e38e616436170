// The sample messages of RFC 5769 and RFC 8489 B.1.
#include <algorithm>
#include <catch2/catch.hpp>
#include <vector>

#include "stun/attributes.h"
#include "stun/fingerprint.h"
#include "stun/integrity.h"
#include "stun/message_builder.h"
#include "stun/message_view.h"
#include "tests/support/hex.h"
#include "tests/vectors/rfc5769.h"
#include "tests/vectors/rfc8489.h"

namespace stun {
namespace {

using support::from_hex;
using support::to_hex;
namespace rfc5769 = vectors::rfc5769;
namespace rfc8489 = vectors::rfc8489;

std::string text_of(const MessageView& message, AttributeType type) {
  return std::string(as_text(message.value(type).value()));
}

TEST_CASE("the sample request holds", "[stun][rfc5769-2.1]") {
  const auto bytes = from_hex(rfc5769::request);
  const auto message = MessageView::parse(bytes);
  REQUIRE(message);
  CHECK(message->type() == MessageType{Method::binding, Class::request});
  CHECK(text_of(*message, AttributeType::software) == "STUN test client");
  CHECK(text_of(*message, AttributeType::username) == "evtj:h6vY");
  CHECK(decode_u32(*message->value(AttributeType::priority)) == 0x6e0001ff);
  CHECK(verify_integrity(*message, IntegrityKey(as_bytes(rfc5769::password))));
  CHECK(verify_fingerprint(*message));
}

TEST_CASE("the sample responses hold", "[stun][rfc5769-2.2][rfc5769-2.3]") {
  const auto [hex, address] = GENERATE(table<std::string_view, std::string>({
      {rfc5769::ipv4_response, "192.0.2.1:32853"},
      {rfc5769::ipv6_response, "[2001:db8:1234:5678:11:2233:4455:6677]:32853"},
  }));
  const auto bytes = from_hex(hex);
  const auto message = MessageView::parse(bytes);
  REQUIRE(message);
  CHECK(message->type() == MessageType{Method::binding, Class::success});
  CHECK(text_of(*message, AttributeType::software) == "test vector");
  const auto mapped = decode_xor_address(*message->value(AttributeType::xor_mapped_address),
                                         message->transaction_id());
  REQUIRE(mapped);
  CHECK(mapped->to_string() == address);
  CHECK(verify_integrity(*message, IntegrityKey(as_bytes(rfc5769::password))));
  CHECK(verify_fingerprint(*message));
}

TEST_CASE("the sample request with long-term credentials holds", "[stun][rfc5769-2.4]") {
  const auto bytes = from_hex(rfc5769::long_term_request);
  const auto message = MessageView::parse(bytes);
  REQUIRE(message);
  CHECK(text_of(*message, AttributeType::username) == rfc5769::long_term_username);
  CHECK(text_of(*message, AttributeType::nonce) == rfc5769::long_term_nonce);
  CHECK(text_of(*message, AttributeType::realm) == rfc5769::long_term_realm);
  CHECK(verify_integrity(*message,
                         long_term_key_md5(rfc5769::long_term_username, rfc5769::long_term_realm,
                                           rfc5769::long_term_password)));
  CHECK_FALSE(message->has(AttributeType::fingerprint));
}

TEST_CASE("the sample request with long-term credentials is what we write too",
          "[stun][rfc5769-2.4]") {
  const auto expected = from_hex(rfc5769::long_term_request);
  std::vector<std::byte> buffer(expected.size(), std::byte{0xff});
  MessageBuilder builder(buffer, {Method::binding, Class::request},
                         MessageView::parse(expected)->transaction_id());
  builder.add_text(AttributeType::username, rfc5769::long_term_username);
  builder.add_text(AttributeType::nonce, rfc5769::long_term_nonce);
  builder.add_text(AttributeType::realm, rfc5769::long_term_realm);
  builder.add_integrity(long_term_key_md5(rfc5769::long_term_username, rfc5769::long_term_realm,
                                          rfc5769::long_term_password));
  REQUIRE(builder.finish());
  CHECK(to_hex(*builder.finish()) == to_hex(expected));
}

const IntegrityKey rfc8489_key =
    long_term_key_sha256(rfc8489::username, rfc8489::realm, rfc8489::password);

TEST_CASE("the sample request with SHA-256 and USERHASH holds", "[stun][rfc8489-B.1]") {
  const auto bytes = from_hex(rfc8489::request);
  const auto message = MessageView::parse(bytes);
  REQUIRE(message);
  CHECK(text_of(*message, AttributeType::nonce) == rfc8489::nonce);
  CHECK(text_of(*message, AttributeType::realm) == rfc8489::realm);
  CHECK(std::ranges::equal(*message->value(AttributeType::userhash),
                           user_hash(rfc8489::username, rfc8489::realm)));
  CHECK(decode_password_algorithm(*message->value(AttributeType::password_algorithm))->algorithm ==
        PasswordAlgorithm::sha256);
  CHECK(verify_integrity_sha256(*message, rfc8489_key));
}

TEST_CASE("the sample request with SHA-256 is what we write too", "[stun][rfc8489-B.1]") {
  const auto expected = from_hex(rfc8489::request);
  std::vector<std::byte> buffer(expected.size(), std::byte{0xff});
  MessageBuilder builder(buffer, {Method::binding, Class::request},
                         MessageView::parse(expected)->transaction_id());
  builder.add(AttributeType::userhash, user_hash(rfc8489::username, rfc8489::realm));
  builder.add_text(AttributeType::nonce, rfc8489::nonce);
  builder.add_text(AttributeType::realm, rfc8489::realm);
  builder.add_password_algorithm(PasswordAlgorithm::sha256);
  builder.add_integrity_sha256(rfc8489_key);
  REQUIRE(builder.finish());
  CHECK(to_hex(*builder.finish()) == to_hex(expected));
}

TEST_CASE("the sample as printed has a wrong length and an HMAC over it", "[stun][rfc8489-B.1]") {
  auto bytes = from_hex(rfc8489::request_as_printed);
  CHECK(MessageView::parse(bytes).error() == ParseError::bad_length);
  const std::size_t integrity_size = attribute_header_size + Sha256Digest{}.size();
  const auto covered = std::span(bytes).first(bytes.size() - integrity_size);
  CHECK(to_hex(hmac_sha256(rfc8489_key.bytes(), {covered})) ==
        to_hex(std::span(bytes).last(Sha256Digest{}.size())));
}

}  // namespace
}  // namespace stun
