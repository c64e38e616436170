// What the packet path did lately, in lines of the log: how many datagrams each system call moved,
// and what was lost on the way.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "relay/service.h"

namespace relay {

struct BatchReports {
  bool received = false;  // --udp-recvmmsg-log
  bool sent = false;      // --udp-sendmmsg-log
};

class BatchReport {
 public:
  explicit BatchReport(BatchReports wanted) : wanted_(wanted) {}

  /// Call once a second with the sums since the start; every tenth time gives lines about what
  /// came in between.
  std::vector<std::string> tick(const ServiceCounters& now);

 private:
  static constexpr int seconds = 10;

  BatchReports wanted_;
  int elapsed_ = 0;
  ServiceCounters before_;
};

}  // namespace relay
