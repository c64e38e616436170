// Trains out and batches in: what is sent together arrives as it would one by one.
#include "relay/net/outbox.h"

#include <netinet/in.h>
#include <netinet/udp.h>
#include <poll.h>
#include <sys/socket.h>

#include <catch2/catch.hpp>
#include <deque>
#include <memory>
#include <random>

#include "relay/net/receive_batch.h"
#include "service/wire_client.h"
#include "tests/support/patient_poll.h"

namespace relay::net {

using test::Buffer;
using test::pattern;
using test::to_buffer;
using test::UdpSocket;

namespace {

DatagramSocket open_on(const char* ip) {
  auto socket =
      DatagramSocket::open({.address = {stun::IpAddress::parse(ip).value(), 0}, .buffer = 4 << 20});
  REQUIRE(socket);
  return std::move(*socket);
}

/// What a send function of a test saw and what it answers.
struct Kernel {
  static inline int refuse_trains_with = 0;  // errno; 0: take everything
  static inline int calls = 0;

  static ssize_t send(int fd, const msghdr* message, int flags) {
    ++calls;
    msghdr copy = *message;
    for (cmsghdr* c = CMSG_FIRSTHDR(&copy); c != nullptr; c = CMSG_NXTHDR(&copy, c)) {
      if (c->cmsg_level == SOL_UDP && refuse_trains_with != 0) {
        errno = refuse_trains_with;
        return -1;
      }
    }
    return ::sendmsg(fd, message, flags);
  }
  static void reset(int refusal) {
    refuse_trains_with = refusal;
    calls = 0;
  }
};

/// Everything that waits at `socket`, cut into datagrams.
std::vector<Buffer> drain(DatagramSocket& socket, std::size_t expected) {
  ReceiveBatch batch;
  std::vector<Buffer> datagrams;
  while (datagrams.size() < expected) {
    pollfd waiting{.fd = socket.fd(), .events = POLLIN, .revents = 0};
    if (support::patient_poll(&waiting, 1, 10'000) != 1) break;
    batch.clear();
    for (Received received : batch.receive(socket, 16)) {
      do {
        datagrams.push_back(to_buffer(received.next()));
      } while (!received.bytes.empty());
    }
  }
  return datagrams;
}

}  // namespace

TEST_CASE("bursts of any size arrive whole and in order", "[relay]") {
  const char* ip = GENERATE("127.0.0.1", "::1");
  const unsigned seed = GENERATE(range(1u, 9u));
  const bool by_ring = GENERATE(false, true);
  CAPTURE(ip, seed, by_ring);
  const std::unique_ptr<Ring> ring = by_ring ? Ring::open() : nullptr;
  if (by_ring && !ring) return;  // this kernel has none
  std::mt19937 random(seed);
  DatagramCounters counters;
  Outbox outbox(counters, ring.get());
  DatagramSocket from = open_on(ip), to = open_on(ip);

  std::deque<Buffer> headers, payloads;  // stay where they are until the train has left
  std::vector<Buffer> sent;
  std::size_t size = 0;
  for (unsigned i = 0; i < 400; ++i) {
    if (i % (1 + random() % 40) == 0) size = random() % 1400;
    headers.push_back(pattern(random() % 2 * 4, i));
    payloads.push_back(pattern(random() % 20 == 0 ? random() % 1400 : size, i));
    const std::size_t padding = random() % 10 == 0 ? random() % 4 : 0;
    outbox.add(from, {.to = to.local()}, headers.back(), payloads.back(), padding);
    Buffer whole = headers.back();
    whole.insert(whole.end(), payloads.back().begin(), payloads.back().end());
    whole.insert(whole.end(), padding, std::byte{0});
    sent.push_back(std::move(whole));
  }
  outbox.flush();

  CHECK(drain(to, sent.size()) == sent);
  CHECK(counters.sent.read() == sent.size());
  CHECK(counters.gso_sends.read() > 0);
  CHECK(counters.gso_fallbacks.read() == 0);
}

TEST_CASE("several sockets read at once give each its own", "[relay]") {
  const bool by_ring = GENERATE(false, true);
  const std::unique_ptr<Ring> ring = by_ring ? Ring::open() : nullptr;
  if (by_ring && !ring) return;
  ReceiveBatch batch(ring.get());
  std::deque<DatagramSocket> sockets;
  std::vector<DatagramSocket*> pointers;
  UdpSocket from;
  for (unsigned i = 0; i < 40; ++i) {
    pointers.push_back(&sockets.emplace_back(open_on("127.0.0.1")));
    if (i % 3 != 0) from.send(sockets.back().local(), pattern(i, i));
  }
  const auto received = batch.receive_each(pointers);
  REQUIRE(received.size() == 40);
  for (unsigned i = 0; i < 40; ++i) {
    CAPTURE(i);
    REQUIRE(received[i].arrived == (i % 3 != 0));
    if (i % 3 == 0) continue;
    CHECK(to_buffer(received[i].bytes) == pattern(i, i));
    CHECK(received[i].source == from.address());
  }
  CHECK(batch.room() == ReceiveBatch::capacity - 40);
  // What is held stays as it is while more arrives.
  from.send(sockets[0].local(), pattern(100, 100));
  REQUIRE(batch.receive(sockets[0], batch.room()).size() == 1);
  CHECK(to_buffer(received[1].bytes) == pattern(1, 1));
}

TEST_CASE("what came of an earlier datagram does not cost the next one", "[relay]") {
  const bool by_ring = GENERATE(false, true);
  const std::unique_ptr<Ring> ring = by_ring ? Ring::open() : nullptr;
  if (by_ring && !ring) return;
  DatagramCounters counters;
  Outbox outbox(counters, ring.get());
  DatagramSocket from = open_on("127.0.0.1"), other = open_on("127.0.0.1");
  std::optional<DatagramSocket> gone = open_on("127.0.0.1");
  REQUIRE(from.connect(gone->local()));
  const stun::TransportAddress address = gone->local();
  gone.reset();
  const Buffer payload = pattern(10, 1);
  for (int i = 0; i < 5; ++i) {  // each but the first finds "connection refused" waiting
    outbox.add(from, {.to = address}, {}, payload);
    outbox.add(from, {.to = address, .tos = 0x88}, {}, payload);
    outbox.add(other, {.to = other.local()}, {}, payload);
    outbox.flush();
  }
  CHECK(counters.sent.read() == 15);
  CHECK(counters.send_failures.read() == 0);
  CHECK(drain(other, 5).size() == 5);
}

TEST_CASE("datagrams of one size to one place leave in one call", "[relay]") {
  Kernel::reset(0);
  DatagramCounters counters;
  Outbox outbox(counters, nullptr, Kernel::send);
  DatagramSocket from = open_on("127.0.0.1"), to = open_on("127.0.0.1");
  const Buffer full = pattern(1100, 1), last = pattern(300, 2);
  for (int i = 0; i < 9; ++i) outbox.add(from, {.to = to.local()}, {}, full);
  outbox.add(from, {.to = to.local()}, {}, last);
  CHECK(Kernel::calls == 0);
  outbox.flush();
  CHECK(Kernel::calls == 1);
  CHECK(drain(to, 10).back() == last);
}

TEST_CASE("a device that cannot do trains is not asked again", "[relay]") {
  Kernel::reset(EIO);
  DatagramCounters counters;
  Outbox outbox(counters, nullptr, Kernel::send);
  DatagramSocket from = open_on("127.0.0.1"), to = open_on("127.0.0.1");
  const std::vector<Buffer> burst(5, pattern(700, 1));
  for (const Buffer& each : burst) outbox.add(from, {.to = to.local()}, {}, each);
  outbox.flush();
  CHECK(drain(to, 5) == burst);
  CHECK(counters.gso_fallbacks.read() == 1);
  CHECK(Kernel::calls == 6);

  Kernel::reset(0);
  for (const Buffer& each : burst) outbox.add(from, {.to = to.local()}, {}, each);
  outbox.flush();
  CHECK(drain(to, 5) == burst);
  CHECK(Kernel::calls == 5);
  CHECK(counters.sent.read() == 10);
}

TEST_CASE("segments that a path is too narrow for are sent alone, smaller ones together",
          "[relay]") {
  DatagramCounters counters;
  Outbox outbox(counters, nullptr, Kernel::send);
  DatagramSocket from = open_on("127.0.0.1"), to = open_on("127.0.0.1");
  const auto burst_of = [&](std::size_t size) {
    const std::vector<Buffer> burst(4, pattern(size, 3));
    for (const Buffer& each : burst) outbox.add(from, {.to = to.local()}, {}, each);
    outbox.flush();
    CHECK(drain(to, 4) == burst);
    return Kernel::calls;
  };
  Kernel::reset(EINVAL);
  CHECK(burst_of(1472) == 5);
  Kernel::reset(0);
  CHECK(burst_of(1472) == 4);
  Kernel::reset(0);
  CHECK(burst_of(1471) == 1);
  // Nobody talks us into sending small ones alone for ever.
  Kernel::reset(EINVAL);
  CHECK(burst_of(500) == 5);
  Kernel::reset(0);
  CHECK(burst_of(500) == 1);
}

TEST_CASE("DSCP and ECN of a datagram are seen and set", "[relay][rfc8656-16]") {
  const char* ip = GENERATE("127.0.0.1", "::1");
  DatagramCounters counters;
  Outbox outbox(counters);
  DatagramSocket from = open_on(ip), to = open_on(ip);
  ReceiveBatch batch;
  const Buffer payload = pattern(100, 1);
  // An EF voice datagram, a congested one, a train of video, a plain one.
  for (const auto& [tos, count] :
       std::vector<std::pair<std::uint8_t, int>>{{0xb8, 1}, {0x03, 1}, {0x88, 4}, {0x00, 1}}) {
    for (int i = 0; i < count; ++i) outbox.add(from, {.to = to.local(), .tos = tos}, {}, payload);
    outbox.flush();
    pollfd waiting{.fd = to.fd(), .events = POLLIN, .revents = 0};
    REQUIRE(support::patient_poll(&waiting, 1, 10'000) == 1);
    batch.clear();
    const auto received = batch.receive(to, 16);
    REQUIRE(!received.empty());
    CHECK(received.front().tos == tos);
    CHECK(received.front().source == from.local());
  }
}

TEST_CASE("a datagram that must not be fragmented is not", "[relay][rfc8656-11]") {
  DatagramCounters counters;
  Outbox outbox(counters, nullptr, [](int fd, const msghdr* message, int flags) {
    int mode = -1;
    socklen_t size = sizeof mode;
    ::getsockopt(fd, IPPROTO_IP, IP_MTU_DISCOVER, &mode, &size);
    // The payload's first byte says what is expected.
    const auto wanted = static_cast<const std::byte*>(message->msg_iov->iov_base)[0];
    CHECK(mode == (wanted == std::byte{1} ? IP_PMTUDISC_DO : IP_PMTUDISC_WANT));
    return ::sendmsg(fd, message, flags);
  });
  DatagramSocket from = open_on("127.0.0.1"), to = open_on("127.0.0.1");
  const Buffer whole{std::byte{1}}, any{std::byte{0}};
  outbox.add(from, {.to = to.local(), .dont_fragment = true}, {}, whole);
  outbox.add(from, {.to = to.local(), .dont_fragment = true}, {}, whole);
  outbox.add(from, {.to = to.local()}, {}, any);
  outbox.flush();
  CHECK(drain(to, 3).size() == 3);
  CHECK(counters.gso_sends.read() == 0);
}

TEST_CASE("sockets leave with the system's time to live", "[relay]") {
  DatagramSocket socket = open_on("127.0.0.1");
  UdpSocket plain;
  const auto time_to_live = [](int fd) {
    int value = 0;
    socklen_t size = sizeof value;
    REQUIRE(::getsockopt(fd, IPPROTO_IP, IP_TTL, &value, &size) == 0);
    return value;
  };
  CHECK(time_to_live(socket.fd()) == time_to_live(plain.fd()));
  CHECK(time_to_live(socket.fd()) > 1);
}

TEST_CASE("datagrams lost in the kernel are counted", "[relay]") {
  DatagramSocket to = open_on("127.0.0.1");
  int small = 1;
  REQUIRE(::setsockopt(to.fd(), SOL_SOCKET, SO_RCVBUF, &small, sizeof small) == 0);
  UdpSocket from;
  ReceiveBatch batch;
  std::size_t sent = 0, received = 0;
  std::uint32_t drops = 0;
  // The count rides on the first datagram that is queued after the loss.
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < 50; ++i, ++sent) from.send(to.local(), pattern(500, 1));
    for (std::size_t count = 1; count != 0; received += count) {
      batch.clear();
      count = batch.receive(to, 16).size();
    }
    drops += batch.take_drops();
  }
  CHECK(received < sent);
  CHECK(drops > 0);
  CHECK(received + drops <= sent);
}

}  // namespace relay::net
