#include "relay/options/table.h"

namespace relay::options {
namespace {

constexpr Option table[] = {
    {.name = "prometheus",
     .default_value = "false",
     .help = "Serve metrics to Prometheus on a port of their own, to everybody who reaches it. "
             "Without it they are at /metrics of the TURN ports, for this host and "
             "metrics-allowed-ip.",
     .set = [](Draft& d,
               std::string_view v) { return store(boolean(v), d.settings().metrics.served); }},
    {.name = "prometheus-port",
     .kind = Kind::value,
     .value_name = "PORT",
     .default_value = "9641",
     .help = "Port of the metrics. 0 takes any free one.",
     .set = [](Draft& d, std::string_view v) { return store(port(v), d.settings().metrics.port); }},
    {.name = "prometheus-address",
     .kind = Kind::value,
     .value_name = "IP",
     .help = "Address of the metrics. Without it: any.",
     .example = "127.0.0.1",
     .set = [](Draft& d,
               std::string_view v) { return store(ip_address(v), d.settings().metrics.address); }},
    {.name = "prometheus-path",
     .kind = Kind::value,
     .value_name = "PATH",
     .default_value = "/metrics",
     .help = "Path of the metrics.",
     .set = [](Draft& d,
               std::string_view v) { return store(http_path(v), d.settings().metrics.path); }},
    {.name = "prometheus-username-labels",
     .default_value = "false",
     .help = "Tell the traffic of users apart: the first 1000, the others together.",
     .set = [](Draft& d,
               std::string_view v) { return store(boolean(v), d.settings().metrics.by_user); }},
    {.name = "prometheus-tls",
     .default_value = "false",
     .help = "Serve metrics over HTTPS; implies prometheus.",
     .set =
         [](Draft& d, std::string_view v) {
           MetricsSettings& metrics = d.settings().metrics;
           const Result<bool> wanted = boolean(v);
           if (wanted && *wanted) metrics.served = true;
           return store(wanted, metrics.tls);
         }},
    {.name = "prometheus-cert",
     .kind = Kind::value,
     .value_name = "FILE",
     .help = "Certificate of the metrics, instead of that of cert, which may ask clients for one "
             "(CA-file).",
     .example = "/etc/turnserver/metrics.pem",
     .set =
         [](Draft& d, std::string_view v) {
           d.settings().metrics.certificate_file = v;
           return Result<void>();
         }},
    {.name = "prometheus-key",
     .kind = Kind::value,
     .value_name = "FILE",
     .help = "Private key of prometheus-cert. Without it: in the file of the certificate.",
     .example = "/etc/turnserver/metrics-key.pem",
     .set =
         [](Draft& d, std::string_view v) {
           d.settings().metrics.key_file = v;
           return Result<void>();
         }},
    {.name = "metrics-allowed-ip",
     .kind = Kind::list,
     .value_name = "RANGE",
     .help = "Who may read /metrics on the TURN ports, beside this host: an address, a range or a "
             "network.",
     .example = "10.0.0.0/8",
     .set =
         [](Draft& d, std::string_view v) {
           return append(address_range(v), d.settings().http.metrics_readers);
         }},
    {.name = "redis-statsdb",
     .letter = 'O',
     .kind = Kind::value,
     .value_name = "TEXT",
     .help = "Redis that status and traffic are published to.",
     .example = "ip=127.0.0.1 dbname=1 password=turn",
     .state = State::ignored,
     .note = "metrics are not built yet",
     .secret = Secret::whole},
};

}  // namespace

constinit const std::span<const Option> metrics_options{table};

}  // namespace relay::options
