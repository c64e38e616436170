#include "stun/attributes.h"

#include <catch2/catch.hpp>

#include "tests/support/hex.h"

namespace stun {
namespace {

using support::from_hex;
using support::to_hex;

const TransactionId transaction_id = [] {
  TransactionId id;
  std::ranges::copy(from_hex("b7e7a701bc34d686fa87dfae"), id.begin());
  return id;
}();

std::string plain(std::string_view hex) {
  const auto address = decode_address(from_hex(hex));
  return address ? address->to_string() : "refused";
}

std::string unmasked(std::string_view hex) {
  const auto address = decode_xor_address(from_hex(hex), transaction_id);
  return address ? address->to_string() : "refused";
}

TEST_CASE("ICMP has seven bits of type and nine of code", "[stun][rfc8656-18.13]") {
  CHECK(decode_icmp(from_hex("0000060300000000")) == IcmpValue{.type = 3, .code = 3, .data = 0});
  CHECK(decode_icmp(from_hex("00000604000005dc")) == IcmpValue{.type = 3, .code = 4, .data = 1500});
  // The reserved bits mean nothing.
  CHECK(decode_icmp(from_hex("fffffe01ffffffff")) ==
        IcmpValue{.type = 127, .code = 1, .data = 0xffffffff});
  CHECK(decode_icmp(from_hex("000001ff00000000")) == IcmpValue{.type = 0, .code = 511, .data = 0});
  CHECK_FALSE(decode_icmp(from_hex("")));
  CHECK_FALSE(decode_icmp(from_hex("00000603000000")));
  CHECK_FALSE(decode_icmp(from_hex("000006030000000000")));
}

TEST_CASE("a plain address is read", "[stun][rfc8489-14.1]") {
  CHECK(plain("0001 8055 c0000201") == "192.0.2.1:32853");
  CHECK(plain("0002 0d96 20010db8000000000000000000000001") == "[2001:db8::1]:3478");
  // "The first 8 bits [...] MUST be ignored by receivers."
  CHECK(plain("ff01 8055 c0000201") == "192.0.2.1:32853");
}

TEST_CASE("an XORed address is read", "[stun][rfc8489-14.2]") {
  CHECK(unmasked("0001 a147 e112a643") == "192.0.2.1:32853");
  CHECK(unmasked("0002 a147 0113a9faa5d3f179bc25f4b5bed2b9d9") ==
        "[2001:db8:1234:5678:11:2233:4455:6677]:32853");
}

TEST_CASE("an address of a wrong length or family is refused", "[stun][rfc8489-14.1]") {
  const auto hex =
      GENERATE(as<std::string>(), "", "0001", "0001a147", "0001a147 e112a6", "0001a147 e112a643 00",
               "0002a147 e112a643", "0001a147 0113a9faa5d3f179bc25f4b5bed2b9d9",
               "0000a147 e112a643", "0003a147 e112a643", "0002a147 0113a9faa5d3f179bc25f4b5bed2b9",
               "0002a147 0113a9faa5d3f179bc25f4b5bed2b9d900");
  CAPTURE(hex);
  CHECK(plain(hex) == "refused");
  CHECK(unmasked(hex) == "refused");
}

TEST_CASE("a 32-bit value has exactly four bytes", "[stun][rfc8656-18.2]") {
  CHECK(decode_u32(from_hex("80000258")) == 0x80000258);
  CHECK_FALSE(decode_u32(from_hex("")));
  CHECK_FALSE(decode_u32(from_hex("000258")));
  CHECK_FALSE(decode_u32(from_hex("0000025800")));
}

TEST_CASE("a leading byte is followed by three that are ignored", "[stun][rfc8656-18.8]") {
  CHECK(decode_leading_u8(from_hex("11000000")) == 0x11);
  CHECK(decode_leading_u8(from_hex("11ffffff")) == 0x11);
  CHECK_FALSE(decode_leading_u8(from_hex("11")));
  CHECK_FALSE(decode_leading_u8(from_hex("1100000000")));
}

TEST_CASE("text is read up to its limit", "[stun][rfc8489-14.3]") {
  const std::string longest(max_username, 'x');
  CHECK(decode_text(as_bytes(longest), max_username) == longest);
  CHECK_FALSE(decode_text(as_bytes(longest + 'x'), max_username));
  CHECK(decode_text({}, max_username) == "");
}

std::string error_of(std::string_view hex) {
  const auto bytes = from_hex(hex);
  const auto error = decode_error_code(bytes);
  if (!error) return "refused";
  return std::to_string(static_cast<int>(error->code)) + ' ' + std::string(error->reason);
}

TEST_CASE("an error code is its class and its number", "[stun][rfc8489-14.8]") {
  CHECK(error_of("00000426 5374616c65") == "438 Stale");
  CHECK(error_of("00000300") == "300 ");
  CHECK(error_of("00000663") == "699 ");
  CHECK(error_of("fffffc01") == "401 ");  // Reserved bits are ignored.
  CHECK(error_of("000004") == "refused");
  CHECK(error_of("00000263") == "refused");
  CHECK(error_of("00000700") == "refused");
  CHECK(error_of("00000464") == "refused");
  CHECK(error_of("00000401" + std::string(2 * max_reason, '2')).size() == 4 + max_reason);
  CHECK(error_of("00000401" + std::string(2 * max_reason + 2, '2')) == "refused");
}

TEST_CASE("every error code has its phrase", "[stun][rfc8489-14.8]") {
  CHECK(reason_phrase(ErrorCode::try_alternate) == "Try Alternate");
  CHECK(reason_phrase(ErrorCode::unauthenticated) == "Unauthenticated");
  CHECK(reason_phrase(ErrorCode::allocation_quota_reached) == "Allocation Quota Reached");
  CHECK(reason_phrase(static_cast<ErrorCode>(499)).empty());
}

/// The algorithms of a PASSWORD-ALGORITHMS as number and parameters, and what is left over.
std::string algorithms_of(std::string_view hex) {
  const auto bytes = from_hex(hex);
  Bytes rest = bytes;
  std::string text;
  while (const auto next = next_password_algorithm(rest)) {
    text +=
        std::to_string(static_cast<int>(next->algorithm)) + '(' + to_hex(next->parameters) + ')';
  }
  return rest.empty() ? text : text + " malformed";
}

TEST_CASE("a list of password algorithms is taken apart", "[stun][rfc8489-14.11]") {
  CHECK(algorithms_of("") == "");
  CHECK(algorithms_of("00020000 00010000") == "2()1()");
  CHECK(algorithms_of("00090005 0102030405000000 00010000") == "9(0102030405)1()");
  CHECK(algorithms_of("00020000 000100") == "2() malformed");
  CHECK(algorithms_of("00090005 0102030405") == " malformed");
  CHECK(algorithms_of("0009ffff 01020304") == " malformed");
}

TEST_CASE("PASSWORD-ALGORITHM names exactly one", "[stun][rfc8489-14.12]") {
  CHECK(decode_password_algorithm(from_hex("00020000"))->algorithm == PasswordAlgorithm::sha256);
  CHECK_FALSE(decode_password_algorithm(from_hex("")));
  CHECK_FALSE(decode_password_algorithm(from_hex("0002")));
  CHECK_FALSE(decode_password_algorithm(from_hex("00020000 00010000")));
  CHECK_FALSE(decode_password_algorithm(from_hex("00020004")));
}

}  // namespace
}  // namespace stun
