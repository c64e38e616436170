// The workers of a service as they see each other when an allocation moves from one to another (RFC
// 8016, turn/mobility.h): what one has to say to another is a task on that one's thread. Where an
// allocation is that has left the worker it was made on is written down here, under a mutex, which
// the control path of such moves alone takes. The workers are added before the first of them runs.
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <mutex>
#include <vector>

#include "relay/reactor.h"
#include "turn/mobility_ticket.h"

namespace relay {

class Exchange;

class Colleagues {
 public:
  explicit Colleagues(const turn::TicketSealer::Key& key) : ticket_key_(key) {}

  /// All workers know the tickets of all.
  const turn::TicketSealer::Key& ticket_key() const { return ticket_key_; }

  void add(Reactor& reactor, Exchange& exchange) { workers_.push_back({&reactor, &exchange}); }
  /// Has that worker do `task`, after all that it was asked before.
  void ask(std::size_t worker, std::function<void(Exchange&)> task) const {
    const Worker& asked = workers_[worker];
    asked.reactor->post([task = std::move(task), &exchange = *asked.exchange] { task(exchange); });
  }

  /// Who has the allocation, as far as is known: who is asked in vain looks again.
  std::size_t home_of(turn::AllocationName allocation) const {
    const std::lock_guard lock(mutex_);
    const auto moved = home_by_allocation_.find(allocation);
    const std::size_t home = moved != home_by_allocation_.end() ? moved->second : allocation.worker;
    return home < workers_.size() ? home : 0;
  }
  /// It has been sent there already: whoever asks now comes after it.
  void note_move(turn::AllocationName allocation, std::size_t worker) {
    const std::lock_guard lock(mutex_);
    home_by_allocation_.insert_or_assign(allocation, worker);
  }
  void forget(turn::AllocationName allocation) {
    const std::lock_guard lock(mutex_);
    home_by_allocation_.erase(allocation);
  }

 private:
  struct Worker {
    Reactor* reactor;
    Exchange* exchange;
  };
  const turn::TicketSealer::Key ticket_key_;
  std::vector<Worker> workers_;
  mutable std::mutex mutex_;
  std::map<turn::AllocationName, std::size_t> home_by_allocation_;  // under mutex_
};

}  // namespace relay
