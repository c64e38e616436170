// Receiving a Refresh Request with MOBILITY-TICKET (RFC 8016 3.2.2), and what follows from it until
// the allocation has its new five-tuple.
#include <algorithm>
#include <cassert>

#include "turn/quota.h"
#include "turn/server_state.h"

namespace turn {
namespace {

using stun::ErrorCode;

/// Questions to other workers that are open at the same time; a further one is answered 508.
constexpr std::size_t max_questions = 256;

ResumeAnswer refused(ErrorCode code) { return {.code = code, .lifetime = {}, .ticket = {}}; }

}  // namespace

std::optional<Reply> Server::State::on_resume(const Request& request) {
  if (tickets == nullptr) return Reply::error(ErrorCode::mobility_forbidden);
  const auto ticket = tickets->unseal(*request.message.value(stun::AttributeType::mobility_ticket));
  if (!ticket) return Reply::error(ErrorCode::bad_request);
  const auto lifetime = parse_lifetime(request.message);
  if (!lifetime) return Reply::error(lifetime.error());
  const auto family = parse_family(request.message, stun::AttributeType::requested_address_family);
  if (!family) {
    return Reply::error(family.error() == ErrorCode::bad_request
                            ? ErrorCode::bad_request
                            : ErrorCode::peer_address_family_mismatch);
  }
  if (Allocation* const here = find(request.context.client, request.now)) {
    return resumed_already(request, *ticket, *here);
  }
  const auto* const who = expected.find(request.context.client);
  if (who != nullptr && who->fetching) return std::nullopt;  // It will be taken up again.

  Resume resume{.ticket = *ticket,
                .client = request.context.client,
                .transaction = request.context.transaction,
                .username = std::string(request.username),
                .realm = std::string(request.realm),
                .lifetime_limit = request.lifetime_limit,
                .session = {},
                .lifetime = *lifetime,
                .family = *family};
  if (auto session = session_of(request)) resume.session = *std::move(session);
  if (const auto answer = resume_here(resume, request.now)) {
    return resumed(*answer, resume.client, request.now);
  }
  if (questions.size() == max_questions) return Reply::error(ErrorCode::insufficient_capacity);
  questions.emplace(++last_question, request.context);
  effects.push(SeekAllocation{last_question, std::move(resume)});
  return std::nullopt;
}

/// "If the source IP address and port of the Refresh request is the same as the stored 5-tuple
/// allocation, then the TURN server rejects the request with a 400 (Bad Request) error": unless it
/// is the one that brought it here, whose answer was lost.
Reply Server::State::resumed_already(const Request& request, const MobilityTicket& ticket,
                                     Allocation& allocation) {
  if (!allocation.mobility || allocation.mobility->name != ticket.allocation) {
    return Reply::error(ErrorCode::allocation_mismatch);
  }
  if (!is_owner(request, allocation)) return Reply::error(ErrorCode::wrong_credentials);
  if (allocation.mobility->resumed_by != request.context.transaction) {
    return Reply::error(ErrorCode::bad_request);
  }
  Reply reply = Reply::success();
  reply.lifetime = std::chrono::ceil<Seconds>(allocation.next_expiry() - request.now);
  reply.ticket = ticket_of(allocation);
  return reply;
}

std::optional<ResumeAnswer> Server::State::resume_here(const Resume& resume, Time now) {
  const auto found = allocation_by_name.find(resume.ticket.allocation);
  if (found == allocation_by_name.end()) return std::nullopt;
  Allocation& allocation = *found->second;
  if (!outlives(allocation, now)) return refused(ErrorCode::allocation_mismatch);
  if (!is_owner(allocation, resume)) return refused(ErrorCode::wrong_credentials);
  Mobility& mobility = *allocation.mobility;
  // The client that has not seen our answer to its last move, or moves once more before it has sent
  // anything, has either of two tickets.
  const bool is_current = resume.ticket.moves == mobility.moves;
  const bool is_next = mobility.next && resume.ticket.moves == mobility.moves + 1;
  if ((!is_current && !is_next) || resume.client == allocation.client ||
      mobility.moves == std::numeric_limits<std::uint16_t>::max()) {
    return refused(ErrorCode::bad_request);
  }
  if (resume.family && allocation.relay(*resume.family, now) == nullptr) {
    return refused(ErrorCode::peer_address_family_mismatch);
  }
  if (resume.session) allocation.session = std::make_unique<TokenSession>(*resume.session);
  if (mobility.next && *mobility.next != resume.client) expected.remove(*mobility.next);
  const MobilityTicket next{mobility.name, static_cast<std::uint16_t>(mobility.moves + 1)};
  mobility.next = resume.client;
  mobility.resumed_by = resume.transaction;
  return ResumeAnswer{
      .code = {},
      .lifetime = refresh(allocation, resume.family, resume.lifetime, resume.lifetime_limit, now),
      .ticket = next};
}

/// As for any request on an allocation; but of access tokens the one that came last counts, since
/// another's are no proof here.
bool Server::State::is_owner(const Allocation& allocation, const Resume& resume) {
  if (allocation.realm != resume.realm) return false;
  if (allocation.session) {
    return resume.lifetime_limit && allocation.session->username == resume.username;
  }
  return allocation.username == resume.username && !resume.lifetime_limit;
}

Reply Server::State::resumed(const ResumeAnswer& answer, const FiveTuple& client, Time now) {
  if (answer.code) return Reply::error(*answer.code);
  Reply reply = Reply::success();
  reply.lifetime = answer.lifetime;
  if (answer.lifetime == Seconds(0)) return reply;
  expected.add(client, {.allocation = answer.ticket.allocation, .expires = now + answer.lifetime});
  reply.ticket = tickets->seal(answer.ticket, random);
  return reply;
}

std::optional<ResumeAnswer> Server::resume(const Resume& resume, Time now) {
  return state_->resume_here(resume, now);
}

void Server::handle_resumed(std::uint32_t question, const ResumeAnswer& answer, Time now) {
  const auto asked = state_->questions.find(question);
  if (asked == state_->questions.end()) return;
  const RequestContext context = asked->second;
  state_->questions.erase(asked);
  Reply reply = Reply::error(ErrorCode::allocation_mismatch);
  // Since it asked, the client may have made another allocation there.
  if (state_->allocations.find(context.client) == nullptr) {
    reply = state_->resumed(answer, context.client, now);
  }
  state_->send(context, reply, now);
}

bool Server::expects(const FiveTuple& client) const {
  return state_->expected.find(client) != nullptr;
}

bool Server::awaits(const FiveTuple& client) const {
  const auto* const expected = state_->expected.find(client);
  return expected != nullptr && expected->fetching;
}

Allocation* Server::arrive(const FiveTuple& client, Time now) {
  return state_->arrive(client, now);
}

Allocation* Server::State::arrive(const FiveTuple& client, Time now) {
  ExpectedClients::Expected* const who = expected.find(client);
  if (who == nullptr || who->fetching) return nullptr;
  const auto here = allocation_by_name.find(who->allocation);
  if (here != allocation_by_name.end()) {
    Allocation& allocation = *here->second;
    expected.remove(client);
    if (!outlives(allocation, now) || allocation.mobility->next != client) return nullptr;
    forget_routes(allocation);
    return &install(allocations.take(allocation), client, now);
  }
  if (now >= who->expires) {
    expected.remove(client);
    return nullptr;
  }
  who->fetching = true;
  effects.push(FetchAllocation{who->allocation, client});
  return nullptr;
}

bool Server::State::forget_expected(const FiveTuple& client) {
  const auto* const who = expected.find(client);
  if (who == nullptr) return true;
  if (who->fetching) return false;
  const auto here = allocation_by_name.find(who->allocation);
  if (here != allocation_by_name.end() && here->second->mobility->next == client) {
    here->second->mobility->next.reset();
  }
  expected.remove(client);
  return true;
}

void Server::State::forget_name(const Allocation& allocation) {
  if (!allocation.mobility) return;
  const Mobility& mobility = *allocation.mobility;
  allocation_by_name.erase(mobility.name);
  if (mobility.next) expected.remove(*mobility.next);
  if (mobility.name.worker != worker) effects.push(ForgetAllocation{mobility.name});
}

void Server::State::forget_routes(const Allocation& allocation) {
  for (const Relay& relay : allocation.relays) drop_routes(allocation, relay);
}

/// The move is complete: "a TURN server discards the old ticket and the old 5-tuple".
Allocation& Server::State::install(std::unique_ptr<Allocation> moved, const FiveTuple& client,
                                   Time now) {
  const TransportAddress before = moved->client.client;
  moved->client = client;
  moved->mobility->next.reset();
  ++moved->mobility->moves;
  Allocation& allocation = allocations.put(std::move(moved));
  for (const Channel& channel : allocation.channels.all()) {
    announce_routes(allocation, channel.peer.ip, now);
  }
  report(Event::Kind::moved, allocation, {.peer = before});
  return allocation;
}

std::unique_ptr<Allocation> Server::hand_over(AllocationName name, const FiveTuple& client,
                                              Time now) {
  State& state = *state_;
  const auto here = state.allocation_by_name.find(name);
  if (here == state.allocation_by_name.end()) return nullptr;
  Allocation& allocation = *here->second;
  if (!state.outlives(allocation, now) || allocation.mobility->next != client) return nullptr;
  state.forget_routes(allocation);
  for (const Relay& relay : allocation.relays) {
    if (relay.state != Relay::State::none) state.allocations.forget_relay(relay.id);
  }
  state.allocation_by_name.erase(name);
  state.wheel.cancel(allocation.hook);
  --state.counters.allocations;
  return state.allocations.take(allocation);
}

Allocation* Server::adopt(std::unique_ptr<Allocation> moved, const FiveTuple& client, Time now) {
  State& state = *state_;
  state.expected.remove(client);
  if (state.allocations.find(client) != nullptr) {
    state.quota.release(moved->username, moved->realm);
    return nullptr;
  }
  for (Relay& relay : moved->relays) {
    if (relay.state != Relay::State::none) relay.id = state.allocations.name_relay(*moved);
  }
  state.allocation_by_name.emplace(moved->mobility->name, moved.get());
  ++state.counters.allocations;
  Allocation& allocation = state.install(std::move(moved), client, now);
  state.arm(allocation);
  return &allocation;
}

void Server::handle_not_found(const FiveTuple& client) { state_->expected.remove(client); }

}  // namespace turn
