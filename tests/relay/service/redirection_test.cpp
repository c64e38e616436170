// Clients sent to another server, and to the auxiliary listeners of this one, on the wire.
#include <catch2/catch.hpp>

#include "net/free_ports.h"
#include "service/running_relay.h"
#include "stun/attributes.h"

namespace relay::test {
namespace {

using stun::AttributeType;
using turn::Transport;

const stun::IpAddress loopback = *stun::IpAddress::parse("127.0.0.1");

/// Where an Allocate is sent; nothing: it succeeds.
std::optional<TransportAddress> sent_to(WireClient& client) {
  const Buffer answer = client.request(stun::Method::allocate, [](auto& message) {
    message.add_leading_u8(AttributeType::requested_transport, 17);
  });
  if (error_code(answer) == 0) return std::nullopt;
  REQUIRE(error_code(answer) == 300);
  const auto value = stun::MessageView::parse(answer)->value(AttributeType::alternate_server);
  return stun::decode_address(value.value());
}

}  // namespace

TEST_CASE("a client finds its allocation on the server that it was sent to",
          "[relay][rfc8489-10]") {
  const Transport transport = GENERATE(Transport::udp, Transport::tcp, Transport::tls);
  RunningRelay second;
  const TransportAddress there = second.server(transport);
  RunningRelay first([&](Settings& settings) {
    auto& alternates =
        transport == Transport::tls ? settings.tls_alternate_servers : settings.alternate_servers;
    alternates.push_back({there, {}});
  });
  WireClient client = first.client(transport);
  REQUIRE(sent_to(client) == there);
  WireClient(transport, there).allocate();
}

TEST_CASE("UDP clients are spread over the auxiliary listeners", "[relay][redirection]") {
  const std::uint16_t port = find_free_ports(2);
  const std::vector<TransportAddress> auxiliary{{loopback, port},
                                                {loopback, static_cast<std::uint16_t>(port + 1)}};
  RunningRelay relay([&](Settings& settings) {
    settings.auxiliary_listeners = auxiliary;
    settings.udp_self_balance = true;
  });
  WireClient one = relay.client(Transport::udp), two = relay.client(Transport::udp);
  const auto to_one = sent_to(one), to_two = sent_to(two);
  REQUIRE(to_one);
  REQUIRE(to_two);
  CHECK(std::vector{std::min(*to_one, *to_two), std::max(*to_one, *to_two)} == auxiliary);
  WireClient there(Transport::udp, *to_one);
  CHECK_FALSE(sent_to(there));
  WireClient over_tcp = relay.client(Transport::tcp);
  CHECK_FALSE(sent_to(over_tcp));
  WireClient auxiliary_tcp(Transport::tcp, *to_two);
  CHECK_FALSE(sent_to(auxiliary_tcp));
}

}  // namespace relay::test
