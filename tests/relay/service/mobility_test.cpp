// Clients that move (RFC 8016), through the running relay and from worker to worker.
#include <catch2/catch.hpp>

#include <set>

#include "service/running_relay.h"

namespace relay::test {
using turn::Transport;

namespace {

constexpr std::uint16_t channel = 0x4000;

Buffer ticket_in(Bytes response) {
  const auto value =
      stun::MessageView::parse(response).value().value(stun::AttributeType::mobility_ticket);
  REQUIRE(value);
  return to_buffer(*value);
}

Buffer allocate_mobile(WireClient& client) {
  return client.succeed(stun::Method::allocate, [](stun::MessageBuilder& message) {
    message.add_leading_u8(stun::AttributeType::requested_transport, 17);
    message.add(stun::AttributeType::mobility_ticket, {});
  });
}

Buffer resume(WireClient& client, const Buffer& ticket) {
  return client.request(stun::Method::refresh, [&](stun::MessageBuilder& message) {
    message.add(stun::AttributeType::mobility_ticket, ticket);
  });
}

void expect_call(WireClient& client, UdpSocket& peer, const TransportAddress& relayed,
                 unsigned seed) {
  const Buffer there = pattern(900, seed), back = pattern(901, seed);
  client.send_channel_data(channel, there);
  const auto arrived = peer.receive();
  CHECK(arrived.bytes == there);
  CHECK(arrived.source == relayed);
  peer.send(relayed, back);
  CHECK(client.receive_channel_data(channel) == back);
}

}  // namespace

TEST_CASE("a call goes on wherever its client goes", "[relay][rfc8016-3.2.2]") {
  const bool shared = GENERATE(false, true);
  RunningRelay relay([&](relay::Settings& settings) {
    settings.workers = 4;
    settings.mobility = true;
    if (shared) settings.relay_sockets = RelaySharing::shared;
  });
  UdpSocket peer;
  auto client = std::make_unique<WireClient>(relay.client(Transport::udp));
  const Buffer made = allocate_mobile(*client);
  const TransportAddress relayed = xor_address(made, stun::AttributeType::xor_relayed_address);
  Buffer ticket = ticket_in(made);
  client->bind(channel, peer.address());
  expect_call(*client, peer, relayed, 0);

  constexpr std::array transports{Transport::udp, Transport::tcp, Transport::tls};
  for (unsigned i = 1; i <= 24; ++i) {
    CAPTURE(i);
    auto moved = std::make_unique<WireClient>(relay.client(transports[i % transports.size()]));
    const Buffer answer = resume(*moved, ticket);
    REQUIRE(error_code(answer) == 0);
    // Until it is heard there, it is where it was.
    peer.send(relayed, pattern(10, i));
    CHECK(client->receive_channel_data(channel) == pattern(10, i));
    expect_call(*moved, peer, relayed, i);
    ticket = ticket_in(answer);
    client = std::move(moved);
  }
  const auto workers = relay.sink.workers_of(turn::Event::Kind::moved);
  CHECK(workers.size() == 24);
  CHECK(std::set(workers.begin(), workers.end()).size() > 1);
  CHECK(relay.service->counters().allocations == 1);
  client->refresh(0);
  CHECK(eventually([&] { return relay.service->counters().allocations == 0; }));
}

TEST_CASE("a ticket that has been used moves nothing on any worker", "[relay][rfc8016-3.2.2]") {
  RunningRelay relay([](relay::Settings& settings) {
    settings.workers = 4;
    settings.mobility = true;
  });
  UdpSocket peer;
  WireClient client = relay.client(Transport::udp);
  const Buffer first = ticket_in(allocate_mobile(client));
  client.bind(channel, peer.address());
  WireClient moved = relay.client(Transport::udp);
  REQUIRE(error_code(resume(moved, first)) == 0);
  moved.permit(peer.address());
  for (int i = 0; i < 8; ++i) {
    WireClient thief = relay.client(Transport::udp);
    CHECK(error_code(resume(thief, first)) == 400);
  }
  moved.refresh(0);
  for (int i = 0; i < 8; ++i) {
    WireClient late = relay.client(Transport::udp);
    CHECK(error_code(resume(late, first)) == 437);
  }
}

}  // namespace relay::test
