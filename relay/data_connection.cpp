#include "relay/data_connection.h"

#include <utility>

#include "relay/net/peer_socket.h"

namespace relay {
namespace {

/// So many reads in a row before others have their turn.
constexpr int max_reads = 4;

}  // namespace

bool DataConnection::begin(net::FileDescriptor on_its_way) {
  peer_.open(std::move(on_its_way));
  return peer_.watch(EPOLLOUT);
}

bool DataConnection::accept(net::FileDescriptor connected) {
  peer_.open(std::move(connected));
  state_ = State::unbound;
  return peer_.watch(0);
}

void DataConnection::bind(net::FileDescriptor client, std::unique_ptr<net::tls::Engine> tls,
                          std::vector<std::byte> unsent, stun::Bytes unread) {
  state_ = State::bound;
  client_.open(std::move(client), std::move(tls), std::move(unsent));
  if (!unread.empty()) pass_on(client_, unread);
  go_on();
}

void DataConnection::close() {
  state_ = State::closed;
  client_.close();
  peer_.close();
}

void DataConnection::on_end_ready(DataEnd& end, std::uint32_t events) {
  if (state_ == State::connecting) return decide();
  // Of an unbound connection only errors are reported, and the end of both directions.
  if (state_ == State::unbound) return this->end();
  if ((events & EPOLLOUT) != 0) end.flush();
  // An error or the end is found by reading.
  if ((events & ~std::uint32_t{EPOLLOUT}) != 0) relay_from(end);
  go_on();
}

void DataConnection::decide() {
  const bool connected = net::has_connected(peer_.fd()) && peer_.watch(0);
  state_ = connected ? State::unbound : State::closed;
  if (!connected) peer_.close();
  owner_.on_peer_connected(*this, connected);
}

void DataConnection::relay_from(DataEnd& end) {
  for (int reads = 0; reads < max_reads; ++reads) {
    if (end.has_ended() || other(end).waiting() != 0 || waits_until(end) != turn::Time{}) return;
    const stun::Bytes bytes = end.read(owner_.data_buffer());
    if (!bytes.empty()) pass_on(end, bytes);
    if (end.has_ended()) return other(end).end_output();
    if (bytes.empty()) return;
  }
}

void DataConnection::pass_on(DataEnd& from, stun::Bytes bytes) {
  // What can reach nobody any more keeps nothing alive.
  if (!other(from).is_dead()) has_moved_ = true;
  other(from).write(bytes);
  const auto direction =
      &from == &client_ ? turn::StreamDirection::from_client : turn::StreamDirection::to_client;
  const turn::Time::duration wait = owner_.on_data(*this, direction, bytes.size());
  if (wait <= turn::Time::duration::zero()) return;
  waits_until(from) = std::chrono::steady_clock::now() + wait;
  owner_.wake_by(waits_until(from));
}

/// Everything that can be done now has been done: what is waited for, or the end.
void DataConnection::go_on() {
  if (state_ != State::bound) return;
  const bool over =
      client_.has_ended() && peer_.has_ended() && client_.waiting() == 0 && peer_.waiting() == 0;
  if (over) return end();
  watch(client_);
  watch(peer_);
}

void DataConnection::watch(DataEnd& end) {
  if (state_ != State::bound) return;
  const bool may_read =
      !end.has_ended() && other(end).waiting() == 0 && waits_until(end) == turn::Time{};
  const std::uint32_t events =
      (may_read ? std::uint32_t{EPOLLIN} : 0) | (end.waiting() != 0 ? std::uint32_t{EPOLLOUT} : 0);
  if (events == 0) return end.unwatch();
  if (!end.watch(events)) this->end();
}

void DataConnection::on_time(turn::Time now, std::chrono::seconds linger) {
  if (state_ != State::bound) return;
  for (turn::Time& until : waits_until_) {
    if (until <= now) until = turn::Time{};
  }
  const bool is_ending =
      client_.has_ended() || peer_.has_ended() || client_.is_dead() || peer_.is_dead();
  if (!is_ending || std::exchange(has_moved_, false) || last_moved_ == turn::Time{}) {
    last_moved_ = now;
  } else if (now - last_moved_ >= linger) {
    return end();
  }
  go_on();
}

void DataConnection::end() {
  if (state_ == State::closed) return;
  close();
  owner_.on_data_end(*this);
}

}  // namespace relay
