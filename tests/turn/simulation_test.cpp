// Many clients doing anything at any time, against a naive model of RFC 8656. Every step of a run
// follows from one seed, which a failure prints; TURNBOX_SEED or --rng-seed plays it again.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <random>

#include "tests/support/turn_model.h"

namespace support {
namespace {

using namespace std::chrono_literals;

constexpr std::uint16_t first_port = 50001, last_port = 50014;
constexpr int client_count = 8;

class Simulation {
 public:
  explicit Simulation(std::uint32_t seed)
      : engine_(seed),
        config_(pick(std::vector{TurnBench::dual_stack(), TurnBench::dual_stack(),
                                 TurnBench::ipv4_only(), ipv6_only()})),
        bench_(config_, {}, first_port, last_port),
        model_(config_, first_port, last_port) {
    for (int i = 0; i < client_count; ++i) {
      const std::string name = pick(std::vector<std::string>{"alice", "bob", "carol"});
      const auto transport = pick(std::vector{turn::Transport::udp, turn::Transport::tcp});
      clients_.push_back(
          bench_.client("198.51.100.7:" + std::to_string(1000 + i), transport, name));
    }
  }

  void run(int steps) {
    for (step_ = 0; step_ < steps; ++step_) {
      step();
      require(bench_.server.allocation_count() == model_.allocation_count(), "allocations");
      require(bench_.quota.held() == model_.allocation_count(), "quota");
      require(bench_.taken_ports() == model_.taken_ports(), "taken ports");
    }
    finish();
  }

  int current_step() const { return step_; }
  /// What happened, and how often: "Allocate 508", "data on a channel".
  const std::map<std::string, int>& seen() const { return seen_; }

 private:
  static turn::Config ipv6_only() {
    turn::Config config;
    config.relay_addresses = {{"2001:db8::1"_ip, {}}};
    return config;
  }

  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(engine_() % bound); }
  bool chance(std::uint32_t one_in) { return below(one_in) == 0; }
  template <class T>
  T pick(const std::vector<T>& from) {
    return from.at(below(static_cast<std::uint32_t>(from.size())));
  }

  void step() {
    who_ = static_cast<int>(below(client_count));
    const std::uint32_t dice = below(100);
    if (dice < 10) return allocate();
    if (dice < 14) return refresh();
    if (dice < 24) return permit();
    if (dice < 40) return bind();
    if (dice < 52) return send();
    if (dice < 64) return send_on_channel();
    if (dice < 88) return hear();
    if (dice < 98) return pass_time();
    change_the_world();
  }

  /// The client, or somebody else on its five-tuple.
  BenchClient actor() { return chance(20) ? clients_[who()].as("mallory") : clients_[who()]; }
  std::size_t who() const { return static_cast<std::size_t>(who_); }

  std::optional<Seconds> some_lifetime() {
    return pick(std::vector<std::optional<Seconds>>{{}, 0s, 1s, 599s, 600s, 601s, 1800s, 9999s});
  }

  TransportAddress some_peer() {
    static const std::vector<TransportAddress> strangers{
        "203.0.113.1:1"_peer,     "203.0.113.1:2"_peer,     "203.0.113.2:1"_peer,
        "[2001:db8:1::1]:1"_peer, "[2001:db8:1::1]:2"_peer, "[2001:db8:1::2]:1"_peer};
    if (chance(20)) return pick(std::vector{"127.0.0.1:1"_peer, "10.0.0.1:1"_peer});
    const auto relays = model_.relays();
    return !relays.empty() && chance(3) ? pick(relays) : pick(strangers);
  }

  Allocate some_allocate() {
    Allocate wanted{.lifetime = some_lifetime()};
    if (chance(30)) wanted.transport = pick(std::vector<std::optional<std::uint8_t>>{{}, 33});
    if (chance(4)) wanted.family = pick(std::vector<std::uint8_t>{ipv4, ipv6, ipv6, 3});
    if (chance(3)) wanted.additional_family = pick(std::vector<std::uint8_t>{ipv6, ipv6, ipv6, 1});
    if (chance(3)) wanted.even_port = pick(std::vector<std::uint8_t>{0, and_reserve_next});
    const auto tokens = model_.tokens();
    if (!tokens.empty() && chance(2)) {
      wanted = {.lifetime = wanted.lifetime, .token = pick(tokens)};
      if (chance(10)) wanted.even_port = 0;
      if (chance(10)) (*wanted.token)[3] ^= std::byte{1};
    }
    return wanted;
  }

