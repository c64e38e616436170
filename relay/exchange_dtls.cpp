// The side of DTLS that the exchange has: what comes out of records goes the way of any datagram,
// and what was sealed leaves as one.
#include <fmt/format.h>

#include "relay/exchange.h"
#include "relay/first_byte.h"

namespace relay {

/// Like any refusal to a source that may be forged, though it is shorter than what it answers.
bool Exchange::may_answer_hello(const turn::FiveTuple& client, Time now) {
  if (!is_welcome(client, now)) return false;
  if (!stranger_limit_ || stranger_limit_->allows(client.client.ip, now)) return true;
  counters_.strangers_unanswered.add();
  return false;
}

void Exchange::send_hello_verify(const turn::FiveTuple& client, stun::Bytes datagram) {
  UdpListener* const listener = listener_of(client.server);
  if (listener == nullptr) return;
  const turn::TransportAddress to = way_to(*listener, client);
  if (to.port == 0) return;
  outbox_.add_copy(listener->socket, {.to = to, .source = client.server.ip}, datagram);
}

void Exchange::send_sealed(const turn::FiveTuple& client, stun::Bytes datagram, std::uint8_t tos) {
  UdpListener* const listener = listener_of(client.server);
  if (listener == nullptr) return;
  const turn::TransportAddress to = way_to(*listener, client);
  if (to.port == 0) return;
  outbox_.add(listener->socket, {.to = to, .source = client.server.ip, .tos = tos}, {}, datagram);
}

void Exchange::on_dtls_message(const turn::FiveTuple& client, stun::Bytes message, std::uint8_t tos,
                               Time now) {
  if (is_stun(message)) return on_control(client, message, tos, now);
  if (!is_channel_data(message)) return;
  turn::Allocation* allocation = server_.find(client, now);
  if (allocation == nullptr) allocation = arrive(client, message, tos, now);
  if (allocation == nullptr) return;
  if (const auto forward = server_.handle_channel_data(*allocation, message, now)) {
    send_to_peer(*forward, tos, now);
  }
}

void Exchange::on_dtls(const turn::FiveTuple& client, bool established,
                       std::string_view description) {
  sink_.debug(fmt::format("dtls {} {}: {}", established ? "established with" : "failed with",
                          client.client.to_string(), description));
}

}  // namespace relay
