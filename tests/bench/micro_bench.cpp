// Nanoseconds and heap allocations of what a worker does for every message and every packet,
// without the system calls. Kept as figures in results.txt, not gated:
//   build/release/tests/bench/micro_bench > tests/bench/results.txt
#include <sys/utsname.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "stun/integrity.h"
#include "stun/message_builder.h"
#include "tests/support/bare_server.h"
#include "tests/support/heap_count.h"
#include "tests/support/turn_bench.h"
#include "turn/five_tuple_index.h"

namespace bench {
namespace {

using namespace std::chrono_literals;
using stun::AttributeType;
using turn::Bytes;

constexpr int runs = 15;
constexpr std::size_t operations = 200'000;

/// The best of several runs. `operation` is given its index and returns something that depends on
/// its work, lest the compiler drop it.
template <class Operation>
void measure(const char* name, Operation operation) {
  using Clock = std::chrono::steady_clock;
  volatile std::uint64_t sink = 0;
  double best = 1e9;
  std::uint64_t allocations = 0;
  for (int run = 0; run < runs; ++run) {
    const std::uint64_t before = support::heap_allocations();
    const auto start = Clock::now();
    for (std::size_t i = 0; i < operations; ++i)
      sink = sink + static_cast<std::uint64_t>(operation(i));
    const std::chrono::duration<double, std::nano> elapsed = Clock::now() - start;
    best = std::min(best, elapsed.count() / operations);
    allocations = support::heap_allocations() - before;
  }
  std::printf("%-58s %8.1f ns %6.2f allocations\n", name, best,
              static_cast<double>(allocations) / operations);
}

void print_machine() {
  utsname system{};
  ::uname(&system);
  std::string model = "unknown", line;
  std::ifstream processors("/proc/cpuinfo");
  while (std::getline(processors, line)) {
    if (line.starts_with("model name")) model = line.substr(line.find(':') + 2);
  }
  std::printf("micro_bench: best of %d runs of %zu operations, one thread\n", runs, operations);
  std::printf("machine: %s, %s %s\n", model.c_str(), system.sysname, system.release);
  std::printf("compiler: %s\n\n", __VERSION__);
}

using Integrity = void (stun::MessageBuilder::*)(const stun::IntegrityKey&);

/// A Refresh as browsers send it.
std::vector<std::byte> make_request(const stun::IntegrityKey& key, Integrity add_integrity) {
  std::vector<std::byte> buffer(512);
  stun::MessageBuilder builder(buffer, {stun::Method::refresh, stun::Class::request}, {});
  builder.add_u32(AttributeType::lifetime, 600);
  builder.add_text(AttributeType::username, "1893456000:alice");
  builder.add_text(AttributeType::realm, "turn.example.org");
  builder.add_text(AttributeType::nonce, "obMatJos2AAABf//499k954d6OL34oL9FSTvy64s");
  (builder.*add_integrity)(key);
  builder.add_fingerprint();
  buffer.resize(builder.finish()->size());
  return buffer;
}

void measure_messages() {
  const auto key = stun::long_term_key_md5("1893456000:alice", "turn.example.org", "secret");
  const auto sha1 = make_request(key, &stun::MessageBuilder::add_integrity);
  const auto sha256 = make_request(key, &stun::MessageBuilder::add_integrity_sha256);
  const auto sha1_view = stun::MessageView::parse(sha1).value();
  const auto sha256_view = stun::MessageView::parse(sha256).value();
  std::printf("Messages (a Refresh of %zu bytes with seven attributes)\n", sha1.size());
  measure("parse", [&](std::size_t) { return stun::MessageView::parse(sha1)->bytes().size(); });
  measure("find the last attribute",
          [&](std::size_t) { return sha1_view.find(AttributeType::fingerprint)->offset; });
  measure("check MESSAGE-INTEGRITY (SHA-1)",
          [&](std::size_t) { return std::size_t{stun::verify_integrity(sha1_view, key)}; });
  measure("check MESSAGE-INTEGRITY-SHA256", [&](std::size_t) {
    return std::size_t{stun::verify_integrity_sha256(sha256_view, key)};
  });
}

using Milliseconds = std::chrono::duration<double, std::milli>;

/// The longest that one of 100,000 new allocations waits for its place in the table.
Milliseconds longest_insert() {
  using Clock = std::chrono::steady_clock;
  support::SeededRandom random(1);
  turn::FiveTupleIndex index(random);
  Milliseconds longest{};
  for (std::uint32_t i = 0; i < 100'000; ++i) {
    turn::FiveTuple client = support::OneForAll::client(i);
    client.server.port = static_cast<std::uint16_t>(i >> 16);
    auto allocation = std::make_unique<turn::Allocation>(client, "alice");
    const auto start = Clock::now();
    index.insert(std::move(allocation));
    longest = std::max<Milliseconds>(longest, Clock::now() - start);
  }
  return longest;
}

void measure_growth() {
  Milliseconds least = longest_insert();
  for (int run = 1; run < runs; ++run) least = std::min(least, longest_insert());
  std::printf("\n%-58s %8.1f ms\n", "the longest of 100000 inserts into the table of allocations",
              least.count());
}

/// What the worker asks after every control message.
void measure_deadlines() {
  turn::DeadlineWheel wheel;
  turn::Allocation allocation({}, "alice");
  turn::Time now(1'000'000s);
  wheel.pop_due(now);
  std::printf("\nDeadlines\n");
  measure("move one by ten minutes, ask for the nearest", [&](std::size_t i) {
    now += 1us;
    wheel.set(allocation.hook, now + 600s);
    return i % 64 == 0 && wheel.pop_due(now) ? 0 : wheel.next()->time_since_epoch().count() & 1;
  });
}

/// The server's part of whole transactions, from the datagram to the bytes of the answer.
void measure_transactions() {
  support::BareServer server;
  const support::OneForAll requests(server);
  const auto exchange = [&](std::size_t i, Bytes message) {
    return server.exchange(support::OneForAll::client(static_cast<std::uint32_t>(i)), message)
        .size();
  };
  std::printf("\nTransactions (long-term credentials, another client each time)\n");
  measure("Binding", [&](std::size_t i) { return exchange(i, requests.binding); });
  measure("Allocate without credentials: 401",
          [&](std::size_t i) { return exchange(i, requests.challenge); });
  measure("401, Allocate, Refresh 0", [&](std::size_t i) {
    return exchange(i, requests.challenge) + exchange(i, requests.allocate) +
           exchange(i, requests.end);
  });
}

/// One server with many calls, each an allocation, a channel and a permission.
class Calls {
 public:
  explicit Calls(std::uint32_t count) : bench_(support::TurnBench::ipv4_only(), {}, 1024, 65535) {
    for (std::uint32_t i = 0; i < count; ++i) {
      const turn::TransportAddress address{client_ip(i), 40000};
      auto client = bench_.client(address.to_string());
      if (!(client.allocate() == support::success)) throw std::runtime_error("Allocate failed");
      if (!(client.bind(0x4000, peer_) == support::success))
        throw std::runtime_error("bind failed");
      tuples_.push_back(client.tuple());
      relays_.push_back(client.allocation()->relays[0].id);
    }
    bench_.take_events();
    bench_.take_routes();
  }

