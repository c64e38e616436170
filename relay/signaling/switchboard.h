// Where the connections of one worker and the rooms of all workers come together. It knows of each
// connection what is spoken there and in which room it sits; it takes texts and requests apart, and
// has the worker that has the room do what they ask. A connection goes by the way by which it came,
// so nobody stays in a room who is not there any more; and what a room says reaches it only while
// it sits there. No IO but through Door and Mail; one worker owns it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "relay/signaling/all_rooms.h"
#include "relay/signaling/counters.h"
#include "relay/signaling/door.h"
#include "relay/signaling/frame.h"
#include "relay/signaling/limits.h"
#include "relay/signaling/mail.h"

namespace relay::signaling {

class Switchboard final : public Inbox {
 public:
  /// What it works with; all of it outlives it.
  struct Parts {
    std::size_t worker = 0, workers = 1;
    std::size_t room_size = default_room_size;
    RoomBudget& budget;
    Door& door;
    Mail& mail;
    Counters& counters;
    /// Whether somebody there may enter a room now; counted as one entry if so.
    std::function<bool(const stun::IpAddress& client, Time now)> may_join;
    /// Unguessable.
    std::function<std::uint64_t()> random;
    std::function<void(const Event&)> tell;
  };
  explicit Switchboard(Parts parts);

  void on_open(ConnectionId connection, const Arrival& arrival, Time now) override;
  void on_text(ConnectionId connection, std::string_view text, Time now) override;
  void on_text_refused(ConnectionId connection, Time now) override;
  void on_close(ConnectionId connection, Time now) override;
  bool on_request(RequestId id, const http::Request& request, Time now) override;
  void on_time(Time now) override;

  /// From another worker's switchboard.
  void on_mail(std::vector<Item> items, Time now);

  bool is_consistent() const;

 private:
  enum class Tongue : std::uint8_t { undecided, course, apprtc, chat };
  /// Where a connection sits, and as whom.
  struct Place {
    Name room, member;
  };
  struct Visitor {
    ConnectionId connection;
    stun::IpAddress address;
    Time since;
    Tongue tongue = Tongue::undecided;
    bool is_leaving = false;  // its end is on the way
    std::uint32_t visit = 0;  // counts the rooms that it has entered
    std::optional<Place> place = {};
  };

  // The course protocol: switchboard_course.cpp.
  void hear_course(Visitor& visitor, const Frame& frame, std::string_view text, Time now);
  void join(Visitor& visitor, const Frame& frame, Time now);
  void leave(Visitor& visitor, const Frame& frame);
  void forward(Visitor& visitor, const Frame& frame, std::string_view cmd, std::string_view text);
  /// Whether what a message says of its sender and room is what this connection joined as.
  bool is_own(Visitor& visitor, const Frame& frame, std::string_view cmd);
  void refuse(const Visitor& visitor, Refusal refusal, std::string_view cmd);

  // AppRTC: switchboard_apprtc.cpp.
  void hear_apprtc(Visitor& visitor, Frame&& frame);
  void enlist(Visitor& visitor, const Frame& frame);
  void hang_up(Visitor& visitor, Refusal refusal, std::string_view sentence);

  void give_up_place(Visitor& visitor);
  Seat seat_of(const Visitor& visitor) const;
  Visitor* visitor_of(const Seat& seat);
  void dismiss_idle(Time now);

  void post(Item item);
  void drain(Time now);
  std::size_t worker_of(const Item& item) const;
  void perform(const Item& item, Time now);
  void carry_out(Effects& effects);
  void perform(const Deliver& deliver);
  void perform(const Dismiss& dismiss);
  void perform(const Reply& reply);
  void count_refusal(Refusal refusal);

  const Parts parts_;
  AllRooms all_rooms_;
  std::map<ConnectionId, Visitor> visitors_;  // in the order in which they came
  std::vector<Item> here_;                    // to be done by this worker, in order
  std::vector<std::vector<Item>> mail_;       // by worker
};

}  // namespace relay::signaling
