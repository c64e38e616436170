// A turn::Server on a bench: a clock moved by hand, randomness from a seed, relays that are entries
// of a real PortPool and real Reservations, no sockets. After every call the effects are drained as
// a worker drains them and the invariants are checked. Clients talk to it through BenchClient.
#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "stun/message_builder.h"
#include "tests/support/turn_answers.h"
#include "tests/support/turn_fakes.h"
#include "turn/peer_policy.h"
#include "turn/port_pool.h"
#include "turn/reservations.h"
#include "turn/server.h"

namespace support {

class BenchClient;

class TurnBench {
 public:
  /// Relays on 192.0.2.1 and 2001:db8::1.
  static turn::Config dual_stack();
  static turn::Config ipv4_only();

  explicit TurnBench(turn::Config options = dual_stack(), turn::PeerRules rules = {},
                     std::uint16_t first_port = 50000, std::uint16_t last_port = 50099,
                     std::optional<std::uint8_t> mobile_worker = {});

  BenchClient client(std::string_view address, turn::Transport transport = turn::Transport::udp,
                     std::string user = "alice");

  /// Moves the clock; whatever is due on the way is done when it is due.
  void advance(turn::Time::duration by);
  /// Moves the clock alone, as if the timer were late.
  void sleep(turn::Time::duration by) { now += by; }
  /// The answer to the LookUpUser of that ticket, and what it leads to.
  Answer look_up(std::uint32_t ticket, bool found);
  /// Carries out the FetchAllocation of another bench: its relays go along, and what they cost.
  void hand_over(const turn::FetchAllocation& wanted, TurnBench& to);
  /// What handle_resumed() leads to.
  Answer resumed(std::uint32_t question, const turn::ResumeAnswer& answer);
  /// What the client of the relay at `datagram.to` gets of it.
  std::optional<ClientData> deliver(const PeerDatagram& datagram);

  // Connections to peers (RFC 6062): turn_connections.cpp.
  /// What came of an attempt; the answer to it is with the client's unasked ones.
  void connected(turn::ConnectionId connection, bool connected = true);
  /// A peer connects to the relay at that address.
  std::optional<turn::ConnectionId> accepted(const TransportAddress& relay,
                                             const TransportAddress& peer);
  /// One that was made, accepted or bound is over outside.
  void ended(turn::ConnectionId connection);
  /// What is there by the effects so far: attempts and connections, and who is bound to them.
  struct Open {
    turn::RelayId relay;
    TransportAddress peer;
    bool attempt = false;
    std::optional<turn::FiveTuple> bound = {};
  };
  const std::map<turn::ConnectionId, Open>& connections() const { return connections_; }

  std::size_t taken_ports() const;
  bool is_open(const TransportAddress& relay) const;
  /// The relay bound to that address.
  std::optional<turn::RelayId> relay_at(const TransportAddress& bound) const;
  /// What has been queued since the last time, Send and the relays' effects apart.
  std::vector<turn::Event> take_events() { return std::exchange(events_, {}); }
  std::vector<turn::Effect> take_routes() { return std::exchange(routes_, {}); }
  std::vector<turn::LookUpUser> take_lookups() { return std::exchange(lookups_, {}); }
  std::size_t effects_seen() const { return effects_seen_; }

