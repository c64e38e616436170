// What the server wants done. Every handle_* call may queue effects; the owner drains them with
// poll_effect() until there is none before the next call, in order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <variant>

#include "stun/error_code.h"
#include "turn/mobility.h"
#include "turn/types.h"

namespace turn {

/// Send these bytes to the client from the address that it asked (`to.server`). The bytes live in
/// the server until its next handle_* call.
struct Send {
  FiveTuple to;
  Bytes bytes;
  bool is_401 = false;  // who asks has not shown credentials, or wrong ones
};

/// What relays carry (RFC 6062 5.1: TCP too).
enum class RelayTransport : std::uint8_t { udp, tcp };

enum class Parity : std::uint8_t { any, even, even_and_reserve };

/// Open a socket for a relayed transport address and answer with handle_relay_opened(). With
/// `even_and_reserve` the next higher port is bound too and kept under `token` for 30 s (RFC 8656
/// 7.2); with `claim` the socket kept under `token` is this relay's.
struct OpenRelay {
  RelayId relay;
  IpAddress ip;  // of the relay's own interface; the address to bind
  RelayTransport transport = RelayTransport::udp;  // tcp: it listens
  Parity parity = Parity::any;
  bool claim = false;
  ReservationToken token{};
  bool apart = false;  // not on a socket that others have too: this one may move elsewhere
};

/// Close it; nothing is received on it any more.
struct CloseRelay {
  RelayId relay;
};

/// A channel's path through the server, for an accelerator beside it: enough to forward without
/// asking. Sent again with new expiries whenever they move; ends by them or by DropRoute. The
/// relayed address is the one bound. There is none where every datagram has to be asked about: for
/// a peer on this host, and under a bandwidth limit.
struct BindRoute {
  FiveTuple client;
  ChannelNumber channel{};
  TransportAddress relayed;
  TransportAddress peer;
  Time channel_expires;
  Time permission_expires;
};

struct DropRoute {
  FiveTuple client;
  ChannelNumber channel{};
  TransportAddress relayed;
  TransportAddress peer;
};

/// The relay's client may hear this peer from now on: a permission was installed, or refreshed, and
/// the port is 0; or a channel was bound. For an owner who opens several relays on one socket; only
/// with Config::announce_peers. The peer is named as the network sees it, a peer behind our own
/// external address by both of its names.
struct ExpectPeer {
  RelayId relay;
  TransportAddress peer;
};

/// Begin a TCP connection from the relay's address to `peer` (RFC 6062 5.2) and answer with
/// handle_peer_connected(), at any time. Nothing is read from it until BindConnection.
struct ConnectPeer {
  ConnectionId connection{};
  RelayId relay;
  TransportAddress peer;
};

/// The client's stream carries the bytes of this connection from now on, both ways and as they are
/// (RFC 6062 5.4): what follows the request on the stream, and what the peer has sent meanwhile.
/// Comes behind the Send of the answer.
struct BindConnection {
  ConnectionId connection{};
  FiveTuple client;
};

/// End the attempt or the connection, and the client's stream that is bound to it.
struct CloseConnection {
  ConnectionId connection{};
};

/// Find this user's key and answer with handle_lookup().
struct LookUpUser {
  std::uint32_t ticket = 0;
  std::string username;
  std::string realm;
};

/// Ask whoever has the allocation of this ticket, resume(), and answer with handle_resumed(), at
/// any time: 437 when nobody has it.
struct SeekAllocation {
  std::uint32_t question = 0;
  Resume resume;
};

/// Have whoever has the allocation hand it over, and adopt() it here; or call handle_not_found().
/// What the client says meanwhile is to be kept and brought in again afterwards, beginning with the
/// message that led to this.
struct FetchAllocation {
  AllocationName allocation;
  FiveTuple client;
};

/// An allocation that came from another worker has ended.
struct ForgetAllocation {
  AllocationName allocation;
};

/// Something an operator may want to read; words are made elsewhere.
struct Event {
  enum class Kind : std::uint8_t {
    allocated,           // `relayed`, `lifetime`
    refreshed,           // `lifetime`
    deallocated,         // by the client (lifetime 0), `packets`/`bytes`
    expired,             // nobody refreshed it
    disconnected,        // its stream ended
    permitted,           // `peer`
    channel_bound,       // `peer`, `channel`
    peer_connected,      // `peer`, by a Connect request or by itself (RFC 6062)
    peer_unreachable,    // `peer`: a Connect request has failed
    refused,             // the client is not who it says: `code`, `reason`
    allocation_refused,  // no quota, no port, draining: `code`, `reason`
    moved,               // to another five-tuple (RFC 8016); `peer`: the client's address before
    peer_denied,         // `peer`, by the peer policy: `reason` names the rule
    redirected,          // `peer`: the server that the client was sent to
  };
  Kind kind{};
  FiveTuple client;
  std::string username;
  std::string realm;  // of an allocation
  TransportAddress relayed;
  TransportAddress peer;
  ChannelNumber channel{};
  Seconds lifetime{};
  stun::ErrorCode code{};
  std::string_view reason;  // static text
  std::uint16_t method = 0;
  struct Totals {
    std::uint64_t packets_from_client = 0, bytes_from_client = 0;
    std::uint64_t packets_to_client = 0, bytes_to_client = 0;
  } totals;
};

using Effect = std::variant<Send, OpenRelay, CloseRelay, BindRoute, DropRoute, ExpectPeer,
                            ConnectPeer, BindConnection, CloseConnection, LookUpUser,
                            SeekAllocation, FetchAllocation, ForgetAllocation, Event>;

}  // namespace turn
