// Datagrams that a proxy passes on, each with a PROXY header in front that says whose it is. What
// is behind the header takes the usual way, under the client's address; what is for the client goes
// to where its last datagram came from, without a header.
#include <chrono>

#include "relay/exchange.h"
#include "relay/first_byte.h"
#include "relay/net/address_list.h"
#include "relay/net/proxy_header.h"

namespace relay {

bool Exchange::listen_to_proxies(net::DatagramSocket socket) {
  if (!listen(std::move(socket))) return false;
  listeners_.back()->for_proxies = true;
  return true;
}

void Exchange::on_proxied_datagrams(UdpListener& listener, net::Received received, Time now) {
  if (!net::is_among(trusted_proxies_, received.source.ip)) {
    return on_proxy_refused(received.source, not_trusted);
  }
  std::uint64_t count = 0;
  for (; !received.bytes.empty(); ++count) {
    const stun::Bytes datagram = received.next();
    const auto header = net::parse_datagram_header(datagram);
    if (!header) {
      on_proxy_refused(received.source, header.error());
      continue;
    }
    turn::FiveTuple client{header->client.value_or(received.source), listener.socket.local(),
                           turn::Transport::udp};
    if (listener.socket.is_wildcard()) client.server.ip = received.local;
    return_paths_.note(client, received.source);
    on_proxied_datagram(client, datagram.subspan(header->size), received.tos, now);
  }
  counters_.datagrams.received.add(count);
}

void Exchange::on_proxied_datagram(const turn::FiveTuple& client, stun::Bytes datagram,
                                   std::uint8_t tos, Time now) {
  if (datagram.empty()) return;
  if (is_channel_data(datagram)) {
    turn::Allocation* allocation = server_.find(client, now);
    if (allocation == nullptr) allocation = arrive(client, datagram, tos, now);
    if (allocation == nullptr) return;
    return_paths_.keep(client);  // It may have moved here with data.
    if (const auto forward = server_.handle_channel_data(*allocation, datagram, now)) {
      send_to_peer(*forward, tos, now);
    }
  } else if (is_stun(datagram) && is_welcome(client, now)) {
    on_control(client, datagram, tos, now);
    if (server_.find(client, now) != nullptr) return_paths_.keep(client);
  } else if (dtls_clients_.is_served() && net::dtls::is_dtls(datagram[0])) {
    const turn::FiveTuple sealed{client.client, client.server, turn::Transport::dtls};
    dtls_clients_.on_datagram(sealed, datagram, tos, now);
    if (dtls_clients_.has(sealed)) return_paths_.keep(client);
  }
}

turn::TransportAddress Exchange::way_back(const turn::FiveTuple& client) const {
  const turn::FiveTuple name{client.client, client.server, turn::Transport::udp};
  return return_paths_.find(name).value_or(turn::TransportAddress{});
}

/// The proxies of clients that are gone.
void Exchange::sweep_return_paths(Time now) {
  return_paths_.sweep([&](const turn::FiveTuple& client) {
    const turn::FiveTuple sealed{client.client, client.server, turn::Transport::dtls};
    return has_allocation(client, now) || dtls_clients_.has(sealed);
  });
}

}  // namespace relay
