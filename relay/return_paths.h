// Behind which proxy the clients of datagrams with a PROXY header are: answers go back there. Kept
// for as long as a client has an allocation; of strangers only the latest are remembered, so that
// no flood makes it grow. One worker owns it.
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
  /// It has an allocation: it is remembered until sweep() finds that it has none any more.
  void keep(const turn::FiveTuple& client);
  std::optional<turn::TransportAddress> find(const turn::FiveTuple& client) const;
  /// Call now and then.
  void sweep(const std::function<bool(const turn::FiveTuple&)>& has_allocation);

  std::size_t size() const { return kept_.size() + recent_.size() + before_.size(); }

 private:
  using Paths = std::unordered_map<turn::FiveTuple, turn::TransportAddress, turn::FiveTupleHash>;

  Paths kept_;
  Paths recent_, before_;  // strangers: when the first is full, it becomes the second
};

}  // namespace relay
