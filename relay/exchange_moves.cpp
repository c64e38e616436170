// Allocations that move from worker to worker with their clients (RFC 8016): the questions and
// answers that turn/mobility.h tells of, and the relay sockets that come along. A socket keeps what
// arrives in between. Its lane stays behind; a new one is opened where it is worth it.
#include <chrono>

#include "relay/colleagues.h"
#include "relay/exchange.h"
#include "turn/allocation.h"

namespace relay {
namespace {

/// An allocation may move while it is asked for; so often a question follows it.
constexpr int max_hops = 4;

turn::Time now_here() { return std::chrono::steady_clock::now(); }

}  // namespace

/// An allocation between two workers.
struct Exchange::Moving {
  std::unique_ptr<turn::Allocation> allocation;
  std::array<std::optional<net::DatagramSocket>, 2> sockets;  // of its relays
  std::array<bool, 2> had_lane{};
};

void Exchange::perform(const turn::SeekAllocation& effect, Time) {
  const Asking asking{worker_, effect.question, 0};
  colleagues_->ask(
      colleagues_->home_of(effect.resume.ticket.allocation),
      [asking, resume = effect.resume](Exchange& owner) { owner.on_seek(asking, resume); });
}

void Exchange::on_seek(Asking asking, const turn::Resume& resume) {
  const Time now = now_here();
  auto answer = server_.resume(resume, now);
  drain(now);
  const std::size_t home = colleagues_->home_of(resume.ticket.allocation);
  if (!answer && home != worker_ && asking.hops++ < max_hops) {
    return colleagues_->ask(home,
                            [asking, resume](Exchange& owner) { owner.on_seek(asking, resume); });
  }
  if (!answer) {
    answer = turn::ResumeAnswer{
        .code = stun::ErrorCode::allocation_mismatch, .lifetime = {}, .ticket = {}};
  }
  colleagues_->ask(asking.worker, [question = asking.question, client = resume.client,
                                   answer = *answer](Exchange& asker) {
    const Time then = now_here();
    asker.server_.handle_resumed(question, answer, then);
    asker.drain(then);
    asker.send_all();
    asker.streams_.review(client);
  });
}

void Exchange::perform(const turn::FetchAllocation& effect, Time) {
  const Asking asking{worker_, 0, 0};
  colleagues_->ask(colleagues_->home_of(effect.allocation),
                   [asking, effect](Exchange& owner) { owner.on_fetch(asking, effect); });
}

void Exchange::on_fetch(Asking asking, const turn::FetchAllocation& wanted) {
  const Time now = now_here();
  auto allocation = server_.hand_over(wanted.allocation, wanted.client, now);
  drain(now);
  publish_counters();
  const std::size_t home = colleagues_->home_of(wanted.allocation);
  if (!allocation && home != worker_ && asking.hops++ < max_hops) {
    return colleagues_->ask(home,
                            [asking, wanted](Exchange& owner) { owner.on_fetch(asking, wanted); });
  }
  const auto moving = std::make_shared<Moving>();
  moving->allocation = std::move(allocation);
  const bool goes = moving->allocation != nullptr;
  if (goes) take_sockets(*moving);
  colleagues_->ask(asking.worker, [moving, client = wanted.client](Exchange& asker) {
    asker.on_fetched(*moving, client);
  });
  if (goes) colleagues_->note_move(wanted.allocation, asking.worker);
}

void Exchange::take_sockets(Moving& moving) {
  for (std::size_t i = 0; i < moving.sockets.size(); ++i) {
    const turn::RelayId id = moving.allocation->relays[i].id;
    if (moving.allocation->relays[i].state == turn::Relay::State::none || relay_of(id) == nullptr) {
      continue;
    }
    std::unique_ptr<RelaySocket> relay = std::move(relays_[id.slot]);
    moving.had_lane[i] = relay->lane != nullptr || !relay->may_have_lane;
    if (relay->lane) counters_.lanes.set(--lane_count_);
    moving.sockets[i] = relay_sockets_.let_go(std::move(relay));
  }
}

void Exchange::on_fetched(Moving& moving, const turn::FiveTuple& client) {
  const Time now = now_here();
  turn::Allocation* const allocation =
      moving.allocation ? server_.adopt(std::move(moving.allocation), client, now) : nullptr;
  for (std::size_t i = 0; i < moving.sockets.size(); ++i) {
    if (!moving.sockets[i]) continue;
    if (allocation != nullptr) {
      place(relay_sockets_.take_over(allocation->relays[i].id, *std::move(moving.sockets[i]),
                                     moving.had_lane[i]));
    } else {
      const turn::TransportAddress bound = moving.sockets[i]->local();
      moving.sockets[i].reset();
      ports_.release(bound);
    }
  }
  if (allocation == nullptr) server_.handle_not_found(client);
  drain(now);
  streams_.review(client);
  bring_in(client, now);
}

void Exchange::perform(const turn::ForgetAllocation& effect, Time) {
  colleagues_->forget(effect.allocation);
}

turn::Allocation* Exchange::arrive(const turn::FiveTuple& client, stun::Bytes message,
                                   std::uint8_t tos, Time now) {
  if (!server_.expects(client)) return nullptr;
  turn::Allocation* const allocation = server_.arrive(client, now);
  drain(now);
  if (server_.awaits(client)) keep(client, message, tos);
  return allocation;
}

/// Until its allocation is here; what is too much is lost, as on the way.
void Exchange::keep(const turn::FiveTuple& client, stun::Bytes message, std::uint8_t tos) {
  if (kept_.size() < max_kept) {
    kept_.push_back({client, std::vector<std::byte>(message.begin(), message.end()), tos});
  }
}

/// What the client has said since: its allocation is here, or there is none.
void Exchange::bring_in(const turn::FiveTuple& client, Time now) {
  std::vector<Kept> others, messages;
  for (Kept& each : std::exchange(kept_, {})) {
    (each.client == client ? messages : others).push_back(std::move(each));
  }
  kept_ = std::move(others);
  for (const Kept& each : messages) take_message(client, each.bytes, each.tos, now);
  send_all();
}

void Exchange::take_message(const turn::FiveTuple& client, stun::Bytes message, std::uint8_t tos,
                            Time now) {
  if (std::to_integer<unsigned>(message[0]) <= 0x03) return on_control(client, message, tos, now);
  turn::Allocation* const allocation = server_.find(client, now);
  if (allocation == nullptr) return;
  if (const auto forward = server_.handle_channel_data(*allocation, message, now)) {
    send_to_peer(*forward, tos, now);
  }
}

}  // namespace relay
