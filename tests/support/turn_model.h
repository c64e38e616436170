// What RFC 8656 says, in the dumbest way: lists that are walked from end to end, no indexes, no
// sharing. It knows no bytes. A simulation asks it what a turn::Server should have done, and tells
// it which ports the server drew.
#pragma once

#include <list>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "tests/support/turn_bench.h"

namespace support {

class TurnModel {
 public:
  using Time = turn::Time;

  TurnModel(turn::Config config, std::uint16_t first_port, std::uint16_t last_port)
      : config_(std::move(config)), first_port_(first_port), last_port_(last_port) {}

  /// Clients by a number of their own.
  using Client = int;

  struct Granted {
    int code = 0;
    std::vector<Family> families{};  // of the relays, when granted
    std::optional<Answer::AddressError> address_error{};
  };
  Granted allocate(Client client, const std::string& user, const Allocate& wanted, Time now);
  /// What the server answered to an Allocate that is granted.
  void allocated(Client client, const std::string& user, const Allocate& wanted,
                 const Answer& answer, Time now);
  int refresh(Client client, const std::string& user, std::optional<Seconds> lifetime,
              std::optional<std::uint8_t> family, Time now);
  int permit(Client client, const std::string& user, const std::vector<TransportAddress>& peers,
             Time now);
  int bind(Client client, const std::string& user, std::uint16_t number,
           const TransportAddress& peer, Time now);
  void disconnect(Client client);

  std::optional<PeerDatagram> sends(Client client, const TransportAddress& peer,
                                    const std::string& payload, Time now) const;
  std::optional<PeerDatagram> sends(Client client, std::uint16_t number, const std::string& payload,
                                    Time now) const;
  /// What a datagram from `peer` to this relayed address brings its client.
  std::optional<ClientData> hears(const TransportAddress& relay, const TransportAddress& peer,
                                  const std::string& payload, Time now) const;

  // Connections of TCP allocations (RFC 6062): turn_model_connections.cpp.
  struct Connection {
    Client client;
    TransportAddress peer;
    enum class State { attempt, unbound, bound } state;
    Time deadline;
  };
  const std::map<turn::ConnectionId, Connection>& connections() const { return connections_; }
  /// 0: an attempt is begun, which attempted() names.
  int connect(Client client, const std::string& user, const TransportAddress& peer, Time now);
  void attempted(turn::ConnectionId id, Client client, const TransportAddress& peer, Time now);
  /// What an attempt has come to; the code that its client is told.
  int connected(turn::ConnectionId id, bool connected, Time now);
  bool accepts(const TransportAddress& relay, const TransportAddress& peer, Time now) const;
  void accepted(turn::ConnectionId id, const TransportAddress& relay, const TransportAddress& peer,
                Time now);
  int bind_connection(turn::ConnectionId id, const std::string& user, bool on_stream, Time now);
  void ended(turn::ConnectionId id) { connections_.erase(id); }

  /// The timer ran: what was over a whole second ago, or less, is gone.
  void timer(Time now);
  /// How many attempts the last timer() gave up, by client: at least, since the allocation goes on,
  /// and at most.
  struct GivenUp {
    std::size_t at_least = 0, at_most = 0;
  };
  GivenUp given_up(Client client) const;
  bool forbids(const turn::IpAddress& peer) const;

  std::size_t allocation_count() const { return allocations_.size(); }
  std::size_t taken_ports() const;
  std::vector<TransportAddress> relays() const;
  std::vector<TransportAddress> tcp_relays() const;
  bool is_tcp(const TransportAddress& relay) const;
  std::vector<turn::ReservationToken> tokens() const;
  std::optional<Family> reserved_family(const turn::ReservationToken& token) const;

  std::set<Client> streams;  // who comes by TCP
  std::size_t user_quota = 1000, total_quota = 1000;
  std::optional<Family> no_ports_of;  // port_failure of the bench

 private:
  struct Relay {
    TransportAddress address;
    Time expires;
  };
  struct Permission {
    turn::IpAddress peer;
    Time expires;
  };
  struct Channel {
    std::uint16_t number;
    TransportAddress peer;
    Time expires;
  };
  struct Allocation {
    Client client = 0;
    std::string user;
    bool tcp = false;
    std::list<Relay> relays;
    std::list<Permission> permissions;
    std::list<Channel> channels;
  };
  struct Reservation {
    turn::ReservationToken token;
    TransportAddress address;
    Time expires;
  };

  /// The allocation for a request: what is over is over.
  Allocation* find(Client client, Time now);
  int may_use(const Allocation* allocation, const std::string& user) const;
  void end(Allocation& allocation, Family family);
  void give_up_connections(Time now);
  const Allocation* owner_of(const TransportAddress& relay) const;
  static const Relay* relay(const Allocation& allocation, Family family, Time now);
  static bool permitted(const Allocation& allocation, const turn::IpAddress& peer, Time now);
  static void install(Allocation& allocation, const turn::IpAddress& peer, Time now);
  int refuses(const Allocation& allocation, const turn::IpAddress& peer, Time now) const;
  int check_attributes(Client client, const Allocate& wanted) const;
  Granted find_ports(const Allocate& wanted, Time now);
  std::optional<turn::IpAddress> relay_ip(Family family) const;
  bool has_port(Family family, bool even, bool pair) const;
  bool taken(const TransportAddress& address) const;

  const turn::Config config_;
  const std::uint16_t first_port_, last_port_;
  std::map<Client, Allocation> allocations_;
  std::list<Reservation> reservations_;
  std::map<turn::ConnectionId, Connection> connections_;
  std::map<Client, GivenUp> given_up_;
};

}  // namespace support
