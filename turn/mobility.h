// Mobility (RFC 8016): what an allocation whose client may move remembers, and the messages by
// which it finds its way when the new five-tuple belongs to another worker.
//
// A client that comes from a new five-tuple sends a Refresh with its ticket. From then on the
// allocation has a `next` five-tuple, at most one, and goes on under the old one until the client
// sends something on the new one; that completes the move. The worker of the new five-tuple:
// 1. opens the ticket and asks the worker that has the allocation (SeekAllocation, resume());
// 2. answers the client, and expects it on the new five-tuple;
// 3. when the client is heard there, asks for the allocation itself (FetchAllocation), which
//    hand_over() gives and adopt() takes, relay sockets and all.
// When it has the allocation itself, it does the same without asking.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <unordered_map>

#include "stun/error_code.h"
#include "stun/integrity.h"
#include "stun/message_type.h"
#include "turn/mobility_ticket.h"
#include "turn/types.h"

namespace turn {

class Allocation;

/// What an access token has left behind (RFC 7635), as of auth::Session.
struct TokenSession {
  std::string username;
  stun::IntegrityKey key;
  Time ends;
};

/// Of an allocation whose client has asked for a ticket.
struct Mobility {
  AllocationName name;
  std::uint16_t moves = 0;
  std::optional<FiveTuple> next;
  stun::TransactionId resumed_by{};  // the latest Refresh that asked for `next`
};

/// A Refresh with MOBILITY-TICKET from a client that has proved who it is.
struct Resume {
  MobilityTicket ticket;
  FiveTuple client;
  stun::TransactionId transaction{};
  std::string username, realm;
  std::optional<Seconds> lifetime_limit;
  std::optional<TokenSession> session;  // by the access token that it brought
  std::optional<Seconds> lifetime;      // LIFETIME
  std::optional<Family> family;         // REQUESTED-ADDRESS-FAMILY
};

struct ResumeAnswer {
  std::optional<stun::ErrorCode> code;  // none: success
  Seconds lifetime{};                   // 0: the allocation has ended
  MobilityTicket ticket;                // the next one
};

/// Clients that are expected on five-tuples that have no allocation yet. Of an allocation there is
/// one at most.
class ExpectedClients {
 public:
  struct Expected {
    AllocationName allocation;
    Time expires;
    bool fetching = false;  // the allocation is on its way
  };

  void add(const FiveTuple& client, const Expected& expected) {
    if (const auto before = by_allocation_.find(expected.allocation);
        before != by_allocation_.end()) {
      by_client_.erase(before->second);
    }
    remove(client);
    by_client_.insert_or_assign(client, expected);
    by_allocation_.insert_or_assign(expected.allocation, client);
  }
  Expected* find(const FiveTuple& client) {
    if (by_client_.empty()) return nullptr;
    const auto found = by_client_.find(client);
    return found == by_client_.end() ? nullptr : &found->second;
  }
  void remove(const FiveTuple& client) {
    const auto found = by_client_.find(client);
    if (found == by_client_.end()) return;
    by_allocation_.erase(found->second.allocation);
    by_client_.erase(found);
  }
  void expire(Time now) {
    std::erase_if(by_allocation_, [&](const auto& entry) {
      const auto found = by_client_.find(entry.second);
      if (found->second.fetching || now < found->second.expires) return false;
      by_client_.erase(found);
      return true;
    });
  }

 private:
  std::unordered_map<FiveTuple, Expected, FiveTupleHash> by_client_;
  std::map<AllocationName, FiveTuple> by_allocation_;
};

}  // namespace turn
