#include "relay/plan.h"

#include <fmt/format.h>

#include <algorithm>

#include "relay/plan_addresses.h"

namespace relay {
namespace {

constexpr std::size_t max_workers = 128;

void plan_realm(Settings& settings, const HostFacts& host) {
  if (!settings.realm.empty()) return;
  settings.realm = !host.domain_name.empty() ? host.domain_name
                   : !host.host_name.empty() ? host.host_name
                                             : "turnbox";
}

void plan_server_name(Settings& settings) {
  if (settings.server_name.empty()) settings.server_name = settings.realm;
}

/// What is particular to a realm.
void plan_realms(Plan& plan) {
  for (const RealmSetting& realm : plan.settings.realms) {
    if (realm.max_bps) plan.turn.max_bps_by_realm[realm.name] = *realm.max_bps;
    const bool may_be_entered = !realm.users.empty() || !realm.secrets.empty() ||
                                realm.name == plan.settings.realm || plan.settings.anonymous;
    if (may_be_entered) continue;
    plan.remarks.push_back(
        fmt::format("nobody gets into the realm {}: it has no user and no secret", realm.name));
  }
  if (plan.settings.anonymous && !plan.settings.realms.empty()) {
    plan.remarks.push_back("nobody is asked for a realm (--no-auth): those given have no effect");
  }
}

/// A key is a digest of the realm too: one made for another realm never fits.
void remark_on_keys(Plan& plan, bool realm_given) {
  const bool has_keys = std::ranges::any_of(
      plan.settings.users, [](const UserSetting& user) { return !user.key_hex.empty(); });
  if (has_keys && !realm_given) {
    plan.remarks.push_back(
        fmt::format("users given by key (0x...) work in the realm that the key was made for alone; "
                    "no --realm was given, so it is \"{}\"",
                    plan.settings.realm));
  }
}

/// Never an anonymous relay unless -z says so: where nobody is configured, somebody is made up.
Complaint plan_users(Plan& plan, const HostFacts& host) {
  Settings& settings = plan.settings;
  if (settings.anonymous) {
    plan.remarks.push_back("anybody who reaches this server may relay through it (--no-auth)");
    return std::nullopt;
  }
  if (settings.secrets.empty() && !host.kept_secret.empty()) {
    settings.secrets.push_back(host.kept_secret);
    plan.kept_secret = true;
  }
  const bool needs_secret = settings.time_limited && settings.secrets.empty();
  const bool has_tokens = settings.oauth && !settings.oauth_keys.empty();
  const bool needs_user = !settings.time_limited && !has_tokens && settings.users.empty();
  if ((needs_secret && host.spare_secret.empty()) || (needs_user && host.spare_password.empty())) {
    return "no user is configured and no password could be made up; give one with --user";
  }
  if (needs_secret) {
    settings.secrets.push_back(host.spare_secret);
    plan.made_secret = true;
  }
  if (needs_user) {
    settings.users.push_back(
        {.name = std::string(made_up_user), .password = host.spare_password, .key_hex = {}});
    plan.made_user = true;
  }
  return std::nullopt;
}

/// What a certificate can name: letters, digits, dots and hyphens.
bool is_dns_name(const std::string& name) {
  return !name.empty() && name.size() < 64 &&
         std::ranges::all_of(
             name,
             [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '.' || c == '-';
             });
}

void plan_host_names(Plan& plan, const HostFacts& host) {
  const auto add = [&](const std::string& name) {
    const auto& names = plan.host_names;
    if (is_dns_name(name) && std::ranges::find(names, name) == names.end()) {
      plan.host_names.push_back(name);
    }
  };
  const bool is_whole = host.host_name.contains('.');
  if (!is_whole && !host.domain_name.empty()) add(host.host_name + "." + host.domain_name);
  add(host.host_name);
  add("localhost");
}

void plan_workers(Settings& settings, const HostFacts& host) {
  if (settings.workers == 0) settings.workers = host.usable_cpus;
  settings.workers = std::clamp<std::size_t>(settings.workers, 1, max_workers);
}

}  // namespace

std::expected<Plan, std::string> make_plan(Settings settings, const HostFacts& host) {
  const bool realm_given = !settings.realm.empty();

  Plan plan;
  plan.settings = std::move(settings);
  plan.turn = plan.settings.turn;
  plan.turn.announce_peers = plan.settings.relay_sockets == RelaySharing::shared;
  plan_realm(plan.settings, host);
  plan_server_name(plan.settings);
  plan_realms(plan);
  plan_workers(plan.settings, host);
  plan_host_names(plan, host);
  remark_on_keys(plan, realm_given);

  if (const Complaint wrong = plan_users(plan, host)) return std::unexpected(*wrong);
  if (const Complaint wrong = plan_listeners(plan, host)) return std::unexpected(*wrong);
  if (const Complaint wrong = plan_relays(plan, host)) return std::unexpected(*wrong);
  if (const Complaint wrong = plan_external_addresses(plan)) return std::unexpected(*wrong);
  plan_discovery(plan, host);
  plan_redirection(plan, host);
  plan_peer_rules(plan, host);
  return plan;
}

}  // namespace relay
