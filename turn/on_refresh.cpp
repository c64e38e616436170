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
  const bool ends = *wanted == Seconds(0);
  reply.lifetime = ends ? Seconds(0) : grant(request, *wanted);
  for (Relay& relay : allocation.relays) {
    if (!relay.live(request.now) || (*family && relay.family != **family)) continue;
    if (!ends) {
      relay.expires_at = request.now + *reply.lifetime;
    } else if (*family && allocation.relays[0].live(request.now) &&
               allocation.relays[1].live(request.now)) {
      close_relay(allocation, relay);
      break;
    } else {
      end_allocation(allocation, Event::Kind::deallocated);
      return reply;
    }
  }
  arm(allocation);
  report(Event::Kind::refreshed, allocation, {.lifetime = *reply.lifetime});
  return reply;
}

}  // namespace turn
