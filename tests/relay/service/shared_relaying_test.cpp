// The running relay with relay sockets that allocations share (--relay-sockets=shared): everybody
// gets what is theirs and nothing else.
#include <catch2/catch.hpp>
#include <deque>
#include <map>
#include <set>

#include "relay/shared_relays.h"
#include "service/running_relay.h"

namespace relay::test {
using turn::Transport;

namespace {

constexpr std::uint16_t channel = 0x4000;
constexpr std::size_t sockets = SharedRelays::sockets_per_address;

void share(relay::Settings& settings) { settings.relay_sockets = RelaySharing::shared; }

/// Clients with allocations, and the relayed address of each.
struct Crowd {
  Crowd(const RunningRelay& relay, std::size_t count) {
    for (std::size_t i = 0; i < count; ++i) {
      clients.push_back(relay.client(i % 10 == 9 ? Transport::tcp : Transport::udp));
      relayed.push_back(clients.back().allocate());
    }
  }
  /// The last one and the one that it has the relayed address in common with.
  std::pair<WireClient&, WireClient&> housemates() {
    const auto other = std::ranges::find(relayed, relayed.back());
    REQUIRE(other != relayed.end() - 1);
    return {clients[static_cast<std::size_t>(other - relayed.begin())], clients.back()};
  }

