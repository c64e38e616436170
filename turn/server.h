// A TURN server (RFC 8656) as a state machine: allocations, permissions and channels of the clients
// of one worker. It has no socket, clock, thread or log; bytes and the time come in as arguments,
// effects and forwards go out as values. Contract: call one handle_* function, drain poll_effect()
// until it is empty, arm one timer for next_deadline(). Data comes back as a return value at once.
// One thread owns it. Configuration, authenticator, policy, quota and randomness must outlive it.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>

#include "auth/authenticator.h"
#include "turn/config.h"
#include "turn/effect.h"
#include "turn/forward.h"
#include "turn/icmp.h"
#include "turn/types.h"

namespace turn {

class Allocation;
class PeerPolicy;
class Quota;

/// Counters since the start; read by the worker, written by the server.
struct Counters {
  std::uint64_t malformed = 0;  // neither STUN nor ChannelData, or too long
  std::uint64_t bindings = 0;
  std::uint64_t requests = 0;
  std::uint64_t errors = 0;      // error responses other than the first challenge
  std::uint64_t challenges = 0;  // 401 to a request without credentials
  std::uint64_t auth_failures = 0;
  std::uint64_t allocations_made = 0;
  std::uint64_t allocations = 0;    // now
  std::uint64_t no_allocation = 0;  // data on a five-tuple without one
  std::uint64_t no_channel = 0;
  std::uint64_t no_permission = 0;  // either direction
  std::uint64_t over_bandwidth = 0;
  std::uint64_t lookups_dropped = 0;
};

enum class StreamDirection : std::uint8_t { from_client, to_client };

/// The parts a server is made of; all outlive it.
struct Parts {
  const Config& config;
  const PeerPolicy& peer_policy;
  auth::Authenticator& authenticator;
  Quota& quota;
  Random& random;
  ConnectionIdShare connection_ids = {};
  TicketSealer* tickets = nullptr;  // null: clients may not move (RFC 8016)
  std::uint8_t worker = 0;          // whose server it is, for tickets
};

class Server {
 public:
  explicit Server(const Parts& parts);
  ~Server();
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  /// One whole STUN message from a client: requests are answered by effects, a Send indication by
  /// the returned forward. Anything else is dropped and counted.
  std::optional<ToPeer> handle_client(const FiveTuple& client, Bytes message, Time now);

  /// The client's allocation, live at `now`, or null. Valid until the next handle_client,
  /// handle_time or handle_disconnect.
  Allocation* find(const FiveTuple& client, Time now);
  /// One ChannelData message (RFC 8656 12.6) from the client of `allocation`, padding allowed
  /// behind it. No effects.
  std::optional<ToPeer> handle_channel_data(Allocation& allocation, Bytes message, Time now);

  /// The allocation that this relay belongs to, live at `now`, or null; same validity as find().
  Allocation* find(RelayId relay, Time now);
  /// One datagram that arrived at the relay from `peer`. No effects.
  std::optional<ToClient> handle_peer(Allocation& allocation, const TransportAddress& peer,
                                      Bytes payload, Time now);

  /// An error that a datagram of the relay met on its way to `peer`; port 0: not known. No effects.
  std::optional<ToClient> handle_icmp(const Allocation& allocation, const TransportAddress& peer,
                                      const IcmpError& error, Time now);

  /// Would a datagram from `peer` pass to the client of this relay now? Counts nothing.
  bool permits(RelayId relay, const TransportAddress& peer, Time now);

  /// The answer to OpenRelay: the bound address, or nothing when no port could be had.
  void handle_relay_opened(RelayId relay, const std::optional<TransportAddress>& bound, Time now);
  /// The answer to LookUpUser: the request that waits for it is taken up again.
  void handle_lookup(std::uint32_t ticket, const auth::LookUpAnswer& answer, Time now);
  /// The stream of a TCP or TLS client ended: its allocation goes (RFC 8656 3.1).
  void handle_disconnect(const FiveTuple& client);
  /// The answer to ConnectPeer: whether there is a connection now.
  void handle_peer_connected(ConnectionId connection, bool connected, Time now);
  /// A peer has connected to a relay that listens: the connection's name, or nothing: close it.
  std::optional<ConnectionId> handle_peer_accepted(RelayId relay, const TransportAddress& peer,
                                                   Time now);
  /// Bytes pass on a bound connection: how long the next ones in that direction should wait. No
  /// effects.
  Time::duration handle_stream_data(ConnectionId connection, StreamDirection direction,
                                    std::size_t bytes, Time now);
  /// The connection, once made or accepted, or the stream that is bound to it, is over: neither is
  /// there any more. No effects; also while effects are drained.
  void handle_connection_end(ConnectionId connection);
  // Mobility (RFC 8016; mobility.h tells the whole way). What comes from the others is a value.
  /// Data has come from a client without an allocation: one that moves completes that. Gives its
  /// allocation, when it is here; or queues FetchAllocation, or there is none.
  Allocation* arrive(const FiveTuple& client, Time now);
  /// The client may come there with an allocation that it has.
  bool expects(const FiveTuple& client) const;
  /// Its allocation is being fetched.
  bool awaits(const FiveTuple& client) const;
  /// Another worker's SeekAllocation; nothing: the allocation is not here.
  std::optional<ResumeAnswer> resume(const Resume& resume, Time now);
  /// The answer to SeekAllocation.
  void handle_resumed(std::uint32_t question, const ResumeAnswer& answer, Time now);
  /// Another worker's FetchAllocation: it is not ours any more, its relays neither, of which no
  /// CloseRelay tells. Null: there is none whose client has asked to be there.
  std::unique_ptr<Allocation> hand_over(AllocationName allocation, const FiveTuple& client,
                                        Time now);
  /// The answer to FetchAllocation: what hand_over() gave. Its relays have new names. Null: the
  /// client has another allocation there by now; this one is no more.
  Allocation* adopt(std::unique_ptr<Allocation> allocation, const FiveTuple& client, Time now);
  void handle_not_found(const FiveTuple& client);

  /// Time passed: expires what is due.
  void handle_time(Time now);
  /// From now on Allocate is answered 403; what is there goes on.
  void begin_drain();

  std::optional<Effect> poll_effect();
  /// When handle_time() is due at the latest; nothing: no need.
  std::optional<Time> next_deadline() const;

  const Counters& counters() const;
  std::size_t allocation_count() const;

  /// Asserts that the tables agree with each other; for debug, test and fuzz builds.
  void check_invariants(Time now) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace turn
