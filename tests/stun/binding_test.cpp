#include "stun/binding.h"

#include <catch2/catch.hpp>
#include <vector>

#include "stun/attributes.h"
#include "stun/fingerprint.h"
#include "stun/message_builder.h"
#include "tests/support/hex.h"
#include "tests/vectors/rfc5769.h"

namespace stun {
namespace {

using support::from_hex;
using support::to_hex;

const TransportAddress client_v4 = *TransportAddress::parse("192.0.2.1:32853");
const TransportAddress client_v6 =
    *TransportAddress::parse("[2001:db8:1234:5678:11:2233:4455:6677]:32853");

/// The answer to the request of these bytes, in a buffer of `room` bytes that were 0xff.
std::vector<std::byte> answer(std::string_view request, const TransportAddress& client,
                              const BindingOptions& options = {}, std::size_t room = 200) {
  const auto bytes = from_hex(request);
  const auto message = MessageView::parse(bytes);
  REQUIRE(message);
  std::vector<std::byte> buffer(room, std::byte{0xff});
  const auto answered = answer_binding(*message, client, options, buffer);
  buffer.resize(answered ? answered->size() : 0);
  return buffer;
}

constexpr auto bare = "00010000 2112a442 b7e7a701bc34d686fa87dfae";

TEST_CASE("a Binding is answered with the client's address", "[stun][rfc8489-6.3.1]") {
  CHECK(to_hex(answer(bare, client_v4)) ==
        "0101000c2112a442b7e7a701bc34d686fa87dfae"
        "002000080001a147e112a643");
  CHECK(to_hex(answer(bare, client_v6)) ==
        "010100182112a442b7e7a701bc34d686fa87dfae"
        "002000140002a1470113a9faa5d3f179bc25f4b5bed2b9d9");
}

TEST_CASE("the operator may add MAPPED-ADDRESS and SOFTWARE", "[stun][rfc8489-14.14]") {
  CHECK(to_hex(answer(bare, client_v4, {.software = "turnbox", .mapped_address_too = true})) ==
        "010100242112a442b7e7a701bc34d686fa87dfae"
        "002000080001a147e112a643"
        "0001000800018055c0000201"
        "802200077475726e626f7800");
}

TEST_CASE("the answer has a FINGERPRINT when the request has or when always wanted",
          "[stun][rfc8489-14.7]") {
  const auto fingerprinted = [](const std::vector<std::byte>& bytes) {
    const auto message = MessageView::parse(bytes);
    REQUIRE(message);
    return verify_fingerprint(*message);
  };
  constexpr auto with_fingerprint = "00010008 2112a442 b7e7a701bc34d686fa87dfae 80280004 00000000";
  CHECK_FALSE(fingerprinted(answer(bare, client_v4)));
  CHECK(fingerprinted(answer(bare, client_v4, {.always_fingerprint = true})));
  CHECK(fingerprinted(answer(with_fingerprint, client_v4)));
}

TEST_CASE("unknown attributes that must be understood make it a 420", "[stun][rfc8489-6.3.1]") {
  // 0x7ffe, CHANGE-REQUEST and 0x7ffe again; the unknown 0xc001 is optional.
  constexpr auto request =
      "00010010 2112a442 b7e7a701bc34d686fa87dfae 7ffe0000 c0010000 00030000 7ffe0000";
  CHECK(to_hex(answer(request, client_v4)) ==
        "011100102112a442b7e7a701bc34d686fa87dfae"
        "0009000400000414"
        "000a00047ffe0003");
  CHECK(to_hex(answer(request, client_v4, {.reason_phrases = true})) ==
        "011100242112a442b7e7a701bc34d686fa87dfae"
        "0009001500000414556e6b6e6f776e20417474726962757465000000"
        "000a00047ffe0003");
}

TEST_CASE("an odd number of unknown attributes is padded with zeros", "[stun][rfc8489-14.13]") {
  CHECK(to_hex(answer("00010004 2112a442 b7e7a701bc34d686fa87dfae 7ffe0000", client_v4)) ==
        "011100102112a442b7e7a701bc34d686fa87dfae"
        "0009000400000414"
        "000a00027ffe0000");
}

TEST_CASE("an unknown attribute behind the integrity does not count", "[stun][rfc8489-14.5]") {
  const auto bytes =
      answer("00010008 2112a442 b7e7a701bc34d686fa87dfae 00080000 7ffe0000", client_v4);
  CHECK(MessageView::parse(bytes)->message_class() == Class::success);
}

TEST_CASE("a Binding that carries credentials is answered without them", "[stun][rfc8489-12]") {
  const auto bytes = answer(vectors::rfc5769::long_term_request, client_v4);
  const auto message = MessageView::parse(bytes);
  REQUIRE(message);
  CHECK(message->message_class() == Class::success);
  CHECK_FALSE(message->has(AttributeType::message_integrity));
}

TEST_CASE("hundreds of unknown attributes do not make the answer large", "[stun]") {
  std::vector<std::byte> request(8000);
  MessageBuilder builder(request, {Method::binding, Class::request}, {});
  for (std::uint16_t i = 0; i < 1000; ++i) {
    builder.add(static_cast<AttributeType>(0x7000 + i), {});
  }
  builder.add_fingerprint();
  const auto bytes = answer(to_hex(*builder.finish()), client_v6, {.reason_phrases = true});
  CHECK_FALSE(bytes.empty());
  CHECK(bytes.size() < 200);
}

TEST_CASE("an answer that does not fit is none", "[stun]") {
  CHECK(answer(bare, client_v4, {}, 32).size() == 32);
  CHECK(answer(bare, client_v4, {}, 31).empty());
  CHECK(answer(bare, client_v4, {}, 0).empty());
}

}  // namespace
}  // namespace stun
