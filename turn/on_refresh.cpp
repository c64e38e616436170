// Receiving a Refresh Request (RFC 8656 8.2).
#include "turn/server_state.h"

namespace turn {

using stun::ErrorCode;

Reply Server::State::on_refresh(const Request& request, Allocation& allocation) {
  const auto family = parse_family(request.message, stun::AttributeType::requested_address_family);
  const auto wanted = parse_lifetime(request.message);
  if (!wanted) return Reply::error(wanted.error());
  if (!family && family.error() == ErrorCode::bad_request) return Reply::error(family.error());
  // One family of a dual allocation may be meant alone. A family that does not exist matches none.
  if (!family || (*family && allocation.relay(**family, request.now) == nullptr)) {
    return Reply::error(ErrorCode::peer_address_family_mismatch);
  }

  Reply reply = Reply::success();
  reply.ticket = ticket_of(allocation);
  reply.lifetime = refresh(allocation, *family, *wanted, request.lifetime_limit, request.now);
  if (*wanted == Seconds(0)) reply.ticket.reset();
  return reply;
}

Seconds Server::State::refresh(Allocation& allocation, std::optional<Family> family,
                               std::optional<Seconds> wanted, std::optional<Seconds> limit,
                               Time now) {
  const bool ends = wanted == Seconds(0);
  const Seconds granted = ends ? Seconds(0) : grant(wanted, limit);
  for (Relay& relay : allocation.relays) {
    if (!relay.live(now) || (family && relay.family != *family)) continue;
    if (!ends) {
      relay.expires_at = now + granted;
    } else if (family && allocation.relays[0].live(now) && allocation.relays[1].live(now)) {
      close_relay(allocation, relay);
      break;
    } else {
      end_allocation(allocation, Event::Kind::deallocated);
      return granted;
    }
  }
  arm(allocation);
  report(Event::Kind::refreshed, allocation, {.lifetime = granted});
  return granted;
}

}  // namespace turn
