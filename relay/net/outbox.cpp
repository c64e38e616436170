#include "relay/net/outbox.h"

#include <netinet/in.h>

#include <algorithm>
#include <cassert>
#include <cerrno>
#include <span>

namespace relay::net {
namespace {

constexpr int flags = MSG_DONTWAIT | MSG_NOSIGNAL;

/// No path worth the name is narrower, so a train of segments this small is not refused for its
/// size.
constexpr std::size_t safe_segment = 1200;

constexpr std::array<std::byte, 3> zeros{};

iovec to_vector(stun::Bytes bytes) {
  return {.iov_base = const_cast<std::byte*>(bytes.data()), .iov_len = bytes.size()};
}

/// A datagram that asks for DF must not be fragmented here either. That is a property of the
/// socket, so it is set around this one.
void set_dont_fragment(const DatagramSocket& socket, bool on) {
  const int v4 = on ? IP_PMTUDISC_DO : IP_PMTUDISC_WANT;
  const int v6 = on ? IPV6_PMTUDISC_DO : IPV6_PMTUDISC_WANT;
  if (socket.is_v4()) {
    ::setsockopt(socket.fd(), IPPROTO_IP, IP_MTU_DISCOVER, &v4, sizeof v4);
  } else {
    ::setsockopt(socket.fd(), IPPROTO_IPV6, IPV6_MTU_DISCOVER, &v6, sizeof v6);
  }
}

/// The socket may have reported what came of an earlier datagram (an ICMP error) in place of
/// sending this one. These errors are never that.
bool may_speak_of_earlier(const DatagramSocket& socket, int error) {
  return socket.speaks_of_earlier() && error != EAGAIN && error != ENOBUFS && error != EINVAL &&
         error != EIO && error != EPERM;
}

}  // namespace

void Outbox::add(DatagramSocket& socket, const Destination& destination, stun::Bytes header,
                 stun::Bytes payload, std::size_t padding) {
  assert(header.size() <= max_header && padding <= zeros.size());
  const std::size_t size = header.size() + payload.size() + padding;
  const std::size_t vectors_each = std::size_t{1} + !header.empty() + (padding != 0);
  if (!has_room(vectors_each, header.size()) || destination.dont_fragment) flush();
  if (train_count_ != 0 &&
      trains_[train_count_ - 1].takes(socket, destination, vectors_each, size)) {
    trains_[train_count_ - 1].append(size);
  } else {
    trains_[train_count_++].begin(socket, destination, &vectors_[vector_count_], vectors_each,
                                  size);
  }
  if (!header.empty()) vectors_[vector_count_++] = to_vector(keep(header));
  vectors_[vector_count_++] = to_vector(payload);
  if (padding != 0) vectors_[vector_count_++] = to_vector(stun::Bytes(zeros).first(padding));
  if (destination.dont_fragment) flush();
}

void Outbox::add_copy(DatagramSocket& socket, const Destination& destination,
                      stun::Bytes datagram) {
  assert(datagram.size() <= max_copy);
  if (!has_room(1, datagram.size())) flush();
  add(socket, destination, {}, keep(datagram));
}

stun::Bytes Outbox::keep(stun::Bytes bytes) {
  std::byte* const kept = copies_.data() + copied_;
  std::ranges::copy(bytes, kept);
  copied_ += bytes.size();
  return {kept, bytes.size()};
}

bool Outbox::has_room(std::size_t vectors, std::size_t copied) const {
  return train_count_ < max_trains && vector_count_ + vectors <= max_vectors &&
         copied_ + copied <= copies_size;
}

void Outbox::flush() {
  if (train_count_ == 0) return;
  if (ring_ != nullptr && ring_->works() && train_count_ > 1) {
    send_by_ring();
  } else {
    for (std::size_t i = 0; i < train_count_; ++i) send_directly(trains_[i]);
  }
  counters_.flushes.add();
  counters_.trains.add(train_count_);
  train_count_ = vector_count_ = copied_ = 0;
}

void Outbox::release(const DatagramSocket& socket) {
  const auto waiting = std::span(trains_).first(train_count_);
  if (std::ranges::any_of(waiting, [&](const Train& each) { return &each.socket() == &socket; })) {
    flush();
  }
}

void Outbox::send_by_ring() {
  for (std::size_t i = 0; i < train_count_; ++i) {
    ring_->send(trains_[i].socket().fd(), trains_[i].whole());
  }
  ring_->submit();
  for (std::size_t i = 0; i < train_count_; ++i) {
    if (const std::optional<int> result = ring_->result(i)) {
      settle(trains_[i], *result);
    } else {
      send_directly(trains_[i]);
    }
  }
}

void Outbox::send_directly(Train& train) {
  if (train.dont_fragment()) set_dont_fragment(train.socket(), true);
  const int result = attempt(train.socket(), train.whole());
  settle(train, result);
  if (train.dont_fragment()) set_dont_fragment(train.socket(), false);
}

/// 0, or an errno below it.
int Outbox::attempt(const DatagramSocket& socket, const msghdr& message) {
  return send_(socket.fd(), &message, flags) < 0 ? -errno : 0;
}

/// Sends again what failed with `result`, as long as that may be about an earlier datagram: of
/// those that left after it in the same batch another one may be.
int Outbox::insist(const DatagramSocket& socket, const msghdr& message, int result) {
  for (int tries = 0; tries < 2; ++tries) {
    if (result >= 0 || !may_speak_of_earlier(socket, -result)) break;
    result = attempt(socket, message);
  }
  return result;
}

/// `result` is what sending the whole train gave, an errno below 0. EIO means that the device below
/// cannot cut trains apart, now or ever. EINVAL and EMSGSIZE speak of segments that exceed the
/// path's MTU; then bigger ones are not tried again, but nobody with a narrow path switches trains
/// off for everybody else.
void Outbox::settle(Train& train, int result) {
  const bool several = train.count() > 1;
  result = insist(train.socket(), train.whole(), result);
  if (result >= 0) {
    counters_.sent.add(train.count());
    if (!several) return;
    counters_.gso_sends.add();
    counters_.gso_segments.add(train.count());
    return;
  }
  const int error = -result;
  if (several && error == EIO) {
    train.socket().lower_segment_limit(0);
  } else if (several && (error == EINVAL || error == EMSGSIZE)) {
    if (train.segment() > safe_segment) {
      train.socket().lower_segment_limit(static_cast<std::uint16_t>(train.segment() - 1));
    }
  } else {
    too_long_ = too_long_ || (train.dont_fragment() && error == EMSGSIZE);
    counters_.send_failures.add(train.count());
    return;
  }
  counters_.gso_fallbacks.add();
  send_apart(train);
}

void Outbox::send_apart(Train& train) {
  for (std::size_t i = 0; i < train.count(); ++i) {
    const msghdr& message = train.single(i);
    const int result = insist(train.socket(), message, attempt(train.socket(), message));
    (result < 0 ? counters_.send_failures : counters_.sent).add();
  }
}

}  // namespace relay::net
