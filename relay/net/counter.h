// Numbers that one worker writes and anybody reads: plain loads and stores, no locked instruction.
#pragma once

#include <atomic>
#include <cstdint>

namespace relay::net {

class Counter {
 public:
  /// By the owning thread only.
  void add(std::uint64_t amount = 1) { set(read() + amount); }
  void set(std::uint64_t value) { value_.store(value, std::memory_order_relaxed); }
  std::uint64_t read() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

/// What passes a worker's datagram sockets. A merged train counts as its datagrams.
struct DatagramCounters {
  Counter received, sent;
  Counter receive_calls;    // receptions that gave something, a merged train as one
  Counter flushes, trains;  // sends, and what left with them; a single datagram is a train
  Counter send_failures;    // datagrams that the kernel did not take
  Counter gso_sends, gso_segments;
  Counter gso_fallbacks;  // trains that had to be sent one by one after all
  Counter receive_drops;  // datagrams lost in the kernel for want of buffer
};

}  // namespace relay::net
