// `turnserver doctor`: examines a TURN server, this machine's own when none is named.
#include "relay/doctor/examine.h"

#include "relay/commands/command.h"
#include "relay/commands/own_server.h"
#include "relay/plan_addresses.h"

namespace relay::commands {
namespace {

using turn::Transport;

std::expected<doctor::Patient, std::string> own_patient(Request& request) {
  auto plan = plan_of(request);
  if (!plan) return std::unexpected(plan.error());
  const auto told = addresses_for_clients(*plan);
  if (told.empty()) return std::unexpected("this server listens on no address for clients");
  // From here a NAT may not lead back to its own public address.
  const stun::IpAddress& address = told.front().local;
  const Ports ports = configured_ports(*plan);
  doctor::Patient patient;
  patient.target.host = address.to_string();
  if (ports.udp != 0) patient.target.ways.push_back({Transport::udp, ports.udp});
  if (ports.tcp != 0) patient.target.ways.push_back({Transport::tcp, ports.tcp});
  if (ports.tls != 0) patient.target.ways.push_back({Transport::tls, ports.tls});
  if (ports.dtls != 0) patient.target.ways.push_back({Transport::dtls, ports.dtls});
  // Of a user that was made up at the server's start only the server knows the password.
  if (plan->made_user) plan->settings.users.clear();
  patient.credentials = self_test::credentials_of(plan->settings);
  if (const auto certificate = configured_certificate(plan->settings)) {
    patient.name_for_tls = host_for_tls(told.front().advertised(), *certificate);
    patient.authority_file = own_authority(plan->settings);
  }
  return patient;
}

std::expected<doctor::Patient, std::string> named_patient(const std::vector<std::string>& words) {
  if (words.size() == 2 || words.size() > 3) {
    return std::unexpected("write turnserver doctor URL USER PASSWORD, or URL alone");
  }
  auto target = doctor::parse_target(words.front());
  if (!target) return std::unexpected(target.error());
  doctor::Patient patient;
  patient.target = *std::move(target);
  if (words.size() == 3) {
    patient.credentials = self_test::Credentials{words[1], words[2], std::nullopt, {}};
  }
  return patient;
}

}  // namespace

Outcome doctor(Request request) {
  const auto patient = request.words.empty() ? own_patient(request) : named_patient(request.words);
  if (!patient) return std::unexpected(patient.error());
  const doctor::Report report = doctor::examine(*patient);
  return Answer{request.json ? json_of(report) : text_of(report), report.is_healthy() ? 0 : 1};
}

}  // namespace relay::commands
