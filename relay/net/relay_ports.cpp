#include "relay/net/relay_ports.h"

#include <algorithm>

namespace relay::net {
namespace {

/// How many ports are tried that turn out to be held by other programs.
constexpr int max_tries = 16;

}  // namespace

class RelayPorts::Refused {
 public:
  Refused(turn::PortPool& pool, turn::Parity parity) : pool_(pool), parity_(parity) {}
  Refused(const Refused&) = delete;
  Refused& operator=(const Refused&) = delete;
  ~Refused() {
    for (const std::uint16_t port : ports_) {
      pool_.release(port);
      if (parity_ == turn::Parity::even_and_reserve) {
        pool_.release(static_cast<std::uint16_t>(port + 1));
      }
    }
  }
  void add(std::uint16_t port) { ports_.push_back(port); }

 private:
  turn::PortPool& pool_;
  turn::Parity parity_;
  std::vector<std::uint16_t> ports_;
};

RelayPorts::RelayPorts(RelayPortOptions options) : options_(std::move(options)) {
  for (const turn::RelayAddress& address : options_.addresses) {
    pools_.push_back(
        {address, std::make_unique<turn::PortPool>(options_.first_port, options_.last_port)});
  }
}

RelayPorts::~RelayPorts() { expire(turn::Time::max()); }

std::optional<DatagramSocket> RelayPorts::open(const turn::OpenRelay& request, turn::Random& random,
                                               turn::Time now) {
  if (request.claim) return claim(request, now);
  const Pool* const pool = pool_of(request.ip);
  if (pool == nullptr) return std::nullopt;
  Refused refused(*pool->ports, request.parity);
  for (int tries = 0; tries < max_tries; ++tries) {
    const std::optional<std::uint16_t> port = pool->ports->claim(request.parity, random);
    if (!port) return std::nullopt;
    std::optional<DatagramSocket> socket = bind(request.ip, *port);
    if (socket && (request.parity != turn::Parity::even_and_reserve ||
                   reserve(request, static_cast<std::uint16_t>(*port + 1), now))) {
      return socket;
    }
    refused.add(*port);
  }
  return std::nullopt;
}

std::optional<BoundTcp> RelayPorts::open_tcp(const turn::OpenRelay& request, turn::Random& random) {
  const Pool* const pool = pool_of(request.ip);
  if (pool == nullptr) return std::nullopt;
  Refused refused(*pool->ports, turn::Parity::any);
  for (int tries = 0; tries < max_tries; ++tries) {
    const std::optional<std::uint16_t> port = pool->ports->claim(turn::Parity::any, random);
    if (!port) return std::nullopt;
    // Shared with the connections that leave from there.
    auto bound =
        bind_tcp({.address = {request.ip, *port}, .device = options_.device, .shared = true});
    if (bound) return std::move(*bound);
    refused.add(*port);
  }
  return std::nullopt;
}

/// RFC 8656 7.2: the port above the one just bound waits under the token.
bool RelayPorts::reserve(const turn::OpenRelay& request, std::uint16_t port, turn::Time now) {
  std::optional<DatagramSocket> socket = bind(request.ip, port);
  if (!socket) return false;
  const std::lock_guard lock(mutex_);
  const turn::ReservedPort reserved{.local = socket->local(), .handle = socket->fd()};
  if (!reservations_.add(request.token, reserved, now)) return false;
  socket->release();
  return true;
}

std::optional<DatagramSocket> RelayPorts::claim(const turn::OpenRelay& request, turn::Time now) {
  const std::lock_guard lock(mutex_);
  const std::optional<turn::ReservedPort> reserved = reservations_.claim(request.token, now);
  if (!reserved) return std::nullopt;
  return DatagramSocket::adopt(reserved->handle, reserved->local);
}

std::optional<DatagramSocket> RelayPorts::bind(const turn::IpAddress& ip,
                                               std::uint16_t port) const {
  auto socket = DatagramSocket::open({.address = {ip, port},
                                      .buffer = options_.buffer,
                                      .device = options_.device,
                                      .report_errors = true});
  if (!socket) return std::nullopt;
  return std::move(*socket);
}

std::optional<DatagramSocket> RelayPorts::open_beside(DatagramSocket& socket) const {
  socket.share_address();
  auto second = DatagramSocket::open({.address = socket.local(),
                                      .buffer = options_.buffer,
                                      .device = options_.device,
                                      .join = true,
                                      .report_errors = true});
  if (!second) return std::nullopt;
  return std::move(*second);
}

void RelayPorts::release(const turn::TransportAddress& bound) {
  if (const Pool* const pool = pool_of(bound.ip)) pool->ports->release(bound.port);
}

void RelayPorts::expire(turn::Time now) {
  const std::lock_guard lock(mutex_);
  while (const std::optional<turn::ReservedPort> expired = reservations_.take_expired(now)) {
    ::close(expired->handle);
    release(expired->local);
  }
  for (const Pool& pool : pools_) pool.ports->review();
}

bool RelayPorts::are_scarce(const turn::IpAddress& local) const {
  const Pool* const pool = pool_of(local);
  return pool == nullptr || pool->ports->scarce();
}

bool RelayPorts::is_taken(const turn::TransportAddress& address) const {
  return std::ranges::any_of(pools_, [&](const Pool& pool) {
    return (pool.address.local == address.ip || pool.address.advertised() == address.ip) &&
           pool.ports->taken(address.port);
  });
}

std::size_t RelayPorts::taken_count() const {
  std::size_t count = 0;
  for (const Pool& pool : pools_) count += pool.ports->taken_count();
  // Both move on while they are read.
  return count - std::min(count, spare_.load(std::memory_order_relaxed));
}

const RelayPorts::Pool* RelayPorts::pool_of(const turn::IpAddress& local) const {
  const auto pool =
      std::ranges::find(pools_, local, [](const Pool& each) { return each.address.local; });
  return pool == pools_.end() ? nullptr : &*pool;
}

}  // namespace relay::net
