// Clients of the obsolete RFC 3489, with --rfc3489-compatibility.
#include <catch2/catch.hpp>

#include "stun/classic_binding.h"
#include "tests/support/hex.h"
#include "tests/support/turn_bench.h"

namespace support {
namespace {

using stun::AttributeType;

constexpr std::string_view bare = "0001000000112233445566778899aabbccddeeff";

turn::Config old_clients_too() {
  turn::Config config = TurnBench::dual_stack();
  config.rfc3489 = true;
  return config;
}

/// Where the answer leaves from, and its bytes; nothing: none came.
struct Heard {
  TransportAddress from;
  std::vector<std::byte> bytes;

  std::optional<TransportAddress> address(AttributeType type) const {
    const auto value = stun::MessageView::parse_classic(bytes).value().value(type);
    return value ? stun::decode_address(*value) : std::nullopt;
  }
};

std::optional<Heard> ask(const turn::Config& config, std::string_view request,
                         turn::Transport transport = turn::Transport::udp) {
  TurnBench bench(config);
  const turn::FiveTuple tuple{"198.51.100.7:40000"_peer, "192.0.2.15:3478"_peer, transport};
  bench.server.handle_client(tuple, from_hex(request), bench.now);
  const auto effect = bench.server.poll_effect();
  if (!effect) return std::nullopt;
  const auto& send = std::get<turn::Send>(*effect);
  CHECK(send.to.client == tuple.client);
  return Heard{send.to.server, {send.bytes.begin(), send.bytes.end()}};
}

}  // namespace

TEST_CASE("an old client is answered where that is asked for", "[turn][classic]") {
  CHECK_FALSE(ask(TurnBench::dual_stack(), bare));
  const auto heard = ask(old_clients_too(), bare);
  REQUIRE(heard);
  CHECK(heard->address(AttributeType::mapped_address) == "198.51.100.7:40000"_peer);
  CHECK(heard->address(stun::classic_source_address) == "192.0.2.15:3478"_peer);
  CHECK_FALSE(heard->address(stun::classic_changed_address));
  CHECK(to_hex(heard->bytes).substr(8, 32) == bare.substr(8));
}

TEST_CASE("an old client finds out about its NAT as well", "[turn][classic]") {
  turn::Config config = old_clients_too();
  config.discovery.addresses = {
      {.local = "192.0.2.15"_ip, .advertised = "203.0.113.15"_ip, .other = 1},
      {.local = "192.0.2.16"_ip, .advertised = "192.0.2.16"_ip, .other = 0}};
  config.discovery.ports = {{3478, 3479}};
  const auto heard = ask(config, "0001000800112233445566778899aabbccddeeff0003000400000006");
  REQUIRE(heard);
  CHECK(heard->from == "192.0.2.16:3479"_peer);
  CHECK(heard->address(stun::classic_source_address) == "192.0.2.16:3479"_peer);
  CHECK(heard->address(stun::classic_changed_address) == "192.0.2.16:3479"_peer);
}

TEST_CASE("an old client that wants nothing changed is answered by any server", "[turn][classic]") {
  const auto refused = [](std::string_view attributes) {
    const auto heard = ask(old_clients_too(),
                           "0001000800112233445566778899aabbccddeeff" + std::string(attributes));
    REQUIRE(heard);
    return stun::MessageView::parse_classic(heard->bytes).value().has(AttributeType::error_code);
  };
  CHECK_FALSE(refused("0003000400000000"));
  CHECK(refused("0003000400000002"));
  CHECK(refused("0003000100000000"));
}

TEST_CASE("nobody is made to send an answer to somebody else", "[turn][classic]") {
  const auto heard =
      ask(old_clients_too(), "0001000c00112233445566778899aabbccddeeff000200080001ffffc0000201");
  REQUIRE(heard);
  const auto message = stun::MessageView::parse_classic(heard->bytes).value();
  CHECK(message.has(AttributeType::error_code));
  CHECK(to_hex(message.value(AttributeType::unknown_attributes).value()) == "00020002");
}

TEST_CASE("what is not an old Binding request is dropped", "[turn][classic]") {
  for (const std::string_view bytes :
       {"0002000000112233445566778899aabbccddeeff", "0003000000112233445566778899aabbccddeeff",
        "0101000000112233445566778899aabbccddeeff", "0001000000112233445566778899aabbccddee",
        "0001000400112233445566778899aabbccddeeff"}) {
    CHECK_FALSE(ask(old_clients_too(), bytes));
  }
  CHECK_FALSE(ask(old_clients_too(), bare, turn::Transport::tcp));
  turn::Config config = old_clients_too();
  SECTION("so is everything without Binding") { config.answer_binding = false; }
  SECTION("and where Bindings are authenticated") { config.authenticate_binding = true; }
  CHECK_FALSE(ask(config, bare));
}

}  // namespace support
