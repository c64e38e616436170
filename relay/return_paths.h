// Behind which proxy the clients of datagrams with a PROXY header are: answers go back there. Kept
// for as long as a client has an allocation or is on DTLS; of strangers only the latest are
// remembered, so that no flood makes it grow. Clients on DTLS have the name of their datagrams. One
// worker owns it.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <unordered_map>

#include "turn/types.h"

namespace relay {

class ReturnPaths {
 public:
  /// So many strangers are remembered at least, twice as many at most.
  static constexpr std::size_t strangers = 4096;

  /// A datagram of `client` has just come by way of `proxy`.
  void note(const turn::FiveTuple& client, const turn::TransportAddress& proxy);
  /// It is a stranger no more: it is remembered until sweep() finds that it is one again.
  void keep(const turn::FiveTuple& client);
  std::optional<turn::TransportAddress> find(const turn::FiveTuple& client) const;
  /// Call now and then.
  void sweep(const std::function<bool(const turn::FiveTuple&)>& is_known);

  std::size_t size() const { return kept_.size() + recent_.size() + before_.size(); }

 private:
  using Paths = std::unordered_map<turn::FiveTuple, turn::TransportAddress, turn::FiveTupleHash>;

  Paths kept_;
  Paths recent_, before_;  // strangers: when the first is full, it becomes the second
};

}  // namespace relay
