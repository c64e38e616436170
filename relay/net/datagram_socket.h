// A bound, non-blocking UDP socket, set up for the packet path: datagrams arrive merged where the
// kernel can (UDP_GRO), with their TOS byte and the count of those that were lost for want of
// buffer; what leaves has the system's TTL, and DF while it fits the path (the second alternate
// behaviour of RFC 8656 14, which takes the incoming DF as set); what does not fit is fragmented.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <string>
#include <system_error>

#include "relay/net/file_descriptor.h"
#include "stun/address.h"

namespace relay::net {

struct DatagramOptions {
  stun::TransportAddress address;  // port 0: any free one
  std::size_t buffer = 0;          // bytes each way; 0: the system's default
  std::string device;              // SO_BINDTODEVICE; empty: none
  /// Share the address with sockets of this process that are bound after this one.
  bool shared = false;
  /// Another socket of this process has the address already.
  bool join = false;
  /// Keep what becomes of datagrams that left, for ErrorQueue.
  bool report_errors = false;
};

class DatagramSocket {
 public:
  static std::expected<DatagramSocket, std::error_code> open(const DatagramOptions& options);
  /// Takes over a socket that another DatagramSocket, which reported errors, released.
  static DatagramSocket adopt(int fd, const stun::TransportAddress& local);

  int fd() const { return fd_.number(); }
  const stun::TransportAddress& local() const { return local_; }
  bool is_v4() const { return local_.ip.is_v4(); }
  /// Bound to 0.0.0.0 or ::, so each datagram says which of our addresses it came to.
  bool is_wildcard() const { return wildcard_; }
  /// Sends to one address only; what does not come from there is for other sockets.
  bool is_connected() const { return connected_; }
  /// A call may be told of an error of earlier datagrams, once, instead of doing its work.
  bool speaks_of_earlier() const { return connected_ || reports_errors_; }
  /// Takes the error that is pending, if there is one.
  void take_error();
  /// From now on, or to another address than before. False: there is no way there.
  bool connect(const stun::TransportAddress& peer);
  /// Lets another socket of this process be bound to the same address.
  void share_address();
  int release() { return fd_.release(); }
  /// Forgets what its owner left behind, for another one: waiting datagrams, errors, the segment
  /// limit. False: it is being sent to faster than that is worth. Not for a connected one.
  bool recycle();

  /// Trains of segments up to this size may leave as one call (UDP_SEGMENT); 0: none may.
  std::uint16_t segment_limit() const { return segment_limit_; }
  void lower_segment_limit(std::uint16_t limit) { segment_limit_ = limit; }

  /// What waits to be read takes half of the receive buffer or more.
  bool is_half_full() const;

  /// SO_RXQ_OVFL counts from the socket's start; this is what came since it was last asked.
  std::uint32_t new_drops(std::uint32_t total) {
    const std::uint32_t fresh = total - drops_seen_;
    drops_seen_ = total;
    return fresh;
  }

 private:
  DatagramSocket(FileDescriptor fd, const stun::TransportAddress& local, bool reports_errors);

  FileDescriptor fd_;
  stun::TransportAddress local_;
  std::uint32_t drops_seen_ = 0;
  std::uint16_t segment_limit_ = 0xffff;
  bool wildcard_ = false;
  bool connected_ = false;
  bool reports_errors_ = false;
};

/// Asks for `bytes` of buffer each way: beyond the system's limit where that is permitted, else up
/// to it.
void set_buffer_sizes(int fd, std::size_t bytes);

}  // namespace relay::net
