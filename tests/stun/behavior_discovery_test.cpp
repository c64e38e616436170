#include "stun/behavior_discovery.h"

#include <catch2/catch.hpp>
#include <vector>

#include "stun/message_view.h"
#include "tests/support/hex.h"

namespace stun {
namespace {

using support::from_hex;
using support::to_hex;

std::vector<std::byte> answer_with(const DiscoveryAnswer& discovery, std::size_t behind = 0) {
  std::vector<std::byte> buffer(2048, std::byte{0xff});
  MessageBuilder message(buffer, {Method::binding, Class::success}, {});
  add_discovery(message, discovery, behind);
  buffer.resize(message.finish().value().size());
  return buffer;
}

const DiscoveryAnswer plain{.origin = *TransportAddress::parse("192.0.2.1:3478"),
                            .other = *TransportAddress::parse("192.0.2.2:3479")};

}  // namespace

TEST_CASE("CHANGE-REQUEST has two flags that count", "[stun][rfc5780-7.2]") {
  const auto flags = [](std::string_view hex) {
    const auto change = decode_change_request(from_hex(hex)).value();
    return std::pair(change.ip, change.port);
  };
  CHECK(flags("00000000") == std::pair(false, false));
  CHECK(flags("00000004") == std::pair(true, false));
  CHECK(flags("00000002") == std::pair(false, true));
  CHECK(flags("00000006") == std::pair(true, true));
  CHECK(flags("fffffff9") == std::pair(false, false));
  CHECK_FALSE(decode_change_request(from_hex("000004")));
  CHECK_FALSE(decode_change_request(from_hex("0000000400")));
}

TEST_CASE("RESPONSE-PORT is a port other than 0, padded or not", "[stun][rfc5780-7.5]") {
  CHECK(decode_response_port(from_hex("9c40")) == 40000);
  CHECK(decode_response_port(from_hex("9c400000")) == 40000);
  CHECK_FALSE(decode_response_port(from_hex("00000000")));
  CHECK_FALSE(decode_response_port(from_hex("9c")));
  CHECK_FALSE(decode_response_port(from_hex("9c4000")));
  CHECK_FALSE(decode_response_port({}));
}

TEST_CASE("RESPONSE-ORIGIN and OTHER-ADDRESS are plain addresses", "[stun][rfc5780-7.3]") {
  CHECK(to_hex(answer_with(plain)).substr(40) ==
        "802b000800010d96c0000201"
        "802c000800010d97c0000202");
}

TEST_CASE("PADDING fills an answer up to the length of the request and never beyond",
          "[stun][rfc5780-7.6]") {
  DiscoveryAnswer discovery = plain;
  const std::size_t bare = answer_with(discovery).size();
  for (std::size_t size = 0; size <= 1400; size += 4) {
    discovery.padded_size = size;
    constexpr std::size_t behind = 8;
    const auto bytes = answer_with(discovery, behind);
    CHECK(bytes.size() + behind <= std::max(size, bare + behind));
    const auto message = MessageView::parse(bytes);
    REQUIRE(message);
    CHECK(message->has(AttributeType::padding) == (bytes.size() > bare));
    if (size > bare + behind + 4) CHECK(bytes.size() + behind == size);
  }
  discovery.padded_size = 60'000;
  CHECK(answer_with(discovery).size() == bare + 4 + max_padding);
}

}  // namespace stun
