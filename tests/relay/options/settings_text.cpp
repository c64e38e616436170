#include "settings_text.h"

#include <fmt/format.h>

#include <tuple>

namespace relay::options {
namespace {

std::string turn_text(const turn::Config& turn) {
  return fmt::format(
      "lifetimes {} {} {}, family {}, relays {} {}, binding {} {}, stun only {}\n"
      "channels {}, fingerprint {}, reasons {}, mapped {}, server relay {}, software '{}', bps "
      "{}\n",
      turn.max_lifetime.count(), turn.permission_lifetime.count(), turn.channel_lifetime.count(),
      static_cast<int>(turn.default_family), turn.udp_relay, turn.tcp_relay, turn.answer_binding,
      turn.authenticate_binding, turn.stun_only, turn.rfc5766_channel_numbers,
      turn.always_fingerprint, turn.reason_phrases, turn.mapped_address_too, turn.server_relay,
      turn.software, turn.max_bps);
}

std::string tls_text(const TlsSettings& tls) {
  std::string further;
  for (const CertificateFiles& each : tls.further) {
    further += fmt::format(" '{}' '{}'", each.certificate_file, each.key_file);
  }
  return fmt::format("tls {} {} {} '{}' '{}'{} '{}' '{}' '{}' '{}' {} {} {} '{}'\n", tls.served,
                     tls.datagrams, tls.port, tls.certificate_file, tls.key_file, further,
                     tls.passphrase, tls.client_ca_file, tls.cipher_list, tls.curves,
                     tls.version_1_0, tls.version_1_1, tls.version_1_2, tls.state_dir);
}

std::string log_text(const LogSettings& log) {
  return fmt::format("log {} {} {} {} '{}' '{}' {} '{}'\n", static_cast<int>(log.level),
                     static_cast<int>(log.format), log.to_stdout, log.to_syslog,
                     log.syslog_facility, log.file, log.simple, log.timestamp_format);
}

std::string http_text(const Settings& settings) {
  const auto& [http, metrics, proxy] = std::tie(settings.http, settings.metrics, settings.proxy);
  std::string text = fmt::format("http {} {} '{}' metrics {} {} '{}' '{}' {} {} proxy {} {}\n",
                                 http.served, http.refused, http.acme_redirect, metrics.served,
                                 metrics.port, metrics.address ? metrics.address->to_string() : "",
                                 metrics.path, metrics.by_user, metrics.tls,
                                 proxy.tcp_port.value_or(0), proxy.udp_port.value_or(0));
  for (const auto* const ranges : {&http.metrics_readers, &proxy.trusted}) {
    for (const auto& range : *ranges) {
      text += fmt::format("{}-{}\n", range.first.to_string(), range.last.to_string());
    }
  }
  return text;
}

std::string lists_text(const Settings& settings) {
  std::string text;
  for (const auto& ip : settings.listening_ips) text += "listen " + ip.to_string() + "\n";
  for (const auto& ip : settings.relay_ips) text += "relay " + ip.to_string() + "\n";
  for (const auto& nat : settings.external_addresses) {
    text += fmt::format("external {} {}\n", nat.external.to_string(),
                        nat.local ? nat.local->to_string() : "");
  }
  for (const auto& range : settings.allowed_peers) {
    text += fmt::format("allowed {}-{}\n", range.first.to_string(), range.last.to_string());
  }
  for (const auto& range : settings.denied_peers) {
    text += fmt::format("denied {}-{}\n", range.first.to_string(), range.last.to_string());
  }
  for (const auto& user : settings.users) {
    text += fmt::format("user {} {} {}\n", user.name, user.password, user.key_hex);
  }
  for (const auto& secret : settings.secrets) text += "secret " + secret + "\n";
  return text;
}

}  // namespace

std::string settings_text(const Settings& settings) {
  return fmt::format(
             "port {} '{}' udp {} tcp {} workers {} buffer {}\n"
             "relay '{}' {}-{} shared {} mobility {} loopback {} multicast {} quotas {} {} {}\n"
             "anonymous {} realm '{}' timed {} separator {} nonce {} '{}' limit {} {} timeout {}\n"
             "daemon {} pid '{}' user '{}' group '{}' drain {} {}\n",
             settings.listening_port, settings.listening_device, settings.udp, settings.tcp,
             settings.workers, settings.socket_buffer, settings.relay_device, settings.min_port,
             settings.max_port, static_cast<int>(settings.relay_sockets), settings.mobility,
             settings.allow_loopback_peers, settings.allow_multicast_peers, settings.user_quota,
             settings.total_quota, settings.bps_capacity, settings.anonymous, settings.realm,
             settings.time_limited, settings.rest_api_separator, settings.nonce_lifetime.count(),
             settings.nonce_secret, settings.limit_unauthorized, settings.unauthorized_per_second,
             settings.max_allocate_timeout.count(), settings.daemon, settings.pid_file,
             settings.run_as_user, settings.run_as_group, settings.drain_min_allocations,
             settings.drain_timeout.count()) +
         turn_text(settings.turn) + tls_text(settings.tls) + http_text(settings) +
         log_text(settings.log) + lists_text(settings);
}

}  // namespace relay::options
