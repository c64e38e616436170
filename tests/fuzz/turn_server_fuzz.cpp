// Drives a turn::Server with a schedule of packets, peers, relay answers, lookups and time, as the
// fuzzer's bytes tell: an operation, then what it needs. The bench checks after every step that the
// server keeps its contract; in the end nothing may be left of anything. Nobody but a client with
// an allocation makes a datagram leave.
#include <algorithm>
#include <vector>

#include "tests/support/turn_bench.h"
#include "turn/allocation.h"

namespace support {
namespace {

using stun::AttributeType;
using stun::Class;
using stun::Method;

/// The fuzzer's bytes, from the front; zeros when they are used up.
class Script {
 public:
  explicit Script(turn::Bytes bytes) : bytes_(bytes) {}

  bool over() const { return bytes_.empty(); }
  std::uint8_t byte() {
    const auto front = take(1);
    return front.empty() ? 0 : std::to_integer<std::uint8_t>(front[0]);
  }
  std::uint16_t number() { return static_cast<std::uint16_t>(byte() << 8 | byte()); }
  turn::Bytes take(std::size_t size) {
    const auto front = bytes_.first(std::min(size, bytes_.size()));
    bytes_ = bytes_.subspan(front.size());
    return front;
  }

 private:
  turn::Bytes bytes_;
};

turn::Config config(std::uint8_t bits) {
  turn::Config config;
  if ((bits & 1) == 0) config.relay_addresses.push_back({"10.0.0.5"_ip, "192.0.2.1"_ip});
  if ((bits & 2) == 0) config.relay_addresses.push_back({"2001:db8::1"_ip, {}});
  if (config.relay_addresses.empty()) config.relay_addresses.push_back({"192.0.2.1"_ip, {}});
  config.rfc5766_channel_numbers = (bits & 4) != 0;
  config.server_relay = (bits & 8) != 0;
  config.max_bps = (bits & 16) != 0 ? 1000 : 0;
  config.authenticate_binding = (bits & 32) != 0;
  config.always_fingerprint = (bits & 64) != 0;
  if ((bits & 128) != 0) config.max_lifetime = Seconds(100);
  return config;
}

class Schedule {
 public:
  explicit Schedule(turn::Bytes bytes)
      : script_(bytes), bench_(config(script_.byte()), {}, 50001, 50006) {
    bench_.authenticator.wrong_password = {"mallory"};
    for (const auto transport : {turn::Transport::udp, turn::Transport::tcp}) {
      for (const auto* name : {"alice", "bob", ""}) {
        const std::string address = "198.51.100.7:" + std::to_string(1000 + clients_.size());
        clients_.push_back(bench_.client(address, transport, name));
      }
    }
  }

  void run() {
    while (!script_.over()) step();
    for (BenchClient& client : clients_) client.disconnect();
    bench_.advance(Seconds(31));
    require(bench_.server.allocation_count() == 0, "an allocation that never ends");
    require(bench_.quota.held() == 0, "a quota that is never given back");
    require(bench_.taken_ports() == 0, "a port that is lost");
    require(bench_.connections().empty(), "a connection that never ends");
  }

 private:
  void step() {
    switch (script_.byte() % 14) {
      case 0:
        return say(script_.take(script_.byte()));
      case 1:
      case 2:
        return request();
      case 3:
        return allocate();
      case 4:
        return bind();
      case 5:
        return channel_data();
      case 6:
        return datagram();
      case 7:
        return bench_.advance(Seconds(script_.number() % 5000));
      case 8:
        return bench_.sleep(std::chrono::milliseconds(script_.number() * 10));
      case 9:
        return client().disconnect();
      case 10:
        return look_up();
      case 12:
        return connect();
      case 13:
        return connection();
      default:
        return change_the_world();
    }
  }

  BenchClient& client() { return clients_[script_.byte() % clients_.size()]; }

  TransportAddress peer() {
    const std::uint8_t choice = script_.byte();
    if (choice < 128) return peers_[choice % peers_.size()];
    return {choice < 192 ? "192.0.2.1"_ip : "2001:db8::1"_ip,
            static_cast<std::uint16_t>(50000 + choice % 8)};
  }

  void say(turn::Bytes message) {
    BenchClient& from = client();
    const bool has_allocation = from.allocation() != nullptr;
    const auto sent = from.says(message);
    require(has_allocation || !sent, "data of a client without an allocation");
  }

  /// Any method and class with any attributes.
  void request() {
    const auto method = static_cast<Method>(script_.byte() % 16);
    const auto message_class = static_cast<Class>(script_.byte() % 4);
    BenchClient& from = client();
    say(from.make({method, message_class}, [&](stun::MessageBuilder& message) {
      message.add_text(AttributeType::username, from.user());
      for (int left = script_.byte() % 8; left > 0; --left) add_attribute(message);
    }));
  }

