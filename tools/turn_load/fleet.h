// The calls of one thread: their clients, the peers that they talk to, and the one epoll instance
// that all those sockets are in. Sets calls up, keeps them alive, carries their media and takes
// them down again. One thread owns it; `stop` may be set by any.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "tools/turn_load/link.h"
#include "tools/turn_load/session.h"

namespace turn_load {

/// What all the calls have in common.
struct FleetPlan {
  stun::TransportAddress server;
  Transport transport{};
  TlsContext* tls = nullptr;
  std::string user;
  std::string password;
  std::vector<stun::IpAddress> client_ips;  // in turn; at least one
  stun::IpAddress peer_ip;
  std::uint32_t peers = 1;
  bool owned = false;  // the server's relayed addresses may be public
};

/// Takes the media that arrives.
class PayloadSink {
 public:
  virtual void on_payload(Direction direction, Bytes payload) = 0;

 protected:
  ~PayloadSink() = default;
};

class Fleet final : private MessageSink {
 public:
  Fleet(const FleetPlan& plan, const std::atomic<bool>& stop);

  /// Sets calls up until `count` are ready, or until one fails: the sentence then tells why, and
  /// the ready ones stay.
  std::string grow(std::uint32_t count);
  /// Gives the allocations back, within a few seconds.
  void release();

  /// Calls that are ready, or were before they broke. Any thread may ask.
  std::uint32_t ready() const { return ready_.load(std::memory_order_relaxed); }
  /// Calls that broke since they were ready, and why the first of them did.
  std::uint32_t broken() const { return broken_; }
  const std::string& failure() const { return failure_; }

  /// What a payload of that size takes on the way in that direction, header and padding included.
  std::size_t datagram_size(Direction direction, std::size_t payload) const;
  /// Writes what goes in front of a payload of `size` bytes, and returns where the payload begins.
  std::size_t write_header(std::uint32_t call, Direction direction, std::span<std::byte> into,
                           std::size_t size) const;
  /// How many of the datagrams of `segment` bytes in `train` went out.
  std::size_t send(std::uint32_t call, Direction direction, Bytes train, std::size_t segment);
  /// Datagrams dropped for want of buffer by the sockets of this fleet, ever.
  std::uint64_t dropped() const;
  /// Hands over what arrives within `timeout`, and keeps the calls alive.
  void wait(Clock::duration timeout, PayloadSink& sink);

 private:
  struct Call;
  /// A socket in the epoll instance: a call's client, or a peer.
  struct Endpoint {
    Call* call = nullptr;  // null: a peer
    int fd = -1;
  };
  struct Peer {
    relay::net::FileDescriptor socket;
    stun::TransportAddress address;
    Endpoint endpoint;
  };
  struct Call {
    std::uint32_t number = 0;
    std::unique_ptr<Link> link;
    std::unique_ptr<Session> session;
    Endpoint endpoint;
    Peer* peer = nullptr;
    relay::net::SocketAddress relayed;
    bool watched_for_writing = false;
    bool is_broken = false;
    int attempts = 0;
    Time opened_at{};
  };

  void on_message(Bytes message) override;

  Peer* peer_for(std::uint32_t number);
  void begin_call();
  void open(Call& call);
  void watch(Endpoint& endpoint, bool writing, int operation);
  /// One round of requests and answers for the calls that are under way.
  void drive();
  /// False: the call is still under way.
  bool settle(Call& call);
  std::string unusable(const Call& call) const;
  void handle_events(Clock::duration timeout);
  void handle_client(Call& call);
  void keep_alive();
  void poll(Call& call, Time now);
  void note_broken(Call& call);
  void drop_unready();

  FleetPlan plan_;
  const std::atomic<bool>& stop_;
  Account account_;
  DatagramReceiver receiver_;
  DatagramSender sender_;
  Route route_;
  relay::net::FileDescriptor epoll_;

  std::vector<std::unique_ptr<Peer>> peers_;
  std::vector<std::unique_ptr<Call>> calls_;
  std::vector<Call*> under_way_;  // being set up or taken down
  std::uint32_t begun_ = 0;
  std::size_t next_kept_alive_ = 0;
  std::atomic<std::uint32_t> ready_ = 0;
  std::uint32_t broken_ = 0;
  std::string failure_;

  // While events are handled.
  PayloadSink* sink_ = nullptr;
  Call* receiving_ = nullptr;  // null: a peer receives
};

}  // namespace turn_load
