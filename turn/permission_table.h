// The permissions of one allocation (RFC 8656 9): peer IP addresses that data may come from and go
// to, each for 300 s. Sorted by address; bounded; a dead permission is as good as absent.
#pragma once

#include <cstddef>
#include <span>

#include "turn/small_vector.h"
#include "turn/types.h"

namespace turn {

struct Permission {
  IpAddress peer;
  bool own_host = false;  // the peer is this host: the port decides, datagram by datagram
  Time expires_at;

  bool live(Time now) const { return now < expires_at; }
};

class PermissionTable {
 public:
  /// The live permission for `peer`, or null.
  const Permission* find(const IpAddress& peer, Time now) const;
  /// Can all of these be in the table together with what is live in it?
  bool has_room_for(std::span<const IpAddress> peers, Time now);
  /// Installs or refreshes. The caller has asked has_room_for().
  void install(const Permission& permission);
  void forget(Family family);

  std::size_t size() const { return permissions_.size(); }
  bool sorted() const;

 private:
  SmallVector<Permission, 2> permissions_;
};

}  // namespace turn
