#include "tools/turn_load/session.h"

#include <catch2/catch.hpp>

#include "stun/message_builder.h"
#include "tools/turn_load/failure_text.h"

namespace turn_load {
namespace {

using namespace std::chrono_literals;
using stun::AttributeType;
using stun::Class;
using stun::Method;

const auto peer = *stun::TransportAddress::parse("127.0.0.1:5000");
const auto relayed = *stun::TransportAddress::parse("127.0.0.1:50000");

/// A session and the server that a test plays for it.
struct Conversation {
  Account account{.user = "alice", .password = "secret"};
  Session session{account, {.peer = peer, .channel = 0x4001}};
  Time now{1h};
  std::vector<std::byte> request;

  /// The request that is due now, or that none is.
  std::optional<stun::MessageView> hear() {
    const Bytes bytes = session.poll(now);
    if (bytes.empty()) return std::nullopt;
    request.assign(bytes.begin(), bytes.end());
    return stun::MessageView::parse(request).value();
  }
  void answer(Class message_class, const std::function<void(stun::MessageBuilder&)>& build) {
    const auto asked = stun::MessageView::parse(request).value();
    std::array<std::byte, 512> buffer;
    stun::MessageBuilder builder(buffer, {asked.method(), message_class}, asked.transaction_id());
    build(builder);
    session.handle(stun::MessageView::parse(builder.finish().value()).value(), now);
  }
  void challenge(stun::ErrorCode code, std::string_view nonce) {
    answer(Class::error, [&](auto& builder) {
      builder.add_error_code(code, "");
      builder.add_text(AttributeType::realm, "example.org");
      builder.add_text(AttributeType::nonce, nonce);
    });
  }
  void allocate() {
    answer(Class::success, [&](auto& builder) {
      builder.add_xor_address(AttributeType::xor_relayed_address, relayed);
      builder.add_u32(AttributeType::lifetime, 600);
    });
  }
  void refuse(stun::ErrorCode code) {
    answer(Class::error, [&](auto& builder) { builder.add_error_code(code, "no"); });
  }
  void make_ready() {
    hear();
    challenge(stun::ErrorCode::unauthenticated, "one");
    hear();
    allocate();
    hear();
    answer(Class::success, [](auto&) {});
    REQUIRE(session.is_ready());
  }
};

TEST_CASE("a session is challenged, allocates and binds its channel", "[turn_load]") {
  Conversation talk;
  auto request = talk.hear();
  REQUIRE(request);
  CHECK(request->method() == Method::allocate);
  CHECK_FALSE(request->has(AttributeType::username));
  CHECK_FALSE(talk.hear());

  talk.challenge(stun::ErrorCode::unauthenticated, "one");
  request = talk.hear();
  REQUIRE(request);
  CHECK(request->method() == Method::allocate);
  const auto key = stun::long_term_key_md5("alice", "example.org", "secret");
  CHECK(stun::verify_integrity(*request, key));

  talk.allocate();
  CHECK_FALSE(talk.session.is_ready());
  request = talk.hear();
  REQUIRE(request);
  CHECK(request->method() == Method::channel_bind);
  CHECK(stun::decode_u32(*request->value(AttributeType::channel_number)) == 0x40010000U);
  const auto asked = request->value(AttributeType::xor_peer_address);
  REQUIRE(asked);
  CHECK(stun::decode_xor_address(*asked, request->transaction_id()) == peer);

  talk.answer(Class::success, [](auto&) {});
  CHECK(talk.session.is_ready());
  CHECK(talk.session.relayed() == relayed);
}

TEST_CASE("a second session knows the realm and needs no challenge", "[turn_load]") {
  Conversation first;
  first.make_ready();
  Session second(first.account, {.peer = peer});
  const Bytes bytes = second.poll(first.now);
  const auto request = stun::MessageView::parse(bytes);
  REQUIRE(request);
  CHECK(stun::as_text(*request->value(AttributeType::nonce)) == "one");
  CHECK(stun::verify_integrity(*request, first.account.key));
}

TEST_CASE("a stale nonce is replaced, a server that never is content is given up", "[turn_load]") {
  Conversation talk;
  talk.hear();
  talk.challenge(stun::ErrorCode::unauthenticated, "one");
  talk.hear();
  talk.challenge(stun::ErrorCode::stale_nonce, "two");
  const auto request = talk.hear();
  REQUIRE(request);
  CHECK(stun::as_text(*request->value(AttributeType::nonce)) == "two");
  for (int i = 0; i < 10 && !talk.session.refusal(); ++i) {
    talk.challenge(stun::ErrorCode::stale_nonce, "three");
    talk.hear();
  }
  REQUIRE(talk.session.refusal());
  CHECK(talk.session.refusal()->code == stun::ErrorCode::stale_nonce);
}

TEST_CASE("a request is sent again after 500 ms, 1 s, 2 s, and then given up", "[turn_load]") {
  Conversation talk;
  const Time start = talk.now;
  std::vector<Time> sent;
  for (; !talk.session.refusal() && talk.now < start + 1min; talk.now += 100ms) {
    if (talk.hear()) sent.push_back(talk.now);
  }
  CHECK(sent ==
        std::vector<Time>{start, start + 500ms, start + 1500ms, start + 3500ms, start + 7500ms});
  REQUIRE(talk.session.refusal());
  CHECK(talk.session.refusal()->kind == Refusal::Kind::no_answer);
}

TEST_CASE("a ready session keeps itself alive and can be released", "[turn_load]") {
  Conversation talk;
  talk.make_ready();
  CHECK_FALSE(talk.hear());
  talk.now += 199s;
  CHECK_FALSE(talk.hear());
  talk.now += 1s;
  auto request = talk.hear();
  REQUIRE(request);
  CHECK(request->method() == Method::refresh);
  CHECK(talk.session.is_ready());
  talk.answer(Class::success, [](auto& builder) { builder.add_u32(AttributeType::lifetime, 600); });
  request = talk.hear();
  REQUIRE(request);
  CHECK(request->method() == Method::channel_bind);
  talk.answer(Class::success, [](auto&) {});
  CHECK_FALSE(talk.hear());

  talk.session.release(talk.now);
  request = talk.hear();
  REQUIRE(request);
  CHECK(request->method() == Method::refresh);
  CHECK(stun::decode_u32(*request->value(AttributeType::lifetime)) == 0U);
  talk.answer(Class::success, [](auto&) {});
  CHECK(talk.session.is_released());
  talk.now += 1h;
  CHECK_FALSE(talk.hear());
}

TEST_CASE("responses to other requests are ignored", "[turn_load]") {
  Conversation talk;
  talk.hear();
  talk.request[19] ^= std::byte{1};
  talk.refuse(stun::ErrorCode::forbidden);
  CHECK_FALSE(talk.session.refusal());
}

TEST_CASE("refusals read as advice", "[turn_load]") {
  const Circumstances at{.server = *stun::TransportAddress::parse("192.0.2.1:3478"),
                         .transport = Transport::udp,
                         .user = "alice",
                         .peer = peer.ip};
  const auto text = [&](Method method, stun::ErrorCode code) {
    return describe({.kind = Refusal::Kind::error_response, .method = method, .code = code}, at);
  };
  using Catch::Matchers::Contains;
  using stun::ErrorCode;
  CHECK_THAT(text(Method::allocate, ErrorCode::unauthenticated),
             Contains("alice") && Contains("401"));
  CHECK_THAT(text(Method::channel_bind, ErrorCode::forbidden),
             Contains("--allow-loopback-peers") && Contains("--peer-ip"));
  CHECK_THAT(text(Method::allocate, ErrorCode::allocation_quota_reached), Contains("--user-quota"));
  CHECK_THAT(text(Method::allocate, ErrorCode::insufficient_capacity), Contains("--max-port"));
  Circumstances private_peer = at;
  private_peer.peer = *stun::IpAddress::parse("10.0.0.7");
  CHECK_THAT(describe({.kind = Refusal::Kind::error_response,
                       .method = Method::channel_bind,
                       .code = ErrorCode::forbidden},
                      private_peer),
             Contains("--allowed-peer-ip=10.0.0.7"));
  CHECK_THAT(describe({.kind = Refusal::Kind::no_answer, .method = Method::allocate}, at),
             Contains("192.0.2.1:3478") && Contains("udp"));
  CHECK_THAT(describe_errno(ECONNREFUSED, at), Contains("nothing listens"));
}

}  // namespace
}  // namespace turn_load
