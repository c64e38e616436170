// The relay sockets that the allocations of one worker share (--relay-sockets=shared): per relay
// address up to 32, on ports drawn like any relay's. A relay has one of them as its home, whose
// address its client is told, so that several allocations have one relayed transport address; which
// of them a datagram is for, and which socket leads to a peer, SharedPairs says. The first 32
// relays have a socket to themselves. One worker owns it.
//
// What this mode loses: clients that share a home cannot both be spoken to first from one address,
// and so do not meet each other relay to relay. It is made for peers that answer (ICE does, and
// takes the socket that a check came from as a peer-reflexive candidate): media servers.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "relay/net/datagram_socket.h"
#include "relay/reactor.h"
#include "relay/shared_pairs.h"

namespace relay {

struct SharedSocket;

/// Who works with the sockets: opens them, reads them, and knows the permissions.
class SharedOwner : public SharedPairs::Permissions {
 public:
  /// Null: no port of that address can be had.
  virtual std::unique_ptr<SharedSocket> open_shared(const turn::IpAddress& ip, SharedNumber number,
                                                    turn::Time now) = 0;
  virtual void read_shared(SharedSocket& shared) = 0;
  /// Datagrams that left there earlier met an error.
  virtual void on_shared_error(SharedSocket& shared) = 0;
  virtual void close_shared(std::unique_ptr<SharedSocket> shared) = 0;

 protected:
  ~SharedOwner() = default;
};

struct SharedSocket final : Watched {
  SharedSocket(SharedOwner& reader, SharedNumber name, net::DatagramSocket bound)
      : owner(reader), number(name), socket(std::move(bound)) {}
  void on_ready(std::uint32_t events) override {
    if ((events & EPOLLERR) != 0) owner.on_shared_error(*this);
    if ((events & EPOLLIN) != 0) owner.read_shared(*this);
  }

  SharedOwner& owner;
  SharedNumber number;
  net::DatagramSocket socket;
  std::uint32_t relays = 0;  // that have it as their home
};

class SharedRelays {
 public:
  using Time = turn::Time;
  static constexpr SharedNumber sockets_per_address = 32;
  /// A further one is answered 508.
  static constexpr std::uint32_t max_relays_of_socket = 4096;

  /// `owner` outlives this.
  SharedRelays(SharedOwner& owner, turn::Random& random);
  ~SharedRelays();
  SharedRelays(const SharedRelays&) = delete;
  SharedRelays& operator=(const SharedRelays&) = delete;

  /// Gives the relay a home on that address; nothing: there is no room.
  std::optional<turn::TransportAddress> enter(turn::RelayId relay, const turn::IpAddress& ip,
                                              Time now);
  bool has(turn::RelayId relay) const { return pairs_.has(relay); }
  /// The address of its home.
  const turn::TransportAddress& home(turn::RelayId relay) const {
    return sockets_[pairs_.home(relay)]->socket.local();
  }
  void leave(turn::RelayId relay, Time now);

  /// The relay may hear this address from now on.
  void expect(turn::RelayId relay, const turn::IpAddress& peer, Time now) {
    pairs_.expect(relay, peer, now);
  }
  /// What the relay, which has() it, sends to this peer from, now claimed; null: a socket of its
  /// own. The peer's port is not 0.
  net::DatagramSocket* socket_to(turn::RelayId relay, const turn::TransportAddress& peer, Time now);
  /// Whose a datagram is that came to `shared`.
  std::expected<turn::RelayId, Unowned> owner(const SharedSocket& shared,
                                              const turn::TransportAddress& source, Time now);
  bool has_socket(const turn::TransportAddress& local) const {
    return number_at(local) != own_socket;
  }
  /// Who sends to this peer from the socket at `local`; unlike owner(), nothing comes of asking.
  std::optional<turn::RelayId> sender(const turn::TransportAddress& local,
                                      const turn::TransportAddress& peer) const;
  void expire(Time now) { pairs_.expire(now); }

 private:
  struct Address {
    turn::IpAddress ip;
    SharedRange range;  // those that are open
    SharedNumber turn = 0;
  };

  Address* address_of(const turn::IpAddress& ip);
  SharedSocket* choose_home(Address& address, Time now);
  SharedNumber claim(turn::RelayId relay, const turn::TransportAddress& peer, Time now);
  SharedNumber number_at(const turn::TransportAddress& local) const;

  SharedOwner& owner_;
  SharedPairs pairs_;
  std::vector<Address> addresses_;
  std::vector<std::unique_ptr<SharedSocket>> sockets_;  // by number
};

}  // namespace relay
