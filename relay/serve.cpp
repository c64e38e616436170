#include "relay/serve.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <optional>
#include <thread>

#include "relay/certificates.h"
#include "relay/lifetime.h"
#include "relay/observe/log.h"
#include "relay/process/daemon.h"
#include "relay/process/hand_over.h"
#include "relay/process/pid_file.h"
#include "relay/process/privileges.h"
#include "relay/self_test/self_test.h"
#include "relay/service.h"
#include "relay/startup_screen.h"

namespace relay {
namespace {

/// A log of JSON objects on stdout must stay that; the screen steps aside then.
std::FILE* screen_of(const LogSettings& log) {
  return log.to_stdout && log.format == LogFormat::json ? stderr : stdout;
}

void show(std::FILE* screen, const std::string& text) {
  fmt::print(screen, "{}", text);
  std::fflush(screen);
}

/// `Total auth threads` is the line that scripts written for coturn wait for.
void log_start(const Plan& plan, const Service& service, const Certificates* certificates,
               observe::Log& log) {
  for (const auto& listener : service.udp_listeners()) {
    log.info(fmt::format("listening on udp {}", listener.to_string()));
  }
  for (const auto& listener : service.tcp_listeners()) {
    log.info(fmt::format("listening on tcp {}", listener.to_string()));
  }
  for (const auto& listener : service.tls_listeners()) {
    log.info(fmt::format("listening on tls {}", listener.to_string()));
  }
  for (const auto& listener : service.dtls_listeners()) {
    log.info(fmt::format("listening on dtls {}", listener.to_string()));
  }
  const ListeningAt& at = service.listening_at();
  for (const auto& listener : at.tcp_proxies) {
    log.info(fmt::format("listening on tcp {}, with a PROXY header", listener.to_string()));
  }
  for (const auto& listener : at.udp_proxies) {
    log.info(fmt::format("listening on udp {}, with PROXY headers", listener.to_string()));
  }
  for (const auto& listener : at.signal) {
    log.info(fmt::format("serving pages and signaling on {}", listener.to_string()));
  }
  for (const auto& listener : at.signal_tls) {
    log.info(fmt::format("serving pages and signaling on {}, in TLS", listener.to_string()));
  }
  for (const auto& listener : at.chat) {
    log.info(fmt::format("serving the chat on {}", listener.to_string()));
  }
  for (const auto& listener : at.metrics) {
    log.info(fmt::format("serving metrics on {}{}{}", listener.to_string(),
                         plan.settings.metrics.path, plan.settings.metrics.tls ? ", in TLS" : ""));
  }
  for (const turn::RelayAddress& relay : plan.turn.relay_addresses) {
    log.info(relay.external ? fmt::format("relays open on {}, advertised as {}",
                                          relay.local.to_string(), relay.external->to_string())
                            : fmt::format("relays open on {}", relay.local.to_string()));
  }
  if (certificates != nullptr) log.info(certificates->summary());
  log.info(fmt::format("Total auth threads: {}", plan.settings.workers));
  log.info("the self-test begins: it shows below like any other client");
}

/// Tests what was started beside serving it, then shows CHECK and leaves the terminal alone.
class SelfTest {
 public:
  SelfTest(const Plan& plan, const Service& service, const Certificates* certificates,
           Lifetime& lifetime, std::optional<process::Daemon>& daemon)
      : thread_([=, &plan, &service, &lifetime, &daemon](const std::stop_token& stop) {
          auto findings = self_test::check(plan, service, certificates, stop);
          if (findings && certificates != nullptr) *findings += " | " + certificates->advice();
          lifetime.post([findings, &plan, &daemon] {
            if (findings) show(screen_of(plan.settings.log), check_line(*findings));
            if (daemon) daemon->ready();
          });
        }) {}

