// The traffic of a Fleet: sending, receiving, and the requests that keep its calls alive.
#include <sys/epoll.h>

#include <algorithm>
#include <array>
#include <ctime>

#include "stun/attribute_type.h"
#include "tools/turn_load/failure_text.h"
#include "tools/turn_load/fleet.h"

namespace turn_load {
namespace {

constexpr std::size_t channel_header_size = 4;
/// Calls looked after in each round: a thousand rounds a second reach all of them in time.
constexpr std::size_t kept_alive_a_round = 16;

timespec to_timespec(Clock::duration duration) {
  const auto nanoseconds = std::max<std::int64_t>(
      0, std::chrono::duration_cast<std::chrono::nanoseconds>(duration).count());
  return {.tv_sec = nanoseconds / 1'000'000'000, .tv_nsec = nanoseconds % 1'000'000'000};
}

}  // namespace

std::size_t Fleet::datagram_size(Direction direction, std::size_t payload) const {
  if (direction == Direction::down) return payload;
  const std::size_t size = channel_header_size + payload;
  return plan_.transport == Transport::udp ? size : stun::padded(size);
}

std::size_t Fleet::write_header(std::uint32_t call, Direction direction, std::span<std::byte> into,
                                std::size_t size) const {
  if (direction == Direction::down) return 0;
  stun::store_u16(into, 0, calls_[call]->session->channel());
  stun::store_u16(into, 2, static_cast<std::uint16_t>(size));
  return channel_header_size;
}

std::size_t Fleet::send(std::uint32_t number, Direction direction, Bytes train,
                        std::size_t segment) {
  Call& call = *calls_[number];
  // What a broken call would have sent counts as sent, and is lost.
  if (call.is_broken) return train.size() / segment;
  if (direction == Direction::down) {
    return sender_.send(call.peer->socket.number(), train, segment, &call.relayed);
  }
  const std::size_t sent = call.link->send_train(train, segment);
  if (plan_.transport == Transport::udp) return sent;
  if (call.link->wants_write() != call.watched_for_writing) {
    call.watched_for_writing = !call.watched_for_writing;
    watch(call.endpoint, call.watched_for_writing, EPOLL_CTL_MOD);
  }
  // A stream that is full says that the server reads too slowly: lost there, not here.
  return train.size() / segment;
}

std::uint64_t Fleet::dropped() const {
  std::uint64_t sum = 0;
  for (const auto& peer : peers_) sum += dropped_datagrams(peer->socket.number());
  if (plan_.transport != Transport::udp) return sum;
  for (const auto& call : calls_) sum += dropped_datagrams(call->link->fd());
  return sum;
}

void Fleet::wait(Clock::duration timeout, PayloadSink& sink) {
  sink_ = &sink;
  handle_events(timeout);
  sink_ = nullptr;
  keep_alive();
}

void Fleet::handle_events(Clock::duration timeout) {
  std::array<epoll_event, 256> events;
  const timespec limit = to_timespec(timeout);
  const int count = ::epoll_pwait2(epoll_.number(), events.data(), static_cast<int>(events.size()),
                                   &limit, nullptr);
  for (int i = 0; i < count; ++i) {
    const Endpoint& endpoint =
        *static_cast<Endpoint*>(events[static_cast<std::size_t>(i)].data.ptr);
    if (endpoint.call != nullptr) {
      handle_client(*endpoint.call);
    } else {
      receiving_ = nullptr;
      receiver_.receive(endpoint.fd, *this);
    }
  }
}

void Fleet::handle_client(Call& call) {
  receiving_ = &call;
  call.link->advance();
  call.link->receive(*this);
  if (call.link->wants_write() != call.watched_for_writing) {
    call.watched_for_writing = !call.watched_for_writing;
    watch(call.endpoint, call.watched_for_writing, EPOLL_CTL_MOD);
  }
  if (!call.link->failure().empty()) note_broken(call);
}

void Fleet::on_message(Bytes message) {
  if (receiving_ == nullptr) {
    if (sink_ != nullptr) sink_->on_payload(Direction::up, message);
    return;
  }
  if (message.size() < channel_header_size) return;
  const bool is_stun = (std::to_integer<unsigned>(message[0]) & 0xc0) == 0;
  if (is_stun) {
    const auto response = stun::MessageView::parse(message);
    if (response) receiving_->session->handle(*response, Clock::now());
    return;
  }
  const std::size_t length = stun::load_u16(message, 2);
  if (sink_ == nullptr || length > message.size() - channel_header_size) return;
  if (stun::load_u16(message, 0) != receiving_->session->channel()) return;
  sink_->on_payload(Direction::down, message.subspan(channel_header_size, length));
}

void Fleet::keep_alive() {
  if (calls_.empty()) return;
  const Time now = Clock::now();
  for (std::size_t i = 0; i < std::min(kept_alive_a_round, calls_.size()); ++i) {
    next_kept_alive_ = (next_kept_alive_ + 1) % calls_.size();
    Call& call = *calls_[next_kept_alive_];
    if (call.is_broken) continue;
    poll(call, now);
    if (!call.link->failure().empty() || call.session->refusal()) note_broken(call);
  }
}

void Fleet::poll(Call& call, Time now) {
  if (!call.link->is_open()) return;
  const Bytes request = call.session->poll(now);
  if (!request.empty()) call.link->send(request);
}

/// A call that is being set up fails in settle() instead.
void Fleet::note_broken(Call& call) {
  ::epoll_ctl(epoll_.number(), EPOLL_CTL_DEL, call.endpoint.fd, nullptr);
  if (call.is_broken || std::ranges::find(under_way_, &call) != under_way_.end()) return;
  call.is_broken = true;
  ++broken_;
  if (!failure_.empty()) return;
  failure_ = unusable(call);
}

}  // namespace turn_load
