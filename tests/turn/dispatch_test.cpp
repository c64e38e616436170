// What is answered and what is dropped before any handler of RFC 8656 sees it: Binding, challenges,
// unknown methods and attributes (RFC 8489 6.3), and how answers look.
#include "tests/support/turn_bench.h"

#include <catch2/catch.hpp>

#include "stun/fingerprint.h"
#include "turn/limits.h"

namespace support {
namespace {

using namespace std::chrono_literals;
using stun::AttributeType;
using stun::Class;
using stun::Method;

BenchClient nobody(TurnBench& bench) {
  return bench.client("198.51.100.7:40000", turn::Transport::udp, "");
}

TEST_CASE("a Binding is answered to anybody, and nothing is kept", "[turn][rfc8489-6.3.1]") {
  TurnBench bench;
  const Answer answer = nobody(bench).request(Method::binding);
  CHECK(answer == success);
  CHECK(answer.mapped() == "198.51.100.7:40000"_peer);
  CHECK(bench.server.counters().bindings == 1);
  CHECK(bench.server.allocation_count() == 0);
}

TEST_CASE("Binding may be switched off, or need credentials", "[turn][binding]") {
  turn::Config config = TurnBench::dual_stack();
  SECTION("off") {
    config.answer_binding = false;
    TurnBench bench(config);
    CHECK(nobody(bench).request(Method::binding) == nothing);
    CHECK(bench.client("198.51.100.7:40000").allocate() == success);
  }
  SECTION("authenticated") {
    config.authenticate_binding = true;
    TurnBench bench(config);
    CHECK(nobody(bench).request(Method::binding) == error(401));
    const Answer answer = bench.client("198.51.100.7:40000").request(Method::binding);
    CHECK(answer == success);
    CHECK(answer.mapped() == "198.51.100.7:40000"_peer);
    CHECK(stun::verify_integrity(answer.message(), FakeAuthenticator::key_of("alice")));
  }
}

TEST_CASE("a STUN-only server knows nothing but Binding", "[turn][stun-only]") {
  turn::Config config;
  config.stun_only = true;
  TurnBench bench(config);
  CHECK(nobody(bench).request(Method::binding) == success);
  CHECK(bench.client("198.51.100.7:40000").allocate() == nothing);
  CHECK(nobody(bench).request(Method::allocate) == nothing);
}

TEST_CASE("who gives no credentials is challenged, whatever else is wrong",
          "[turn][rfc8489-9.2.4]") {
  TurnBench bench;
  for (const Method method :
       {Method::allocate, Method::refresh, Method::create_permission, Method::channel_bind}) {
    const Answer answer = nobody(bench).request(method);
    CHECK(answer == error(401));
    CHECK(answer.message().has(AttributeType::realm));
    CHECK(answer.message().has(AttributeType::nonce));
    CHECK_FALSE(answer.message().has(AttributeType::message_integrity));
  }
  CHECK(bench.server.counters().challenges == 4);
  CHECK(bench.server.counters().auth_failures == 0);
  CHECK(bench.take_events().empty());
}

TEST_CASE("bad credentials are refused before the request is read", "[turn][rfc8489-9.2.4]") {
  TurnBench bench;
  bench.authenticator.wrong_password = {"mallory"};
  bench.authenticator.stale_nonce = {"sleepy"};
  BenchClient mallory = bench.client("198.51.100.7:40000", turn::Transport::udp, "mallory");
  CHECK(mallory.request(Method::allocate) == error(401));
  CHECK(mallory.request(Method::refresh) == error(401));
  BenchClient sleepy = bench.client("198.51.100.7:40000", turn::Transport::udp, "sleepy");
  const Answer stale = sleepy.request(Method::allocate);
  CHECK(stale == error(438));
  CHECK(stale.message().has(AttributeType::realm));
  CHECK(stale.message().has(AttributeType::nonce));
  CHECK(bench.server.counters().auth_failures == 3);
  CHECK(bench.server.counters().errors == 0);
}

TEST_CASE("attributes that have to be understood and are not are listed", "[turn][rfc8489-6.3.1]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  const auto method = GENERATE(Method::allocate, Method::refresh, Method::channel_bind);
  const Answer answer = alice.request(method, [](stun::MessageBuilder& message) {
    for (const int type : {0x7f01, 0x7f02, 0x7f01, 0x0024, 0xff01}) {
      message.add_u32(static_cast<AttributeType>(type), 1);
    }
  });
  CHECK(answer == error(420));
  CHECK(answer.unknown() == std::vector<std::uint16_t>{0x7f01, 0x7f02, 0x0024});
  const Answer many = alice.request(method, [](stun::MessageBuilder& message) {
    for (int type = 0x7f00; type < 0x7fa0; ++type) {
      message.add_u32(static_cast<AttributeType>(type), 1);
    }
  });
  CHECK(many == error(420));
  CHECK(many.unknown().size() == 8);
}

TEST_CASE("attributes that need not be understood are ignored", "[turn][rfc8489-6.3.1]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  CHECK(alice.request(Method::allocate, [](stun::MessageBuilder& message) {
    message.add_leading_u8(AttributeType::requested_transport, 17);
    for (const int type : {0x8022, 0x802f, 0x8031, 0xc057, 0xffff}) {
      message.add_u32(static_cast<AttributeType>(type), 1);
    }
  }) == success);
}

