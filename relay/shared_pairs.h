// Whose is a datagram on a relay socket that several relays share? The pair of socket and peer
// decides. The rules:
//
// - A relay claims a pair when its client sends to the peer or binds a channel to it: on its home,
//   the socket whose address the client was told, else on the next shared socket where the pair is
//   free, else on a socket of its own, which it opens for all pairs that found no place. It keeps
//   the pair as long as it may hear that peer; then whoever wants it takes it.
// - A datagram goes to the relay that has claimed the pair. Where nobody has, a peer speaks first:
//   it is heard when exactly one of the relays at home on this socket permits its address. Two or
//   more: to none of them, since a guess would give one user's packets to another.
// - An ended relay's pairs stay taken for as long as a peer may go on sending (RFC 7675: consent
//   lasts 30 s), so that nobody inherits its packets.
// - What a relay holds is bounded, and it alone pays: at the bound, what it used longest ago goes.
//   Peers make no room; what they claim by speaking first fills half of it at most.
//
// Finding takes no heap. Keyed with a secret, since strangers choose addresses. One worker owns it.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <vector>

#include "relay/flat_index.h"
#include "turn/types.h"

namespace relay {

/// A shared socket's number within its worker.
using SharedNumber = std::uint16_t;
/// In place of one: the relay's own socket.
inline constexpr SharedNumber own_socket = 0xffff;

struct SharedRange {
  SharedNumber first = 0, count = 0;
};

enum class Unowned : std::uint8_t { nobody, ambiguous };

class SharedPairs {
 public:
  using Time = turn::Time;

  /// Pairs and permitted addresses that one relay may hold.
  static constexpr std::size_t max_of_relay = 512;
  /// Pairs of ended relays, in all; the oldest is free earlier.
  static constexpr std::size_t max_departed = 65536;
  static constexpr std::chrono::seconds departed_time{30};

  /// Who may hear whom; asked when a pair is in dispute, not per packet.
  class Permissions {
   public:
    virtual bool permits(turn::RelayId relay, const turn::TransportAddress& peer, Time now) = 0;

   protected:
    ~Permissions() = default;
  };

  /// `permissions` outlives this.
  SharedPairs(Permissions& permissions, turn::Random& random);

  /// The relay is not in yet.
  void enter(turn::RelayId relay, SharedNumber home);
  /// True when enter() was called and leave() was not.
  bool has(turn::RelayId relay) const;
  SharedNumber home(turn::RelayId relay) const { return members_[relay.slot].home; }
  void leave(turn::RelayId relay, Time now);

  /// The relay may hear this address: its peers may speak first.
  void expect(turn::RelayId relay, const turn::IpAddress& peer, Time now);

  /// Where the relay sends to this peer from; nothing: claim() it first.
  std::optional<SharedNumber> route(turn::RelayId relay, const turn::TransportAddress& peer,
                                    Time now);
  /// Takes the pair for a relay that may hear the peer and has no route to it, on one of the
  /// sockets in `range`, which its home is in; not on `avoid`.
  SharedNumber claim(turn::RelayId relay, const turn::TransportAddress& peer, SharedRange range,
                     SharedNumber avoid, Time now);

  /// Whose a datagram is that came to `socket` from `source`. Who sent it, where that is known, is
  /// meant last.
  std::expected<turn::RelayId, Unowned> owner(SharedNumber socket,
                                              const turn::TransportAddress& source,
                                              std::optional<turn::RelayId> sender, Time now);
  /// Who has claimed this very pair.
  std::optional<turn::RelayId> holder(SharedNumber socket,
                                      const turn::TransportAddress& peer) const;

  /// Frees what has been held back long enough.
  void expire(Time now);
  /// Pairs and addresses held, those of ended relays included.
  std::size_t size() const { return by_relay_.size() + departed_.count; }

 private:
  static constexpr std::uint32_t none = FlatIndex::nothing;

  /// A claimed pair; or, with port 0, an address that a relay expects on its home.
  struct Entry {
    turn::TransportAddress peer;
    SharedNumber socket = own_socket;
    bool departed = false;
    turn::RelayId relay;
    Time used;                                   // exact to a second
    std::uint32_t next = none, previous = none;  // in the list of its relay or of the departed
    std::uint32_t next_expecting = none, previous_expecting = none;  // same socket and address
  };
  struct List {
    std::uint32_t front = none, back = none;
    std::size_t count = 0;
  };
  struct Member {
    List entries;  // the one used last in front
    std::uint32_t generation = 0;
    SharedNumber home = 0;
    bool present = false;
  };

  std::uint32_t hash(std::uint64_t who, const turn::TransportAddress& peer) const;
  std::uint32_t hash_by_relay(const Entry& entry) const;
  std::uint32_t hash_by_socket(const Entry& entry) const;
  std::uint32_t find(turn::RelayId relay, const turn::TransportAddress& peer) const;
  std::uint32_t find(SharedNumber socket, const turn::TransportAddress& peer) const;
  Member& member(turn::RelayId relay) { return members_[relay.slot]; }

  bool is_free(SharedNumber socket, const turn::TransportAddress& peer, Time now);
  std::expected<turn::RelayId, Unowned> expecting(SharedNumber socket,
                                                  const turn::TransportAddress& source,
                                                  std::optional<turn::RelayId> sender, Time now);
  void touch(std::uint32_t number, Time now);
  void add(turn::RelayId relay, const turn::TransportAddress& peer, SharedNumber socket, Time now);
  void forget(std::uint32_t number);
  void depart(std::uint32_t number, Time now);
  void enlist_by_socket(std::uint32_t number);
  void strike_by_socket(std::uint32_t number);
  void push_front(List& list, std::uint32_t number);
  void unlink(List& list, std::uint32_t number);

  Permissions& permissions_;
  std::array<std::uint64_t, 4> secret_{};
  std::vector<Entry> entries_;
  std::vector<std::uint32_t> free_;
  std::vector<Member> members_;  // by the relay's slot
  List departed_;
  FlatIndex by_relay_;   // (relay, peer)
  FlatIndex by_socket_;  // (socket, peer); of several that expect an address, one
};

}  // namespace relay
