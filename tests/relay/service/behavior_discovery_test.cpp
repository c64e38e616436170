// NAT Behavior Discovery (RFC 5780) on the wire: the answer really leaves from the other socket.
#include <catch2/catch.hpp>

#include "net/free_ports.h"
#include "service/running_relay.h"
#include "stun/attributes.h"

namespace relay::test {
namespace {

using stun::AttributeType;
using turn::Transport;

/// On 127.0.0.1 and 127.0.0.2 with two ports each.
struct DiscoveringRelay {
  explicit DiscoveringRelay(std::size_t workers = 1)
      : port(find_free_ports(4)), relay([&](Settings& settings) {
          settings.behavior_discovery = true;
          settings.listening_ips = {ip("127.0.0.1"), ip("127.0.0.2")};
          settings.listening_port = port;
          settings.alternate_port = port_of(1);
          settings.tls.port = port_of(2);
          settings.tls.alternate_port = port_of(3);
          settings.workers = workers;
        }) {}

  static stun::IpAddress ip(std::string_view text) { return *stun::IpAddress::parse(text); }
  std::uint16_t port_of(int index) const { return static_cast<std::uint16_t>(port + index); }
  TransportAddress at(std::string_view address, int index) const {
    return {ip(address), port_of(index)};
  }

  const std::uint16_t port;
  RunningRelay relay;
};

TransportAddress address(const Buffer& answer, AttributeType type) {
  return stun::decode_address(stun::MessageView::parse(answer).value().value(type).value()).value();
}

}  // namespace

TEST_CASE("every combination of address and port answers", "[relay][rfc5780-6.1]") {
  const DiscoveringRelay discovering(GENERATE(1u, 2u));
  for (const std::string_view ip : {"127.0.0.1", "127.0.0.2"}) {
    for (const int port : {0, 1}) {
      const std::string_view other_ip = ip == "127.0.0.1" ? "127.0.0.2" : "127.0.0.1";
      WireClient client(Transport::udp, discovering.at(ip, port));
      for (const std::uint32_t flags : {0u, 2u, 4u, 6u}) {
        const TransportAddress from =
            discovering.at((flags & 4) != 0 ? other_ip : ip, (flags & 2) != 0 ? 1 - port : port);
        const Buffer answer = client.succeed(stun::Method::binding, [&](auto& message) {
          message.add_u32(AttributeType::change_request, flags);
        });
        CHECK(client.answered_from() == from);
        CHECK(address(answer, AttributeType::response_origin) == from);
        CHECK(address(answer, AttributeType::other_address) == discovering.at(other_ip, 1 - port));
        CHECK(xor_address(answer, AttributeType::xor_mapped_address) == client.local());
      }
    }
  }
}

TEST_CASE("a padded answer larger than a datagram of the path arrives whole",
          "[relay][rfc5780-7.6]") {
  const DiscoveringRelay discovering;
  WireClient client(Transport::udp, discovering.at("127.0.0.1", 0));
  std::array<std::byte, 2048> bytes;
  stun::MessageBuilder request(bytes, {stun::Method::binding, stun::Class::request}, {});
  request.add_zeros(AttributeType::padding, 1500);
  client.send(request.finish().value());
  const Buffer answer = client.receive();
  CHECK(answer.size() == request.size());
  CHECK(error_code(answer) == 0);
}

TEST_CASE("RESPONSE-PORT reaches another socket of the client", "[relay][rfc5780-7.5]") {
  const DiscoveringRelay discovering;
  UdpSocket asks, hears;
  std::array<std::byte, 64> bytes;
  stun::MessageBuilder request(bytes, {stun::Method::binding, stun::Class::request}, {});
  request.add_u32(AttributeType::response_port, std::uint32_t{hears.address().port} << 16);
  asks.send(discovering.at("127.0.0.1", 0), request.finish().value());
  const auto answer = hears.receive();
  CHECK(answer.source == discovering.at("127.0.0.1", 0));
  CHECK(xor_address(answer.bytes, AttributeType::xor_mapped_address) == asks.address());
}

TEST_CASE("over TCP and TLS the second ports answer too", "[relay][rfc5780-6.1]") {
  const DiscoveringRelay discovering;
  const auto [transport, first] =
      GENERATE(table<Transport, int>({{Transport::tcp, 0}, {Transport::tls, 2}}));
  WireClient client(transport, discovering.at("127.0.0.2", first + 1));
  const Buffer answer = client.succeed(stun::Method::binding, {});
  CHECK(address(answer, AttributeType::other_address) == discovering.at("127.0.0.1", first));
}

}  // namespace relay::test
