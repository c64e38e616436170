// NAT Behavior Discovery (RFC 5780): which address answers, and what the answer says.
#include "turn/behavior_discovery.h"

#include <catch2/catch.hpp>

#include "stun/attributes.h"
#include "tests/support/turn_bench.h"

namespace support {
namespace {

using stun::AttributeType;
using stun::MessageBuilder;
using stun::Method;
using turn::Transport;

constexpr std::uint32_t change_ip = 4, change_port = 2;

/// 192.0.2.15, known as 203.0.113.15, and 192.0.2.16; ports 3478 and 3479.
turn::Config discovering() {
  turn::Config config = TurnBench::dual_stack();
  config.discovery.addresses = {
      {.local = "192.0.2.15"_ip, .advertised = "203.0.113.15"_ip, .other = 1},
      {.local = "192.0.2.16"_ip, .advertised = "192.0.2.16"_ip, .other = 0}};
  config.discovery.ports = {{3478, 3479}, {5349, 5350}};
  return config;
}

/// What a Binding leads to: the way that the answer takes and what it is.
struct Sent {
  turn::FiveTuple way;
  Answer answer;
  std::size_t request_size = 0;

  std::optional<TransportAddress> address(AttributeType type) const {
    const auto value = answer.message().value(type);
    return value ? stun::decode_address(*value) : std::nullopt;
  }
};

class Discovery {
 public:
  explicit Discovery(const turn::Config& config = discovering(),
                     std::string_view server = "192.0.2.15:3478",
                     Transport transport = Transport::udp)
      : bench_(config),
        tuple_{.client = "198.51.100.7:40000"_peer,
               .server = *TransportAddress::parse(server),
               .transport = transport} {}

  Sent binds(const BenchClient::Build& build, const std::string& user = "") {
    BenchClient client(bench_, tuple_, user);
    const auto request =
        client.make({Method::binding, stun::Class::request}, [&](MessageBuilder& message) {
          if (!user.empty()) message.add_text(AttributeType::username, user);
          build(message);
        });
    bench_.server.handle_client(tuple_, request, bench_.now);
    const auto effect = bench_.server.poll_effect();
    REQUIRE(effect.has_value());
    const auto& send = std::get<turn::Send>(*effect);
    Sent sent{send.to, Answer({send.bytes.begin(), send.bytes.end()}), request.size()};
    CHECK_FALSE(bench_.server.poll_effect());
    return sent;
  }
  Sent changes(std::uint32_t flags) {
    return binds([&](auto& message) { message.add_u32(AttributeType::change_request, flags); });
  }
  const turn::FiveTuple& tuple() const { return tuple_; }

