// Connections that leave the streams of a worker: to carry the bytes of a connection to a peer
// (RFC 6062 5.4), or for another worker, where adopt() takes them in (streams.cpp).
#include "relay/streams.h"

namespace relay {

bool Streams::bind(const turn::FiveTuple& client, turn::ConnectionId connection) {
  return depart(client, {.destination = connection, .message = {}});
}

void Streams::hand_over(const turn::FiveTuple& client, std::size_t worker, stun::Bytes message) {
  depart(client, {.destination = OtherWorker{worker}, .message = {message.begin(), message.end()}});
}

bool Streams::depart(const turn::FiveTuple& five_tuple, Client::Departure departure) {
  const auto found = clients_.find(five_tuple);
  if (found == clients_.end() || found->second.messages == nullptr ||
      !found->second.session->is_open()) {
    return false;
  }
  Client& client = found->second;
  client.departure = std::make_unique<Client::Departure>(std::move(departure));
  client.messages->stop(*client.session);
  return true;
}

void Streams::on_stream_stop(net::TcpSession& session, stun::Bytes unread) {
  flush();
  const auto departure = std::move(clients_.find(session.client())->second.departure);
  if (!session.is_open()) return reader_.on_stream_departure({}, departure->destination, {});
  std::vector<std::byte>& message = departure->message;
  if (!message.empty()) {
    message.insert(message.end(), unread.begin(), unread.end());
    unread = message;
  }
  reader_.on_stream_departure(session.release(), departure->destination, unread);
}

}  // namespace relay
