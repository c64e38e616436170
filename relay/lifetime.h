// How a serving process ends, and the other signals. SIGTERM drains for a bounded time, SIGINT
// stops now, either one again stops at once; SIGUSR1 drains for as long as it takes; SIGHUP opens
// the log file again and loads the certificate again, SIGUSR2 the latter alone. Belongs to the main
// thread.
#pragma once

#include <array>
#include <asio.hpp>
#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <vector>

#include "relay/batch_report.h"
#include "relay/certificates.h"
#include "relay/observe/log.h"
#include "relay/service.h"

namespace relay {

struct DrainLimits {
  std::chrono::seconds longest{};  // after SIGTERM; allocations that are left then end
  std::size_t enough = 0;          // after SIGUSR1: stop when no more than these are left
};

class Lifetime {
 public:
  /// From here on signals wait for run() instead of ending the process.
  Lifetime(DrainLimits limits, BatchReports reports);

  /// Serves until it is time to end. Everything outlives the call; nulls among the certificates are
  /// none.
  void run(Service& service, std::vector<Certificates*> certificates, observe::Log& log);
  /// Have run() call `task` on its thread. From any thread.
  void post(std::function<void()> task) { asio::post(context_, std::move(task)); }

 private:
  void await_signal();
  void on_signal(int number);
  void on_hangup();
  void reload_certificates();
  void tell(const Certificates::Outcome& outcome);
  void await_second();
  void begin_drain(std::size_t enough, std::optional<std::chrono::seconds> longest);
  void watch_drain();
  void stop();

  DrainLimits limits_;
  BatchReport batch_report_;
  asio::io_context context_{1};
  asio::signal_set signals_;
  asio::steady_timer every_second_{context_};
  asio::steady_timer drain_timer_{context_};
  std::optional<std::chrono::steady_clock::time_point> drain_until_;
  std::size_t enough_ = 0;
  bool ending_ = false;  // SIGTERM or SIGINT came
  bool has_terminal_;
  Service* service_ = nullptr;
  std::vector<Certificates*> certificates_;
  observe::Log* log_ = nullptr;
};

}  // namespace relay
