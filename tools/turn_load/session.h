// The client's side of one allocation (RFC 8656) as a state machine: Allocate with the long-term
// mechanism of RFC 8489 9.2, then ChannelBind, then both again in time for as long as the call
// lasts. Holds no socket and no clock: it says which request to send and is told what came back.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "stun/integrity.h"
#include "stun/message_builder.h"
#include "stun/message_view.h"
#include "tools/turn_load/payload.h"

namespace turn_load {

/// The user, and what the server has told about itself: shared by the sessions of one loop, so that
/// only the first has to be challenged where the server's nonces allow it.
struct Account {
  std::string user;
  std::string password;
  std::string realm;
  std::string nonce;
  stun::IntegrityKey key;
  std::mt19937_64 random{std::random_device{}()};
};

/// Why a session failed.
struct Refusal {
  enum class Kind : std::uint8_t { no_answer, error_response, bad_response };
  Kind kind{};
  stun::Method method{};
  stun::ErrorCode code{};
  std::string reason;                               // the server's own words
  std::optional<stun::TransportAddress> alternate;  // of 300
};

class Session {
 public:
  /// What the call is to have.
  struct Wanted {
    stun::TransportAddress peer;
    std::uint16_t channel = 0x4000;
    bool reliable = false;  // over a stream: requests are sent once
  };

  /// `account` must outlive the session.
  Session(Account& account, const Wanted& wanted) : account_(&account), wanted_(wanted) {}

  /// The request to send now, for the first time or again; empty: none is due. Valid until the next
  /// call.
  Bytes poll(Time now);
  /// A response from the server; one that answers nothing is ignored.
  void handle(const stun::MessageView& response, Time now);
  /// From now on poll() gives the allocation back.
  void release(Time now);

  /// The channel is bound: media may flow.
  bool is_ready() const { return ready_ && !refusal_ && !releasing_; }
  bool is_released() const { return released_; }
  const std::optional<Refusal>& refusal() const { return refusal_; }
  const stun::TransportAddress& relayed() const { return relayed_; }
  std::uint16_t channel() const { return wanted_.channel; }

 private:
  enum class Step : std::uint8_t { allocate, bind_channel, rest, refresh };

  void compose(stun::MessageBuilder& builder) const;
  void authenticate(stun::MessageBuilder& builder) const;
  void begin_request(Time now);
  void on_success(const stun::MessageView& response, Time now);
  void on_error(const stun::MessageView& response, Time now);
  void on_challenge(const stun::MessageView& response, Time now);
  void fail(Refusal::Kind kind) { refusal_ = Refusal{.kind = kind, .method = method()}; }
  stun::Method method() const;
  stun::TransactionId new_id();
  void enter(Step step, Time when);

  Account* account_;
  Wanted wanted_;
  std::string nonce_;  // of this session; empty: the account's
  Step step_ = Step::allocate;
  bool ready_ = false;
  bool releasing_ = false;
  bool released_ = false;
  int challenges_ = 0;

  std::vector<std::byte> request_;  // empty: no request is under way
  stun::TransactionId id_{};
  Time due_{};  // of the next transmission, or of the next request
  int transmissions_ = 0;

  stun::TransportAddress relayed_;
  std::chrono::seconds lifetime_{600};
  std::optional<Refusal> refusal_;
};

}  // namespace turn_load
