// The control path: what the server wants done. It asks for a socket or a user and is answered once
// its effects are drained, as its contract says.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>

#include "relay/exchange.h"
#include "stun/message_type.h"

namespace relay {
namespace {

stun::MessageType type_of(stun::Bytes message) {
  return stun::MessageType::decode(stun::load_u16(message, 0));
}

}  // namespace

Exchange::Exchange(const ExchangeParts& parts)
    : worker_(parts.worker),
      last_lane_(parts.last_lane),
      plain_datagrams_(parts.plain_datagrams),
      limits_bindings_(!parts.config.discovery.empty()),
      ports_(parts.ports),
      sink_(parts.sink),
      counters_(parts.counters),
      reactor_(parts.reactor),
      alarm_(parts.alarm),
      colleagues_(parts.colleagues),
      tickets_(parts.colleagues != nullptr ? std::optional<turn::TicketSealer>(
                                                 std::in_place, parts.colleagues->ticket_key())
                                           : std::nullopt),
      server_({parts.config,
               parts.peer_policy,
               parts.authenticator,
               parts.quota,
               random_,
               {.index = static_cast<std::uint32_t>(parts.worker),
                .of = static_cast<std::uint32_t>(parts.worker_count)},
               tickets_ ? &*tickets_ : nullptr,
               static_cast<std::uint8_t>(parts.worker)}),
      streams_(parts.streams, parts.reactor, *this, parts.counters.datagrams, parts.house,
               parts.tls),
      dtls_clients_(parts.dtls_limits, *this, parts.alarm, random_, parts.counters.dtls,
                    parts.dtls),
      ring_(parts.use_ring ? net::Ring::open() : nullptr),
      batch_(ring_.get()),
      outbox_(parts.counters.datagrams, ring_.get()),
      trusted_proxies_(parts.streams.trusted_proxies),
      hand_over_(parts.hand_over),
      peer_connections_(parts.ports, parts.reactor, *this, parts.streams.linger),
      relay_sockets_(parts.ports, parts.reactor, *this) {
  if (parts.answers_to_strangers != 0) {
    stranger_limit_.emplace(parts.answers_to_strangers, random_);
  }
  if (parts.share_relays) shared_.emplace(*this, random_);
}

Exchange::~Exchange() {
  for (auto& relay : relays_) {
    if (relay) close_relay(std::move(relay));
  }
  shared_.reset();
}

bool Exchange::listen(net::DatagramSocket socket) {
  auto listener = std::make_unique<UdpListener>(*this, std::move(socket));
  if (!reactor_.add(listener->socket.fd(), *listener)) return false;
  listeners_.push_back(std::move(listener));
  return true;
}

void Exchange::on_time(Time now) {
  server_.handle_time(now);
  drain(now);
  if (now >= sweep_streams_at_) {  // There may be many, and deadlines many times a second.
    streams_.sweep(now);
    sweep_streams_at_ = now + std::chrono::milliseconds(900);
    publish_stranger_limit(now);
  }
  dtls_clients_.on_time(now);
  sweep_return_paths(now);
  peer_connections_.on_time(now);
  relay_sockets_.on_time(now);
  if (shared_) shared_->expire(now);
}

void Exchange::on_stream_end(const turn::FiveTuple& client) {
  server_.handle_disconnect(client);
  drain(std::chrono::steady_clock::now());
}

void Exchange::on_stream_count(std::size_t count) { counters_.stream_clients.set(count); }

void Exchange::on_proxy_refused(const turn::TransportAddress& proxy, std::string_view reason) {
  counters_.proxy_refusals.add();
  sink_.warn(fmt::format("refused {} on a port for proxies: {}", proxy.to_string(), reason));
}

void Exchange::on_tls(const turn::FiveTuple& client, bool established,
                      std::string_view description) {
  (established ? counters_.tls_handshakes : counters_.tls_failures).add();
  if (!established) sink_.tls_failure(client, description);
  sink_.debug(fmt::format("tls {} {}: {}", established ? "established with" : "failed with",
                          client.client.to_string(), description));
}

void Exchange::drain(Time now) {
  bool any = false;
  do {
    while (const std::optional<turn::Effect> effect = server_.poll_effect()) {
      any = true;
      publish_counters();  // Who has the answer finds itself counted.
      std::visit([&](const auto& wanted) { perform(wanted, now); }, *effect);
    }
  } while (answer_server(now));
  if (!any) return;
  if (const std::optional<Time> deadline = server_.next_deadline()) alarm_.wake_by(*deadline);
}

/// Answers one question. False: none was open.
bool Exchange::answer_server(Time now) {
  if (!to_open_.empty()) {
    const turn::OpenRelay request = to_open_.front();
    to_open_.erase(to_open_.begin());
    server_.handle_relay_opened(request.relay, open_relay(request, now), now);
    return true;
  }
  if (!unreachable_.empty()) {
    const turn::ConnectionId connection = unreachable_.front();
    unreachable_.erase(unreachable_.begin());
    server_.handle_peer_connected(connection, false, now);
    return true;
  }
  if (!to_look_up_.empty()) {
    const std::uint32_t ticket = to_look_up_.front();
    to_look_up_.erase(to_look_up_.begin());
    server_.handle_lookup(ticket, {}, now);  // There is no database: no such user.
    return true;
  }
  return false;
}

void Exchange::perform(const turn::Send& effect, Time now) {
  sink_.message(effect.to);
  if (!may_answer(effect, now)) {
    counters_.strangers_unanswered.add();
    if (effect.is_401) counters_.dropped_401.add();
    return;
  }
  count_answer(effect);
  if (is_stream(effect.to.transport)) return streams_.send_control(effect.to, effect.bytes);
  if (effect.to.transport == turn::Transport::dtls) {
    return dtls_clients_.send_control(effect.to, effect.bytes);
  }
  UdpListener* const listener = listener_of(effect.to.server);
  if (listener == nullptr) return;
  const turn::TransportAddress to = way_to(*listener, effect.to);
  if (to.port == 0) return;
  // The bytes live in the server until its next call only.
  outbox_.add_copy(listener->socket, {.to = to, .source = effect.to.server.ip}, effect.bytes);
}

/// What goes to a source that may be forged, and is longer than the request, is limited.
bool Exchange::may_answer(const turn::Send& effect, Time now) {
  return !stranger_limit_ || effect.to.transport != turn::Transport::udp ||
         !is_limited(effect.bytes) || server_.find(effect.to, now) != nullptr ||
         stranger_limit_->allows(effect.to.client.ip, now);
}

bool Exchange::is_limited(stun::Bytes answer) const {
  const bool classic = stun::load_u32(answer, 4) != stun::magic_cookie;
  return limits_bindings_ || classic || type_of(answer).message_class == stun::Class::error;
}

void Exchange::count_answer(const turn::Send& answer) {
  if (answer.is_401) counters_.answers_401.add();
  const stun::MessageType type = type_of(answer.bytes);
  if (type.method != stun::Method::binding) return;
  const bool failed = type.message_class == stun::Class::error;
  (failed ? counters_.binding_errors : counters_.binding_responses).add();
}

void Exchange::perform(const turn::OpenRelay& effect, Time) { to_open_.push_back(effect); }
void Exchange::perform(const turn::LookUpUser& effect, Time) {
  to_look_up_.push_back(effect.ticket);
}

std::optional<turn::TransportAddress> Exchange::open_relay(const turn::OpenRelay& request,
                                                           Time now) {
  if (request.transport == turn::RelayTransport::tcp) return open_tcp_relay(request);
  if (shared_ && !request.apart && !request.claim && request.parity == turn::Parity::any) {
    return shared_->enter(request.relay, request.ip, now);
  }
  return open_own_relay(request, now);
}

std::optional<turn::TransportAddress> Exchange::open_own_relay(const turn::OpenRelay& request,
                                                               Time now) {
  std::unique_ptr<RelaySocket> relay = relay_sockets_.open(request, random_, now);
  if (!relay) {
    warn_of_descriptors();
    return std::nullopt;
  }
  const turn::TransportAddress bound = relay->socket.local();
  place(std::move(relay));
  return bound;
}

void Exchange::warn_of_descriptors() {
  if (!net::out_of_descriptors()) return;
  sink_.warn(
      "an allocation was refused for want of a file descriptor: raise the limit "
      "(ulimit -n, LimitNOFILE), or let allocations share sockets "
      "(--relay-sockets=shared)");
}

void Exchange::place(std::unique_ptr<RelaySocket> relay) {
  const std::size_t slot = relay->id.slot;
  if (slot >= relays_.size()) relays_.resize(slot + 1);
  relays_[slot] = std::move(relay);
}

void Exchange::perform(const turn::CloseRelay& effect, Time now) {
  peer_connections_.stop_listening(effect.relay);
  if (shared_ && shared_->has(effect.relay)) shared_->leave(effect.relay, now);
  if (relay_of(effect.relay) != nullptr) close_relay(std::move(relays_[effect.relay.slot]));
}

void Exchange::close_relay(std::unique_ptr<RelaySocket> relay) {
  if (relay->lane) counters_.lanes.set(--lane_count_);
  relay_sockets_.close(std::move(relay));
}

void Exchange::forget(RelaySocket& relay) {
  outbox_.release(relay.socket);
  std::ranges::replace(ready_, &relay, static_cast<RelaySocket*>(nullptr));
}

// Routes are for an accelerator; without one, every packet takes the way through this process.
void Exchange::perform(const turn::BindRoute&, Time) {}
void Exchange::perform(const turn::DropRoute&, Time) {}

void Exchange::perform(const turn::Event& effect, Time) {
  if (sink_.wants_events()) sink_.event(worker_, effect);
}

void Exchange::publish_counters() {
  const turn::Counters& counted = server_.counters();
  counters_.allocations.set(counted.allocations);
  counters_.bindings.set(counted.bindings);
  counters_.requests.set(counted.requests);
  counters_.auth_failures.set(counted.auth_failures);
  counters_.errors.set(counted.errors);
}

void Exchange::publish_stranger_limit(Time now) {
  if (!stranger_limit_) return;
  counters_.stranger_buckets.set(net::StrangerLimit::buckets);
  counters_.busy_stranger_buckets.set(stranger_limit_->busy_buckets(now));
  counters_.stranger_collisions.set(stranger_limit_->collisions());
}

}  // namespace relay
