#include "tests/support/turn_bench.h"

#include <algorithm>

#include "turn/allocation.h"

namespace support {

using turn::Effect;
using turn::IpAddress;
using turn::OpenRelay;

namespace {

constexpr std::string_view server_v4 = "192.0.2.10:3478", server_v6 = "[2001:db8::10]:3478";

std::vector<std::byte> copy_of(turn::Bytes bytes) { return {bytes.begin(), bytes.end()}; }

std::pair<std::uint32_t, std::uint32_t> key(turn::RelayId relay) {
  return {relay.slot, relay.generation};
}

}  // namespace

turn::Config TurnBench::dual_stack() {
  turn::Config config;
  config.relay_addresses = {{"192.0.2.1"_ip, {}}, {"2001:db8::1"_ip, {}}};
  return config;
}

turn::Config TurnBench::ipv4_only() {
  turn::Config config;
  config.relay_addresses = {{"192.0.2.1"_ip, {}}};
  return config;
}

TurnBench::TurnBench(turn::Config options, turn::PeerRules rules, std::uint16_t first_port,
                     std::uint16_t last_port, std::optional<std::uint8_t> mobile_worker)
    : config(std::move(options)),
      policy_(complete(std::move(rules))),
      server({config,
              policy_,
              authenticator,
              quota,
              random,
              {},
              mobile_worker ? &tickets_ : nullptr,
              mobile_worker.value_or(0)}) {
  for (const turn::RelayAddress& address : config.relay_addresses) {
    pools_.try_emplace(address.local, std::make_unique<turn::PortPool>(first_port, last_port));
  }
}

/// With the host's own addresses, as the service completes the operator's rules.
turn::PeerRules TurnBench::complete(turn::PeerRules rules) {
  for (const turn::RelayAddress& address : config.relay_addresses) {
    rules.own_relay_addresses.push_back(address.local);
    if (address.external) rules.own_relay_addresses.push_back(*address.external);
  }
  rules.relay_port_open = [this](const TransportAddress& asked) {
    return std::ranges::any_of(config.relay_addresses, [&](const turn::RelayAddress& address) {
      return (address.local == asked.ip || address.external == asked.ip) &&
             is_open({address.local, asked.port});
    });
  };
  return rules;
}

BenchClient TurnBench::client(std::string_view address, turn::Transport transport,
                              std::string user) {
  const TransportAddress from = TransportAddress::parse(address).value();
  const auto to = TransportAddress::parse(from.ip.is_v4() ? server_v4 : server_v6).value();
  return {*this, {.client = from, .server = to, .transport = transport}, std::move(user)};
}

void TurnBench::advance(turn::Time::duration by) {
  const turn::Time end = now + by;
  while (const auto deadline = server.next_deadline()) {
    if (*deadline > end) break;
    now = std::max(now, *deadline);
    server.handle_time(now);
    drain();
    require(server.next_deadline() != deadline, "handle_time left its deadline standing");
    set_aside();
  }
  now = end;
  expire_reservations();
}

Answer TurnBench::look_up(std::uint32_t ticket, bool found) {
  auth::LookUpAnswer answer;
  if (found) answer.md5.emplace();
  server.handle_lookup(ticket, answer, now);
  drain();
  require(outbox_.size() <= 1, "more than one answer");
  return outbox_.empty() ? Answer() : Answer(std::exchange(outbox_, {})[0].second);
}

std::optional<ClientData> TurnBench::deliver(const PeerDatagram& datagram) {
  const auto relay = relay_at(datagram.to);
  if (!relay) return std::nullopt;
  turn::Allocation* allocation = server.find(*relay, now);
  if (allocation == nullptr) return std::nullopt;  // Expired; the timer is yet to come.
  const auto payload = stun::as_bytes(datagram.payload);
  const auto forward = server.handle_peer(*allocation, datagram.from, payload, now);
  if (!forward) return std::nullopt;
  auto bytes = copy_of(forward->header_bytes());
  bytes.insert(bytes.end(), forward->payload.begin(), forward->payload.end());
  bytes.resize(bytes.size() + forward->padding);
  return ClientData::read(bytes);
}

void TurnBench::hand_over(const turn::FetchAllocation& wanted, TurnBench& to) {
  auto allocation = server.hand_over(wanted.allocation, wanted.client, now);
  drain();
  if (!allocation) {
    to.server.handle_not_found(wanted.client);
    return to.drain();
  }
  std::array<std::optional<TransportAddress>, 2> bound;
  for (std::size_t i = 0; i < bound.size(); ++i) {
    const auto at = relays_.find(key(allocation->relays[i].id));
    if (allocation->relays[i].state == turn::Relay::State::none) continue;
    require(at != relays_.end(), "handed over a relay that is not open");
    bound[i] = at->second;
    relays_.erase(at);
    if (pools_.at(bound[i]->ip)->taken(bound[i]->port)) {  // Else it was another bench's.
      pools_.at(bound[i]->ip)->release(bound[i]->port);
    }
  }
  quota.release(allocation->username, allocation->realm);
  to.quota.acquire(allocation->username, allocation->realm);
  const turn::Allocation* const adopted =
      to.server.adopt(std::move(allocation), wanted.client, to.now);
  for (std::size_t i = 0; adopted != nullptr && i < bound.size(); ++i) {
    if (bound[i]) to.relays_.emplace(key(adopted->relays[i].id), *bound[i]);
  }
  to.drain();
}

Answer TurnBench::resumed(std::uint32_t question, const turn::ResumeAnswer& answer) {
  server.handle_resumed(question, answer, now);
  drain();
  require(outbox_.size() <= 1, "more than one answer");
  return outbox_.empty() ? Answer() : Answer(std::exchange(outbox_, {})[0].second);
}

std::size_t TurnBench::taken_ports() const {
  std::size_t count = 0;
  for (const auto& [ip, pool] : pools_) count += pool->taken_count();
  return count;
}

std::optional<turn::RelayId> TurnBench::relay_at(const TransportAddress& bound) const {
  const auto at = std::ranges::find(relays_, bound, [](const auto& relay) { return relay.second; });
  if (at == relays_.end()) return std::nullopt;
  return turn::RelayId{at->first.first, at->first.second};
}

bool TurnBench::is_open(const TransportAddress& relay) const { return relay_at(relay).has_value(); }

void TurnBench::drain() {
  while (const auto effect = server.poll_effect()) {
    ++effects_seen_;
    carry_out(*effect);
  }
  server.check_invariants(now);
}

void TurnBench::carry_out(const Effect& effect) {
  if (const auto* send = std::get_if<turn::Send>(&effect)) {
    outbox_.emplace_back(send->to, copy_of(send->bytes));
  } else if (const auto* open_relay = std::get_if<OpenRelay>(&effect)) {
    open(*open_relay);
  } else if (const auto* close = std::get_if<turn::CloseRelay>(&effect)) {
    const auto at = relays_.find(key(close->relay));
    require(at != relays_.end(), "closed a relay that is not open");
    if (pools_.at(at->second.ip)->taken(at->second.port)) {  // Else it was another bench's.
      pools_.at(at->second.ip)->release(at->second.port);
    }
    relays_.erase(at);
  } else if (const auto* event = std::get_if<turn::Event>(&effect)) {
    events_.push_back(*event);
  } else if (const auto* lookup = std::get_if<turn::LookUpUser>(&effect)) {
    lookups_.push_back(*lookup);
  } else if (std::holds_alternative<turn::SeekAllocation>(effect) ||
             std::holds_alternative<turn::FetchAllocation>(effect) ||
             std::holds_alternative<turn::ForgetAllocation>(effect) ||
             std::holds_alternative<turn::BindRoute>(effect) ||
             std::holds_alternative<turn::DropRoute>(effect) ||
             std::holds_alternative<turn::ExpectPeer>(effect)) {
    routes_.push_back(effect);
  } else {
    carry_out_connection(effect);
  }
}

void TurnBench::open(const OpenRelay& request) {
  expire_reservations();
  const auto bound = port_failure(request) ? std::nullopt : claim_port(request);
  if (bound) {
    const bool is_new = relays_.try_emplace(key(request.relay), *bound).second;
    require(is_new, "a RelayId names two relays");
  }
  server.handle_relay_opened(request.relay, bound, now);
}

std::optional<TransportAddress> TurnBench::claim_port(const OpenRelay& request) {
  if (request.claim) {
    const auto kept = reservations_.claim(request.token, now);
    if (!kept) return std::nullopt;
    return kept->local;
  }
  turn::PortPool& pool = *pools_.at(request.ip);
  const auto port = pool.claim(request.parity, random);
  if (!port) return std::nullopt;
  if (request.parity == turn::Parity::even_and_reserve) {
    const TransportAddress next{request.ip, static_cast<std::uint16_t>(*port + 1)};
    require(reservations_.add(request.token, {.local = next}, now), "no room for a reservation");
  }
  return TransportAddress{request.ip, *port};
}

void TurnBench::expire_reservations() {
  while (const auto expired = reservations_.take_expired(now)) {
    pools_.at(expired->local.ip)->release(expired->local.port);
  }
}

Answer TurnBench::take_answer(const turn::FiveTuple& client) {
  const auto sent = std::exchange(outbox_, {});
  if (sent.empty()) return {};
  require(sent.size() == 1 && sent[0].first == client, "one answer, to the client that asked");
  return Answer(sent[0].second);
}

PeerDatagram TurnBench::as_datagram(const turn::ToPeer& forward) const {
  return {.from = relays_.at(key(forward.relay)),
          .to = forward.peer,
          .payload = text_of(forward.payload),
          .dont_fragment = forward.dont_fragment};
}

}  // namespace support
