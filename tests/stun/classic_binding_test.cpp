// Messages of the obsolete RFC 3489.
#include "stun/classic_binding.h"

#include <catch2/catch.hpp>
#include <vector>

#include "tests/support/hex.h"

namespace stun {
namespace {

using support::from_hex;
using support::to_hex;

constexpr std::string_view id = "000102030405060708090a0b0c0d0e0f";
const TransportAddress mapped = *TransportAddress::parse("192.0.2.1:32853");
const TransportAddress source = *TransportAddress::parse("198.51.100.1:3478");
const TransportAddress changed = *TransportAddress::parse("198.51.100.2:3479");

/// What `write` makes of a bare request, into a buffer that was 0xff.
template <typename Write>
std::string written(const Write& write) {
  const auto request = from_hex("00010000" + std::string(id));
  const auto message = MessageView::parse_classic(request);
  REQUIRE(message);
  std::vector<std::byte> buffer(100, std::byte{0xff});
  const auto answer = write(*message, std::span(buffer));
  REQUIRE(answer);
  return to_hex(*answer);
}

}  // namespace

TEST_CASE("without a magic cookie a message is one of old alone", "[stun][classic]") {
  const auto old = from_hex("00010000" + std::string(id));
  CHECK(MessageView::parse(old).error() == ParseError::not_stun);
  CHECK(MessageView::parse_classic(old));
  for (std::size_t size = 0; size < old.size(); ++size) {
    CHECK_FALSE(MessageView::parse_classic(Bytes(old).first(size)));
  }
  CHECK_FALSE(MessageView::parse_classic(from_hex("40010000" + std::string(id))));
  CHECK_FALSE(MessageView::parse_classic(from_hex("00010004" + std::string(id) + "00030004")));
}

TEST_CASE("an old client gets plain addresses and its whole id", "[stun][classic]") {
  CHECK(written([](const MessageView& request, std::span<std::byte> buffer) {
          return answer_classic(request, {mapped, source, changed}, buffer);
        }) == "01010024" + std::string(id) +
                  "00010008"
                  "00018055c0000201"
                  "00040008"
                  "00010d96c6336401"
                  "00050008"
                  "00010d97c6336402");
  CHECK(written([](const MessageView& request, std::span<std::byte> buffer) {
          return answer_classic(request, {mapped, source, {}}, buffer);
        }).substr(0, 8) == "01010018");
}

TEST_CASE("an odd number of unknown attributes is filled up with one of them", "[stun][classic]") {
  const std::array types{AttributeType::change_request};
  const std::string refusal = written([&](const MessageView& request, std::span<std::byte> buffer) {
    return refuse_classic(request, ErrorCode::unknown_attribute, types, buffer);
  });
  CHECK(refusal.substr(0, 4) == "0111");
  CHECK(refusal.substr(8, 32) == id);
  CHECK(refusal.ends_with("000a000400030003"));
}

}  // namespace stun
