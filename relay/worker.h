// One thread with its event loop, its clients and its sockets. Workers share ports, quotas and
// policy; nothing of that is touched per packet. Made, started and stopped from one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "auth/authenticator.h"
#include "relay/authentication.h"
#include "relay/exchange.h"
#include "relay/http/house.h"
#include "relay/listeners.h"
#include "relay/plan.h"
#include "relay/shared_quota.h"
#include "relay/signaling/post_office.h"

namespace relay {

/// What the workers of a service have in common; outlives them.
struct Shared {
  const Plan& plan;
  const turn::PeerPolicy& peer_policy;
  const NonceKey& nonce_key;
  SharedQuota& quota;
  net::RelayPorts& ports;
  observe::EventSink& sink;
  StreamLimits streams;
  const StreamHandOver& hand_over;
  int last_lane;  // as of ExchangeParts
  http::House& house;
  const net::tls::SharedContext* tls;  // null: TLS is not served
  DtlsLimits dtls_limits;
  const net::tls::SharedContext* dtls;  // null: DTLS is not served
  Colleagues* colleagues;               // null: clients may not move (RFC 8016)
  signaling::PostOffice* post_office;   // null: there are no rooms
};

class Worker {
 public:
  Worker(std::size_t index, const Shared& shared, WorkerSockets sockets);
  ~Worker();  // stop()

  void start();
  void begin_drain();
  /// From any thread.
  void adopt(MovingStream stream);
  /// Closes everything and joins the thread.
  void stop();
  const WorkerCounters& counters() const { return counters_; }
  std::uint64_t wake_ups() const { return reactor_.rounds().read(); }

 private:
  void listen(std::vector<net::BoundTcp>& all, net::Entrance entrance);
  void on_alarm();
  void open_rooms(std::size_t index, const Shared& shared);

  WorkerCounters counters_;
  Reactor reactor_;
  Alarm alarm_;
  Authentication authentication_;
  net::Csprng random_;
  std::optional<signaling::Switchboard> switchboard_;  // outlives the connections
  Exchange exchange_;
  std::vector<std::unique_ptr<net::TcpListener>> tcp_listeners_;
  std::thread thread_;
};

}  // namespace relay
