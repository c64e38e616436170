// The DTLS clients of a worker without the worker: the bench is their owner and their clock, and
// every datagram passes through the test's hands.
#pragma once

#include <chrono>
#include <functional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "relay/dtls_clients.h"
#include "tests/relay/net/dtls/dtls_client.h"
#include "tests/support/turn_fakes.h"

namespace relay::test {

using Buffer = std::vector<std::byte>;

inline turn::FiveTuple dtls_client_at(std::string_view address) {
  return {stun::TransportAddress::parse(address).value(),
          stun::TransportAddress::parse("192.0.2.9:5349").value(), turn::Transport::dtls};
}

class DtlsBench final : public DtlsOwner {
 public:
  using Client = net::dtls::test::DtlsClient;

  explicit DtlsBench(const net::tls::SharedContext& context, const DtlsLimits& limits = {})
      : clients(limits, *this, alarm, random, counters, &context) {
    clients.on_time(now);
  }

  /// What the server sends then, to whomever.
  std::vector<Buffer> give(const turn::FiveTuple& from, stun::Bytes datagram) {
    clients.on_datagram(from, datagram, 0, now);
    return take_sent();
  }
  std::vector<Buffer> take_sent() { return std::exchange(sent, {}); }
  void end_round() {
    clients.end_round();
    clients.on_flushed();
  }
  void advance(turn::Time::duration by) {
    now += by;
    clients.on_time(now);
    end_round();
  }

  /// Carries datagrams to and fro until neither has more to say; what `loses` says so is lost.
  using Loses = std::function<bool(const Buffer&)>;
  Buffer converse(Client& client, const turn::FiveTuple& name, const Loses& loses = {}) {
    Buffer plain;
    for (std::vector<Buffer> out = client.take_output(); !out.empty(); out = client.take_output()) {
      for (const Buffer& datagram : out) {
        if (!loses || !loses(datagram)) clients.on_datagram(name, datagram, 0, now);
      }
      end_round();
      for (const Buffer& datagram : take_sent()) {
        if (loses && loses(datagram)) continue;
        const Buffer some = client.receive(datagram);
        plain.insert(plain.end(), some.begin(), some.end());
      }
    }
    return plain;
  }
  bool shake_hands(Client& client, const turn::FiveTuple& name) {
    client.receive();
    converse(client, name);
    return client.is_established();
  }

  bool may_answer_hello(const turn::FiveTuple&, turn::Time) override { return answers_hellos; }
  void send_hello_verify(const turn::FiveTuple& client, stun::Bytes datagram) override {
    send_sealed(client, datagram, 0);
  }
  void send_sealed(const turn::FiveTuple&, stun::Bytes datagram, std::uint8_t) override {
    ++sent_count;
    if (keeps_sent) sent.emplace_back(datagram.begin(), datagram.end());
  }
  void on_dtls_message(const turn::FiveTuple& client, stun::Bytes message, std::uint8_t,
                       turn::Time) override {
    messages.emplace_back(message.begin(), message.end());
    if (echoes) clients.send_control(client, message);
  }
  void on_dtls_pause() override {}
  void on_dtls_end(const turn::FiveTuple& client) override { ended.push_back(client); }
  bool has_allocation(const turn::FiveTuple& client, turn::Time) override {
    return allocated.contains(client.client);
  }
  void on_dtls(const turn::FiveTuple&, bool, std::string_view description) override {
    said = description;
  }

  turn::Time now = std::chrono::steady_clock::now();
  Reactor reactor;
  Alarm alarm{reactor, [] {}};
  support::SeededRandom random{1};
  DtlsCounters counters;
  bool answers_hellos = true, keeps_sent = true, echoes = false;
  std::size_t sent_count = 0;
  std::vector<Buffer> sent, messages;
  std::vector<turn::FiveTuple> ended;
  std::set<stun::TransportAddress> allocated;
  std::string said;
  DtlsClients clients;
};

}  // namespace relay::test