  std::deque<WireClient> clients;
  std::vector<TransportAddress> relayed;
};

/// Whatever the relay was sent before has been dealt with: a round trip of another client.
void settle(RunningRelay& relay) {
  WireClient probe = relay.client(Transport::udp);
  probe.succeed(stun::Method::binding, {});
}

Buffer reserve_pair(WireClient& client) {
  return client.succeed(stun::Method::allocate, [](stun::MessageBuilder& message) {
    message.add_leading_u8(stun::AttributeType::requested_transport, 17);
    const std::array reserve{std::byte{0x80}};
    message.add(stun::AttributeType::even_port, reserve);
  });
}

}  // namespace

TEST_CASE("two hundred clients talk to one peer, each gets its own", "[relay][shared]") {
  RunningRelay relay(share);
  Crowd crowd(relay, 200);
  CHECK(std::set(crowd.relayed.begin(), crowd.relayed.end()).size() == sockets);
  UdpSocket peer;
  for (WireClient& client : crowd.clients) client.bind(channel, peer.address());

  std::map<TransportAddress, unsigned> client_at;  // by what the peer sees
  for (unsigned round = 0; round < 3; ++round) {
    for (unsigned i = 0; i < crowd.clients.size(); ++i) {
      const Buffer question = pattern(20 + (i * 37 + round * 501) % 1200, i);
      crowd.clients[i].send_channel_data(channel, question);
      const auto asked = peer.receive();
      REQUIRE(asked.bytes == question);
      REQUIRE(client_at.try_emplace(asked.source, i).first->second == i);
    }
    // The answers come in one rush and in another order.
    for (const auto& [source, i] : client_at) {
      for (unsigned n = 0; n < 3; ++n) peer.send(source, pattern(30 + i * 5, i + round + n));
    }
    for (unsigned i = 0; i < crowd.clients.size(); ++i) {
      for (unsigned n = 0; n < 3; ++n) {
        REQUIRE(crowd.clients[i].receive_channel_data(channel) ==
                pattern(30 + i * 5, i + round + n));
      }
    }
  }
  CHECK(client_at.size() == 200);
  CHECK(relay.service->counters().shared_ambiguous == 0);
  CHECK(relay.service->counters().shared_unowned == 0);
}

TEST_CASE("a peer that speaks first is heard where only one permits it", "[relay][shared]") {
  RunningRelay relay(share);
  Crowd crowd(relay, sockets + 1);
  auto [first, last] = crowd.housemates();
  UdpSocket peer;
  last.permit(peer.address());
  peer.send(crowd.relayed.back(), to_buffer("hello"));
  CHECK(xor_address(last.receive(), stun::AttributeType::xor_peer_address) == peer.address());
  last.send_indication(peer.address(), to_buffer("who is there?"));
  CHECK(peer.receive().source == crowd.relayed.back());

  // It stays hers although he permits the peer too.
  first.permit(peer.address());
  peer.send(crowd.relayed.back(), to_buffer("me"));
  last.receive();
  first.send_indication(peer.address(), to_buffer("and who are you?"));
  CHECK(peer.receive().source != crowd.relayed.back());
}

TEST_CASE("where two permit a peer that speaks first nobody is guessed", "[relay][shared]") {
  RunningRelay relay(share);
  Crowd crowd(relay, sockets + 1);
  auto [first, last] = crowd.housemates();
  UdpSocket peer, stranger("127.0.0.2");
  first.permit(peer.address());
  last.permit(peer.address());
  peer.send(crowd.relayed.back(), to_buffer("hello"));
  stranger.send(crowd.relayed.back(), to_buffer("let me in"));
  CHECK(eventually([&] {
    const ServiceCounters counters = relay.service->counters();
    return counters.shared_ambiguous == 1 && counters.shared_unowned == 1;
  }));
  // The first thing that each of them hears is the answer to what it says.
  for (WireClient* client : {&last, &first}) {
    client->bind(channel, peer.address());
    client->send_channel_data(channel, to_buffer("here"));
    peer.send(peer.receive().source, to_buffer("there"));
    CHECK(client->receive_channel_data(channel) == to_buffer("there"));
  }
}

TEST_CASE("nobody inherits what a peer still sends to a client that left", "[relay][shared]") {
  RunningRelay relay(share);
  Crowd crowd(relay, sockets + 1);
  auto [leaving, staying] = crowd.housemates();
  UdpSocket peer;
  leaving.permit(peer.address());
  leaving.send_indication(peer.address(), to_buffer("hello"));
  CHECK(peer.receive().source == crowd.relayed.back());
  staying.permit(peer.address());
  leaving.refresh(0);
  peer.send(crowd.relayed.back(), to_buffer("a secret"));
  CHECK(eventually([&] { return relay.service->counters().shared_unowned == 1; }));
  UdpSocket other;
  other.send(crowd.relayed.back(), to_buffer("good morning"));
  const Buffer heard = staying.receive();
  CHECK(xor_address(heard, stun::AttributeType::xor_peer_address) == other.address());
}

TEST_CASE("EVEN-PORT and reservations get sockets of their own", "[relay][shared][rfc8656-7.2]") {
  RunningRelay relay(share);
  Crowd crowd(relay, sockets + 1);
  WireClient first = relay.client(Transport::udp), second = relay.client(Transport::udp);
  const Buffer answer = reserve_pair(first);
  const auto even = xor_address(answer, stun::AttributeType::xor_relayed_address);
  CHECK(even.port % 2 == 0);
  const auto view = stun::MessageView::parse(answer);
  const Buffer token = to_buffer(view->value(stun::AttributeType::reservation_token).value());
  const TransportAddress odd = second.allocate([&](stun::MessageBuilder& message) {
    message.add(stun::AttributeType::reservation_token, token);
  });
  CHECK(odd == TransportAddress{even.ip, static_cast<std::uint16_t>(even.port + 1)});
  CHECK(std::ranges::find(crowd.relayed, even) == crowd.relayed.end());
  CHECK(std::ranges::find(crowd.relayed, odd) == crowd.relayed.end());

  // Nothing is ambiguous there, and all data leaves from there.
  UdpSocket peer;
  for (auto& [client, relayed] : {std::pair(&first, even), std::pair(&second, odd)}) {
    client->bind(channel, peer.address());
    peer.send(relayed, to_buffer("first word"));
    CHECK(client->receive_channel_data(channel) == to_buffer("first word"));
    client->send_channel_data(channel, to_buffer("second"));
    CHECK(peer.receive().source == relayed);
  }
}

TEST_CASE("clients with homes of their own meet relay to relay", "[relay][shared]") {
  RunningRelay relay(share);
  WireClient alice = relay.client(Transport::udp), bob = relay.client(Transport::tcp);
  const TransportAddress at_alice = alice.allocate(), at_bob = bob.allocate();
  REQUIRE(at_alice != at_bob);
  alice.bind(channel, at_bob);
  bob.bind(channel, at_alice);
  alice.send_channel_data(channel, to_buffer("hello bob"));
  CHECK(bob.receive_channel_data(channel) == to_buffer("hello bob"));
  bob.send_channel_data(channel, to_buffer("hello alice"));
  CHECK(alice.receive_channel_data(channel) == to_buffer("hello alice"));
}

TEST_CASE("a client reaches itself through its relay", "[relay][shared]") {
  RunningRelay relay(share);
  Crowd crowd(relay, sockets + 1);
  crowd.clients[1].bind(channel, crowd.relayed[1]);
  crowd.clients[1].send_channel_data(channel, to_buffer("alone"));
  CHECK(crowd.clients[1].receive_channel_data(channel) == to_buffer("alone"));
  for (const std::size_t i : {std::size_t{2}, sockets}) {
    WireClient& client = crowd.clients[i];
    client.permit(crowd.relayed[i]);
    client.send_indication(crowd.relayed[i], to_buffer("echo"));
    const Buffer indication = client.receive();
    const auto heard = stun::MessageView::parse(indication);
    REQUIRE(heard);
    CHECK(to_buffer(heard->value(stun::AttributeType::data).value()) == to_buffer("echo"));
  }
}

TEST_CASE("a relay of each family shares the sockets of its family", "[relay][shared]") {
  RunningRelay relay([](relay::Settings& settings) {
    share(settings);
    settings.relay_ips.push_back(stun::IpAddress::parse("::1").value());
  });
  std::set<TransportAddress> relayed;
  std::deque<WireClient> clients;  // kept: another one on the same port would be the same client
  for (std::size_t i = 0; i < 2 * sockets; ++i) {
    WireClient& client = clients.emplace_back(relay.client(Transport::udp));
    UdpSocket peer("::1");
    relayed.insert(client.allocate([](stun::MessageBuilder& message) {
      message.add_leading_u8(stun::AttributeType::requested_address_family, 0x02);
    }));
    client.bind(channel, peer.address());
    client.send_channel_data(channel, to_buffer("six"));
    const auto arrived = peer.receive();
    REQUIRE(relayed.contains(arrived.source));
    peer.send(arrived.source, to_buffer("sechs"));
    REQUIRE(client.receive_channel_data(channel) == to_buffer("sechs"));
  }
  CHECK(relayed.size() == sockets);
}

TEST_CASE("without a port for another socket the pair is refused, not shared", "[relay][shared]") {
  const std::uint16_t port = UdpSocket().address().port;
  RunningRelay relay([&](relay::Settings& settings) {
    share(settings);
    settings.min_port = settings.max_port = port;
  });
  Crowd crowd(relay, 2);
  auto [first, last] = crowd.housemates();
  UdpSocket peer, other("127.0.0.2");
  first.bind(channel, peer.address());
  last.bind(channel, peer.address());
  last.bind(channel + 1, other.address());
  last.send_channel_data(channel, to_buffer("lost"));
  last.send_channel_data(channel + 1, to_buffer("found"));
  CHECK(other.receive().bytes == to_buffer("found"));
  CHECK_FALSE(peer.poll());
  CHECK(relay.service->counters().send_failures > 0);
  first.send_channel_data(channel, to_buffer("first"));
  peer.send(peer.receive().source, to_buffer("answer"));
  CHECK(first.receive_channel_data(channel) == to_buffer("answer"));
  settle(relay);
  CHECK_FALSE(last.receive_within(0));
}

}  // namespace relay::test
