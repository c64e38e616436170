#include "turn/permission_table.h"

#include <algorithm>
#include <cassert>

#include "turn/limits.h"

namespace turn {

const Permission* PermissionTable::find(const IpAddress& peer, Time now) const {
  const auto at = std::ranges::lower_bound(permissions_, peer, {}, &Permission::peer);
  return at != permissions_.end() && at->peer == peer && at->live(now) ? at : nullptr;
}

bool PermissionTable::has_room_for(std::span<const IpAddress> peers, Time now) {
  if (permissions_.size() + peers.size() <= max_permissions) return true;
  permissions_.erase_if([&](const Permission& permission) { return !permission.live(now); });
  const auto is_new = [&](const IpAddress& peer) { return find(peer, now) == nullptr; };
  const auto fresh = static_cast<std::size_t>(std::ranges::count_if(peers, is_new));
  return permissions_.size() + fresh <= max_permissions;
}

void PermissionTable::install(const Permission& permission) {
  Permission* const at =
      std::ranges::lower_bound(permissions_, permission.peer, {}, &Permission::peer);
  if (at != permissions_.end() && at->peer == permission.peer) {
    *at = permission;
  } else {
    assert(permissions_.size() < max_permissions);
    permissions_.insert(at, permission);
  }
}

void PermissionTable::forget(Family family) {
  permissions_.erase_if(
      [&](const Permission& permission) { return permission.peer.family() == family; });
}

bool PermissionTable::sorted() const {
  return std::ranges::is_sorted(permissions_, {}, &Permission::peer);
}

}  // namespace turn
