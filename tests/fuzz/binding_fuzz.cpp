// One datagram to a server that answers all that can be asked of a Binding: NAT Behavior Discovery
// (RFC 5780), clients of the obsolete RFC 3489, clients that go to another server. The first byte
// chooses what it serves; every answer goes to who asked, and none amplifies beyond its addresses.
#include <cstdint>
#include <variant>

#include "tests/support/turn_bench.h"

namespace support {
namespace {

/// Four addresses, an error, signature and fingerprint: what an answer may add to its request.
constexpr std::size_t longest_addition = 200;

turn::Config config(std::uint8_t bits) {
  turn::Config config = TurnBench::ipv4_only();
  if ((bits & 1) != 0) {
    config.discovery.addresses = {
        {.local = "192.0.2.15"_ip, .advertised = "203.0.113.15"_ip, .other = 1},
        {.local = "192.0.2.16"_ip, .advertised = "192.0.2.16"_ip, .other = 0}};
    config.discovery.ports = {{3478, 3479}};
  }
  config.rfc3489 = (bits & 2) != 0;
  config.authenticate_binding = (bits & 4) != 0;
  config.always_fingerprint = (bits & 8) != 0;
  config.mapped_address_too = (bits & 16) != 0;
  config.check_origin = (bits & 32) != 0;
  if ((bits & 64) != 0) config.alternates.udp = {{"203.0.113.1:3478"_peer, "turn.example.org"}};
  config.alternates.before_authentication = (bits & 128) != 0;
  return config;
}

void run(turn::Bytes input) {
  if (input.empty()) return;
  const auto bits = std::to_integer<std::uint8_t>(input[0]);
  const turn::Bytes datagram = input.subspan(1);
  TurnBench bench(config(bits));
  const turn::FiveTuple client{"198.51.100.7:40000"_peer, "192.0.2.15:3478"_peer,
                               turn::Transport::udp};
  bench.server.handle_client(client, datagram, bench.now);
  while (const auto effect = bench.server.poll_effect()) {
    if (const auto* const open = std::get_if<turn::OpenRelay>(&*effect)) {
      bench.server.handle_relay_opened(open->relay, std::nullopt, bench.now);
    }
    const auto* const send = std::get_if<turn::Send>(&*effect);
    if (send == nullptr) continue;
    require(send->to.client.ip == client.client.ip, "an answer to somebody else");
    require(send->bytes.size() <= datagram.size() + longest_addition, "an answer that amplifies");
    const bool ours = stun::load_u32(send->bytes, 4) == stun::magic_cookie;
    require(ours ? stun::MessageView::parse(send->bytes).has_value()
                 : stun::MessageView::parse_classic(send->bytes).has_value(),
            "an answer that is malformed");
  }
}

}  // namespace
}  // namespace support

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  support::run(std::as_bytes(std::span(data, size)));
  return 0;
}
