#include "relay/metrics.h"

#include <prometheus/text_serializer.h>

#include <array>
#include <locale>
#include <span>
#include <sstream>

namespace relay {
namespace {

using prometheus::ClientMetric;
using prometheus::MetricFamily;
using prometheus::MetricType;

struct Row {
  const char* name;
  const char* help;
  std::uint64_t ServiceCounters::* value;
};

constexpr auto counters = std::to_array<Row>({
    {"stun_binding_request", "Binding requests.", &ServiceCounters::bindings},
    {"stun_binding_response", "Binding responses.", &ServiceCounters::binding_responses},
    {"stun_binding_error", "Binding error responses.", &ServiceCounters::binding_errors},
    {"turn_unauthenticated_401_requests", "Requests without credentials, or with wrong ones.",
     &ServiceCounters::requests_401},
    {"turn_unauthenticated_401_responses", "Responses 401 to them.", &ServiceCounters::answers_401},
    {"turn_unauthenticated_401_dropped_responses",
     "Responses 401 that were not sent, since their source had got too many.",
     &ServiceCounters::dropped_401},
    {"turn_ratelimit_hash_collisions",
     "Sources that the limit on answers to strangers forgot for want of room.",
     &ServiceCounters::stranger_collisions},
    {"turn_packet_processed", "Packets received.", &ServiceCounters::datagrams_received},
    {"turn_packet_dropped", "Packets that the kernel lost for want of buffer.",
     &ServiceCounters::receive_drops},
    {"turn_udp_recvmmsg_calls", "Receptions of datagrams.", &ServiceCounters::receive_calls},
    {"turn_udp_recvmmsg_packets", "Datagrams received.", &ServiceCounters::datagrams_received},
    {"turn_udp_sendmmsg_flushes", "Sends of datagrams that were gathered.",
     &ServiceCounters::flushes},
    {"turn_udp_sendmmsg_datagrams", "Datagrams sent.", &ServiceCounters::datagrams_sent},
    {"turn_udp_sendmmsg_gso_datagrams", "Datagrams that the kernel cut apart (UDP_SEGMENT).",
     &ServiceCounters::gso_segments},
    {"turnbox_requests_total", "Requests other than Binding.", &ServiceCounters::requests},
    {"turnbox_errors_total", "Error answers other than the first challenge.",
     &ServiceCounters::errors},
    {"turnbox_auth_failures_total", "Requests with wrong credentials.",
     &ServiceCounters::auth_failures},
    {"turnbox_strangers_unanswered_total",
     "Messages of strangers that were not answered: too many of their source, or in all.",
     &ServiceCounters::strangers_unanswered},
    {"turnbox_send_failures_total", "Packets that could not be sent.",
     &ServiceCounters::send_failures},
    {"turnbox_tls_handshakes_total", "TLS handshakes that succeeded.",
     &ServiceCounters::tls_handshakes},
    {"turnbox_tls_failures_total", "TLS connections that failed.", &ServiceCounters::tls_failures},
    {"turnbox_dtls_handshakes_total", "DTLS handshakes that succeeded.",
     &ServiceCounters::dtls_handshakes},
    {"turnbox_dtls_failures_total", "DTLS sessions that failed.", &ServiceCounters::dtls_failures},
    {"turnbox_proxy_refusals_total",
     "Connections and datagrams without a PROXY header that is believed.",
     &ServiceCounters::proxy_refusals},
    {"turnbox_shared_unowned_total", "Datagrams at shared relay sockets that were nobody's.",
     &ServiceCounters::shared_unowned},
    {"turnbox_icmp_errors_total", "ICMP errors on the way to peers that clients were told of.",
     &ServiceCounters::icmp_errors},
    {"turnbox_signaling_messages_total", "Messages over WebSockets and event streams.",
     &ServiceCounters::signaling_texts},
    {"turnbox_signaling_forwarded_total", "Messages from one member of a room to another.",
     &ServiceCounters::signaling_forwarded},
    {"turnbox_shared_ambiguous_total", "Datagrams at shared relay sockets that could be several's.",
     &ServiceCounters::shared_ambiguous},
});

constexpr auto gauges = std::to_array<Row>({
    {"turn_ratelimit_occupied_buckets", "Strangers that have asked within the last second.",
     &ServiceCounters::busy_stranger_buckets},
    {"turn_ratelimit_total_buckets", "Strangers that the limit on answers to them knows at most.",
     &ServiceCounters::stranger_buckets},
    {"turnbox_allocations", "Allocations now.", &ServiceCounters::allocations},
    {"turnbox_stream_clients", "TCP and TLS connections now.", &ServiceCounters::stream_clients},
    {"turnbox_dtls_clients", "DTLS sessions now.", &ServiceCounters::dtls_clients},
    {"turnbox_rooms", "Rooms now.", &ServiceCounters::rooms},
    {"turnbox_room_members", "Members of rooms now.", &ServiceCounters::room_members},
    {"turnbox_signaling_connections", "WebSockets and event streams now.",
     &ServiceCounters::signaling_connections},
    {"turnbox_lanes", "Relays with a socket of its own for their usual peer, now.",
     &ServiceCounters::lanes},
});

using Labels = std::vector<ClientMetric::Label>;

ClientMetric sample(MetricType type, double value, Labels labels = {}) {
  ClientMetric metric;
  metric.label = std::move(labels);
  (type == MetricType::Gauge ? metric.gauge.value : metric.counter.value) = value;
  return metric;
}

MetricFamily family(std::string name, std::string help, MetricType type) {
  return {.name = std::move(name), .help = std::move(help), .type = type, .metric = {}};
}

/// Each of coturn's has a total without labels beside it.
struct TrafficRow {
  const char* name;
  const char* help;
  std::uint64_t Traffic::Totals::* value;
};
constexpr auto traffic_rows = std::to_array<TrafficRow>({
    {"traffic_rcvp", "Packets from clients.", &Traffic::Totals::packets_from_client},
    {"traffic_rcvb", "Bytes from clients.", &Traffic::Totals::bytes_from_client},
    {"traffic_sentp", "Packets to clients.", &Traffic::Totals::packets_to_client},
    {"traffic_sentb", "Bytes to clients.", &Traffic::Totals::bytes_to_client},
    // What a client sends goes to a peer, and the other way round.
    {"traffic_peer_rcvp", "Packets from peers.", &Traffic::Totals::packets_to_client},
    {"traffic_peer_rcvb", "Bytes from peers.", &Traffic::Totals::bytes_to_client},
    {"traffic_peer_sentp", "Packets to peers.", &Traffic::Totals::packets_from_client},
    {"traffic_peer_sentb", "Bytes to peers.", &Traffic::Totals::bytes_from_client},
});

void add_traffic(std::vector<MetricFamily>& families, const Metrics::Sources& sources) {
  const auto totals = sources.traffic.totals();
  for (const TrafficRow& row : traffic_rows) {
    MetricFamily by_realm =
        family(std::string("turn_") + row.name,
               std::string(row.help) + " Of sessions that have ended.", MetricType::Counter);
    double sum = 0;
    for (const auto& [whose, carried] : totals) {
      const auto value = static_cast<double>(carried.*row.value);
      Labels labels{{"realm", whose.realm.empty() ? sources.realm : whose.realm}};
      if (sources.by_user) labels.push_back({"user", whose.user});
      by_realm.metric.push_back(sample(MetricType::Counter, value, std::move(labels)));
      sum += value;
    }
    MetricFamily all =
        family(std::string("turn_total_") + row.name, by_realm.help, MetricType::Counter);
    all.metric.push_back(sample(MetricType::Counter, sum));
    if (!by_realm.metric.empty()) families.push_back(std::move(by_realm));
    families.push_back(std::move(all));
  }
}

/// As coturn calls them.
void add_allocations(std::vector<MetricFamily>& families, const Traffic& traffic) {
  static constexpr std::array<const char*, 4> types{"UDP", "TCP", "TLS", "DTLS"};
  MetricFamily all = family("turn_total_allocations", "Allocations now, by the client's transport.",
                            MetricType::Gauge);
  const auto counts = traffic.allocations();
  for (std::size_t i = 0; i < types.size(); ++i) {
    all.metric.push_back(
        sample(MetricType::Gauge, static_cast<double>(counts[i]), {{"type", types[i]}}));
  }
  families.push_back(std::move(all));
}

void add_refusals(std::vector<MetricFamily>& families, const ServiceCounters& sum) {
  MetricFamily all = family("turnbox_signaling_refused_total",
                            "Messages and requests of signaling that were refused, by reason.",
                            MetricType::Counter);
  for (std::size_t i = 0; i < signaling::refusal_kinds; ++i) {
    const auto reason = text_of(static_cast<signaling::Refusal>(i));
    all.metric.push_back(sample(MetricType::Counter, static_cast<double>(sum.signaling_refused[i]),
                                {{"reason", std::string(reason)}}));
  }
  families.push_back(std::move(all));
}

void add_rows(std::vector<MetricFamily>& families, std::span<const Row> rows, MetricType type,
              const ServiceCounters& sum) {
  for (const Row& row : rows) {
    families.push_back(family(row.name, row.help, type));
    families.back().metric.push_back(sample(type, static_cast<double>(sum.*row.value)));
  }
}

}  // namespace

std::vector<MetricFamily> Metrics::Collect() const {
  const ServiceCounters sum = sources_.counters();
  std::vector<MetricFamily> families;
  families.push_back(family("turnbox_build_info", "Which server this is.", MetricType::Gauge));
  families.back().metric.push_back(sample(MetricType::Gauge, 1, {{"version", TURNBOX_VERSION}}));
  add_rows(families, counters, MetricType::Counter, sum);
  add_rows(families, gauges, MetricType::Gauge, sum);
  add_refusals(families, sum);
  if (sources_.traffic.is_wanted()) {
    add_allocations(families, sources_.traffic);
    add_traffic(families, sources_);
  }
  if (const std::int64_t expiry = sources_.certificate_expiry(); expiry != 0) {
    families.push_back(family("turnbox_certificate_expiry_seconds",
                              "When the first of the certificates ends, in seconds since 1970.",
                              MetricType::Gauge));
    families.back().metric.push_back(sample(MetricType::Gauge, static_cast<double>(expiry)));
  }
  return families;
}

std::string Metrics::text() const {
  std::ostringstream out;
  out.imbue(std::locale::classic());
  prometheus::TextSerializer().Serialize(out, Collect());
  return out.str();
}

}  // namespace relay