 private:
  std::jthread thread_;
};

}  // namespace

namespace {

std::expected<std::unique_ptr<Certificates>, std::string> certificates_of_clients(
    const Plan& plan) {
  const TlsSettings& tls = plan.settings.tls;
  if (!tls.served && !tls.datagrams) return nullptr;
  auto loaded = Certificates::load(plan);
  if (loaded) return loaded;
  if (!tls.certificate_file.empty() || !tls.state_dir.empty()) return loaded;
  fmt::print(stderr,
             "turnserver: warning: TLS and DTLS are off, no certificate can be kept: {}; give one "
             "with --cert, or a folder with --state-dir\n",
             loaded.error());
  return nullptr;
}

const net::tls::SharedContext* context_of(const std::unique_ptr<Certificates>& certificates) {
  return certificates ? &certificates->context() : nullptr;
}

}  // namespace

std::expected<ServedCertificates, std::string> load_certificates(const Plan& plan) {
  ServedCertificates all;
  auto of_clients = certificates_of_clients(plan);
  if (!of_clients) return std::unexpected(of_clients.error());
  all.of_clients = std::move(*of_clients);
  const MetricsSettings& metrics = plan.settings.metrics;
  if (metrics.served && !metrics.certificate_file.empty()) {
    auto of_metrics = Certificates::load_for_metrics(plan);
    if (!of_metrics) return std::unexpected(of_metrics.error());
    all.of_metrics = std::move(*of_metrics);
  }
  return all;
}

std::expected<void, std::string> serve(const Plan& plan) {
  const Settings& settings = plan.settings;
  const auto identity = process::find_identity(settings.run_as_user, settings.run_as_group);
  if (!identity) return std::unexpected(identity.error());

  const auto loaded = load_certificates(plan);
  if (!loaded) return std::unexpected(loaded.error());
  const auto& [certificates, of_metrics] = *loaded;
  for (const auto* const each : {&certificates, &of_metrics}) {
    if (!*each || (*each)->remark().empty()) continue;
    fmt::print(stderr, "turnserver: warning: {}\n", (*each)->remark());
  }

  std::optional<process::Daemon> daemon;
  if (settings.daemon) {
    auto forked = process::Daemon::fork_away();
    if (!forked) return std::unexpected(forked.error());
    daemon = std::move(*forked);
  }
  process::raise_open_files_limit();
  auto log = observe::Log::open(settings.log);
  if (!log) return std::unexpected(log.error());
  Lifetime lifetime({.longest = settings.drain_timeout, .enough = settings.drain_min_allocations},
                    {.received = settings.log.receive_batches, .sent = settings.log.send_batches});
  Plan served = plan;
  if (certificates) served.own_authority = certificates->authority();
  auto service = Service::start(served, **log, context_of(certificates), context_of(of_metrics));
  if (!service) return std::unexpected(service.error());
  for (const std::string& remark : (*service)->remarks()) {
    fmt::print(stderr, "turnserver: warning: {}\n", remark);
  }

  std::optional<process::PidFile> pid_file;
  if (!settings.pid_file.empty()) {
    auto created = process::PidFile::create(settings.pid_file);
    if (!created) return std::unexpected(created.error());
    pid_file.emplace(std::move(*created));
  }
  if (certificates && !certificates->own_folder().empty()) {
    const auto given = process::hand_over(certificates->own_folder(), *identity);
    if (!given) fmt::print(stderr, "turnserver: warning: {}\n", given.error());
  }
  if (const auto dropped = process::become(*identity); !dropped) {
    return std::unexpected(dropped.error());
  }

  show(screen_of(settings.log), startup_screen(plan, **service, certificates.get(),
                                               ::isatty(::fileno(screen_of(settings.log))) == 1));
  log_start(plan, **service, certificates.get(), **log);
  {
    const SelfTest self_test(plan, **service, certificates.get(), lifetime, daemon);
    lifetime.run(**service, {certificates.get(), of_metrics.get()}, **log);
  }
  (*service)->stop();
  return {};
}

}  // namespace relay
