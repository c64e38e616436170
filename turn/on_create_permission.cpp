// Receiving a CreatePermission Request (RFC 8656 10.2). All of its peers get a permission, or none.
#include <algorithm>
#include <array>

#include "stun/attributes.h"
#include "turn/server_state.h"

namespace turn {

using stun::ErrorCode;

Reply Server::State::on_create_permission(const Request& request, Allocation& allocation) {
  std::array<IpAddress, max_peers_per_request> peers;
  std::size_t count = 0;
  auto walk = request.message.attributes();
  while (const auto attribute = walk.next()) {
    if (attribute->type != stun::AttributeType::xor_peer_address) continue;
    const auto peer = stun::decode_xor_address(attribute->value, request.context.transaction);
    if (!peer) return Reply::error(ErrorCode::bad_request);
    const auto known = std::span(peers).first(count);
    if (std::ranges::find(known, peer->ip) != known.end()) continue;  // The port does not matter.
    if (count == peers.size()) return Reply::error(ErrorCode::insufficient_capacity);
    peers[count++] = peer->ip;
  }
  const auto wanted = std::span(peers).first(count);
  if (wanted.empty()) return Reply::error(ErrorCode::bad_request);
  for (const IpAddress& peer : wanted) {
    if (const auto code = refuses_peer(allocation, peer, request.now)) return Reply::error(*code);
  }
  if (!allocation.permissions.has_room_for(wanted, request.now)) {
    return Reply::error(ErrorCode::insufficient_capacity);
  }
  for (const IpAddress& peer : wanted) {
    permit(allocation, peer, request.now);
    announce_routes(allocation, peer, request.now);
  }
  return Reply::success();
}

}  // namespace turn
