#include "relay/lifetime.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <utility>

namespace relay {
namespace {

using namespace std::chrono_literals;

constexpr auto drain_poll = 50ms;

}  // namespace

Lifetime::Lifetime(DrainLimits limits, BatchReports reports)
    : limits_(limits),
      batch_report_(reports),
      signals_(context_, SIGTERM, SIGINT, SIGHUP),
      has_terminal_(::isatty(STDOUT_FILENO) == 1) {
  signals_.add(SIGUSR1);
  signals_.add(SIGUSR2);
  std::signal(SIGPIPE, SIG_IGN);  // NOLINT: a peer that closes is an ordinary error of send()
}

void Lifetime::run(Service& service, std::vector<Certificates*> certificates, observe::Log& log) {
  service_ = &service;
  certificates_ = std::move(certificates);
  std::erase(certificates_, nullptr);
  log_ = &log;
  await_signal();
  await_second();
  context_.run();
}

void Lifetime::await_signal() {
  signals_.async_wait([this](const asio::error_code& error, int number) {
    if (error) return;
    on_signal(number);
    await_signal();
  });
}

void Lifetime::on_signal(int number) {
  switch (number) {
    case SIGHUP:
      return on_hangup();
    case SIGUSR1:
      log_->say(LogLevel::info,
                "draining: no new allocations; ends when the last one has (SIGUSR1)");
      return begin_drain(limits_.enough, std::nullopt);
    case SIGUSR2:
      return reload_certificates();
    default:
      break;
  }
  if (ending_ || number == SIGINT) return stop();
  ending_ = true;
  log_->info(fmt::format("draining for at most {} s: no new allocations (SIGTERM)",
                         limits_.longest.count()));
  begin_drain(0, limits_.longest);
}

void Lifetime::stop() {
  log_->info("stopping");
  context_.stop();
}

/// Either an operator wants the log file opened again, or the terminal is gone and with it whoever
/// started this.
void Lifetime::on_hangup() {
  if (has_terminal_ && ::isatty(STDOUT_FILENO) == 0) return stop();
  log_->reopen();
  log_->info("log files opened again (SIGHUP)");
  if (!certificates_.empty()) reload_certificates();
}

void Lifetime::reload_certificates() {
  if (certificates_.empty()) return log_->info("SIGUSR2: there are no certificates to load again");
  for (Certificates* const each : certificates_) tell(each->reload());
}

void Lifetime::tell(const Certificates::Outcome& outcome) {
  log_->say(outcome.loaded ? LogLevel::info : LogLevel::warning, outcome.sentence);
}

void Lifetime::await_second() {
  every_second_.expires_after(1s);
  every_second_.async_wait([this](const asio::error_code& error) {
    if (error) return;
    log_->tick();
    for (Certificates* const each : certificates_) {
      if (const auto outcome = each->tick()) tell(*outcome);
    }
    for (const std::string& line : batch_report_.tick(service_->counters())) {
      log_->say(LogLevel::info, line);
    }
    await_second();
  });
}

void Lifetime::begin_drain(std::size_t enough, std::optional<std::chrono::seconds> longest) {
  service_->begin_drain();
  enough_ = enough;
  drain_until_.reset();
  if (longest) drain_until_ = std::chrono::steady_clock::now() + *longest;
  watch_drain();
}

void Lifetime::watch_drain() {
  const std::uint64_t left = service_->counters().allocations;
  if (left <= enough_) return stop();
  if (drain_until_ && std::chrono::steady_clock::now() >= *drain_until_) {
    log_->warn(fmt::format("{} allocations end now: they outlasted --drain-timeout", left));
    return stop();
  }
  drain_timer_.expires_after(drain_poll);
  drain_timer_.async_wait([this](const asio::error_code& error) {
    if (!error) watch_drain();
  });
}

}  // namespace relay