  const turn::Config config;
  FakeAuthenticator authenticator;
  FakeQuota quota;
  SeededRandom random{1};
  /// No whole second, and far from zero, as real clocks are.
  turn::Time now{std::chrono::milliseconds(1'000'000'250)};
  /// True: no port can be had for it.
  std::function<bool(const turn::OpenRelay&)> port_failure = [](const auto&) { return false; };

 private:
  turn::PeerPolicy policy_;
  turn::TicketSealer tickets_{{}};

 public:
  turn::Server server;

 private:
  friend class BenchClient;
  turn::PeerRules complete(turn::PeerRules rules);
  /// Drains what a handle_* call left behind.
  void drain();
  void carry_out(const turn::Effect& effect);
  void carry_out_connection(const turn::Effect& effect);
  void open(const turn::OpenRelay& request);
  std::optional<TransportAddress> claim_port(const turn::OpenRelay& request);
  void expire_reservations();
  Answer take_answer(const turn::FiveTuple& client);
  void set_aside();
  PeerDatagram as_datagram(const turn::ToPeer& forward) const;

  std::map<turn::IpAddress, std::unique_ptr<turn::PortPool>> pools_;
  turn::Reservations reservations_;
  std::map<std::pair<std::uint32_t, std::uint32_t>, TransportAddress> relays_;
  std::vector<std::pair<turn::FiveTuple, std::vector<std::byte>>> outbox_;
  std::vector<std::pair<turn::FiveTuple, std::vector<std::byte>>> unasked_;
  std::map<turn::ConnectionId, Open> connections_;
  std::vector<turn::Event> events_;
  std::vector<turn::Effect> routes_;
  std::vector<turn::LookUpUser> lookups_;
  std::size_t effects_seen_ = 0;
  std::uint64_t transactions_ = 0;
};

/// Attributes of an Allocate as a client may think them up.
struct Allocate {
  std::optional<Seconds> lifetime{};
  std::optional<std::uint8_t> transport = 17;
  std::optional<std::uint8_t> family{};
  std::optional<std::uint8_t> additional_family{};
  std::optional<std::uint8_t> even_port{};  // 0x80: and the next one
  std::optional<turn::ReservationToken> token{};
  bool dont_fragment = false;
};
inline constexpr std::uint8_t and_reserve_next = 0x80;
inline constexpr std::uint8_t ipv4 = 0x01, ipv6 = 0x02;

class BenchClient {
 public:
  using Build = std::function<void(stun::MessageBuilder&)>;

  BenchClient(TurnBench& bench, const turn::FiveTuple& tuple, std::string user)
      : bench_(&bench), tuple_(tuple), user_(std::move(user)) {}

  Answer allocate(const Allocate& wanted);
  Answer allocate(std::optional<Seconds> lifetime = {}) { return allocate({.lifetime = lifetime}); }
  Answer refresh(std::optional<Seconds> lifetime = {}, std::optional<std::uint8_t> family = {});
  Answer permit(const std::vector<TransportAddress>& peers);
  Answer permit(std::initializer_list<TransportAddress> peers) {
    return permit(std::vector(peers));
  }
  Answer permit(const TransportAddress& peer) { return permit(std::vector{peer}); }
  Answer bind(std::uint16_t channel, const TransportAddress& peer);
  /// A TCP allocation and its connections (RFC 6062): turn_connections.cpp.
  Answer allocate_tcp(std::optional<Seconds> lifetime = {}) {
    return allocate({.lifetime = lifetime, .transport = 6});
  }
  Answer connect(const TransportAddress& peer);
  /// Connect, and the one attempt that it led to succeeds.
  turn::ConnectionId connected(const TransportAddress& peer);
  Answer bind(turn::ConnectionId connection);
  /// What came without a request of this moment: late answers, indications.
  std::vector<Answer> take_unasked();
  /// Any request, with USERNAME in front of what `build` adds unless this client has no name.
  Answer request(stun::Method method, const Build& build = [](auto&) {});
  /// These bytes as they are.
  Answer exchange(turn::Bytes message);
  /// These bytes, whatever they are: what left the relay because of them. Answers are dropped.
  std::optional<PeerDatagram> says(turn::Bytes message);
  Answer retransmit() { return exchange(std::vector(last_request_)); }
  std::vector<std::byte> make(stun::MessageType type, const Build& build);

  /// A Send indication, and what left the relay.
  std::optional<PeerDatagram> sends(const TransportAddress& peer, std::string_view payload);
  std::optional<PeerDatagram> sends_unfragmented(const TransportAddress& peer,
                                                 std::string_view payload);
  std::optional<PeerDatagram> indicates(const Build& build);
  /// ChannelData, and what left the relay.
  std::optional<PeerDatagram> sends(std::uint16_t channel, std::string_view payload);
  std::optional<PeerDatagram> sends_on_channel(turn::Bytes message);
  /// A datagram from `peer` to the relay, and what the client gets of it.
  std::optional<ClientData> hears(const TransportAddress& peer, std::string_view payload);
  /// The same as bytes on the wire; none: nothing.
  std::vector<std::byte> hears_bytes(const TransportAddress& peer, std::string_view payload);
  /// What the client is told of an error on the way to `peer`, as bytes; none: nothing.
  std::vector<std::byte> hears_error(const TransportAddress& peer, const turn::IcmpError& error);
  void disconnect();

  /// The relayed address that the last Allocate gave, as the client knows it.
  TransportAddress relayed(Family family = Family::ipv4) const;
  turn::Allocation* allocation() { return bench_->server.find(tuple_, bench_->now); }
  const turn::FiveTuple& tuple() const { return tuple_; }
  const std::string& user() const { return user_; }
  BenchClient as(std::string user) const { return {*bench_, tuple_, std::move(user)}; }

 private:
  TurnBench* bench_;
  turn::FiveTuple tuple_;
  std::string user_;
  std::vector<std::byte> last_request_;
  std::vector<TransportAddress> relayed_;
};

}  // namespace support
