// The self-test against a service inside of this test.
#include "relay/self_test/self_test.h"

#include <catch2/catch.hpp>

namespace relay {
namespace {

class NoSink final : public observe::EventSink {
  bool wants_events() const override { return false; }
  void event(std::size_t, const turn::Event&) override {}
  void warn(std::string_view) override {}
  void debug(std::string_view) override {}
};

Plan plan_on_loopback() {
  const auto loopback = stun::IpAddress::parse("127.0.0.1").value();
  Settings settings;
  settings.listening_ips = {loopback};
  settings.listening_port = 0;
  settings.signaling.served = false;
  settings.relay_ips = {loopback};
  settings.workers = 1;
  settings.users = {{.name = "u", .password = "p", .key_hex = {}}};
  HostFacts host;
  host.interface_addresses = {loopback};
  return make_plan(settings, host).value();
}

}  // namespace

TEST_CASE("a self-test that is cut short finds nothing out", "[self_test]") {
  NoSink sink;
  const Plan plan = plan_on_loopback();
  const auto service = Service::start(plan, sink, nullptr);
  REQUIRE(service.has_value());
  std::stop_source stop;
  const auto whole = self_test::check(plan, **service, nullptr, stop.get_token());
  REQUIRE(whole.has_value());
  CHECK_THAT(*whole, Catch::Contains("udp ok") && Catch::Contains("tcp ok"));
  stop.request_stop();
  CHECK(self_test::check(plan, **service, nullptr, stop.get_token()) == std::nullopt);
}

}  // namespace relay
