// The AppRTC rooms that one worker has. Two clients to a room; they come and leave by requests and
// talk over WebSockets that they register, or by requests. A client is told by an identifier that
// only itself was given. What is said while the other one has not come or has not registered yet
// waits for it, within a bound. No IO; one worker owns it.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "relay/signaling/apprtc_text.h"
#include "relay/signaling/effects.h"
#include "relay/signaling/name.h"
#include "relay/signaling/room_budget.h"

namespace relay::signaling {

/// A client, as its requests and its registration name it.
struct ApprtcClient {
  Name room;
  Name client;
};

class ApprtcRooms {
 public:
  static constexpr std::size_t room_size = 2;

  /// `budget` outlives it.
  explicit ApprtcRooms(RoomBudget& budget) : budget_(budget) {}

  // By requests, each of which is answered.
  void join(const ApprtcClient& who, const Base& base, const Requester& from, Effects& effects,
            Time now);
  void message(const ApprtcClient& who, std::string text, const Requester& from, Effects& effects);
  /// Its place is free, and the other one the initiator. What it says on its WebSocket still
  /// reaches whom it talked to.
  void leave(const ApprtcClient& who, const Requester& from, Effects& effects);
  void post(const ApprtcClient& who, std::string text, const Requester& from, Effects& effects);
  void remove(const ApprtcClient& who, const Requester& from, Effects& effects);

  // By WebSocket.
  void enlist(const ApprtcClient& who, const Seat& seat, Effects& effects);
  void send(const ApprtcClient& who, const Seat& seat, std::string text, Effects& effects);
  /// The connection is gone; the client may register another for a while.
  void lose(const ApprtcClient& who, const Seat& seat, Time now);

  /// Clients that did not register in time are gone.
  void on_time(Time now, Effects& effects);

  std::size_t count() const { return rooms_.size(); }
  std::size_t members() const { return members_; }
  bool is_consistent() const;

 private:
  struct Client {
    Name id;
    bool is_initiator = false;
    bool has_left = false;  // its WebSocket is still there
    std::optional<Name> partner;
    std::optional<Seat> seat;
    std::optional<Time> gone_at;  // while there is no seat
    std::vector<Text> waiting;    // what it said, for the other
    std::size_t waiting_bytes = 0;
  };
  using Room = std::vector<Client>;
  using ByName = std::map<Name, Room>;

  Client* find(const ApprtcClient& who);
  Room& room_of(const ApprtcClient& who) { return rooms_.find(who.room)->second; }
  /// Whom a client talks to; null: nobody is there.
  static Client* other_of(Room& room, const Client& client);
  /// False: too much waits already.
  bool say(const ApprtcClient& who, Client& client, std::string text, Effects& effects);
  void vacate(const ApprtcClient& who, Client& client, Effects& effects);
  void forget(const ApprtcClient& who);

  RoomBudget& budget_;
  ByName rooms_;
  std::size_t members_ = 0;
};

}  // namespace relay::signaling
