// The switchboards of some workers without sockets or threads: what leaves by a door is kept for
// whoever sits at the other end, time is moved by hand, and mail between workers is delivered when
// the bench is told so, in order between two of them and in any order otherwise.
#pragma once

#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "relay/signaling/switchboard.h"

namespace relay::signaling::test {

using Texts = std::vector<std::string>;

class Bench;

/// An offer of the course protocol whose `msg` is `what`.
std::string offer_of(std::string_view room, std::string_view uid, std::string_view to,
                     std::string_view what);

/// One end of a connection. Reads what has come since it last read.
class Client {
 public:
  Client(Bench& bench, std::size_t worker, ConnectionId id)
      : bench_(&bench), worker_(worker), id_(id) {}

  void say(std::string_view text);
  void join(std::string_view room, std::string_view uid);
  void leave(std::string_view room, std::string_view uid);
  void offer(std::string_view room, std::string_view uid, std::string_view to,
             std::string_view what = "sdp");
  Texts hear();
  /// The code that the server ended it with.
  std::optional<unsigned> end_code() const;
  void close();
  /// By itself, or after the server wanted it.
  bool is_closed() const;

  std::size_t worker() const { return worker_; }
  ConnectionId id() const { return id_; }

 private:
  Bench* bench_;
  std::size_t worker_;
  ConnectionId id_;
};

class Bench {
 public:
  explicit Bench(std::size_t workers = 1, std::size_t room_size = 2, std::size_t rooms = max_rooms)
      : budget_(rooms) {
    for (std::size_t i = 0; i < workers; ++i) {
      workers_.push_back(std::make_unique<Worker>(*this, i, workers, room_size));
    }
  }

  Client open(std::size_t worker = 0, Dialect dialect = Dialect::undecided) {
    const ConnectionId id{++last_id_};
    workers_[worker]->switchboard.on_open(id, {.dialect = dialect, .client = address}, now);
    settle();
    return {*this, worker, id};
  }

  /// The answer, once the mail has been delivered; nothing: none has come, or signaling does not
  /// know it.
  std::optional<http::Response> request(std::string_view line, std::string_view content = {},
                                        std::size_t worker = 0);

  void advance(std::chrono::seconds time) {
    now += time;
    for (const auto& worker : workers_) worker->switchboard.on_time(now);
    settle();
  }

  /// Delivers one letter, if there is any, of a pair of workers that `choose` picks.
  bool deliver_one(std::mt19937_64* choose = nullptr);

  void settle() {
    while (mail_is_prompt && deliver_one()) {
    }
    while (mail_is_prompt && close_dismissed()) {
    }
  }

  bool is_consistent() const;
  std::uint64_t sum(net::Counter Counters::* counter) const;
  std::uint64_t refused(Refusal refusal) const;
  Switchboard& switchboard(std::size_t worker) { return workers_[worker]->switchboard; }

  /// What a door has in it of one connection.
  struct Pigeonhole {
    Texts texts;
    std::optional<unsigned> end_code;
    bool is_closed = false;
  };
  Pigeonhole& hole(std::size_t worker, ConnectionId id) { return workers_[worker]->holes[id]; }
  /// The connections that the server wants ended do so.
  bool close_dismissed();

  Time now{};
  stun::IpAddress address = *stun::IpAddress::parse("192.0.2.7");
  bool may_join = true;
  bool mail_is_prompt = true;  // delivered as soon as it is sent
  std::vector<Event> events;

 private:
  struct Worker final : Door, Mail {
    Worker(Bench& owner, std::size_t number, std::size_t workers, std::size_t room_size)
        : bench(owner),
          index(number),
          switchboard({.worker = number,
                       .workers = workers,
                       .room_size = room_size,
                       .budget = owner.budget_,
                       .door = *this,
                       .mail = *this,
                       .counters = counters,
                       .may_join = [&owner](const auto&, auto) { return owner.may_join; },
                       .random = [&owner] { return 1'000'000 + ++owner.last_random_; },
                       .tell = [&owner](const auto& event) { owner.events.push_back(event); }}) {}

    void send(ConnectionId id, const Text& text) override {
      if (!holes[id].end_code) holes[id].texts.push_back(*text);
    }
    void close(ConnectionId id, std::uint16_t code, std::string_view) override {
      holes[id].end_code = code;
    }
    void respond(RequestId id, const http::Response& response) override {
      answers.insert_or_assign(id, response);
    }
    void send(std::size_t to, std::vector<Item> items) override {
      bench.mail_[{index, to}].push_back(std::move(items));
    }

    Bench& bench;
    const std::size_t index;
    std::map<ConnectionId, Pigeonhole> holes;
    std::map<RequestId, http::Response> answers;
    Counters counters;
    Switchboard switchboard;
  };

  RoomBudget budget_;
  std::uint64_t last_id_ = 0;
  std::uint64_t last_random_ = 0;
  std::map<std::pair<std::size_t, std::size_t>, std::deque<std::vector<Item>>> mail_;
  std::vector<std::unique_ptr<Worker>> workers_;
};

}  // namespace relay::signaling::test
