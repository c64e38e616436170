// Many clients doing anything at any time, against a naive model of RFC 8656 and 6062. Every step
// of a run follows from one seed, which a failure prints; TURNBOX_SEED or --rng-seed plays it
// again.
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
      if (transport == turn::Transport::tcp) model_.streams.insert(i);
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
      check_connections();
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
    if (dice < 97) return pass_time();
    if (dice < 99) return change_the_world();
    work_on_connections();
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
    if (chance(4)) wanted.transport = 6;
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
    if (!sent || model_.is_tcp(sent->to)) return;  // A datagram at a port of TCP is nobody's.
    const auto expected = model_.hears(sent->to, sent->from, sent->payload, bench_.now);
    if (expected) ++seen_["from relay to relay"];
    require(bench_.deliver(*sent) == expected, "data from relay to relay");
  }

  void hear() {
    const auto relays = model_.relays();
    if (relays.empty()) return;
    const TransportAddress relay = pick(relays), peer = some_peer();
    if (peer.ip.family() != relay.ip.family() || model_.is_tcp(relay)) return;
    const std::string payload = some_payload();
    const auto expected = model_.hears(relay, peer, payload, bench_.now);
    require(bench_.deliver({.from = peer, .to = relay, .payload = payload}) == expected,
            "data from a peer");
    ++seen_[!expected ? "not heard" : expected->channel ? "heard on a channel" : "heard"];
  }

  void pass_time() {
    static const std::vector<Seconds> steps{1s,  1s,  1s,  1s,  2s,   2s,   5s,
                                            10s, 29s, 30s, 31s, 120s, 299s, 300s};
    if (chance(20)) {  // The timer is late.
      bench_.sleep(pick(steps));
      return work_on_connections();
    }
    bench_.advance(chance(100) ? 20000s : pick(steps));
    model_.timer(bench_.now);
    for (int i = 0; i < client_count; ++i) {
      const auto told = clients_[static_cast<std::size_t>(i)].take_unasked();
      const auto [at_least, at_most] = model_.given_up(i);
      require(told.size() >= at_least && told.size() <= at_most, "attempts that were given up");
      for (const Answer& answer : told) require(answer == error(447), "an attempt given up");
      seen_["given up"] += static_cast<int>(told.size());
    }
  }

  void work_on_connections() {
    for (int i = 0; i < 40; ++i) work_on_a_connection();
  }

  void work_on_a_connection() {
    who_ = static_cast<int>(below(client_count));
    switch (below(6)) {
      case 0:
      case 1:
        return connect();
      case 2:
        return finish_attempt();
      case 3:
        return accept();
      case 4:
        return bind_connection();
      default:
        return end_connection();
    }
  }

  using State = TurnModel::Connection::State;

  void check_connections() {
    const auto& there = bench_.connections();
    const auto& expected = model_.connections();
    require(there.size() == expected.size(), "connections");
    for (const auto& [id, connection] : expected) {
      const auto at = there.find(id);
      require(at != there.end() && at->second.peer == connection.peer, "a connection");
      require(at->second.attempt == (connection.state == State::attempt), "an attempt");
      require(at->second.bound.has_value() == (connection.state == State::bound), "a binding");
    }
  }

  /// One in any state, or one that is not there.
  std::optional<turn::ConnectionId> some_connection() {
    std::vector<turn::ConnectionId> ids;
    for (const auto& [id, connection] : model_.connections()) ids.push_back(id);
    return ids.empty() ? std::nullopt : std::optional(pick(ids));
  }

  void connect() {
    TransportAddress peer = some_peer();
    if (const auto id = some_connection(); id && chance(4)) {  // Once more.
      who_ = model_.connections().at(*id).client;
      peer = model_.connections().at(*id).peer;
    }
    BenchClient client = actor();
    const int expected = model_.connect(who_, client.user(), peer, bench_.now);
    const Answer answer = client.connect(peer);
    see("Connect", expected);
    if (expected != 0) return require(answer == error(expected), "the answer to Connect");
    require(!answer.came(), "Connect was answered at once");
    for (const auto& [id, open] : bench_.connections()) {
      if (!model_.connections().contains(id)) model_.attempted(id, who_, peer, bench_.now);
    }
  }

  void finish_attempt() {
    const auto id = some_connection();
    if (!id || model_.connections().at(*id).state != State::attempt) return;
    const auto client = static_cast<std::size_t>(model_.connections().at(*id).client);
    const bool succeeds = !chance(3);
    const int expected = model_.connected(*id, succeeds, bench_.now);
    bench_.connected(*id, succeeds);
    const auto told = clients_[client].take_unasked();
    require(told.size() == 1, "an attempt has come to something");
    require(told[0] == error(expected), "what an attempt came to");
    require(expected != 0 || told[0].connection() == *id, "CONNECTION-ID");
    see("attempt", expected);
  }

  void accept() {
    const auto relays = model_.tcp_relays();
    if (relays.empty()) return;
    const TransportAddress relay = pick(relays), peer = some_peer();
    const bool expected = model_.accepts(relay, peer, bench_.now);
    const auto id = bench_.accepted(relay, peer);
    require(id.has_value() == expected, "a peer that connects");
    ++seen_[expected ? "accepted" : "not accepted"];
    if (!id) return;
    model_.accepted(*id, relay, peer, bench_.now);
    const auto told =
        clients_[static_cast<std::size_t>(model_.connections().at(*id).client)].take_unasked();
    require(told.size() == 1 && told[0].connection() == *id, "ConnectionAttempt");
  }

  void bind_connection() {
    const auto known = some_connection();
    const turn::ConnectionId id = known && !chance(10) ? *known : turn::ConnectionId{below(1000)};
    const std::string user =
        known && !chance(3)
            ? clients_[static_cast<std::size_t>(model_.connections().at(*known).client)].user()
            : "mallory";
    const bool on_stream = !chance(10);
    BenchClient stream =
        bench_.client("198.51.100.8:" + std::to_string(1 + data_streams_++ % 60'000),
                      on_stream ? turn::Transport::tcp : turn::Transport::udp, user);
    const int expected = model_.bind_connection(id, user, on_stream, bench_.now);
    require(stream.bind(id) == error(expected), "the answer to ConnectionBind");
    see("ConnectionBind", expected);
  }

  void end_connection() {
    const auto id = some_connection();
    if (!id || model_.connections().at(*id).state == State::attempt || !chance(4)) return;
    bench_.ended(*id);
    model_.ended(*id);
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
    require(bench_.connections().empty(), "a connection that never ends");
    require(!bench_.server.next_deadline(), "a deadline for nothing");
  }

  std::mt19937 engine_;
  turn::Config config_;
  TurnBench bench_;
  TurnModel model_;
  std::vector<BenchClient> clients_;
  int who_ = 0;
  int step_ = 0;
  int data_streams_ = 0;
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
                           "not heard",
                           "Connect 0",
                           "Connect 403",
                           "Connect 437",
                           "Connect 441",
                           "Connect 443",
                           "Connect 446",
                           "attempt 0",
                           "attempt 447",
                           "given up",
                           "accepted",
                           "not accepted",
                           "ConnectionBind 0",
                           "ConnectionBind 400",
                           "ConnectionBind 441"}) {
    CAPTURE(what);
    CHECK(seen[what] > 10);
  }
}

}  // namespace
}  // namespace support
