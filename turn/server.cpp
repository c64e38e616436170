// The way of a message through the server (RFC 8489 6.3, RFC 8656 5): what it is, who sent it,
// which handler takes it, and the answer out. The handlers have files of their own.
#include "turn/server.h"

#include <algorithm>
#include <cassert>

#include "stun/attributes.h"
#include "stun/fingerprint.h"
#include "turn/quota.h"
#include "turn/server_state.h"
#include "turn/unknown_attributes.h"

namespace turn {
namespace {

/// The methods of TURN that a client makes requests of.
bool is_request_method(stun::Method method) {
  switch (method) {
    case stun::Method::allocate:
    case stun::Method::refresh:
    case stun::Method::create_permission:
    case stun::Method::channel_bind:
    case stun::Method::connect:
    case stun::Method::connection_bind:
      return true;
    default:
      return false;
  }
}

}  // namespace

using stun::Class;
using stun::ErrorCode;
using stun::MessageView;
using stun::Method;

Server::Server(const Parts& parts) : state_(std::make_unique<State>(parts)) {}
Server::~Server() = default;

std::optional<ToPeer> Server::handle_client(const FiveTuple& client, Bytes bytes, Time now) {
  State& state = *state_;
  assert(!state.opening && "OpenRelay is answered before the next message");
  const auto message = MessageView::parse(bytes);
  if (!message && state.on_classic_binding(client, bytes)) return std::nullopt;
  if (!message ||
      (message->has(stun::AttributeType::fingerprint) && !verify_fingerprint(*message))) {
    ++state.counters.malformed;
    return std::nullopt;
  }
  const auto [method, message_class] = message->type();
  if (message_class == Class::indication) {
    return method == Method::send ? state.on_send(client, *message, now) : std::nullopt;
  }
  if (message_class != Class::request || bytes.size() > max_control_message) {
    ++state.counters.malformed;
  } else if (method == Method::binding) {
    state.on_binding(client, *message, now);
  } else {
    state.on_request(client, *message, now);
  }
  return std::nullopt;
}

RequestContext Server::State::context_of(const FiveTuple& client, const MessageView& message) {
  return {.client = client,
          .method = message.method(),
          .transaction = message.transaction_id(),
          .fingerprint = message.has(stun::AttributeType::fingerprint),
          .signature = {}};
}

void Server::State::on_request(const FiveTuple& client, const MessageView& message, Time now) {
  // RFC 8489 6.3: a method that is not known or has no requests is dropped without a word.
  if (message.method() != Method::binding &&
      (config.stun_only || !is_request_method(message.method()))) {
    return;
  }
  ++counters.requests;
  RequestContext context = context_of(client, message);
  if (config.alternates.before_authentication && context.method == Method::allocate &&
      find(client, now) == nullptr) {
    if (const auto elsewhere = redirect(context, {})) return send(context, *elsewhere, now);
  }
  const Allocation* const known = concerned(client, message);
  const auth::Verdict verdict =
      known != nullptr
          ? authenticator.check(message, client.client.ip, auth_session_of(*known), now)
          : authenticator.check(message, client.client.ip, now);
  if (const auto* refused = std::get_if<auth::Refused>(&verdict)) {
    return on_refused(std::move(context), *refused, now);
  }
  if (const auto* lookup = std::get_if<auth::LookUp>(&verdict)) {
    return on_lookup(client, message, *lookup);
  }
  const auto& accepted = std::get<auth::Accepted>(verdict);
  context.signature = accepted.signature;
  if (const auto reply = dispatch(
          {message, context, accepted.username, accepted.realm, now, accepted.lifetime_limit})) {
    send(context, *reply, now);
  }
}

auth::Session Server::State::auth_session_of(const Allocation& allocation) {
  if (!allocation.session) return {.username = allocation.username};
  const TokenSession& token = *allocation.session;
  return {token.username, auth::Session::Token{token.key, token.ends}};
}

/// The allocation whose credentials the request may have; null: none that we know.
const Allocation* Server::State::concerned(const FiveTuple& client, const MessageView& message) {
  if (message.method() != Method::connection_bind) {
    if (const Allocation* const known = allocations.find(client)) return known;
    const auto* const who = expected.find(client);
    const auto moving =
        who != nullptr ? allocation_by_name.find(who->allocation) : allocation_by_name.end();
    return moving != allocation_by_name.end() ? moving->second : nullptr;
  }
  const auto value = message.value(stun::AttributeType::connection_id);
  const auto id = value ? stun::decode_u32(*value) : std::nullopt;
  const Connection* const connection = id ? connections.find(ConnectionId{*id}) : nullptr;
  return connection != nullptr ? connection->allocation : nullptr;
}

void Server::State::on_refused(RequestContext context, const auth::Refused& refused, Time now) {
  const bool first = refused.reason == auth::Reason::no_credentials;
  ++(first ? counters.challenges : counters.auth_failures);
  Reply reply = Reply::error(refused.code);
  reply.challenge =
      refused.code == ErrorCode::unauthenticated || refused.code == ErrorCode::stale_nonce;
  reply.realm = refused.realm;
  if (refused.code == ErrorCode::unknown_attribute) {
    reply.unknown[reply.unknown_count++] = stun::AttributeType::access_token;
  }
  // A stale nonce is the protocol's daily business, like the first challenge: nobody failed.
  if (config.events && !first && refused.reason != auth::Reason::stale_nonce) {
    effects.push(Event{.kind = Event::Kind::refused,
                       .client = context.client,
                       .username = std::string(refused.username),
                       .code = refused.code,
                       .reason = auth::to_string(refused.reason),
                       .method = static_cast<std::uint16_t>(context.method)});
  }
  send(context, reply, now);
}

void Server::State::on_lookup(const FiveTuple& client, const MessageView& message,
                              const auth::LookUp& lookup) {
  const auto ticket = pending.add(client, message.bytes(), lookup.username, lookup.realm);
  if (!ticket) {
    ++counters.lookups_dropped;
    return;
  }
  effects.push(LookUpUser{*ticket, std::string(lookup.username), std::string(lookup.realm)});
}

std::optional<Reply> Server::State::dispatch(const Request& request) {
  Reply unknown = Reply::error(ErrorCode::unknown_attribute);
  unknown.unknown_count =
      unknown_attributes(request.message, unknown.unknown, knows_discovery(request.context));
  if (unknown.unknown_count > 0) return unknown;  // RFC 8489 6.3.1

  switch (request.context.method) {
    case Method::binding:
      return bind(request);
    case Method::allocate:
      return on_allocate(request);
    case Method::refresh:
    case Method::create_permission:
    case Method::channel_bind:
    case Method::connect:
      break;
    case Method::connection_bind:
      return on_connection_bind(request);
    default:
      return Reply::error(ErrorCode::bad_request);
  }

  if (request.context.method == Method::refresh &&
      request.message.has(stun::AttributeType::mobility_ticket)) {
    return on_resume(request);
  }
  Allocation* allocation = find(request.context.client, request.now);
  if (allocation == nullptr) allocation = arrive(request.context.client, request.now);
  if (allocation == nullptr && expected.find(request.context.client) != nullptr) {
    return std::nullopt;  // It is taken up again when the allocation is here.
  }
  if (allocation == nullptr) return Reply::error(ErrorCode::allocation_mismatch);  // 5-8
  if (!is_owner(request, *allocation) || !has_same_origin(request.message, *allocation)) {
    return Reply::error(ErrorCode::wrong_credentials);  // 5-9
  }
  note_session(request, *allocation);
  if (request.context.method == Method::connect) return on_connect(request, *allocation);
  if (request.context.method == Method::refresh) return on_refresh(request, *allocation);
  if (request.context.method == Method::channel_bind) return on_channel_bind(request, *allocation);
  return on_create_permission(request, *allocation);
}

/// By access tokens whoever has one for this server: each may come with another key's name, since
/// authorization servers change their keys, and the server does not learn whom it was given to.
bool Server::State::is_owner(const Request& request, const Allocation& allocation) {
  if (allocation.realm != request.realm) return false;
  if (allocation.session) return request.lifetime_limit.has_value();
  return allocation.username == request.username && !request.lifetime_limit;
}

/// The token that came last counts (RFC 7635 7).
void Server::State::note_session(const Request& request, Allocation& allocation) {
  if (auto session = session_of(request)) {
    allocation.session = std::make_unique<TokenSession>(*std::move(session));
  }
}

std::optional<TokenSession> Server::State::session_of(const Request& request) {
  if (!request.message.has(stun::AttributeType::access_token) || !request.lifetime_limit) {
    return std::nullopt;
  }
  return TokenSession{std::string(request.username), request.context.signature.key,
                      request.now + *request.lifetime_limit};
}

/// --check-origin-consistency: who allocated with an ORIGIN goes on with it.
bool Server::State::has_same_origin(const MessageView& message, const Allocation& allocation) {
  if (!allocation.origin) return true;
  const auto origin = message.value(stun::AttributeType::origin);
  return origin && stun::as_text(*origin) == *allocation.origin;
}

void Server::State::send(const RequestContext& context, const Reply& reply,
                         std::span<std::byte> buffer, Time now) {
  if (reply.code && !reply.challenge) ++counters.errors;
  const ReplyStyle style{config.software, config.reason_phrases, config.always_fingerprint};
  const Bytes bytes = write_reply(reply, context, style, authenticator, buffer, now);
  if (!bytes.empty()) {
    effects.push(Send{.to = reply.way.value_or(context.client),
                      .bytes = bytes,
                      .is_401 = reply.code == ErrorCode::unauthenticated});
  }
  if (reply.bound) effects.push(BindConnection{*reply.bound, context.client});
}

void Server::handle_lookup(std::uint32_t ticket, const auth::LookUpAnswer& answer, Time now) {
  PendingRequests::Request* request = state_->pending.find(ticket);
  if (request == nullptr) return;
  state_->authenticator.learn(request->username, request->realm, answer, now);
  state_->pending.release(*request);
  handle_client(FiveTuple(request->client), request->bytes(), now);
}

std::optional<Effect> Server::poll_effect() { return state_->effects.pop(); }
void Server::begin_drain() { state_->draining = true; }
const Counters& Server::counters() const { return state_->counters; }
std::size_t Server::allocation_count() const { return state_->allocations.size(); }

std::optional<Time> Server::next_deadline() const {
  // The wheel may still remember the deadline of the last one that ended.
  if (state_->allocations.size() == 0) return std::nullopt;
  const std::optional<Time> of_allocations = state_->wheel.next();
  const std::optional<Time> of_connections = state_->connections.next_deadline();
  if (!of_allocations || !of_connections) return of_allocations ? of_allocations : of_connections;
  return std::min(*of_allocations, *of_connections);
}

void Server::check_invariants(Time now) const {
  assert(state_->counters.allocations == state_->allocations.size());
  state_->allocations.check_invariants(now);
#ifndef NDEBUG
  for (const auto& [name, allocation] : state_->allocation_by_name) {
    assert(state_->allocations.find(allocation->client) == allocation);
    assert(allocation->mobility->name == name);
  }
#endif
  assert(state_->connections.consistent());
}

}  // namespace turn
