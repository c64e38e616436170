// Every bound of the state machine in one place. What happens at each is a test.
#pragma once

#include <chrono>
#include <cstddef>

namespace turn {

/// RFC 8656 3.2 and 7.2: granted when a client asks for less or for nothing.
inline constexpr std::chrono::seconds default_lifetime{600};
/// An allocation's cap unless configured otherwise (RFC 8656 7.2 recommends one hour).
inline constexpr std::chrono::seconds default_max_lifetime{3600};
/// RFC 8656 9.
inline constexpr std::chrono::seconds default_permission_lifetime{300};
/// RFC 8656 12.
inline constexpr std::chrono::seconds default_channel_lifetime{600};
/// RFC 6062 5.2: how long a peer may take to accept a connection, and a client to bind to it.
inline constexpr std::chrono::seconds default_peer_connect_time{30};
inline constexpr std::chrono::seconds default_bind_time{30};
/// RFC 8656 7.2: a reserved port waits this long for its allocation.
inline constexpr std::chrono::seconds reservation_lifetime{30};

/// A further permission or channel is answered 508 (RFC 8656 10.2, 12.2).
inline constexpr std::size_t max_permissions = 1024;
inline constexpr std::size_t max_channels = 1024;
/// Connections of one TCP allocation; a further Connect is answered 508, a further peer is turned
/// away.
inline constexpr std::size_t max_connections = 256;
/// XOR-PEER-ADDRESS attributes in one CreatePermission; more are answered 508.
inline constexpr std::size_t max_peers_per_request = 64;
/// Requests that wait for a user lookup, per server; a further one is dropped and the client's
/// retransmission tries again.
inline constexpr std::size_t max_pending_lookups = 256;
/// The longest control message that is considered; longer ones are dropped.
inline constexpr std::size_t max_control_message = 2048;
/// The longest datagram of a peer that is relayed: in a Data indication that names an IPv6 peer it
/// fills STUN's length field. A longer one is dropped.
inline constexpr std::size_t max_payload = 65504;
/// The longest answer that is written.
inline constexpr std::size_t max_response = 1400;
/// One with PADDING (RFC 5780): no longer than the request.
inline constexpr std::size_t max_padded_response = max_control_message;
/// Reserved ports that wait for their allocation, in the whole process; at the bound EVEN-PORT
/// with R is answered 508.
inline constexpr std::size_t max_reservations = 4096;

}  // namespace turn
