#include "relay/streams.h"

#include <algorithm>
#include <limits>

#include "relay/net/address_list.h"
#include "relay/site_of.h"

namespace relay {
namespace {

/// After TLS the ALPN tells (RFC 7301, RFC 7443), if the client has one; else the first byte. A
/// method begins with an upper-case letter; so may ChannelData, but never on a new connection,
/// which has no channel.
bool is_http(const net::TcpSession& session, stun::Bytes first) {
  const std::string_view agreed = session.tls() ? session.tls()->protocol() : std::string_view();
  if (!agreed.empty()) return agreed == "http/1.1";
  return first.front() >= std::byte{'A'} && first.front() <= std::byte{'Z'};
}

}  // namespace

Streams::Streams(const StreamLimits& limits, Reactor& reactor, StreamReader& reader,
                 net::DatagramCounters& counters, http::House& house,
                 const net::tls::SharedContext* tls)
    : limits_(limits),
      reactor_(reactor),
      reader_(reader),
      counters_(counters),
      doors_(house, reactor, *this),
      tls_(tls),
      buffer_(std::make_unique_for_overwrite<std::byte[]>(buffer_size)) {}

void Streams::on_accept(net::FileDescriptor socket, const turn::FiveTuple& client,
                        net::Entrance entrance) {
  const bool by_proxy = entrance == net::Entrance::proxies;
  if (by_proxy && !net::is_among(limits_.trusted_proxies, client.client.ip)) {
    return reader_.on_proxy_refused(client.client, not_trusted);
  }
  if (clients_.size() - conversations_ >= limits_.clients || client.client.port == 0 ||
      (!by_proxy && is_full(client.client.ip))) {
    return;
  }
  auto session = std::make_unique<net::TcpSession>(reactor_, std::move(socket), client, *this);
  if (by_proxy) session->expect_proxy_header();
  const turn::Time check_at = std::chrono::steady_clock::now() +
                              (by_proxy ? limits_.proxy_header_time : limits_.stranger_time);
  if (!session->start() || !clients_
                                .try_emplace(client, Client{.session = std::move(session),
                                                            .check_at = check_at,
                                                            .entrance = entrance,
                                                            .stranger = !by_proxy,
                                                            .anonymous = by_proxy})
                                .second) {
    return;
  }
  if (!by_proxy) ++strangers_[site_of(client.client.ip)];
  reader_.on_stream_count(clients_.size());
}

void Streams::adopt(MovingStream stream) {
  const turn::FiveTuple client = stream.client;
  if (clients_.size() - conversations_ >= limits_.clients || is_full(client.client.ip)) return;
  net::StreamRemains remains{std::move(stream.socket), client, nullptr, std::move(stream.unsent)};
  if (stream.tls) {
    if (!workspace_) workspace_.emplace();
    remains.tls = net::tls::Engine::resume(std::move(stream.tls), *workspace_);
    if (!remains.tls) return;
  }
  auto session = std::make_unique<net::TcpSession>(reactor_, std::move(remains), *this);
  net::TcpSession& adopted = *session;
  const turn::Time check_at = std::chrono::steady_clock::now() + limits_.stranger_time;
  if (!session->start() ||
      !clients_.try_emplace(client, Client{.session = std::move(session), .check_at = check_at})
           .second) {
    return;
  }
  ++strangers_[site_of(client.client.ip)];
  reader_.on_stream_count(clients_.size());
  adopted.resume(stream.unread);
}

/// Who it is is known now: from here on it is a client like those that come by themselves.
bool Streams::on_proxy_header(net::TcpSession& session, const net::ProxyHeader& header) {
  turn::FiveTuple name = session.client();
  if (header.client) name.client = *header.client;
  if (is_full(name.client.ip) || !rename(session, name)) return false;
  Client& client = clients_.find(name)->second;
  client.anonymous = false;
  client.stranger = true;
  client.check_at = std::chrono::steady_clock::now() + limits_.stranger_time;
  ++strangers_[site_of(name.client.ip)];
  return true;
}

/// A connection that the client has given up may still be known by that name: its end was not read
/// yet. Then the name is not given to another.
bool Streams::rename(net::TcpSession& session, const turn::FiveTuple& name) {
  if (name == session.client()) return true;
  if (clients_.contains(name)) return false;
  auto node = clients_.extract(session.client());
  session.set_client(name);
  node.key() = name;
  clients_.insert(std::move(node));
  return true;
}

bool Streams::is_full(const stun::IpAddress& source) const {
  const auto strangers = strangers_.find(site_of(source));
  return strangers != strangers_.end() && strangers->second >= limits_.strangers_per_source;
}

void Streams::on_stream_message(net::TcpSession& session, turn::Frame::Kind kind,
                                stun::Bytes message) {
  reader_.on_stream_message(session.client(), kind, message);
  if (kind != turn::Frame::Kind::stun) return;
  // Only a control message gains or loses an allocation.
  if (const auto client = clients_.find(session.client()); client != clients_.end()) {
    note_allocation(client->second,
                    reader_.has_allocation(client->first, std::chrono::steady_clock::now()));
  }
}

void Streams::review(const turn::FiveTuple& five_tuple) {
  const auto client = clients_.find(five_tuple);
  if (client == clients_.end() || client->second.messages == nullptr) return;
  note_allocation(client->second,
                  reader_.has_allocation(five_tuple, std::chrono::steady_clock::now()));
}

void Streams::note_allocation(Client& client, bool has_one) {
  if (client.stranger != has_one) return;
  client.stranger = !has_one;
  const stun::IpAddress site = site_of(client.session->client().client.ip);
  if (has_one) {
    forget_stranger(site);
    client.messages->set_message_limit(std::numeric_limits<std::size_t>::max());
  } else {
    ++strangers_[site];
    client.messages->set_message_limit(turn::max_control_message);
  }
}

void Streams::forget_stranger(const stun::IpAddress& site) {
  const auto strangers = strangers_.find(site);
  if (strangers != strangers_.end() && --strangers->second == 0) strangers_.erase(strangers);
}

std::unique_ptr<net::tls::Engine> Streams::begin_tls(net::TcpSession& session) {
  const bool for_metrics =
      clients_.find(session.client())->second.entrance == net::Entrance::metrics;
  const net::tls::SharedContext* const tls = for_metrics ? limits_.metrics_tls : tls_;
  if (tls == nullptr) return nullptr;
  turn::FiveTuple name = session.client();
  name.transport = turn::Transport::tls;
  if (!rename(session, name)) return nullptr;
  if (!workspace_) workspace_.emplace();
  return net::tls::Engine::begin(tls->new_connection(), *workspace_);
}

std::unique_ptr<net::StreamProtocol> Streams::begin_protocol(net::TcpSession& session,
                                                             stun::Bytes first) {
  Client& client = clients_.find(session.client())->second;
  const net::Entrance entrance = client.entrance;
  const bool for_metrics = entrance == net::Entrance::metrics;
  const bool for_http = entrance != net::Entrance::clients && entrance != net::Entrance::proxies;
  const bool may_be_plain = for_metrics ? limits_.plain_metrics : for_http || limits_.plain;
  if (session.tls() == nullptr && !may_be_plain) return nullptr;
  if (is_http(session, first)) return begin_http(client);
  if (for_http) return nullptr;
  auto messages = std::make_unique<net::MessageStream>(*this);
  client.messages = messages.get();
  return messages;
}

std::unique_ptr<net::StreamProtocol> Streams::begin_http(Client& client) {
  if (!doors_.house().site().serves(client.entrance) || http_clients_ >= limits_.http_clients) {
    return nullptr;
  }
  ++http_clients_;
  auto connection = std::make_unique<http::Connection>(doors_, *client.session, client.entrance,
                                                       std::chrono::steady_clock::now());
  client.http = connection.get();
  return connection;
}

/// It stays for as long as it likes, and is counted among its own kind.
bool Streams::on_conversation(net::TcpSession& session) {
  if (conversations_ >= limits_.conversations) return false;
  Client& client = clients_.find(session.client())->second;
  client.is_conversation = true;
  ++conversations_;
  --http_clients_;
  client.stranger = false;
  forget_stranger(site_of(session.client().client.ip));
  return true;
}

void Streams::end_http(Client& client) {
  --(client.is_conversation ? conversations_ : http_clients_);
  client.http->on_end(std::chrono::steady_clock::now());
}

void Streams::on_handshake(net::TcpSession& session, bool established) {
  if (handshakes_left_ != 0) --handshakes_left_;
  if (established) reader_.on_tls(session.client(), true, session.tls()->description());
}

void Streams::on_stream_end(net::TcpSession& session) { ended_.push_back(session.client()); }

void Streams::end_round() {
  read_ready();
  handshakes_left_ = max_handshakes;
  doors_.end_round();
  reap();
}

/// Sessions live until the round is over, also those that have ended in it.
void Streams::read_ready() {
  for (net::TcpSession* const session : ready_) session->read();
  ready_.clear();
}

/// Telling of one end may end others.
void Streams::reap() {
  while (!ended_.empty()) {
    flush();
    for (const turn::FiveTuple& five_tuple : std::exchange(ended_, {})) {
      const auto client = clients_.find(five_tuple);
      if (client->second.http != nullptr) end_http(client->second);
      if (client->second.stranger) forget_stranger(site_of(five_tuple.client.ip));
      clients_.erase(client);
      reader_.on_stream_count(clients_.size());
      reader_.on_stream_end(five_tuple);
    }
  }
}

void Streams::send_control(const turn::FiveTuple& client, stun::Bytes message) {
  flush();
  if (const auto found = clients_.find(client); found != clients_.end()) {
    found->second.session->send_control(message);
  }
}

void Streams::send_data(const turn::ToClient& forward) {
  if (gathered_ == messages_.size() ||
      (gathered_ != 0 && gathered_for_->client() != *forward.client)) {
    flush();
  }
  if (gathered_ == 0) {
    const auto client = clients_.find(*forward.client);
    if (client == clients_.end()) return;
    gathered_for_ = client->second.session.get();
  }
  const stun::Bytes header = forward.header_bytes();
  std::ranges::copy(header, headers_[gathered_].begin());
  messages_[gathered_] = {.header = stun::Bytes(headers_[gathered_]).first(header.size()),
                          .payload = forward.payload,
                          .padding = forward.padding};
  ++gathered_;
}

void Streams::flush() {
  if (gathered_ == 0) return;
  const std::size_t taken = gathered_for_->send_data(std::span(messages_).first(gathered_));
  counters_.sent.add(taken);
  counters_.send_failures.add(gathered_ - taken);
  gathered_ = 0;
  gathered_for_ = nullptr;
}

void Streams::sweep(turn::Time now) {
  doors_.on_time(now);
  for (auto& [five_tuple, client] : clients_) {
    if (client.http != nullptr) {
      client.http->on_time(now);
      continue;
    }
    if (now < client.check_at) continue;
    if (client.anonymous) {
      client.session->close();
      continue;
    }
    note_allocation(client, reader_.has_allocation(five_tuple, now));
    if (client.stranger) {
      client.session->close();
    } else {
      client.check_at = now + limits_.stranger_time;
    }
  }
}

}  // namespace relay
