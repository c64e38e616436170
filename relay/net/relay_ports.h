// Opens the sockets of relayed transport addresses: the ports of every relay address of this host,
// and the ports that EVEN-PORT reserved (RFC 8656 7.2). Shared by all workers, so a token made on
// one is good on another; its socket moves along. Used on the control path only.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "relay/net/datagram_socket.h"
#include "relay/net/tcp_listener.h"
#include "turn/config.h"
#include "turn/effect.h"
#include "turn/port_pool.h"
#include "turn/reservations.h"

namespace relay::net {

struct RelayPortOptions {
  std::vector<turn::RelayAddress> addresses;
  std::uint16_t first_port = 0, last_port = 0;  // inclusive
  std::size_t buffer = 0;
  std::string device;
  std::size_t spare = 0;  // sockets that each worker may keep for later, per address
};

class RelayPorts {
 public:
  explicit RelayPorts(RelayPortOptions options);
  ~RelayPorts();

  /// The socket that `request` asks for; its port is taken until release(). Nothing: no port of
  /// that parity can be bound, or the token names none.
  std::optional<DatagramSocket> open(const turn::OpenRelay& request, turn::Random& random,
                                     turn::Time now);
  /// A listening socket of TCP, from the same ports; for a request that is about no second port.
  std::optional<BoundTcp> open_tcp(const turn::OpenRelay& request, turn::Random& random);
  /// A second socket at the address of one that open() gave; its port stays taken by that one.
  std::optional<DatagramSocket> open_beside(DatagramSocket& socket) const;
  /// The socket that was bound to it is closed.
  void release(const turn::TransportAddress& bound);
  /// Closes reserved ports that nobody claimed in time, and looks how many are left.
  void expire(turn::Time now);

  const RelayPortOptions& options() const { return options_; }
  /// So many taken ports are kept by a worker for later now, and so many are no more.
  void begin_spare(std::size_t count) { spare_.fetch_add(count, std::memory_order_relaxed); }
  void end_spare(std::size_t count) { spare_.fetch_sub(count, std::memory_order_relaxed); }
  /// Nobody should keep ports of this address for later.
  bool are_scarce(const turn::IpAddress& local) const;

  /// One of our relays may be at this address, as bound or as told to the world.
  bool is_taken(const turn::TransportAddress& address) const;
  /// Without the spare ones.
  std::size_t taken_count() const;

 private:
  struct Pool {
    turn::RelayAddress address;
    std::unique_ptr<turn::PortPool> ports;
  };
  /// Ports that other programs hold, kept claimed so that the next try draws another one.
  class Refused;

  const Pool* pool_of(const turn::IpAddress& local) const;
  std::optional<DatagramSocket> claim(const turn::OpenRelay& request, turn::Time now);
  std::optional<DatagramSocket> bind(const turn::IpAddress& ip, std::uint16_t port) const;
  bool reserve(const turn::OpenRelay& request, std::uint16_t port, turn::Time now);

  const RelayPortOptions options_;
  std::vector<Pool> pools_;
  std::atomic<std::size_t> spare_ = 0;
  std::mutex mutex_;
  turn::Reservations reservations_;  // under mutex_
};

}  // namespace relay::net