 private:
  TurnBench bench_;
  turn::FiveTuple tuple_;
};

}  // namespace

TEST_CASE("CHANGE-REQUEST chooses where the answer leaves from", "[turn][rfc5780-6.1]") {
  Discovery discovery;
  const auto [flags, from, origin] = GENERATE(table<std::uint32_t, std::string, std::string>({
      {0, "192.0.2.15:3478", "203.0.113.15:3478"},
      {change_port, "192.0.2.15:3479", "203.0.113.15:3479"},
      {change_ip, "192.0.2.16:3478", "192.0.2.16:3478"},
      {change_ip | change_port, "192.0.2.16:3479", "192.0.2.16:3479"},
  }));
  const Sent sent = discovery.changes(flags);
  CHECK(sent.answer == success);
  CHECK(sent.way.server.to_string() == from);
  CHECK(sent.way.client == discovery.tuple().client);
  CHECK(sent.address(AttributeType::response_origin)->to_string() == origin);
  CHECK(sent.address(AttributeType::other_address)->to_string() == "192.0.2.16:3479");
  CHECK(sent.answer.mapped() == discovery.tuple().client);
  CHECK(sent.address(AttributeType::mapped_address) == discovery.tuple().client);
}

TEST_CASE("a plain Binding learns of the other address too", "[turn][rfc5780-6.1]") {
  Discovery discovery(discovering(), "192.0.2.16:3479");
  const Sent sent = discovery.binds([](auto&) {});
  CHECK(sent.way == discovery.tuple());
  CHECK(sent.address(AttributeType::response_origin) == "192.0.2.16:3479"_peer);
  CHECK(sent.address(AttributeType::other_address) == "203.0.113.15:3478"_peer);
}

TEST_CASE("RESPONSE-PORT sends the answer to another port of the client", "[turn][rfc5780-7.5]") {
  Discovery discovery;
  const Sent sent = discovery.binds([](MessageBuilder& message) {
    message.add(AttributeType::response_port, std::array{std::byte{0x9c}, std::byte{0x41}});
  });
  CHECK(sent.way.client == "198.51.100.7:40001"_peer);
  CHECK(sent.way.server == discovery.tuple().server);
  CHECK(sent.answer.mapped() == "198.51.100.7:40000"_peer);
}

TEST_CASE("PADDING is answered with PADDING, and with nothing longer than the request",
          "[turn][rfc5780-7.6]") {
  const std::size_t size = GENERATE(0u, 4u, 60u, 500u, 1500u, 1900u);
  Discovery discovery;
  const Sent sent =
      discovery.binds([&](auto& message) { message.add_zeros(AttributeType::padding, size); });
  CHECK(sent.answer == success);
  CHECK(sent.answer.message().has(AttributeType::padding) == (size >= 60));
  if (size >= 60) CHECK(sent.answer.bytes().size() <= sent.request_size);
  if (size == 1500) CHECK(sent.answer.bytes().size() + 28 > 1500);  // It is cut into fragments.
}

TEST_CASE("what cannot be is refused on the way that it came", "[turn][rfc5780-6.1]") {
  Discovery discovery;
  const auto refused = [&](const BenchClient::Build& build) {
    const Sent sent = discovery.binds(build);
    CHECK(sent.answer == error(400));
    CHECK(sent.way == discovery.tuple());
  };
  refused([](auto& m) { m.add_zeros(AttributeType::change_request, 8); });
  refused([](auto& m) { m.add_u32(AttributeType::response_port, 0); });
  refused([](auto& m) {
    m.add_u32(AttributeType::response_port, 0x9c410000);
    m.add_zeros(AttributeType::padding, 100);
  });
}

TEST_CASE("without a second address the attributes of RFC 5780 are unknown",
          "[turn][rfc5780-6.1]") {
  const std::string server = GENERATE("192.0.2.99:3478", "192.0.2.15:1", "[2001:db8::15]:3478");
  const bool served = GENERATE(true, false);
  Discovery discovery(served ? discovering() : TurnBench::dual_stack(), server);
  const Sent sent = discovery.changes(change_port);
  CHECK(sent.answer == error(420));
  CHECK(sent.answer.unknown() == std::vector<std::uint16_t>{0x0003});
  const Sent plain = discovery.binds([](auto&) {});
  CHECK(plain.answer == success);
  CHECK_FALSE(plain.answer.message().has(AttributeType::other_address));
}

TEST_CASE("over a stream both addresses are told, and nothing else is done",
          "[turn][rfc5780-6.1]") {
  const Transport transport = GENERATE(Transport::tcp, Transport::tls, Transport::dtls);
  Discovery discovery(discovering(), "192.0.2.15:5350", transport);
  const Sent sent = discovery.binds([](auto&) {});
  CHECK(sent.answer == success);
  CHECK(sent.way == discovery.tuple());
  CHECK(sent.address(AttributeType::other_address) == "192.0.2.16:5349"_peer);
  CHECK(discovery.changes(change_ip).answer == error(420));
  CHECK(discovery.binds([](auto& m) { m.add_zeros(AttributeType::padding, 100); }).answer ==
        error(420));
}

TEST_CASE("with secure-stun only who has credentials changes anything", "[turn][rfc5780-6.1]") {
  turn::Config config = discovering();
  config.authenticate_binding = true;
  Discovery discovery(config);
  const auto change = [](MessageBuilder& message) {
    message.add_u32(AttributeType::change_request, change_ip);
    message.add_zeros(AttributeType::padding, 600);
  };
  const Sent stranger = discovery.binds(change);
  CHECK(stranger.answer == error(401));
  CHECK(stranger.way == discovery.tuple());
  const Sent sent = discovery.binds(change, "alice");
  CHECK(sent.answer == success);
  CHECK(sent.way.server == "192.0.2.16:3478"_peer);
  CHECK(sent.answer.bytes().size() <= sent.request_size);
  CHECK(stun::verify_integrity(sent.answer.message(), FakeAuthenticator::key_of("alice")));
}

TEST_CASE("an Allocate does not know the attributes of RFC 5780", "[turn][rfc5780-6.1]") {
  TurnBench bench(discovering());
  BenchClient client(bench, {"198.51.100.7:40000"_peer, "192.0.2.15:3478"_peer}, "alice");
  CHECK(client.request(Method::allocate, [](MessageBuilder& message) {
    message.add_leading_u8(AttributeType::requested_transport, 17);
    message.add_u32(AttributeType::change_request, change_ip);
  }) == error(420));
}

}  // namespace support