TEST_CASE("unknown methods and classes that make no sense get no answer", "[turn][rfc8489-6.3]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  REQUIRE(alice.allocate() == success);
  for (const int method : {0x000, 0x002, 0x005, 0x006, 0x007, 0x00c, 0x0ff, 0xfff}) {
    CAPTURE(method);
    CHECK(alice.request(static_cast<Method>(method)) == nothing);
  }
  for (const auto message_class : {Class::success, Class::error, Class::indication}) {
    for (const auto method : {Method::binding, Method::allocate, Method::refresh, Method::data}) {
      CHECK(alice.exchange(alice.make({method, message_class}, [](auto&) {})) == nothing);
    }
  }
  CHECK(alice.request(Method::connect) == error(403));
  CHECK(alice.request(Method::connection_bind) == error(400));
  CHECK(bench.server.allocation_count() == 1);
}

TEST_CASE("a FINGERPRINT is answered with one, a wrong one not at all", "[turn][rfc8489-14.7]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  CHECK_FALSE(alice.refresh().message().has(AttributeType::fingerprint));
  const auto with_fingerprint = [](stun::MessageBuilder& message) { message.add_fingerprint(); };
  const auto method = GENERATE(Method::binding, Method::allocate, Method::refresh);
  CHECK(stun::verify_fingerprint(alice.request(method, with_fingerprint).message()));
  auto broken = alice.make({method, Class::request}, with_fingerprint);
  broken.back() ^= std::byte{1};
  CHECK(alice.exchange(broken) == nothing);
  CHECK(bench.server.counters().malformed == 1);
}

TEST_CASE("answers carry what the operator wants them to", "[turn][answers]") {
  turn::Config config = TurnBench::dual_stack();
  config.always_fingerprint = true;
  config.reason_phrases = true;
  config.mapped_address_too = true;
  config.software = "box";
  TurnBench bench(config);
  BenchClient alice = bench.client("198.51.100.7:40000");
  const Answer refused = alice.refresh();
  const auto reason =
      stun::decode_error_code(refused.message().value(AttributeType::error_code).value());
  CHECK(reason->reason == "Allocation Mismatch");
  for (const Answer& answer : {refused, alice.allocate(), nobody(bench).request(Method::binding)}) {
    CHECK(stun::verify_fingerprint(answer.message()));
    CHECK(text_of(answer.message().value(AttributeType::software).value()) == "box");
  }
  const Answer binding = nobody(bench).request(Method::binding);
  CHECK(stun::decode_address(binding.message().value(AttributeType::mapped_address).value()) ==
        "198.51.100.7:40000"_peer);
}

TEST_CASE("a control message longer than any is dropped", "[turn][limits]") {
  TurnBench bench;
  BenchClient alice = bench.client("198.51.100.7:40000");
  const auto of_size = [&](std::size_t size) {
    return alice.make({Method::binding, Class::request}, [&](stun::MessageBuilder& message) {
      message.add(AttributeType::software, std::vector<std::byte>(size - 24));
    });
  };
  CHECK(alice.exchange(of_size(turn::max_control_message)) == success);
  CHECK(alice.exchange(of_size(turn::max_control_message + 4)) == nothing);
}

TEST_CASE("an answer that does not fit is not sent, nor half of it", "[turn][limits]") {
  turn::Config config = TurnBench::dual_stack();
  config.software = std::string(turn::max_response, 's');
  TurnBench bench(config);
  CHECK(bench.client("198.51.100.7:40000").refresh() == nothing);
}

}  // namespace
}  // namespace support
