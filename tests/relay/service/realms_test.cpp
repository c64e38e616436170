// Several realms on one running server.
#include <catch2/catch.hpp>

#include "service/running_relay.h"

namespace relay::test {
namespace {

using stun::AttributeType;
using turn::Transport;

constexpr std::string_view page = "https://www.north.example";

/// Besides the usual realm, "north.example" with an alice of its own, for clients from `page`.
RunningRelay with_north(const std::function<void(RealmSetting&)>& change = {}) {
  return RunningRelay([&](Settings& settings) {
    RealmSetting north{.name = "north.example", .origins = {std::string(page)}};
    north.users = {
        {.name = std::string(username), .password = std::string(password), .key_hex = {}}};
    if (change) change(north);
    settings.realms.push_back(north);
  });
}

/// The realm that an Allocate from that page is asked for.
std::string realm_asked(const RunningRelay& relay, std::string_view origin) {
  WireClient client = relay.client(Transport::udp);
  std::array<std::byte, 256> bytes;
  stun::MessageBuilder request(bytes, {stun::Method::allocate, stun::Class::request}, {});
  if (!origin.empty()) request.add_text(AttributeType::origin, origin);
  client.send(request.finish().value());
  const Buffer answer = client.receive();
  REQUIRE(error_code(answer) == 401);
  const auto message = stun::MessageView::parse(answer);
  return std::string(stun::as_text(message->value(AttributeType::realm).value()));
}

int allocate_from(WireClient& client, std::string_view origin) {
  return error_code(client.request(stun::Method::allocate, [&](stun::MessageBuilder& message) {
    message.add_leading_u8(AttributeType::requested_transport, 17);
    if (!origin.empty()) message.add_text(AttributeType::origin, origin);
  }));
}

}  // namespace

TEST_CASE("a page is asked for the credentials of its realm", "[relay][origin]") {
  const RunningRelay relay = with_north();
  CHECK(realm_asked(relay, "") == "example.org");
  CHECK(realm_asked(relay, page) == "north.example");
  CHECK(realm_asked(relay, "https://elsewhere.example") == "example.org");
  WireClient client = relay.client(Transport::udp);
  REQUIRE(allocate_from(client, page) == 0);
  client.refresh(600);  // without ORIGIN: its REALM says enough
}

TEST_CASE("a user's credentials are no good in another realm", "[relay][origin]") {
  const RunningRelay relay = with_north([](RealmSetting& north) { north.users.clear(); });
  WireClient client = relay.client(Transport::udp);
  CHECK(allocate_from(client, page) == 401);
}

TEST_CASE("a realm has quotas of its own", "[relay][origin]") {
  const RunningRelay relay = with_north([](RealmSetting& north) { north.total_quota = 1; });
  WireClient first = relay.client(Transport::udp), second = relay.client(Transport::udp);
  WireClient elsewhere = relay.client(Transport::udp);
  CHECK(allocate_from(first, page) == 0);
  CHECK(allocate_from(second, page) == 486);
  CHECK(allocate_from(elsewhere, "") == 0);
  first.refresh(0);
  CHECK(allocate_from(second, page) == 0);
}

TEST_CASE("the realm of -r may have origins and quotas too", "[relay][origin]") {
  RunningRelay relay([](Settings& settings) {
    settings.realms = {{.name = "example.org", .origins = {std::string(page)}, .total_quota = 1},
                       {.name = "empty.example"}};
  });
  CHECK(realm_asked(relay, page) == "example.org");
  WireClient first = relay.client(Transport::udp), second = relay.client(Transport::udp);
  CHECK(allocate_from(first, page) == 0);
  CHECK(allocate_from(second, "") == 486);
}

}  // namespace relay::test
