#include "relay/worker.h"

#include <chrono>
#include <span>

namespace relay {
namespace {

/// Expired reservations, idle streams and the wall clock are looked at this often.
constexpr std::chrono::seconds tick{1};

}  // namespace

Worker::Worker(std::size_t index, const Shared& shared, WorkerSockets sockets)
    : alarm_(reactor_, [this] { on_alarm(); }),
      authentication_(shared.plan.settings, shared.nonce_key),
      exchange_({.worker = index,
                 .worker_count = shared.plan.settings.workers,
                 .config = shared.plan.turn,
                 .peer_policy = shared.peer_policy,
                 .authenticator = authentication_.authenticator(),
                 .quota = shared.quota,
                 .ports = shared.ports,
                 .sink = shared.sink,
                 .counters = counters_,
                 .reactor = reactor_,
                 .alarm = alarm_,
                 .streams = shared.streams,
                 .hand_over = shared.hand_over,
                 .answers_to_strangers = shared.plan.settings.limit_unauthorized
                                             ? shared.plan.settings.unauthorized_per_second
                                             : 0,
                 .use_ring = shared.plan.settings.io_uring,
                 .last_lane = shared.last_lane,
                 .share_relays = shared.plan.settings.relay_sockets == RelaySharing::shared,
                 .house = shared.house,
                 .tls = shared.tls,
                 .plain_datagrams = shared.plan.settings.udp,
                 .dtls_limits = shared.dtls_limits,
                 .dtls = shared.dtls,
                 .colleagues = shared.colleagues}) {
  if (shared.colleagues != nullptr) shared.colleagues->add(reactor_, exchange_);
  if (shared.post_office != nullptr) open_rooms(index, shared);
  for (std::vector<net::DatagramSocket>* const all : {&sockets.udp, &sockets.dtls}) {
    for (net::DatagramSocket& socket : *all) {
      if (!exchange_.listen(std::move(socket))) {
        throw std::system_error(errno, std::system_category(), "epoll_ctl");
      }
    }
  }
  for (net::DatagramSocket& socket : sockets.udp_proxies) {
    if (!exchange_.listen_to_proxies(std::move(socket))) {
      throw std::system_error(errno, std::system_category(), "epoll_ctl");
    }
  }
  listen(sockets.tcp, net::Entrance::clients);
  listen(sockets.tls, net::Entrance::clients);
  listen(sockets.tcp_proxies, net::Entrance::proxies);
  listen(sockets.metrics, net::Entrance::metrics);
  listen(sockets.signal, net::Entrance::pages);
  listen(sockets.signal_tls, net::Entrance::secure_pages);
  listen(sockets.chat, net::Entrance::chat);
}

void Worker::open_rooms(std::size_t index, const Shared& shared) {
  http::Doorkeeper& doors = exchange_.streams().doors();
  switchboard_.emplace(signaling::Switchboard::Parts{
      .worker = index,
      .workers = shared.plan.settings.workers,
      .room_size = shared.plan.settings.signaling.room_size,
      .budget = shared.post_office->budget(),
      .door = doors,
      .mail = *shared.post_office,
      .counters = counters_.signaling,
      .may_join = [&visitors = shared.house.visitors()](
                      const stun::IpAddress& client,
                      turn::Time now) { return visitors.may_join(client, now); },
      .random =
          [this] {
            std::uint64_t number = 0;
            random_.fill(std::as_writable_bytes(std::span(&number, 1)));
            return number;
          },
      .tell = [&sink = shared.sink](const signaling::Event& event) { sink.room_event(event); }});
  shared.post_office->add(reactor_, *switchboard_);
  doors.set_inbox(&*switchboard_);
}

void Worker::listen(std::vector<net::BoundTcp>& all, net::Entrance entrance) {
  for (net::BoundTcp& bound : all) {
    tcp_listeners_.push_back(std::make_unique<net::TcpListener>(reactor_, std::move(bound),
                                                                exchange_.streams(), entrance));
    if (!tcp_listeners_.back()->start()) {
      throw std::system_error(errno, std::system_category(), "epoll_ctl");
    }
  }
}

Worker::~Worker() { stop(); }

void Worker::start() {
  on_alarm();
  thread_ = std::thread([this] { reactor_.run([this] { exchange_.end_round(); }); });
}

void Worker::on_alarm() {
  const turn::Time now = std::chrono::steady_clock::now();
  authentication_.set_wall_clock(now);
  exchange_.on_time(now);
  for (const auto& listener : tcp_listeners_) listener->resume();
  alarm_.wake_by(now + tick);
  if (const auto deadline = exchange_.next_deadline()) alarm_.wake_by(*deadline);
}

void Worker::begin_drain() {
  reactor_.post([this] { exchange_.begin_drain(); });
}

void Worker::adopt(MovingStream stream) {
  // A task can be copied, a stream cannot.
  reactor_.post([this, moving = std::make_shared<MovingStream>(std::move(stream))] {
    exchange_.streams().adopt(std::move(*moving));
  });
}

void Worker::stop() {
  if (!thread_.joinable()) return;
  reactor_.post([this] { reactor_.stop(); });
  thread_.join();
}

}  // namespace relay