  void see(const char* request, int code) { ++seen_[request + (" " + std::to_string(code))]; }

  void allocate() {
    BenchClient client = actor();
    const Allocate wanted = some_allocate();
    const auto expected = model_.allocate(who_, client.user(), wanted, bench_.now);
    const Answer answer = client.allocate(wanted);
    require(answer == error(expected.code), "the answer to Allocate");
    see("Allocate", expected.code);
    if (expected.address_error) see("half", expected.address_error->code);
    if (expected.families.size() == 2) ++seen_["dual"];
    if (expected.code == 0 && wanted.token) ++seen_["claimed"];
    if (expected.code != 0) return;
    std::vector<Family> families;
    for (const auto& address : answer.relayed()) families.push_back(address.ip.family());
    require(families == expected.families, "the families of the relays");
    require(answer.address_error() == expected.address_error, "ADDRESS-ERROR-CODE");
    model_.allocated(who_, client.user(), wanted, answer, bench_.now);
    if (chance(3)) {
      require(client.retransmit().bytes() == answer.bytes(), "the answer to a retransmission");
    }
  }

  void refresh() {
    BenchClient client = actor();
    auto lifetime = some_lifetime();
    if (lifetime == 0s && !chance(3)) lifetime = 1200s;
    const auto family = pick(std::vector<std::optional<std::uint8_t>>{{}, {}, ipv4, ipv6, 3});
    const int expected = model_.refresh(who_, client.user(), lifetime, family, bench_.now);
    require(client.refresh(lifetime, family) == error(expected), "the answer to Refresh");
    see("Refresh", expected);
  }

  void permit() {
    BenchClient client = actor();
    std::vector<TransportAddress> peers(below(4));
    for (auto& peer : peers) peer = some_peer();
    const int expected = model_.permit(who_, client.user(), peers, bench_.now);
    require(client.permit(peers) == error(expected), "the answer to CreatePermission");
    see("CreatePermission", expected);
  }

  void bind() {
    BenchClient client = actor();
    const TransportAddress peer = some_peer();
    const auto number = pick(std::vector<std::uint16_t>{0x4000, 0x4001, 0x4002, 0x4fff, 0x5000});
    const int expected = model_.bind(who_, client.user(), number, peer, bench_.now);
    require(client.bind(number, peer) == error(expected), "the answer to ChannelBind");
    see("ChannelBind", expected);
  }

  std::string some_payload() { return std::string(below(9), 'x'); }

  void send() {
    const TransportAddress peer = some_peer();
    const std::string payload = some_payload();
    const auto sent = clients_[who()].sends(peer, payload);
    require(sent == model_.sends(who_, peer, payload, bench_.now), "a Send indication");
    pass_on(sent);
  }

  void send_on_channel() {
    const auto number = pick(std::vector<std::uint16_t>{0x4000, 0x4001, 0x4002, 0x4fff, 0x5000});
    const std::string payload = some_payload();
    const auto sent = clients_[who()].sends(number, payload);
    require(sent == model_.sends(who_, number, payload, bench_.now), "ChannelData");
    pass_on(sent);
  }

  /// To the relay that it goes to, if it goes to one.
  void pass_on(const std::optional<PeerDatagram>& sent) {
    ++seen_[sent ? "sent" : "not sent"];
    if (!sent) return;
    const auto expected = model_.hears(sent->to, sent->from, sent->payload, bench_.now);
    if (expected) ++seen_["from relay to relay"];
    require(bench_.deliver(*sent) == expected, "data from relay to relay");
  }

