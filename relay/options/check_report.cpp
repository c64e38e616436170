// --check-config: what would run, in a few lines for a person.
#include <fmt/format.h>

#include "relay/options/output.h"

namespace relay::options {
namespace {

std::string joined(const std::vector<stun::IpAddress>& addresses, std::string_view none) {
  std::string text;
  for (const stun::IpAddress& ip : addresses) {
    text += fmt::format("{}{}", text.empty() ? "" : " ", ip.to_string());
  }
  return text.empty() ? std::string(none) : text;
}

std::string listening(const Settings& settings) {
  std::string text = joined(settings.listening_ips, "every address of this host");
  if (settings.udp || settings.tcp) {
    const std::string_view transports = !settings.tcp ? "udp" : !settings.udp ? "tcp" : "udp+tcp";
    text += fmt::format(", port {}/{}", settings.listening_port, transports);
  }
  if (settings.tls.served) text += fmt::format(", port {}/tls", settings.tls.port);
  if (settings.tls.datagrams) text += fmt::format(", port {}/dtls", settings.tls.port);
  return text;
}

std::string relaying(const Settings& settings) {
  if (settings.turn.stun_only) return "nothing";
  const std::string_view transports = !settings.turn.udp_relay   ? "TCP, "
                                      : !settings.turn.tcp_relay ? "UDP, "
                                                                 : "";
  std::string text = fmt::format("{}{}, ports {}-{}", transports,
                                 joined(settings.relay_ips, "the address that the client came to"),
                                 settings.min_port, settings.max_port);
  for (const ExternalAddress& address : settings.external_addresses) {
    const std::string local = address.local ? address.local->to_string() + " " : "";
    text += fmt::format(", {}told to clients as {}", local, address.external.to_string());
  }
  return text;
}

std::string users(const Settings& settings) {
  if (settings.anonymous) return "everybody, without a password";
  if (settings.users.empty()) {
    return settings.time_limited ? "time-limited credentials" : "one user, made up at the start";
  }
  std::string text =
      settings.users.size() == 1 ? "1 user" : fmt::format("{} users", settings.users.size());
  if (settings.time_limited) text += ", time-limited credentials";
  return text;
}

std::string more_realms(const Settings& settings) {
  std::string text;
  for (const RealmSetting& realm : settings.realms) {
    if (realm.name != settings.realm) text += ", " + realm.name;
  }
  return text;
}

std::string limit(std::uint64_t value, std::string_view what) {
  return value == 0 ? std::string() : fmt::format(", {} {}", value, what);
}

std::string limits(const Settings& settings) {
  const std::string text = limit(settings.user_quota, "allocations a user") +
                           limit(settings.total_quota, "allocations in all") +
                           limit(settings.turn.max_bps, "bytes/s an allocation") +
                           limit(settings.bps_capacity, "bytes/s in all");
  return text.empty() ? "none" : text.substr(2);
}

std::string logging(const LogSettings& log) {
  std::string places = log.to_stdout ? " stdout" : "";
  if (log.to_syslog) places += " syslog";
  if (!log.file.empty()) places += " " + log.file;
  return places.empty() ? "nowhere" : places.substr(1);
}

}  // namespace

std::string check_report(const Parsed& parsed) {
  const Settings& settings = parsed.settings;
  const std::string realm =
      settings.realm.empty() ? "the domain name of this host" : settings.realm;
  std::string text =
      parsed.config_file.empty()
          ? std::string("The configuration is sound; no file was read.\n")
          : fmt::format("The configuration is sound, {} included.\n", parsed.config_file);
  text += fmt::format("  listens on  {}\n", listening(settings));
  text += fmt::format("  relays on   {}\n", relaying(settings));
  text += fmt::format("  serves      {}\n", users(settings));
  text += fmt::format("  realm       {}{}\n", realm, more_realms(settings));
  text += fmt::format("  limits      {}\n", limits(settings));
  text += fmt::format("  logs to     {}\n", logging(settings.log));
  if (!parsed.warnings.empty()) text += fmt::format("  warnings    {}\n", parsed.warnings.size());
  return text;
}

}  // namespace relay::options
