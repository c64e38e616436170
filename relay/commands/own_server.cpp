#include "relay/commands/own_server.h"

#include "relay/net/tls/pem_file.h"
#include "relay/shared_secret.h"

namespace relay::commands {

Ports configured_ports(const Plan& plan) {
  const Settings& settings = plan.settings;
  const auto port = [](bool served, std::uint16_t number) {
    return served ? number : std::uint16_t{0};
  };
  return {.udp = port(settings.udp, settings.listening_port),
          .tcp = port(settings.tcp, settings.listening_port),
          .tls = port(settings.tls.served, settings.tls.port),
          .dtls = port(settings.tls.datagrams, settings.tls.port)};
}

std::optional<net::tls::Certificate> configured_certificate(const Settings& settings) {
  if (!settings.tls.served) return std::nullopt;
  const std::string& given = settings.tls.certificate_file;
  const auto chain =
      net::tls::read_certificates(given.empty() ? secret_folder(settings) + "/server.pem" : given);
  if (!chain) return std::nullopt;
  return net::tls::describe(*chain->front());
}

std::string own_authority(const Settings& settings) {
  return settings.tls.certificate_file.empty() ? secret_folder(settings) + "/ca.pem" : "";
}

}  // namespace relay::commands