  void measure_all() {
    turn::Server& server = bench_.server;
    const turn::Time now = bench_.now;
    const Bytes payload = Bytes(channel_data_).subspan(4);
    // A stride that visits all calls and no neighbours.
    const auto pick = [&](std::size_t i) { return i * 7919 % tuples_.size(); };
    std::printf("\nPackets of 200 bytes, %zu calls, another call each time\n", tuples_.size());
    measure("find the allocation by its five-tuple",
            [&](std::size_t i) { return server.find(tuples_[pick(i)], now)->username.size(); });
    measure("find the allocation by its relay",
            [&](std::size_t i) { return server.find(relays_[pick(i)], now)->username.size(); });
    measure("client to peer: find, handle_channel_data", [&](std::size_t i) {
      turn::Allocation* const allocation = server.find(tuples_[pick(i)], now);
      return server.handle_channel_data(*allocation, channel_data_, now)->payload.size();
    });
    measure("peer to client: find, handle_peer", [&](std::size_t i) {
      turn::Allocation* const allocation = server.find(relays_[pick(i)], now);
      return server.handle_peer(*allocation, peer_, payload, now)->payload.size();
    });
    measure("client to peer: Send indication", [&](std::size_t i) {
      return server.handle_client(tuples_[pick(i)], send_indication_, now)->payload.size();
    });
  }

 private:
  static turn::IpAddress client_ip(std::uint32_t i) {
    return turn::IpAddress::v4(
        {198, 18, static_cast<std::uint8_t>(i >> 8), static_cast<std::uint8_t>(i & 0xff)});
  }
  static std::vector<std::byte> make_channel_data() {
    std::vector<std::byte> message(4 + 200);
    stun::store_u16(message, 0, 0x4000);
    stun::store_u16(message, 2, 200);
    return message;
  }
  std::vector<std::byte> make_send_indication() const {
    std::vector<std::byte> buffer(512);
    stun::MessageBuilder builder(buffer, {stun::Method::send, stun::Class::indication}, {});
    builder.add_xor_address(AttributeType::xor_peer_address, peer_);
    builder.add(AttributeType::data, std::vector<std::byte>(200));
    buffer.resize(builder.finish()->size());
    return buffer;
  }

  const turn::TransportAddress peer_ = *turn::TransportAddress::parse("203.0.113.1:5000");
  const std::vector<std::byte> channel_data_ = make_channel_data();
  const std::vector<std::byte> send_indication_ = make_send_indication();
  support::TurnBench bench_;
  std::vector<turn::FiveTuple> tuples_;
  std::vector<turn::RelayId> relays_;
};

}  // namespace
}  // namespace bench

int main() {
  if (!support::openssl_heap_is_counted()) {
    std::fputs("the heap is not counted: the figures would lie\n", stderr);
    return 1;
  }
  bench::print_machine();
  bench::measure_messages();
  bench::measure_transactions();
  bench::measure_deadlines();
  bench::measure_growth();
  for (const std::uint32_t count : {1U, 10U, 1000U, 10000U, 50000U})
    bench::Calls(count).measure_all();
}
