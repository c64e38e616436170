#include "tools/turn_load/fleet.h"

#include <sys/epoll.h>

#include <algorithm>
#include <cerrno>

#include "tools/turn_load/failure_text.h"
#include "tools/turn_load/target.h"

namespace turn_load {
namespace {

using namespace std::chrono_literals;

/// Set up at once; a server that counts failed logins shall not count hundreds of them.
constexpr std::size_t max_under_way = 32;
/// An earlier run may have left allocations behind that have this client's address and port.
constexpr int max_attempts = 20;
constexpr std::chrono::seconds connect_timeout{10};

}  // namespace

Fleet::Fleet(const FleetPlan& plan, const std::atomic<bool>& stop)
    : plan_(plan),
      stop_(stop),
      account_{.user = plan.user, .password = plan.password},
      route_{.server = plan.server,
             .transport = plan.transport,
             .tls = plan.tls,
             .user = plan.user,
             .peer = plan.peer_ip,
             .receiver = &receiver_,
             .sender = &sender_},
      epoll_(::epoll_create1(EPOLL_CLOEXEC)) {}

std::string Fleet::grow(std::uint32_t count) {
  failure_.clear();
  // After a failure those under way may still finish, so that no allocation is left behind.
  while (!stop_ && (!under_way_.empty() || (failure_.empty() && calls_.size() < count))) {
    // The first one is challenged, and fails alone when something is wrong.
    const std::size_t limit = account_.realm.empty() ? 1 : max_under_way;
    while (failure_.empty() && calls_.size() < count && under_way_.size() < limit) begin_call();
    drive();
  }
  drop_unready();
  return failure_;
}

void Fleet::begin_call() {
  auto call = std::make_unique<Call>();
  call->number = begun_++;
  call->peer = peer_for(call->number);
  if (call->peer == nullptr) return;
  open(*call);
  under_way_.push_back(call.get());
  calls_.push_back(std::move(call));
}

Fleet::Peer* Fleet::peer_for(std::uint32_t number) {
  const std::size_t index = number % plan_.peers;
  if (index < peers_.size()) return peers_[index].get();
  auto socket = open_datagram_socket({plan_.peer_ip, 0});
  if (!socket) {
    failure_ = socket.error() == EADDRNOTAVAIL
                   ? "--peer-ip " + plan_.peer_ip.to_string() + " is no address of this host"
                   : describe_errno(socket.error(), {plan_.server, plan_.transport, {}, {}});
    return nullptr;
  }
  auto peer = std::make_unique<Peer>();
  peer->socket = std::move(*socket);
  peer->address = relay::net::local_address(peer->socket.number());
  peer->endpoint.fd = peer->socket.number();
  watch(peer->endpoint, false, EPOLL_CTL_ADD);
  return peers_.emplace_back(std::move(peer)).get();
}

void Fleet::open(Call& call) {
  call.link = open_link(route_, plan_.client_ips[call.number % plan_.client_ips.size()]);
  call.session = std::make_unique<Session>(
      account_,
      Session::Wanted{.peer = call.peer->address,
                      .channel = static_cast<std::uint16_t>(0x4000 + call.number % 0x1000),
                      .reliable = plan_.transport != Transport::udp});
  call.endpoint = {.call = &call, .fd = call.link->fd()};
  call.watched_for_writing = call.link->wants_write();
  call.opened_at = Clock::now();
  ++call.attempts;
  if (call.endpoint.fd >= 0) watch(call.endpoint, call.watched_for_writing, EPOLL_CTL_ADD);
}

void Fleet::watch(Endpoint& endpoint, bool writing, int operation) {
  epoll_event event{};
  event.events = writing ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.ptr = &endpoint;
  ::epoll_ctl(epoll_.number(), operation, endpoint.fd, &event);
}

void Fleet::drive() {
  const Time now = Clock::now();
  for (Call* const call : under_way_) {
    if (call->link->failure().empty()) poll(*call, now);
  }
  handle_events(10ms);
  std::erase_if(under_way_, [&](Call* call) { return settle(*call); });
}

bool Fleet::settle(Call& call) {
  if (call.session->is_released()) return true;
  const auto& refusal = call.session->refusal();
  if (refusal && refusal->code == stun::ErrorCode::allocation_mismatch &&
      call.attempts < max_attempts) {
    open(call);
    return false;
  }
  std::string why = unusable(call);
  if (why.empty() && !call.session->is_ready()) return false;
  if (why.empty()) {
    call.relayed = relay::net::SocketAddress(call.session->relayed());
    ready_.fetch_add(1, std::memory_order_relaxed);
    return true;
  }
  if (failure_.empty()) failure_ = std::move(why);
  call.is_broken = true;
  return true;
}

std::string Fleet::unusable(const Call& call) const {
  if (!call.link->failure().empty()) return call.link->failure();
  if (call.session->refusal()) {
    return describe(*call.session->refusal(),
                    {plan_.server, plan_.transport, plan_.user, plan_.peer_ip});
  }
  if (!call.link->is_open() && Clock::now() - call.opened_at > connect_timeout) {
    return describe_errno(ETIMEDOUT, {plan_.server, plan_.transport, plan_.user, plan_.peer_ip});
  }
  // The relayed address is where the peers' media goes: it is loaded as the server itself is.
  const stun::TransportAddress& relayed = call.session->relayed();
  if (!call.session->is_ready() || relayed.ip == plan_.server.ip) return {};
  const std::string refused = refusal_of(relayed.ip, plan_.owned);
  return refused.empty() ? refused : "the server relays at another address: " + refused;
}

void Fleet::drop_unready() {
  under_way_.clear();
  std::erase_if(calls_,
                [](const auto& call) { return call->is_broken || !call->session->is_ready(); });
}

void Fleet::release() {
  const Time deadline = Clock::now() + 5s;
  std::size_t begun = 0;
  while (Clock::now() < deadline && (begun < calls_.size() || !under_way_.empty())) {
    while (begun < calls_.size() && under_way_.size() < max_under_way) {
      Call& call = *calls_[begun++];
      if (call.is_broken) continue;
      call.session->release(Clock::now());
      under_way_.push_back(&call);
    }
    drive();
  }
  under_way_.clear();
  calls_.clear();
  ready_ = 0;
}

}  // namespace turn_load