  void hear() {
    const auto relays = model_.relays();
    if (relays.empty()) return;
    const TransportAddress relay = pick(relays), peer = some_peer();
    if (peer.ip.family() != relay.ip.family()) return;
    const std::string payload = some_payload();
    const auto expected = model_.hears(relay, peer, payload, bench_.now);
    require(bench_.deliver({.from = peer, .to = relay, .payload = payload}) == expected,
            "data from a peer");
    ++seen_[!expected ? "not heard" : expected->channel ? "heard on a channel" : "heard"];
  }

  void pass_time() {
    static const std::vector<Seconds> steps{1s,  1s,  1s,  1s,  2s,   2s,   5s,
                                            10s, 29s, 30s, 31s, 120s, 299s, 300s};
    if (chance(20)) return bench_.sleep(pick(steps));  // The timer is late.
    bench_.advance(chance(100) ? 20000s : pick(steps));
    model_.timer(bench_.now);
  }

  void change_the_world() {
    switch (below(4)) {
      case 0:
        model_.disconnect(who_);
        return clients_[who()].disconnect();
      case 1:
        model_.user_quota = bench_.quota.per_user = 1 + below(4);
        model_.total_quota = bench_.quota.total = 4 + below(6);
        return;
      case 2:
        model_.no_ports_of = pick(std::vector<std::optional<Family>>{Family::ipv4, Family::ipv6});
        break;
      default:
        model_.no_ports_of = {};
    }
    bench_.port_failure = [this](const turn::OpenRelay& open) {
      const auto family =
          open.claim ? model_.reserved_family(open.token) : std::optional(open.ip.family());
      return family && family == model_.no_ports_of;
    };
  }

  /// In the end nothing is left of anything.
  void finish() {
    bench_.advance(4000s);
    require(bench_.server.allocation_count() == 0, "an allocation that never ends");
    require(bench_.quota.held() == 0, "a quota that is never given back");
    require(bench_.taken_ports() == 0, "a port that is lost");
    require(!bench_.server.next_deadline(), "a deadline for nothing");
  }

  std::mt19937 engine_;
  turn::Config config_;
  TurnBench bench_;
  TurnModel model_;
  std::vector<BenchClient> clients_;
  int who_ = 0;
  int step_ = 0;
  std::map<std::string, int> seen_;
};

std::map<std::string, int> simulate(std::uint32_t seed) {
  constexpr int steps = 3000;
  Simulation simulation(seed);
  try {
    simulation.run(steps);
  } catch (const std::exception& difference) {
    FAIL("seed " << seed << ", step " << simulation.current_step() << ": " << difference.what());
  }
  return simulation.seen();
}

TEST_CASE("whatever many clients do, the server does what RFC 8656 says", "[turn][simulation]") {
  if (const char* seed = std::getenv("TURNBOX_SEED")) {
    simulate(static_cast<std::uint32_t>(std::strtoul(seed, nullptr, 10)));
    return;
  }
  if (Catch::rngSeed() != 0) {
    simulate(Catch::rngSeed());
    return;
  }
  simulate(std::random_device()());  // One that nobody has tried yet.
  std::map<std::string, int> seen;
  for (std::uint32_t seed = 1; seed <= 24; ++seed) {
    for (const auto& [what, times] : simulate(seed)) seen[what] += times;
  }
  // A simulation in which nothing happens finds nothing.
  for (const auto* what : {"Allocate 0",
                           "Allocate 400",
                           "Allocate 437",
                           "Allocate 440",
                           "Allocate 442",
                           "Allocate 486",
                           "Allocate 508",
                           "half 440",
                           "half 508",
                           "dual",
                           "claimed",
                           "Refresh 0",
                           "Refresh 437",
                           "Refresh 441",
                           "Refresh 443",
                           "CreatePermission 0",
                           "CreatePermission 400",
                           "CreatePermission 403",
                           "CreatePermission 437",
                           "CreatePermission 441",
                           "CreatePermission 443",
                           "ChannelBind 0",
                           "ChannelBind 400",
                           "ChannelBind 403",
                           "ChannelBind 437",
                           "ChannelBind 441",
                           "ChannelBind 443",
                           "sent",
                           "not sent",
                           "from relay to relay",
                           "heard",
                           "heard on a channel",
                           "not heard"}) {
    CAPTURE(what);
    CHECK(seen[what] > 10);
  }
}

}  // namespace
}  // namespace support
