// Receiving an Allocate Request (RFC 8656 7.2). Paragraph numbers below are of that section.
#include <cassert>

#include "turn/quota.h"
#include "turn/server_state.h"

namespace turn {

using stun::ErrorCode;

std::optional<Reply> Server::State::on_allocate(const Request& request) {
  // 2: the five-tuple is in use; the same transaction again means that our answer was lost.
  if (Allocation* allocation = find(request.context.client, request.now)) {
    if (allocation->transaction == request.context.transaction && is_owner(request, *allocation)) {
      return allocated(*allocation, request.now);
    }
    return Reply::error(ErrorCode::allocation_mismatch);
  }
  if (const auto elsewhere = redirect(request.context, request.username)) return elsewhere;
  // 3 to 8: the attributes.
  const auto wanted = AllocateRequest::parse(request.message, config);
  if (!wanted) return Reply::error(wanted.error());
  // RFC 6062 5.1: whoever wants to relay TCP comes by TCP or TLS.
  if (wanted->tcp && !is_stream(request.context.client.transport)) {
    return Reply::error(ErrorCode::bad_request);
  }
  if (const auto code = refuses_ticket(request)) return Reply::error(*code);
  if (!forget_expected(request.context.client)) return Reply::error(ErrorCode::allocation_mismatch);
  if (draining) {
    return refuse_allocation(request.context.client, request.username, ErrorCode::forbidden,
                             "the server is draining");
  }
  return begin_allocation(request, *wanted);
}

std::optional<Reply> Server::State::redirect(const RequestContext& context,
                                             std::string_view username) {
  const FiveTuple& client = context.client;
  Reply reply = Reply::error(ErrorCode::try_alternate);
  reply.alternate = redirection.next(client, addresses.advertised(client.server));
  if (!reply.alternate) return std::nullopt;
  // RFC 8489 10: the sign of a client that can make use of ALTERNATE-DOMAIN.
  const bool knows_domains =
      context.signature.algorithm == auth::Signature::Algorithm::sha256 &&
      (client.transport == Transport::tls || client.transport == Transport::dtls);
  if (!knows_domains) reply.alternate->domain = {};
  if (config.events) {
    effects.push(Event{.kind = Event::Kind::redirected,
                       .client = client,
                       .username = std::string(username),
                       .peer = reply.alternate->address,
                       .code = ErrorCode::try_alternate});
  }
  return reply;
}

/// RFC 8016 3.1.2.
std::optional<ErrorCode> Server::State::refuses_ticket(const Request& request) const {
  const auto ticket = request.message.value(stun::AttributeType::mobility_ticket);
  if (!ticket) return std::nullopt;
  if (tickets == nullptr) return ErrorCode::mobility_forbidden;
  if (!ticket->empty()) return ErrorCode::bad_request;
  return std::nullopt;
}

std::optional<Reply> Server::State::begin_allocation(const Request& request,
                                                     const AllocateRequest& wanted) {
  const FiveTuple& client = request.context.client;
  const Family default_family = config.default_family == DefaultFamily::keep
                                    ? client.client.ip.family()
                                : config.default_family == DefaultFamily::ipv6 ? Family::ipv6
                                                                               : Family::ipv4;
  const Family first =
      wanted.additional_ipv6 ? Family::ipv4 : wanted.family.value_or(default_family);
  // 7: of a dual allocation one family is enough.
  const bool has_first = addresses.has(first);
  const bool has_ipv6 = wanted.additional_ipv6 && addresses.has(Family::ipv6);
  if (!wanted.token && !has_first && !has_ipv6) {
    return Reply::error(ErrorCode::address_family_not_supported);
  }
  // 10: quotas, before anything is spent on the allocation.
  const Quota::Answer answer = quota.acquire(request.username, request.realm);
  if (answer != Quota::Answer::granted) {
    return refuse_allocation(client, request.username, ErrorCode::allocation_quota_reached,
                             to_string(answer));
  }
  Allocation& allocation = allocations.create(client, request.username);
  ++counters.allocations;
  note_session(request, allocation);
  allocation.transaction = request.context.transaction;
  allocation.granted = grant(wanted.lifetime, request.lifetime_limit);
  if (wanted.tcp) allocation.connections = std::make_unique<std::vector<ConnectionId>>();
  allocation.realm = request.realm;
  limit_bandwidth(allocation, wanted);
  if (const auto origin = request.message.value(stun::AttributeType::origin);
      origin && config.check_origin) {
    allocation.origin = std::make_unique<const std::string>(stun::as_text(*origin));
  }
  // The data connections of a TCP allocation could not come along.
  if (request.message.has(stun::AttributeType::mobility_ticket) && !wanted.tcp) {
    allocation.mobility = std::make_unique<Mobility>();
    allocation.mobility->name = {worker, ++last_serial};
  }
  if (!has_first && !wanted.token) {
    allocation.address_error = {first, ErrorCode::address_family_not_supported};
  }
  if (wanted.additional_ipv6 && !has_ipv6) {
    allocation.address_error = {Family::ipv6, ErrorCode::address_family_not_supported};
  }
  opening = Opening{&allocation, request.context, 0};
  if (has_first || wanted.token) open_relay(allocation, allocation.relays[0], first, wanted);
  if (has_ipv6) open_relay(allocation, allocation.relays[1], Family::ipv6, wanted);
  return std::nullopt;
}

/// The realm's limit, or what the client wants to get by with (BANDWIDTH).
void Server::State::limit_bandwidth(Allocation& allocation, const AllocateRequest& wanted) const {
  const std::uint64_t most = config.max_bps_of(allocation.realm);
  const std::uint64_t wish = wanted.bytes_per_second.value_or(0);
  const std::uint64_t limit = most == 0 || wish == 0 ? std::max(most, wish) : std::min(most, wish);
  if (limit == 0) return;
  allocation.buckets = std::make_unique<Allocation::Buckets>();
  allocation.buckets->bytes_per_second = limit;
  allocation.buckets->asked_for = wish != 0;
}

void Server::State::open_relay(Allocation& allocation, Relay& relay, Family family,
                               const AllocateRequest& wanted) {
  relay.id = allocations.name_relay(allocation);
  relay.state = Relay::State::opening;
  relay.family = family;
  OpenRelay open{.relay = relay.id};
  open.apart = allocation.mobility != nullptr;
  if (wanted.tcp) open.transport = RelayTransport::tcp;
  if (wanted.token) {
    open.claim = true;
    open.token = *wanted.token;
  } else {
    open.ip = addresses.pick(family, allocation.client.server.ip);
    open.parity = wanted.reserve_next ? Parity::even_and_reserve
                  : wanted.even_port  ? Parity::even
                                      : Parity::any;
  }
  if (wanted.reserve_next) {
    random.fill(open.token);
    allocation.reservation = open.token;
  }
  ++opening->unanswered;
  effects.push(open);
}

void Server::handle_relay_opened(RelayId id, const std::optional<TransportAddress>& bound,
                                 Time now) {
  State& state = *state_;
  Allocation* allocation = state.allocations.find(id);
  if (!state.opening || allocation != state.opening->allocation) return;
  Relay& relay = allocation->relays[allocation->relays[0].id == id ? 0 : 1];
  if (relay.state != Relay::State::opening) return;
  if (bound) {
    relay.state = Relay::State::open;
    relay.family = bound->ip.family();
    relay.bound = *bound;
    relay.advertised = state.addresses.advertised(*bound);
    relay.expires_at = now + allocation->granted;
  } else {
    allocation->address_error = {relay.family, ErrorCode::insufficient_capacity};
    state.allocations.forget_relay(id);
    relay = Relay{};
  }
  if (--state.opening->unanswered == 0) state.finish_allocation(now);
}

void Server::State::finish_allocation(Time now) {
  const Opening done = *std::exchange(opening, std::nullopt);
  Allocation& allocation = *done.allocation;
  if (!allocation.live(now)) {
    // 9: no port of the kind that was asked for, or no such reservation.
    const Reply reply = refuse_allocation(done.context.client, allocation.username,
                                          ErrorCode::insufficient_capacity,
                                          "no relay port of the kind asked for is free");
    quota.release(allocation.username, allocation.realm);
    --counters.allocations;
    allocations.erase(allocation);
    return send(done.context, reply, now);
  }
  if (allocation.mobility) allocation_by_name.emplace(allocation.mobility->name, &allocation);
  ++counters.allocations_made;
  arm(allocation);
  report(Event::Kind::allocated, allocation, {.lifetime = allocation.granted});
  send(done.context, allocated(allocation, now), now);
}

Reply Server::State::refuse_allocation(const FiveTuple& client, std::string_view username,
                                       ErrorCode code, std::string_view reason) {
  if (config.events) {
    effects.push(Event{.kind = Event::Kind::allocation_refused,
                       .client = client,
                       .username = std::string(username),
                       .code = code,
                       .reason = reason,
                       .method = static_cast<std::uint16_t>(stun::Method::allocate)});
  }
  return Reply::error(code);
}

Reply Server::State::allocated(const Allocation& allocation, Time now) const {
  Reply reply = Reply::success();
  for (std::size_t i = 0; i < allocation.relays.size(); ++i) {
    if (allocation.relays[i].live(now)) reply.relayed[i] = allocation.relays[i].advertised;
  }
  reply.mapped = allocation.client.client;
  reply.lifetime = allocation.granted;
  reply.reservation = allocation.reservation;
  if (allocation.buckets && allocation.buckets->asked_for) {
    reply.bandwidth = static_cast<std::uint32_t>(
        std::min<std::uint64_t>(allocation.buckets->bytes_per_second / bandwidth_unit, 0xffffffff));
  }
  reply.ticket = ticket_of(allocation);
  reply.address_error = allocation.address_error;
  return reply;
}

Seconds Server::State::grant(std::optional<Seconds> wanted, std::optional<Seconds> limit) const {
  // 7.2: the default at least, the operator's bound at most, and no longer than the client's
  // credentials are good (RFC 7635 7).
  return std::min({std::max(wanted.value_or(default_lifetime), default_lifetime),
                   config.max_lifetime, limit.value_or(Seconds::max())});
}

}  // namespace turn