  void add_attribute(stun::MessageBuilder& message) {
    static constexpr std::array types{
        AttributeType::lifetime,          AttributeType::requested_transport,
        AttributeType::channel_number,    AttributeType::requested_address_family,
        AttributeType::even_port,         AttributeType::additional_address_family,
        AttributeType::reservation_token, AttributeType::dont_fragment,
        AttributeType::connection_id,     AttributeType::data,
        AttributeType::software,          AttributeType::fingerprint,
        AttributeType::message_integrity};
    const std::uint8_t choice = script_.byte();
    if (choice < 100) {
      message.add_xor_address(AttributeType::xor_peer_address, peer());
    } else if (choice < 240) {
      message.add(types[choice % types.size()], script_.take(script_.byte() % 16));
    } else if (choice < 250) {
      message.add_fingerprint();
    } else {
      message.add(static_cast<AttributeType>(script_.number()), script_.take(script_.byte()));
    }
  }

  void allocate() {
    const std::uint8_t bits = script_.byte();
    Allocate wanted;
    if ((bits & 1) != 0) wanted.lifetime = Seconds(script_.number());
    if ((bits & 2) != 0) wanted.family = static_cast<std::uint8_t>(script_.byte() % 4);
    if ((bits & 4) != 0) wanted.additional_family = ipv6;
    if ((bits & 8) != 0) wanted.even_port = script_.byte();
    if ((bits & 16) != 0) wanted.token = token_;
    if ((bits & 32) != 0) wanted.transport = 6;
    const Answer answer = client().allocate(wanted);
    if (answer.token()) token_ = *answer.token();
  }

  void bind() {
    const auto number = static_cast<std::uint16_t>(0x4000 + script_.byte() % 8);
    BenchClient& binder = client();
    const Answer answer = binder.bind(number, peer());
    require(answer != success || binder.allocation() != nullptr, "a channel of no allocation");
  }

  void connect() {
    BenchClient& from = client();
    const Answer answer = from.connect(peer());
    require(answer != success, "a connection before it was made");
    from.take_unasked();
  }

  /// Something happens to one of the connections.
  void connection() {
    const auto& open = bench_.connections();
    const std::uint8_t choice = script_.byte();
    if (choice % 4 == 0) {
      BenchClient& owner = client();
      if (const auto* allocation = owner.allocation(); allocation && allocation->is_tcp()) {
        bench_.accepted(allocation->relays[0].live(bench_.now) ? allocation->relays[0].bound
                                                               : allocation->relays[1].bound,
                        peer());
      }
      return;
    }
    if (open.empty()) return;
    const auto at = std::next(open.begin(), choice % static_cast<std::ptrdiff_t>(open.size()));
    const auto [id, state] = *at;
    if (state.attempt) return bench_.connected(id, choice % 4 != 1);
    if (choice % 4 == 1) return bench_.ended(id);
    if (choice % 4 == 2) {
      bench_.server.handle_stream_data(id, turn::StreamDirection::to_client, choice, bench_.now);
      return;
    }
    const Answer answer = client().bind(id);
    require(answer != success || open.at(id).bound.has_value(), "a success that bound nothing");
  }

  void channel_data() {
    BenchClient& from = client();
    from.sends_on_channel(script_.take(script_.byte() % 32));
    from.sends(static_cast<std::uint16_t>(0x4000 + script_.byte() % 8), "payload");
  }

  void datagram() {
    BenchClient& to = client();
    const TransportAddress source = peer();
    const std::string payload(script_.number(), 'x');
    const auto heard = to.hears(source, payload);
    require(!heard || heard->payload == payload, "another payload than was sent");
  }

  void look_up() {
    if (script_.byte() % 2 == 0) bench_.authenticator.slow.emplace("alice");
    for (const turn::LookUpUser& lookup : bench_.take_lookups()) {
      bench_.look_up(lookup.ticket, script_.byte() % 4 != 0);
    }
    bench_.authenticator.wrong_password.erase("alice");
  }

  void change_the_world() {
    const std::uint8_t bits = script_.byte();
    bench_.quota.per_user = bits % 4 + std::size_t{1};
    bench_.port_failure = [bits](const turn::OpenRelay& open) {
      return (bits & (open.ip.is_v4() ? 4 : 8)) != 0;
    };
    if (bits == 0xff) bench_.server.begin_drain();
    bench_.take_events();
    bench_.take_routes();
  }

  const std::vector<TransportAddress> peers_{
      "203.0.113.1:1"_peer,     "203.0.113.1:2"_peer,       "203.0.113.2:1"_peer,
      "[2001:db8:1::1]:1"_peer, "[2001:db8:1::1]:2"_peer,   "127.0.0.1:1"_peer,
      "10.0.0.5:50002"_peer,    "[::ffff:10.0.0.5]:1"_peer, "0.0.0.0:0"_peer};
  Script script_;
  TurnBench bench_;
  std::vector<BenchClient> clients_;
  turn::ReservationToken token_{};
};

}  // namespace
}  // namespace support

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  support::Schedule(std::as_bytes(std::span(data, size))).run();
  return 0;
}
