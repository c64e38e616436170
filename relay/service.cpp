#include "relay/service.h"

#include <algorithm>
#include <system_error>

#include "relay/listeners.h"
#include "relay/metrics.h"
#include "relay/net/csprng.h"
#include "relay/page_answers.h"
#include "relay/plan_addresses.h"
#include "relay/service_limits.h"
#include "relay/worker.h"

namespace relay {
namespace {

http::SiteOptions site_options(const Settings& settings) {
  using Serving = http::SiteOptions::Serving;
  return {.serving = settings.http.refused  ? Serving::refused
                     : settings.http.served ? Serving::served
                                            : Serving::closed,
          .acme_redirect = settings.http.acme_redirect,
          .metrics_readers = settings.http.metrics_readers,
          .metrics_path = settings.metrics.path,
          .has_pages = settings.signaling.served};
}

/// Where no proxy is named, those on this very host are believed.
std::vector<turn::AddressRange> http_proxies(const Settings& settings) {
  if (!settings.proxy.trusted.empty()) return settings.proxy.trusted;
  return {*turn::AddressRange::parse("127.0.0.0/8"), *turn::AddressRange::parse("::1")};
}

http::HouseRules house_rules(const Plan& plan) {
  http::HouseRules rules{.site = site_options(plan.settings),
                         .connections_per_address = plan.settings.signaling.connections_per_address,
                         .origins = plan.settings.signaling.origins,
                         .trusted_proxies = http_proxies(plan.settings),
                         .web_sockets = {.ping_interval = plan.settings.signaling.ping_interval}};
  for (const stun::IpAddress& ip : plan.peer_rules.own_addresses) {
    if (!is_local_only(external_of(plan.settings, ip).value_or(ip))) {
      rules.public_addresses.push_back(ip);
    }
  }
  return rules;
}

/// Of the certificate that ends first; 0: there is none.
std::int64_t first_expiry(std::initializer_list<const net::tls::SharedContext*> contexts) {
  std::int64_t first = 0;
  for (const net::tls::SharedContext* const context : contexts) {
    if (context == nullptr) continue;
    for (const net::tls::Certificate& each : context->certificates()) {
      const std::int64_t end = each.not_after.time_since_epoch().count();
      if (first == 0 || end < first) first = end;
    }
  }
  return first;
}

turn::PeerRules complete(turn::PeerRules rules, const WorkerSockets& sockets,
                         const net::RelayPorts& ports) {
  for (const auto* const all : {&sockets.udp, &sockets.dtls, &sockets.udp_proxies}) {
    for (const net::DatagramSocket& socket : *all) rules.own_listeners.push_back(socket.local());
  }
  for (const auto* const all : {&sockets.tcp, &sockets.tls, &sockets.tcp_proxies, &sockets.metrics,
                                &sockets.signal, &sockets.signal_tls, &sockets.chat}) {
    for (const net::BoundTcp& bound : *all) rules.own_listeners.push_back(bound.local);
  }
  rules.relay_port_open = [&ports](const turn::TransportAddress& address) {
    return ports.is_taken(address);
  };
  return rules;
}

/// Where the sockets are, with the real ports.
ListeningAt listening_at(const Plan& plan, const WorkerSockets& sockets) {
  ListeningAt at;
  for (const auto& socket : sockets.udp) at.udp.push_back(socket.local());
  for (const auto& socket : sockets.dtls) at.dtls.push_back(socket.local());
  for (const auto& socket : sockets.udp_proxies) at.udp_proxies.push_back(socket.local());
  for (const auto& bound : sockets.tcp) at.tcp.push_back(bound.local);
  for (const auto& bound : sockets.tls) at.tls.push_back(bound.local);
  for (const auto& address : plan.tls_listeners) {
    if (is_plain_too(plan, Protocol::tcp, address)) at.tls.push_back(address);
  }
  for (const auto& address : plan.dtls_listeners) {
    if (is_plain_too(plan, Protocol::udp, address)) at.dtls.push_back(address);
  }
  for (const auto& bound : sockets.tcp_proxies) at.tcp_proxies.push_back(bound.local);
  for (const auto& bound : sockets.metrics) at.metrics.push_back(bound.local);
  for (const auto& bound : sockets.signal) at.signal.push_back(bound.local);
  for (const auto& bound : sockets.signal_tls) at.signal_tls.push_back(bound.local);
  for (const auto& bound : sockets.chat) at.chat.push_back(bound.local);
  return at;
}

/// Known to this process alone: tickets end with it, as allocations do.
turn::TicketSealer::Key make_ticket_key() {
  turn::TicketSealer::Key key;
  net::Csprng().fill(key);
  return key;
}

}  // namespace

struct Service::State {
  ServiceCounters sum() const {
    ServiceCounters sums;
    for (const auto& worker : workers) sums.add(worker->counters(), worker->wake_ups());
    return sums;
  }
  void start_workers(std::vector<WorkerSockets> sockets);

