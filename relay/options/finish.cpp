// What can only be said about all options together.
#include <fmt/format.h>

#include <algorithm>
#include <string_view>

#include "relay/options/option.h"
#include "relay/options/search_path.h"
#include "relay/options/table.h"

namespace relay::options {
namespace {

std::unexpected<Failure> refuse(std::string message) {
  return std::unexpected(Failure{std::move(message)});
}

/// Null when it was not given; the last one counts.
const Assignment* last_given(const Draft& draft, std::string_view name) {
  const auto& given = draft.parsed.given;
  const auto last = std::find_if(given.rbegin(), given.rend(), [&](const Assignment& assignment) {
    return assignment.option->name == name;
  });
  return last == given.rend() ? nullptr : &*last;
}

/// `no-auth (turnserver.conf:3)`: the option and where it was given.
std::string given_at(const Draft& draft, std::string_view name) {
  const Assignment* given = last_given(draft, name);
  return given ? fmt::format("{} ({})", name, given->place.source()) : std::string(name);
}

std::expected<void, Failure> check_listening(const Draft& draft, const Settings& settings) {
  if (!settings.udp && !settings.tcp && !settings.tls.served && !settings.tls.datagrams) {
    return refuse(fmt::format("{}, {} and {}: nothing is left to listen on; remove one of them",
                              given_at(draft, "no-udp"), given_at(draft, "no-tcp"),
                              given_at(draft, "no-tls")));
  }
  return {};
}

/// The second port of RFC 5780: another one than the first.
std::expected<void, Failure> settle_second_port(const Draft& draft, std::string_view name,
                                                std::uint16_t first, std::uint16_t& second) {
  if (second == 0) second = static_cast<std::uint16_t>(first == 65535 ? 65534 : first + 1);
  if (second != first) return {};
  return refuse(fmt::format("{}: {} is the first port already; write another one, or 0",
                            given_at(draft, name), second));
}

/// The clients of the obsolete RFC 3489 know nothing of long-term credentials.
void remark_on_old_clients(Draft& draft, const Settings& settings) {
  const bool answered = settings.turn.answer_binding && !settings.turn.authenticate_binding;
  if (!settings.turn.rfc3489 || answered) return;
  draft.parsed.warnings.push_back(
      fmt::format("{}: no effect, because of {}", given_at(draft, "rfc3489-compatibility"),
                  given_at(draft, settings.turn.answer_binding ? "secure-stun" : "no-stun")));
}

std::expected<void, Failure> settle_discovery(const Draft& draft, Settings& settings) {
  if (!settings.behavior_discovery) return {};
  if (settings.listening_port == 0) {
    return refuse(fmt::format("{} needs a port that is known; {}: 0 takes any",
                              given_at(draft, "rfc5780"), given_at(draft, "listening-port")));
  }
  if (auto done = settle_second_port(draft, "alt-listening-port", settings.listening_port,
                                     settings.alternate_port);
      !done) {
    return done;
  }
  return settle_second_port(draft, "alt-tls-listening-port", settings.tls.port,
                            settings.tls.alternate_port);
}

/// Where the file is, as with the configuration file; as given when it is nowhere.
void find(Draft& draft, std::string& name) {
  if (name.empty() || name.starts_with('/')) return;
  const auto paths = search_path(name);
  const auto found = std::ranges::find_if(paths, [&](const std::string& path) {
    const auto text = draft.files.read(path);
    return text || !text.error().missing;
  });
  if (found != paths.end()) name = *found;
}

std::expected<void, Failure> settle_metrics(Draft& draft, Settings& settings) {
  MetricsSettings& metrics = settings.metrics;
  if (metrics.certificate_file.empty() && !metrics.key_file.empty()) {
    draft.parsed.warnings.push_back(
        fmt::format("{}: of no use without prometheus-cert", given_at(draft, "prometheus-key")));
  }
  find(draft, metrics.certificate_file);
  find(draft, metrics.key_file);
  const bool has_certificate = settings.tls.served || !metrics.certificate_file.empty();
  if (!metrics.served || !metrics.tls || has_certificate) return {};
  return refuse(
      fmt::format("{} and {} contradict each other; remove one of them, or give the "
                  "metrics a certificate (prometheus-cert)",
                  given_at(draft, "prometheus-tls"), given_at(draft, "no-tls")));
}

void remark_on_balancing(Draft& draft, const Settings& settings) {
  if (!settings.udp_self_balance) return;
  if (settings.auxiliary_listeners.empty()) {
    draft.parsed.warnings.push_back(
        fmt::format("{}: no effect without an aux-server", given_at(draft, "udp-self-balance")));
  } else if (!settings.udp_alternate_servers.empty() || !settings.alternate_servers.empty()) {
    draft.parsed.warnings.push_back(
        fmt::format("{}: UDP clients are sent to the auxiliary listeners, not to other servers",
                    given_at(draft, "udp-self-balance")));
  }
}

void settle_tls(Draft& draft, TlsSettings& tls) {
  if (!tls.served && !tls.datagrams) return;
  if (tls.certificate_file.empty() && !tls.key_file.empty()) {
    draft.parsed.warnings.push_back(
        fmt::format("{}: of no use without a certificate (cert), one of our own is made",
                    given_at(draft, "pkey")));
  }
  if (!tls.version_1_2 && (tls.version_1_0 || tls.version_1_1)) {
    draft.parsed.warnings.push_back(fmt::format("{}: only TLS 1.3 is left, older versions included",
                                                given_at(draft, "no-tlsv1_2")));
  }
  if (!tls.version_1_2 && tls.datagrams) {
    draft.parsed.warnings.push_back(fmt::format(
        "{}: DTLS stays at 1.2, there being no newer one here", given_at(draft, "no-tlsv1_2")));
  }
  // A server on any free port takes any free one for TLS, too.
  if (draft.settings().listening_port == 0 && !last_given(draft, "tls-listening-port")) {
    tls.port = 0;
  }
  for (std::string* const file : {&tls.certificate_file, &tls.key_file, &tls.client_ca_file}) {
    find(draft, *file);
  }
  for (CertificateFiles& files : tls.further) {
    find(draft, files.certificate_file);
    find(draft, files.key_file);
  }
}

void settle_signaling(Draft& draft, SignalingSettings& signal) {
  // A server on any free port takes any free one here, too.
  if (draft.settings().listening_port == 0) {
    signal.port = signal.port.value_or(0);
    signal.tls_port = signal.tls_port.value_or(0);
  }
  if (signal.served) return;
  for (const std::string_view name : {"signal-port", "signal-tls-port", "chat-port", "ws-origin",
                                      "ws-ping", "web-root", "room-size", "signal-connections"}) {
    if (last_given(draft, name) == nullptr) continue;
    draft.parsed.warnings.push_back(fmt::format(
        "{}: no effect, because of {}", given_at(draft, name), given_at(draft, "no-signal")));
  }
}

std::expected<void, Failure> check_relaying(const Draft& draft, const Settings& settings) {
  if (settings.min_port > settings.max_port) {
    return refuse(fmt::format("{}: {} is above {}: {}; write the lower one as min-port",
                              given_at(draft, "min-port"), settings.min_port,
                              given_at(draft, "max-port"), settings.max_port));
  }
  if (!settings.turn.udp_relay && !settings.turn.tcp_relay) {
    return refuse(
        fmt::format("{} and {}: nothing is left to relay; remove one of them, or write "
                    "stun-only",
                    given_at(draft, "no-udp-relay"), given_at(draft, "no-tcp-relay")));
  }
  if (settings.relay_sockets == RelaySharing::shared && settings.turn.server_relay) {
    return refuse(fmt::format(
        "{} and {}: with shared sockets it is the permission that tells whose packet it is; remove "
        "one of them",
        given_at(draft, "relay-sockets"), given_at(draft, "server-relay")));
  }
  return {};
}

/// A secret is there to be used.
void imply_time_limited(Draft& draft) {
  const Assignment* secret = last_given(draft, "static-auth-secret");
  if (!secret) secret = last_given(draft, "static-auth-secret-file");
  if (last_given(draft, "use-auth-secret")) {
    draft.parsed.warnings.push_back(fmt::format("{}: on all the same, since there is a secret ({})",
                                                given_at(draft, "use-auth-secret"),
                                                secret->place.source()));
  }
  draft.settings().time_limited = true;
  draft.parsed.given.push_back({find_option("use-auth-secret"), "true", secret->place});
}

/// Keys are there to be used, too; but access tokens can be switched off without them being lost.
std::expected<void, Failure> settle_access_tokens(Draft& draft, Settings& settings) {
  const Assignment* const key = last_given(draft, "oauth-key");
  if (key != nullptr && last_given(draft, "oauth") == nullptr) {
    settings.oauth = true;
    draft.parsed.given.push_back({find_option("oauth"), "true", key->place});
  }
  if (settings.oauth && key == nullptr) {
    draft.parsed.warnings.push_back(
        fmt::format("{}: no key is given (oauth-key), so that no access token can be accepted",
                    given_at(draft, "oauth")));
  }
  if (!settings.oauth && key != nullptr) {
    draft.parsed.warnings.push_back(fmt::format("{}: of no use, access tokens are off: {}",
                                                given_at(draft, "oauth-key"),
                                                given_at(draft, "oauth")));
  }
  for (const auth::AccessTokenKey& each : settings.oauth_keys) {
    if (std::ranges::find(settings.users, each.kid, &UserSetting::name) != settings.users.end()) {
      return refuse(fmt::format("{}: \"{}\" is a user as well; give the key another name (kid)",
                                given_at(draft, "oauth-key"), each.kid));
    }
  }
  return {};
}

std::expected<void, Failure> check_users(Draft& draft, Settings& settings) {
  if (!settings.secrets.empty() && !settings.time_limited) imply_time_limited(draft);
  if (auto settled = settle_access_tokens(draft, settings); !settled) return settled;
  if (!settings.anonymous) return {};
  if (draft.long_term) {
    return refuse(fmt::format("{} and {} contradict each other; remove one of them",
                              given_at(draft, "lt-cred-mech"), given_at(draft, "no-auth")));
  }
  if (settings.time_limited) {
    return refuse(fmt::format(
        "{} lets everybody in, while time-limited credentials are asked for; remove no-auth, or "
        "use-auth-secret and static-auth-secret",
        given_at(draft, "no-auth")));
  }
  if (settings.oauth) {
    return refuse(
        fmt::format("{} lets everybody in, while access tokens are asked for; remove no-auth, or "
                    "oauth and oauth-key",
                    given_at(draft, "no-auth")));
  }
  if (!settings.users.empty()) {
    draft.parsed.warnings.push_back(
        fmt::format("{}: everybody may relay, the users that are given are never asked for",
                    given_at(draft, "no-auth")));
  }
  return {};
}

std::expected<void, Failure> check_limits(Draft& draft, const Settings& settings) {
  if (settings.bps_capacity == 0) return {};
  if (settings.turn.max_bps == 0) {
    return refuse(
        fmt::format("{} needs max-bps, what each allocation reserves of it; write both or none",
                    given_at(draft, "bps-capacity")));
  }
  if (settings.bps_capacity < settings.turn.max_bps) {
    draft.parsed.warnings.push_back(
        fmt::format("{}: less than max-bps, so that no allocation can be made",
                    given_at(draft, "bps-capacity")));
  }
  return {};
}

void settle_log(Draft& draft, Settings& settings) {
  LogSettings& log = settings.log;
  if (draft.verbose) log.level = LogLevel::info;
  if (log.receive_batches || log.send_batches) log.level = LogLevel::info;
  if (draft.very_verbose) log.level = LogLevel::debug;
  if (draft.min_level) log.level = *draft.min_level;
  if (draft.log_is_stdout) log.to_stdout = true;
  if (!log.to_stdout && !log.to_syslog && log.file.empty()) {
    draft.parsed.warnings.push_back(
        fmt::format("{}: nothing is logged at all; log-file or syslog say where to",
                    given_at(draft, "no-stdout-log")));
  }
}

}  // namespace

std::expected<void, Failure> finish(Draft& draft) {
  Settings& settings = draft.settings();
  if (auto checked = check_listening(draft, settings); !checked) return checked;
  settle_tls(draft, settings.tls);
  settle_signaling(draft, settings.signaling);
  if (auto settled = settle_metrics(draft, settings); !settled) return settled;
  if (auto settled = settle_discovery(draft, settings); !settled) return settled;
  remark_on_old_clients(draft, settings);
  remark_on_balancing(draft, settings);
  if (auto checked = check_relaying(draft, settings); !checked) return checked;
  if (auto checked = check_users(draft, settings); !checked) return checked;
  if (auto checked = check_limits(draft, settings); !checked) return checked;
  settings.workers = draft.relay_threads.value_or(draft.cpus.value_or(0));
  settle_log(draft, settings);
  return {};
}

}  // namespace relay::options
