#include "service/running_relay.h"

#include <catch2/catch.hpp>

#include "relay/net/tls/self_made.h"
#include "tests/support/temporary_directory.h"

namespace relay::test {

Plan test_plan(const std::function<void(Settings&)>& change) {
  const auto loopback = stun::IpAddress::parse("127.0.0.1").value();
  Settings settings;
  settings.listening_ips = {loopback};
  settings.listening_port = 0;
  settings.tls.port = 0;
  settings.signaling.port = settings.signaling.tls_port = 0;
  settings.relay_ips = {loopback};
  settings.workers = 1;
  settings.allow_loopback_peers = true;
  settings.realm = "example.org";
  settings.users = {
      {.name = std::string(username), .password = std::string(password), .key_hex = {}}};
  if (change) change(settings);
  HostFacts host;
  host.interface_addresses = {loopback, stun::IpAddress::parse("::1").value()};
  auto plan = make_plan(settings, host);
  if (!plan) FAIL(plan.error());
  return *plan;
}

const net::tls::SharedContext& test_certificate() {
  static const net::tls::SharedContext context([] {
    const TemporaryDirectory folder;
    const auto files = net::tls::keep_self_made(
        folder / "", {.dns = {"localhost"}, .addresses = {"127.0.0.1"}}, net::tls::wall_clock());
    REQUIRE(files.has_value());
    return net::tls::Context::load(
               {.certificate_file = files->certificate_file, .key_file = files->key_file})
        .value();
  }());
  return context;
}

RunningRelay::RunningRelay(const std::function<void(Settings&)>& change) {
  auto started = Service::start(test_plan(change), sink, &test_certificate());
  if (!started) FAIL(started.error());
  service = std::move(*started);
}

}  // namespace relay::test
