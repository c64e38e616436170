// A proxy of datagrams for one client of a test: what the client sends goes on with a PROXY header
// in front, what comes back goes to the client as it is. Runs on a thread of its own.
#pragma once

#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <string>
#include <thread>

#include "relay/net/socket_address.h"
#include "service/wire_client.h"
#include "tests/support/patient_poll.h"

namespace relay::test {

class DatagramProxy {
 public:
  DatagramProxy(const TransportAddress& server, const std::string& header)
      : thread_([this, server, header = to_buffer(header)](const std::stop_token& stop) {
          while (!stop.stop_requested()) pass_what_comes(server, header);
        }) {}
  /// Where the client is to send.
  const TransportAddress& address() const { return front_.address(); }

 private:
  void pass_what_comes(const TransportAddress& server, const Buffer& header) {
    std::array<pollfd, 2> ready{{{front_.fd(), POLLIN, 0}, {back_.fd(), POLLIN, 0}}};
    support::patient_poll(ready.data(), ready.size(), 10);
    while (const auto datagram = front_.poll()) {
      client_ = datagram->source;
      Buffer named = header;
      named.insert(named.end(), datagram->bytes.begin(), datagram->bytes.end());
      pass(back_, server, named);
    }
    while (const auto datagram = back_.poll()) pass(front_, client_, datagram->bytes);
  }

  static void pass(const UdpSocket& from, const TransportAddress& to, Bytes bytes) {
    const net::SocketAddress address(to);
    ::sendto(from.fd(), bytes.data(), bytes.size(), 0, address.data(), address.size());
  }

  UdpSocket front_, back_;
  TransportAddress client_;
  std::jthread thread_;
};

}  // namespace relay::test
