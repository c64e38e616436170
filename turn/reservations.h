// Ports that EVEN-PORT reserved for a second allocation (RFC 8656 7.2): each waits under its token
// for 30 seconds. Every entry leaves exactly once, by claim() to its allocation or by
// take_expired() to be closed. Bounded by max_reservations. Not synchronised: its owner wraps it
// where workers share it.
#pragma once

#include <list>
#include <map>
#include <optional>

#include "turn/limits.h"
#include "turn/types.h"

namespace turn {

struct ReservedPort {
  TransportAddress local;
  int handle = -1;  // its bound socket, as the owner names it

  friend bool operator==(const ReservedPort&, const ReservedPort&) = default;
};

class Reservations {
 public:
  Reservations() = default;
  Reservations(const Reservations&) = delete;
  Reservations& operator=(const Reservations&) = delete;

  /// False, and the port stays the caller's: the table is full, or the token is in use. Expired
  /// entries count until they are taken out. `now` never goes back.
  bool add(const ReservationToken& token, const ReservedPort& port, Time now);

  /// The port kept under `token`, now the caller's; nothing when there is none or its time is over.
  std::optional<ReservedPort> claim(const ReservationToken& token, Time now);

  /// An entry whose time is over, now the caller's to close. Ask until there is none.
  std::optional<ReservedPort> take_expired(Time now);

  /// When take_expired() has something to give; nothing: the table is empty.
  std::optional<Time> next_expiry() const;
  std::size_t size() const { return by_expiry_.size(); }

 private:
  struct Entry {
    ReservationToken token;
    ReservedPort port;
    Time expires;
  };
  ReservedPort remove(std::list<Entry>::iterator entry);

  std::list<Entry> by_expiry_;  // all lifetimes are alike: in order of arrival
  std::map<ReservationToken, std::list<Entry>::iterator> by_token_;
};

}  // namespace turn
