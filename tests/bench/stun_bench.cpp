// Nanoseconds per operation of stun/, best of several runs. Kept as figures, not gated.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <vector>

#include "stun/binding.h"
#include "stun/fingerprint.h"
#include "stun/integrity.h"
#include "stun/message_view.h"
#include "tests/support/hex.h"
#include "tests/vectors/rfc5769.h"
#include "tests/vectors/rfc8489.h"

namespace stun {
namespace {

constexpr int runs = 10;
constexpr int operations = 100'000;

/// `operation` returns something that depends on its work, lest the compiler drop it.
template <class Operation>
void measure(const char* name, Operation operation) {
  using Clock = std::chrono::steady_clock;
  double best = 1e9;
  volatile std::size_t sink = 0;
  for (int run = 0; run < runs; ++run) {
    const auto start = Clock::now();
    for (int i = 0; i < operations; ++i) sink = sink + operation();
    const std::chrono::duration<double, std::nano> elapsed = Clock::now() - start;
    best = std::min(best, elapsed.count() / operations);
  }
  std::printf("%-44s %8.1f ns\n", name, best);
}

void measure_all() {
  const auto request = support::from_hex(vectors::rfc5769::long_term_request);
  const auto sha256_request = support::from_hex(vectors::rfc8489::request);
  const auto bare = support::from_hex("00010000 2112a442 b7e7a701bc34d686fa87dfae");
  const auto message = *MessageView::parse(request);
  const auto sha256_message = *MessageView::parse(sha256_request);
  const auto binding = *MessageView::parse(bare);
  const auto key = long_term_key_md5("alice", "example.org", "secret");
  const auto client = *TransportAddress::parse("192.0.2.1:32853");
  const std::vector<std::byte> kilobyte(1024);
  std::vector<std::byte> buffer(200);

  measure("parse a request of 116 bytes",
          [&] { return MessageView::parse(request)->bytes().size(); });
  measure("find its last attribute",
          [&] { return message.find(AttributeType::message_integrity)->offset; });
  measure("verify its MESSAGE-INTEGRITY",
          [&] { return std::size_t{verify_integrity(message, key)}; });
  measure("verify a MESSAGE-INTEGRITY-SHA256, 164 bytes",
          [&] { return std::size_t{verify_integrity_sha256(sha256_message, key)}; });
  measure("derive a long-term key (MD5)",
          [&] { return long_term_key_md5("alice", "example.org", "secret").bytes().size(); });
  measure("CRC-32 of 1024 bytes", [&] { return std::size_t{crc32(kilobyte)}; });
  measure("answer a Binding", [&] { return answer_binding(binding, client, {}, buffer)->size(); });
  measure("answer a Binding with FINGERPRINT", [&] {
    return answer_binding(binding, client, {.always_fingerprint = true}, buffer)->size();
  });
}

}  // namespace
}  // namespace stun

int main() { stun::measure_all(); }
