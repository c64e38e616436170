// How the switchboards of a service reach each other: each is called on the thread of its own
// worker. They are added before any worker runs. For any thread.
#pragma once

#include <cstddef>
#include <utility>
#include <vector>

#include "relay/reactor.h"
#include "relay/signaling/limits.h"
#include "relay/signaling/mail.h"
#include "relay/signaling/room_budget.h"
#include "relay/signaling/switchboard.h"

namespace relay::signaling {

class PostOffice final : public Mail {
 public:
  void add(Reactor& reactor, Switchboard& switchboard) {
    workers_.push_back({&reactor, &switchboard});
  }
  void send(std::size_t worker, std::vector<Item> items) override {
    const Worker& to = workers_[worker];
    to.reactor->post([items = std::move(items), &switchboard = *to.switchboard]() mutable {
      switchboard.on_mail(std::move(items), std::chrono::steady_clock::now());
    });
  }
  /// Of all workers.
  RoomBudget& budget() { return budget_; }

 private:
  struct Worker {
    Reactor* reactor;
    Switchboard* switchboard;
  };
  std::vector<Worker> workers_;
  RoomBudget budget_{max_rooms};
};

}  // namespace relay::signaling
