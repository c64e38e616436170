#include "relay/http/doorkeeper.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

#include "relay/http/connection.h"

namespace relay::http {
namespace {

constexpr std::size_t max_chat_message = 4 * 1024;

/// The worker that `3-0123...` names.
std::optional<std::size_t> worker_of(std::string_view key) {
  std::size_t worker = 0;
  const auto read = std::from_chars(key.data(), key.data() + key.size(), worker);
  if (read.ec != std::errc{} || read.ptr == key.data() + key.size() || *read.ptr != '-') {
    return std::nullopt;
  }
  return worker;
}

Response answer_to_post(Status status) {
  switch (status) {
    case Status::no_content:
      return {.status = status};
    case Status::not_found:
      return plain(status, "There is no such event stream (any more).");
    case Status::too_many_requests:
      return plain(status, "Too many messages.");
    default:
      return plain(status);
  }
}

}  // namespace

Doorkeeper::Doorkeeper(House& house, Reactor& reactor, ConnectionOwner& owner)
    : house_(house), owner_(owner), worker_(house.add(reactor, *this)) {}

Status Doorkeeper::admit(net::TcpSession& session, const stun::IpAddress& client, Time now) {
  if (!house_.visitors().enter(client, now)) return Status::too_many_requests;
  if (owner_.on_conversation(session)) return Status::ok;
  house_.visitors().leave(client);
  return Status::service_unavailable;
}

std::unique_ptr<Conversation> Doorkeeper::open_web_socket(net::TcpSession& session,
                                                          const signaling::Arrival& arrival,
                                                          Time now) {
  WebSocketOptions options = house_.web_sockets();
  if (arrival.dialect == signaling::Dialect::chat) options.max_message = max_chat_message;
  auto socket =
      std::make_unique<WebSocket>(session, ConnectionId{++last_connection_}, *inbox_, options, now);
  open(*socket, arrival, now);
  return socket;
}

std::unique_ptr<Conversation> Doorkeeper::open_event_stream(net::TcpSession& session,
                                                            const signaling::Arrival& arrival,
                                                            Time now) {
  std::array<std::byte, 16> secret;
  random_.fill(secret);
  std::string key = fmt::format("{}-", worker_);
  for (const std::byte byte : secret) key += fmt::format("{:02x}", std::to_integer<int>(byte));
  auto stream =
      std::make_unique<EventStream>(session, ConnectionId{++last_connection_}, std::move(key), now);
  event_streams_.emplace(stream->key(), stream.get());
  open(*stream, arrival, now);
  return stream;
}

void Doorkeeper::open(Conversation& conversation, const signaling::Arrival& arrival, Time now) {
  conversations_.emplace(conversation.id(), &conversation);
  inbox_->on_open(conversation.id(), arrival, now);
}

void Doorkeeper::end(const Conversation& conversation, const stun::IpAddress& client, Time now) {
  conversations_.erase(conversation.id());
  if (const auto* const stream = dynamic_cast<const EventStream*>(&conversation)) {
    event_streams_.erase(stream->key());
  }
  house_.visitors().leave(client);
  inbox_->on_close(conversation.id(), now);
}

signaling::RequestId Doorkeeper::next_request(Connection& connection) {
  const signaling::RequestId id{++last_request_};
  asking_.emplace(id, &connection);
  connection.wait_for(id);
  return id;
}

bool Doorkeeper::ask(Connection& connection, const Request& request, Time now) {
  if (inbox_ == nullptr) return false;
  const signaling::RequestId id = next_request(connection);
  if (inbox_->on_request(id, request, now)) return true;
  asking_.erase(id);
  connection.wait_for(std::nullopt);
  return false;
}

void Doorkeeper::post(Connection& connection, std::string_view key, std::string_view text,
                      Time now) {
  const auto worker = worker_of(key);
  if (!worker || *worker >= house_.workers()) {
    return connection.respond(answer_to_post(Status::not_found));
  }
  if (*worker == worker_)
    return connection.respond(answer_to_post(deliver(std::string(key), text, now)));
  house_.ask(*worker, [&house = house_, asking = worker_, id = next_request(connection),
                       key = std::string(key), text = std::string(text)](Doorkeeper& other) {
    const Status status = other.deliver(key, text, std::chrono::steady_clock::now());
    house.ask(asking, [id, status](Doorkeeper& self) { self.respond(id, answer_to_post(status)); });
  });
}

Status Doorkeeper::deliver(const std::string& key, std::string_view text, Time now) {
  const auto found = event_streams_.find(key);
  if (found == event_streams_.end()) return Status::not_found;
  EventStream& stream = *found->second;
  if (!stream.limit().allows(now)) {
    if (stream.limit().is_hopeless()) {
      stream.close(std::to_underlying(CloseCode::policy), "too many messages");
    } else {
      inbox_->on_text_refused(stream.id(), now);
    }
    return Status::too_many_requests;
  }
  inbox_->on_text(stream.id(), text, now);
  return Status::no_content;
}

void Doorkeeper::forget(Connection& connection) {
  std::erase_if(asking_, [&](const auto& entry) { return entry.second == &connection; });
  std::erase(answered_, &connection);
}

bool Doorkeeper::reserve(std::size_t bytes) {
  if (contents_ + bytes > max_contents) return false;
  contents_ += bytes;
  return true;
}

void Doorkeeper::on_time(Time now) {
  if (inbox_ == nullptr || now < next_second_) return;
  next_second_ = now + std::chrono::seconds(1);
  inbox_->on_time(now);
}

void Doorkeeper::end_round() {
  while (!answered_.empty()) {
    for (Connection* const connection : std::exchange(answered_, {})) connection->go_on();
  }
}

void Doorkeeper::send(ConnectionId connection, const Text& text) {
  if (const auto found = conversations_.find(connection); found != conversations_.end()) {
    found->second->send(text);
  }
}

void Doorkeeper::close(ConnectionId connection, std::uint16_t code, std::string_view reason) {
  if (const auto found = conversations_.find(connection); found != conversations_.end()) {
    found->second->close(code, reason);
  }
}

void Doorkeeper::respond(signaling::RequestId request, const Response& response) {
  const auto found = asking_.find(request);
  if (found == asking_.end()) return;
  Connection& connection = *found->second;
  asking_.erase(found);
  connection.respond(response);
  answered_.push_back(&connection);
}

}  // namespace relay::http
