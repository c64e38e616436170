#include "tools/turn_load/run.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <thread>

#include "relay/process/privileges.h"
#include "tools/turn_load/cpu_time.h"
#include "tools/turn_load/search.h"
#include "tools/turn_load/target.h"

namespace turn_load {
namespace {

using namespace std::chrono_literals;

std::uint32_t thread_count(const Options& options) {
  const std::uint32_t most =
      options.find_capacity ? max_calls : *std::ranges::max_element(options.calls);
  const std::uint32_t wanted = options.threads != 0
                                   ? options.threads
                                   : std::clamp(std::thread::hardware_concurrency() / 2, 1U, 4U);
  return std::min(wanted, most);
}

}  // namespace

Run::Run(const Options& options, Progress& progress, const std::atomic<bool>& stop)
    : options_(options), progress_(progress), stop_(stop) {
  result_.options = options;
}

Result Run::execute() {
  result_.failure = prepare();
  if (result_.failure.empty()) {
    options_.find_capacity ? search_capacity() : take_steps();
  }
  report_broken_calls();
  remark_own_limits();
  in_parallel([&](std::size_t fleet) { fleets_[fleet]->release(); }, [] {});
  result_.stopped_early = stop_;
  return std::move(result_);
}

/// Without a call left there is nothing more to measure: that is a failure, a few are a remark.
void Run::report_broken_calls() {
  const std::uint32_t count = broken();
  if (count == 0) return;
  const auto first =
      std::ranges::find_if(fleets_, [](const auto& fleet) { return fleet->broken() > 0; });
  const std::string sentence = fmt::format("{} calls broke: {}", count, (*first)->failure());
  if (count >= ready() && result_.failure.empty()) {
    result_.failure = sentence;
  } else {
    result_.remarks.push_back(sentence + ".");
  }
}

/// What the reader must know to believe the figures.
void Run::remark_own_limits() {
  constexpr double worth_a_word = 0.01;
  double not_sent = 0, busiest = 0;
  std::uint64_t dropped = 0;
  for (const StepResult& step : result_.steps) {
    not_sent = std::max(not_sent, step.not_sent_share());
    busiest = std::max(busiest, step.statistics.busiest_thread);
    dropped += step.statistics.dropped_here;
  }
  if (not_sent > worth_a_word) {
    result_.remarks.push_back(fmt::format(
        "turn_load did not send up to {:.0f} % of the packets in time: {}.", not_sent * 100,
        busiest > 0.8 ? "its busiest thread had no rest, more --threads may help"
                      : "this host is too busy with other work, a host of its own helps"));
  }
  if (dropped > 0) {
    result_.remarks.push_back(fmt::format(
        "{} packets arrived but found a socket of turn_load full: raise net.core.rmem_max.",
        dropped));
  }
}

std::string Run::prepare() {
  relay::process::raise_open_files_limit();  // A call has a socket of its own.
  auto profile = load_profile(options_.profile);
  if (!profile) return profile.error();
  profile_ = std::move(*profile);
  if (!options_.server_pids.empty() && !cpu_time_of(options_.server_pids)) {
    return "--server-pid: there is no such process";
  }
  FleetPlan plan{.transport = options_.transport,
                 .user = options_.user,
                 .password = options_.password,
                 .owned = options_.i_own_this_server};
  if (auto problem = choose_addresses(plan); !problem.empty()) return problem;
  if (options_.transport == Transport::tls) {
    auto tls = TlsContext::make(options_.server, options_.ca_file, options_.insecure);
    if (!tls) return tls.error();
    tls_ = std::make_unique<TlsContext>(std::move(*tls));
    plan.tls = tls_.get();
  }
  const std::uint32_t threads = thread_count(options_);
  plan.peers = std::max(1U, options_.peers / threads);
  for (std::uint32_t i = 0; i < threads; ++i) {
    fleets_.push_back(std::make_unique<Fleet>(plan, stop_));
    live_.push_back(std::make_unique<LiveCounters>());
  }
  return {};
}

std::string Run::choose_addresses(FleetPlan& plan) {
  const auto addresses = resolve(options_.server);
  if (!addresses) return addresses.error();
  const stun::IpAddress server = addresses->front();
  if (auto refused = refusal_of(server, options_.i_own_this_server); !refused.empty())
    return refused;
  result_.server = plan.server = {server, options_.port};

  const auto local = local_address_towards(server);
  if (!local) return local.error();
  plan.peer_ip = options_.peer_ip.empty() ? *local : options_.peer_ip.front();
  plan.client_ips = options_.bind_ips.empty() ? std::vector{*local} : options_.bind_ips;
  for (const stun::IpAddress& ip : plan.client_ips) {
    if (ip.family() != server.family()) {
      return fmt::format("--bind-ip {}: the server is of the other address family", ip.to_string());
    }
  }
  return {};
}

void Run::take_steps() {
  for (const std::uint32_t calls : options_.calls) {
    result_.failure = grow(calls);
    if (!result_.failure.empty() || stop_) return;
    measure(calls);
    if (broken() >= ready()) return;
  }
}

void Run::search_capacity() {
  Search search(options_.calls.front(), max_calls);
  std::string limit;
  Capacity capacity;
  while (const auto calls = search.next()) {
    const std::string refused = grow(*calls);
    if (stop_) break;
    if (!refused.empty()) {
      if (ready() == 0) {
        result_.failure = refused;
        return;
      }
      limit = refused;
      const auto fewest = std::ranges::min_element(fleets_, {}, &Fleet::ready);
      search.limit((*fewest)->ready() * static_cast<std::uint32_t>(fleets_.size()));
      continue;
    }
    const Verdict verdict = measure(*calls).verdict;
    if (stop_ || broken() >= ready()) break;
    search.record(verdict == Verdict::well);
    if (verdict != Verdict::well) limit = limit_of(verdict);
  }
  capacity.calls = search.best();
  capacity.limited_by = limit.empty() ? "turn_load tries no more than that" : limit;
  result_.capacity = capacity;
}

std::string Run::limit_of(Verdict verdict) const {
  switch (verdict) {
    case Verdict::lossy:
      return fmt::format("with more, the loss exceeds {:g} %", options_.max_loss * 100);
    case Verdict::slow:
      return fmt::format("with more, the 99th percentile of the latency exceeds {:g} ms",
                         static_cast<double>(options_.max_p99.count()) / 1000);
    default:
      return "with more, turn_load itself cannot keep up: give it --threads, or a host of its own";
  }
}

std::string Run::grow(std::uint32_t calls) {
  if (ready() >= calls) return {};
  const Time start = Clock::now();
  std::vector<std::string> failures(fleets_.size());
  in_parallel(
      [&](std::size_t fleet) { failures[fleet] = fleets_[fleet]->grow(share(calls, fleet)); },
      [&] { progress_.setting_up(ready(), calls); });
  result_.setup_seconds += std::chrono::duration<double>(Clock::now() - start).count();
  result_.calls_set_up = std::max(result_.calls_set_up, ready());
  const auto failed = std::ranges::find_if_not(failures, &std::string::empty);
  if (failed == failures.end()) return {};
  if (ready() == 0) return *failed;
  return fmt::format("after {} calls: {}", ready(), *failed);
}

std::uint32_t Run::share(std::uint32_t calls, std::size_t fleet) const {
  const auto count = static_cast<std::uint32_t>(fleets_.size());
  return calls / count + (fleet < calls % count ? 1 : 0);
}

std::uint32_t Run::ready() const {
  return std::transform_reduce(fleets_.begin(), fleets_.end(), 0U, std::plus(),
                               [](const auto& fleet) { return fleet->ready(); });
}

std::uint32_t Run::broken() const {
  return std::transform_reduce(fleets_.begin(), fleets_.end(), 0U, std::plus(),
                               [](const auto& fleet) { return fleet->broken(); });
}

void Run::in_parallel(const std::function<void(std::size_t)>& work,
                      const std::function<void()>& meanwhile) {
  std::atomic<std::size_t> at_work = fleets_.size();
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < fleets_.size(); ++i) {
    threads.emplace_back([&, i] {
      work(i);
      --at_work;
    });
  }
  while (at_work > 0) {
    std::this_thread::sleep_for(20ms);
    meanwhile();
  }
}

}  // namespace turn_load
