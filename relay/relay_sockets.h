// Opens and closes the relay sockets of one worker. Making one costs a dozen system calls, so those
// of ended allocations are kept, bound and watched, for the next ones (SpareRelays), within bounds:
// - An eighth of an address's ports at most are spare, over all workers, and an eighth of the
//   descriptors. A range that is too small for a choice of 32 has no spare ones.
// - When ports get scarce, every worker gives its spare ones up, within a second; for a request of
//   its own that finds no port or descriptor, at once.
// - What is sent to a spare one is read and thrown away, so it does not pile up in the kernel; what
//   came in between is thrown away before its next owner has it.
// - One that had a lane is closed: others can be bound beside it.
// None are bound ahead of demand: a worker that has seen no allocation end holds no port.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "relay/net/relay_ports.h"
#include "relay/reactor.h"
#include "relay/spare_relays.h"

namespace relay {

/// How many sockets each worker may keep for each of `addresses`.
std::size_t spare_capacity(std::size_t ports, std::size_t addresses, std::size_t workers,
                           std::size_t descriptors);

class RelaySockets {
 public:
  /// All outlive it.
  RelaySockets(net::RelayPorts& ports, Reactor& reactor, PeerReader& reader);
  ~RelaySockets();
  RelaySockets(const RelaySockets&) = delete;
  RelaySockets& operator=(const RelaySockets&) = delete;

  /// The socket that `request` asks for, watched; nothing when there is no port for it.
  std::unique_ptr<RelaySocket> open(const turn::OpenRelay& request, turn::Random& random,
                                    turn::Time now);
  /// The same for TCP: nothing is kept of these, and nobody watches them yet.
  std::optional<net::BoundTcp> open_tcp(const turn::OpenRelay& request, turn::Random& random);
  void close(std::unique_ptr<RelaySocket> relay);
  /// The socket for another worker, whose it is with its port; a lane is closed.
  net::DatagramSocket let_go(std::unique_ptr<RelaySocket> relay);
  /// What another worker let go, watched. One that had a lane gets no other, so that it is closed
  /// in the end and not kept.
  std::unique_ptr<RelaySocket> take_over(turn::RelayId id, net::DatagramSocket socket,
                                         bool had_lane);
  /// Once a second or more often.
  void on_time(turn::Time now);

 private:
  struct Address {
    turn::IpAddress local;
    SpareRelays spare;
  };

  Address* address_of(const turn::IpAddress& local);
  std::unique_ptr<RelaySocket> take_spare(const turn::OpenRelay& request, turn::Random& random);
  std::unique_ptr<RelaySocket> make(const turn::OpenRelay& request, turn::Random& random,
                                    turn::Time now);
  void unbind(std::unique_ptr<RelaySocket> relay);
  void unwatch(RelaySocket& relay);
  /// False: there were none.
  bool give_up_spare();

  net::RelayPorts& ports_;
  Reactor& reactor_;
  PeerReader& reader_;
  std::vector<Address> addresses_;
};

}  // namespace relay
