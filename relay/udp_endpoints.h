// The datagram sockets of one exchange: those that clients send to, and the relayed transport
// addresses. Each tells the exchange that it is ready; what to do then is the exchange's.
#pragma once

#include <cstdint>
#include <memory>

#include "relay/net/datagram_socket.h"
#include "relay/reactor.h"
#include "stun/address.h"
#include "turn/types.h"

namespace relay {

class Exchange;

/// A socket that clients send to.
struct UdpListener final : Watched {
  UdpListener(Exchange& owner, net::DatagramSocket bound)
      : exchange(owner), socket(std::move(bound)) {}
  void on_ready(std::uint32_t events) override;

  Exchange& exchange;
  net::DatagramSocket socket;
  bool for_proxies = false;  // each datagram begins with a PROXY header
};

struct RelaySocket;

/// Who reads what peers send. It may find that nobody owns the relay any more; what arrives then is
/// read all the same, and thrown away.
class PeerReader {
 public:
  virtual void on_relay_ready(RelaySocket& relay) = 0;
  /// Datagrams that left earlier met an error.
  virtual void on_relay_error(RelaySocket& relay) = 0;
  /// The relay is about to be closed or to have another owner: what is to leave from there leaves
  /// now, and nothing is to be read there that was found ready before.
  virtual void forget(RelaySocket& relay) = 0;

 protected:
  ~PeerReader() = default;
};

/// A relayed transport address. Where one peer gets most of the traffic there is a lane to it: a
/// second socket at the same address, connected to that peer. The kernel keeps the route with it
/// and finds it first for what comes from there; everything else takes the first socket, since a
/// permission is for an IP address and any port of it.
struct RelaySocket final : Watched {
  RelaySocket(PeerReader& owner, turn::RelayId name, net::DatagramSocket bound)
      : reader(owner), id(name), socket(std::move(bound)) {}
  void on_ready(std::uint32_t events) override {
    if ((events & EPOLLERR) != 0) reader.on_relay_error(*this);
    if ((events & EPOLLIN) != 0) reader.on_relay_ready(*this);
  }

  PeerReader& reader;
  turn::RelayId id;
  net::DatagramSocket socket;
  bool has_more = false;           // the last look found more than one datagram
  std::uint8_t reads_to_look = 0;  // reads of one datagram until the next look

  bool may_have_lane = true;
  std::uint8_t streak = 0;  // datagrams in a row that went to `usual_peer`
  stun::TransportAddress usual_peer;
  std::unique_ptr<RelaySocket> lane;
  stun::TransportAddress lane_peer;
};

}  // namespace relay