  State(const Plan& asked, const WorkerSockets& sockets, observe::EventSink& log,
        const net::tls::SharedContext* tls, const net::tls::SharedContext* metrics_tls,
        std::size_t descriptors)
      : plan(asked),
        nonce_key(make_nonce_key(plan.settings)),
        quota(quota_limits(plan.settings)),
        ports(port_options(plan, descriptors)),
        peer_policy(complete(plan.peer_rules, sockets, ports)),
        traffic(plan.settings.metrics.served, plan.settings.metrics.by_user, log),
        metrics({.counters = [this] { return sum(); },
                 .certificate_expiry = [=] { return first_expiry({tls, metrics_tls}); },
                 .traffic = traffic,
                 .realm = plan.settings.realm,
                 .by_user = plan.settings.metrics.by_user}),
        colleagues(make_ticket_key()),
        house(house_rules(plan), [this] { return metrics.text(); }),
        at(relay::listening_at(plan, sockets)),
        pages(plan, at, tls, traffic.watch()),
        shared{plan,
               peer_policy,
               nonce_key,
               quota,
               ports,
               traffic,
               stream_limits(plan.settings, descriptors, metrics_tls),
               hand_over,
               last_lane(descriptors),
               house,
               plan.settings.tls.served ? tls : nullptr,
               dtls_limits(plan.settings),
               plan.settings.tls.datagrams ? tls : nullptr,
               plan.settings.mobility ? &colleagues : nullptr,
               plan.settings.signaling.served ? &post_office : nullptr} {
    // Who asks what became of its own messages may come at any time.
    plan.turn.events = traffic.wants_events() || plan.settings.signaling.served;
    if (plan.settings.signaling.served) {
      house.site().add([this](const http::Request& request) { return pages.answer(request); });
    }
    plan.turn.max_connections = connection_limit(plan.settings, descriptors);
  }

  Plan plan;
  NonceKey nonce_key;
  SharedQuota quota;
  net::RelayPorts ports;
  turn::PeerPolicy peer_policy;
  Traffic traffic;
  Metrics metrics;
  Colleagues colleagues;
  http::House house;
  signaling::PostOffice post_office;
  ListeningAt at;
  PageAnswers pages;
  StreamHandOver hand_over;
  Shared shared;
  std::vector<std::string> remarks;
  std::vector<std::unique_ptr<Worker>> workers;
};

Service::Service() = default;
Service::~Service() { stop(); }

std::expected<std::unique_ptr<Service>, std::string> Service::start(
    const Plan& plan, observe::EventSink& sink, const net::tls::SharedContext* tls,
    const net::tls::SharedContext* metrics_tls) {
  Plan wanted = plan;
  if (tls == nullptr) {
    wanted.tls_listeners.clear();
    wanted.dtls_listeners.clear();
    wanted.signal_tls_listeners.clear();
  }
  wanted.settings.workers = std::max<std::size_t>(wanted.settings.workers, 1);
  const std::size_t descriptors = descriptor_limit();
  std::unique_ptr<http::Folder> folder;
  if (const std::string& root = wanted.settings.signaling.web_root; !root.empty()) {
    auto opened = http::Folder::open(root);
    if (!opened) return std::unexpected(opened.error());
    folder = std::move(*opened);
  }
  std::vector<std::string> remarks;
  auto sockets = bind_listeners(wanted, remarks);
  if (!sockets) return std::unexpected(sockets.error());

  std::unique_ptr<Service> service(new Service);
  if (metrics_tls == nullptr && wanted.settings.tls.served) metrics_tls = tls;
  service->state_ =
      std::make_unique<State>(wanted, sockets->front(), sink, tls, metrics_tls, descriptors);
  State& state = *service->state_;
  state.remarks = std::move(remarks);
  state.house.site().set_folder(std::move(folder));
  try {
    state.start_workers(std::move(*sockets));
  } catch (const std::system_error& error) {
    return std::unexpected(std::string("cannot start the workers: ") + error.what());
  }
  return service;
}

void Service::State::start_workers(std::vector<WorkerSockets> sockets) {
  for (WorkerSockets& own : sockets) {
    workers.push_back(std::make_unique<Worker>(workers.size(), shared, std::move(own)));
  }
  for (const auto& worker : workers) {
    hand_over.add([&worker = *worker](MovingStream stream) { worker.adopt(std::move(stream)); });
  }
  for (const auto& worker : workers) worker->start();
}

const ListeningAt& Service::listening_at() const { return state_->at; }
const std::vector<std::string>& Service::remarks() const { return state_->remarks; }

void Service::begin_drain() {
  state_->house.site().begin_drain();
  for (const auto& worker : state_->workers) worker->begin_drain();
}

void Service::stop() {
  if (!state_) return;
  for (const auto& worker : state_->workers) worker->stop();
}

ServiceCounters Service::counters() const { return state_->sum(); }

}  // namespace relay
