// The DTLS clients of one worker: who may begin a handshake, where it stands, and who has stayed
// too long without an allocation. Nothing is kept of anybody who has not shown that it is where it
// says (RFC 6347 4.2.1). A client that begins anew keeps its old association until the new one is
// complete (4.2.8), so that forged datagrams end nothing. One worker owns it.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <memory>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "relay/alarm.h"
#include "relay/dtls_counters.h"
#include "relay/net/dtls/association.h"
#include "relay/net/dtls/cookie.h"
#include "relay/net/tls/context.h"
#include "turn/forward.h"

namespace relay {

struct DtlsLimits {
  std::size_t clients = 32 * 1024;
  /// Handshakes that are not complete: in all, and from one IPv4 address or IPv6 /64.
  std::size_t handshakes = 256;
  std::size_t handshakes_per_source = 64;
  std::chrono::seconds handshake_time{10};
  /// Clients without an allocation from one IPv4 address or IPv6 /64.
  std::size_t strangers_per_source = 256;
  std::chrono::seconds stranger_time{60};
};

/// Who is told what arrives, and sends what leaves.
class DtlsOwner {
 public:
  /// Whether a stranger's ClientHello may be answered now.
  virtual bool may_answer_hello(const turn::FiveTuple& client, turn::Time now) = 0;
  /// A datagram that need not live any longer.
  virtual void send_hello_verify(const turn::FiveTuple& client, stun::Bytes datagram) = 0;
  /// A datagram that stays until on_dtls_pause().
  virtual void send_sealed(const turn::FiveTuple& client, stun::Bytes datagram,
                           std::uint8_t tos) = 0;
  /// What one record held; it stays until on_dtls_pause() too.
  virtual void on_dtls_message(const turn::FiveTuple& client, stun::Bytes message, std::uint8_t tos,
                               turn::Time now) = 0;
  /// What was given so far is about to be overwritten.
  virtual void on_dtls_pause() = 0;
  virtual void on_dtls_end(const turn::FiveTuple& client) = 0;
  virtual bool has_allocation(const turn::FiveTuple& client, turn::Time now) = 0;
  /// A handshake has succeeded or failed; for people.
  virtual void on_dtls(const turn::FiveTuple& client, bool established,
                       std::string_view description) = 0;

 protected:
  ~DtlsOwner() = default;
};

class DtlsClients {
 public:
  using Time = turn::Time;

  /// `tls` is null where DTLS is not served. All outlive it.
  DtlsClients(const DtlsLimits& limits, DtlsOwner& owner, Alarm& alarm, turn::Random& random,
              DtlsCounters& counters, const net::tls::SharedContext* tls);

  bool is_served() const { return tls_ != nullptr; }
  /// It has an association, or is in its handshake.
  bool has(const turn::FiveTuple& client) const {
    const auto found = clients_.find(client);
    return found != clients_.end() && !found->second.ended;
  }
  /// A datagram that may be DTLS by its first byte.
  void on_datagram(const turn::FiveTuple& client, stun::Bytes datagram, std::uint8_t tos, Time now);

  /// An answer.
  void send_control(const turn::FiveTuple& client, stun::Bytes message);
  /// False: it could not be sent.
  bool send_data(const turn::ToClient& forward, std::uint8_t tos);

  void on_time(Time now);
  /// Everybody has had a turn: goes on with handshakes that had to wait.
  void end_round();
  /// Everything that was given to the owner has left.
  void on_flushed();

 private:
  using Record = net::dtls::Record;
  using Association = net::dtls::Association;

  /// Steps of handshakes in one round of the worker: a signature takes up to a millisecond.
  static constexpr std::size_t max_steps = 4;
  /// Datagrams that wait for theirs.
  static constexpr std::size_t max_waiting = 64;
  static constexpr std::size_t max_waiting_size = 2048;

  struct Client {
    std::unique_ptr<Association> association;  // established, or in its handshake
    std::unique_ptr<Association> successor;    // in its handshake, when the client began anew
    Time give_up_at{};                         // the handshake
    std::optional<Time> repeat_at;             // our flight of it
    Time check_at{};                           // for an allocation
    bool stranger = true;                      // no allocation yet; counted in strangers_
    bool used = true;                          // since the last sweep
    bool ended = false;                        // until reap()

    /// The one whose handshake is not complete, if any.
    std::unique_ptr<Association>* in_handshake();
  };
  using Clients = std::unordered_map<turn::FiveTuple, Client, turn::FiveTupleHash>;

  struct Waiting {
    turn::FiveTuple client;
    std::uint8_t tos = 0;
    std::vector<std::byte> bytes;
  };

  // What arrives: dtls_clients.cpp.
  Client* find(const turn::FiveTuple& client);
  bool on_record(const turn::FiveTuple& client, const Record& record, std::uint8_t tos, Time now);
  bool may_step();
  void on_message(const turn::FiveTuple& name, Client& client, stun::Bytes message,
                  std::uint8_t tos, Time now);
  void wait(const turn::FiveTuple& client, stun::Bytes datagram, std::uint8_t tos);
  void make_room_to_read();
  void make_room_to_seal();
  void send_output(const turn::FiveTuple& client, std::uint8_t tos);
  void close(const turn::FiveTuple& name, Client& client);
  void reap();
  void sweep(Time now);
  void note_allocation(const turn::FiveTuple& name, Client& client, bool has_one);
  void forget_stranger(const stun::IpAddress& source);

  // How associations begin: dtls_handshakes.cpp.
  bool on_hello(const turn::FiveTuple& name, Client* client, const Record& record, Time now);
  void begin(const turn::FiveTuple& name, Client* client, const Record& hello, Time now);
  bool has_room_for(const turn::FiveTuple& name, const Client* client) const;
  bool on_handshake_record(const turn::FiveTuple& name, Client& client, const Record& record,
                           Time now);
  void after_step(const turn::FiveTuple& name, Client& client, const Association::Input& input,
                  Time now);
  void on_established(const turn::FiveTuple& name, Client& client, Time now);
  void give_up(const turn::FiveTuple& name, Client& client, std::string_view reason);
  void schedule_repetition(Client& client, Time now);
  void repeat_flights(Time now);

  const DtlsLimits limits_;
  DtlsOwner& owner_;
  Alarm& alarm_;
  DtlsCounters& counters_;
  const net::tls::SharedContext* const tls_;
  net::dtls::Cookies cookies_;
  std::optional<net::dtls::Workspace> workspace_;  // since the first client
  Clients clients_;
  std::unordered_map<stun::IpAddress, std::size_t, stun::AddressHash> strangers_;
  std::vector<turn::FiveTuple> handshakes_;  // of clients in_handshake()
  std::size_t steps_left_ = max_steps;
  bool stepping_ = false;  // the datagram at hand has its step already
  std::deque<Waiting> waiting_;
  std::vector<turn::FiveTuple> ended_;
  Time sweep_at_{};
};

}  // namespace relay
