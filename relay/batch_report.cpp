#include "relay/batch_report.h"

#include <fmt/format.h>

namespace relay {
namespace {

double ratio(std::uint64_t part, std::uint64_t whole) {
  return whole == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(whole);
}

}  // namespace

/// avg_batch and gso_frac are the names that coturn gives them.
std::vector<std::string> BatchReport::tick(const ServiceCounters& now) {
  if ((!wanted_.received && !wanted_.sent) || ++elapsed_ < seconds) return {};
  elapsed_ = 0;
  const auto since = [&](std::uint64_t ServiceCounters::* counter) {
    return now.*counter - before_.*counter;
  };
  std::vector<std::string> lines;
  if (wanted_.received) {
    const std::uint64_t received = since(&ServiceCounters::datagrams_received);
    lines.push_back(
        fmt::format("udp receive, {} s: datagrams={} avg_batch={:.2f} wake_ups={} dropped={}",
                    seconds, received, ratio(received, since(&ServiceCounters::receive_calls)),
                    since(&ServiceCounters::wake_ups), since(&ServiceCounters::receive_drops)));
  }
  if (wanted_.sent) {
    const std::uint64_t sent = since(&ServiceCounters::datagrams_sent);
    lines.push_back(fmt::format(
        "udp send, {} s: datagrams={} avg_batch={:.2f} gso_frac={:.3f} gso_fallbacks={} failed={}",
        seconds, sent, ratio(sent, since(&ServiceCounters::flushes)),
        ratio(since(&ServiceCounters::gso_segments), sent), since(&ServiceCounters::gso_fallbacks),
        since(&ServiceCounters::send_failures)));
  }
  before_ = now;
  return lines;
}

}  // namespace relay
