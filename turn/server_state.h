// What a Server holds and the handlers that work on it, one file a handler: on_allocate.cpp,
// on_refresh.cpp, on_create_permission.cpp, on_channel_bind.cpp, on_connect.cpp,
// on_connection_bind.cpp, data.cpp. For turn/ alone.
#pragma once

#include <array>
#include <deque>
#include <map>
#include <optional>

#include "turn/allocate_request.h"
#include "turn/allocation_table.h"
#include "turn/connection_table.h"
#include "turn/deadline_wheel.h"
#include "turn/effect_queue.h"
#include "turn/pending_requests.h"
#include "turn/redirection.h"
#include "turn/relay_addresses.h"
#include "turn/reply.h"
#include "turn/server.h"

namespace turn {

struct Server::State {
  explicit State(const Parts& parts)
      : config(parts.config),
        policy(parts.peer_policy),
        authenticator(parts.authenticator),
        quota(parts.quota),
        random(parts.random),
        allocations(parts.random),
        connections(parts.random, parts.connection_ids),
        addresses(parts.config),
        redirection(parts.config.alternates, parts.random),
        tickets(parts.tickets),
        worker(parts.worker) {}

  /// A request that passed authentication.
  struct Request {
    const stun::MessageView& message;
    const RequestContext& context;
    std::string_view username;
    std::string_view realm;  // lives as long as the authenticator
    Time now;
    std::optional<Seconds> lifetime_limit = {};  // by the credentials
  };

  // Dispatch (server.cpp).
  static RequestContext context_of(const FiveTuple& client, const stun::MessageView& message);
  void on_request(const FiveTuple& client, const stun::MessageView& message, Time now);
  const Allocation* concerned(const FiveTuple& client, const stun::MessageView& message);
  void on_refused(RequestContext context, const auth::Refused& refused, Time now);
  void on_lookup(const FiveTuple& client, const stun::MessageView& message,
                 const auth::LookUp& lookup);
  /// Nothing: the answer comes later.
  std::optional<Reply> dispatch(const Request& request);
  static bool is_owner(const Request& request, const Allocation& allocation);
  static auth::Session auth_session_of(const Allocation& allocation);
  static std::optional<TokenSession> session_of(const Request& request);
  static void note_session(const Request& request, Allocation& allocation);
  static bool has_same_origin(const stun::MessageView& message, const Allocation& allocation);
  void send(const RequestContext& context, const Reply& reply, Time now) {
    const auto room = std::span(response);
    send(context, reply, reply.discovery ? room : room.first(max_response), now);
  }
  void send(const RequestContext& context, const Reply& reply, std::span<std::byte> buffer,
            Time now);

  // Binding (on_binding.cpp).
  void on_binding(const FiveTuple& client, const stun::MessageView& message, Time now);
  Reply bind(const Request& request) const;
  /// True: it was a request of the obsolete RFC 3489, and such are answered.
  bool on_classic_binding(const FiveTuple& client, Bytes bytes);
  /// The attributes of RFC 5780 count in this request.
  bool knows_discovery(const RequestContext& context) const;
  static Reply discover(const stun::MessageView& message, const FiveTuple& client,
                        const DiscoveryPoint& point, Reply reply);

  // Handlers, each in a file of its name.
  std::optional<Reply> on_allocate(const Request& request);
  std::optional<Reply> on_resume(const Request& request);
  Reply on_refresh(const Request& request, Allocation& allocation);
  /// What is granted, of one family or of all; 0: the allocation may have ended.
  Seconds refresh(Allocation& allocation, std::optional<Family> family,
                  std::optional<Seconds> wanted, std::optional<Seconds> limit, Time now);
  Reply on_create_permission(const Request& request, Allocation& allocation);
  Reply on_channel_bind(const Request& request, Allocation& allocation);
  std::optional<Reply> on_connect(const Request& request, Allocation& allocation);
  Reply on_connection_bind(const Request& request);
  std::optional<ToPeer> on_send(const FiveTuple& client, const stun::MessageView& message,
                                Time now);

  // Mobility (on_resume.cpp).
  Reply resumed_already(const Request& request, const MobilityTicket& ticket,
                        Allocation& allocation);
  std::optional<ResumeAnswer> resume_here(const Resume& resume, Time now);
  static bool is_owner(const Allocation& allocation, const Resume& resume);
  Reply resumed(const ResumeAnswer& answer, const FiveTuple& client, Time now);
  Allocation* arrive(const FiveTuple& client, Time now);
  /// The client does not want to come there any more. False: its allocation is on its way.
  bool forget_expected(const FiveTuple& client);
  void forget_name(const Allocation& allocation);
  void forget_routes(const Allocation& allocation);
  Allocation& install(std::unique_ptr<Allocation> moved, const FiveTuple& client, Time now);
  /// A fresh one; nothing: the client has not asked for any.
  std::optional<TicketSealer::Sealed> ticket_of(const Allocation& allocation) const {
    if (!allocation.mobility) return std::nullopt;
    return tickets->seal({allocation.mobility->name, allocation.mobility->moves}, random);
  }

  // Relayed data (data.cpp).
  std::optional<ToPeer> to_peer(Allocation& allocation, const TransportAddress& peer, bool own_host,
                                Bytes payload, Time now);
  static bool heeds_dont_fragment(const Allocation& allocation, const TransportAddress& peer);
  /// A peer on this host is judged by the name that the client has for it and by where it really
  /// is.
  bool may_reach(const TransportAddress& peer, const TransportAddress& destination) const;
  /// Who a datagram is from as the client knows them, and whether it may pass.
  struct Origin {
    TransportAddress peer;
    const Channel* channel = nullptr;
    bool permitted = false;
  };
  Origin origin_of(const Allocation& allocation, const TransportAddress& source, Time now) const;
  void write_channel_header(ToClient& forward, ChannelNumber channel);
  void write_data_header(ToClient& forward, const TransportAddress& peer);

  // Connections to peers (on_connect.cpp, on_connection_bind.cpp).
  void refuse_connection(ConnectionId id, std::span<std::byte> buffer, Time now);
  void announce_attempt(const Allocation& allocation, ConnectionId id,
                        const TransportAddress& peer);
  void expire_connections(Time now);
  void close_connections(Allocation& allocation, Family family);

  // Parts of Allocate (on_allocate.cpp).
  /// 300, when this client is to go elsewhere (RFC 8489 10).
  std::optional<Reply> redirect(const RequestContext& context, std::string_view username);
  std::optional<stun::ErrorCode> refuses_ticket(const Request& request) const;
  std::optional<Reply> begin_allocation(const Request& request, const AllocateRequest& wanted);
  void open_relay(Allocation& allocation, Relay& relay, Family family,
                  const AllocateRequest& wanted);
  void limit_bandwidth(Allocation& allocation, const AllocateRequest& wanted) const;
  void finish_allocation(Time now);
  /// An error that an operator may want to read about.
  Reply refuse_allocation(const FiveTuple& client, std::string_view username, stun::ErrorCode code,
                          std::string_view reason);
  Reply allocated(const Allocation& allocation, Time now) const;
  Seconds grant(std::optional<Seconds> wanted, std::optional<Seconds> limit) const;

  // Parts that several handlers share (lifetime.cpp).
  /// The client's allocation; what of it has expired is gone by the time this returns.
  Allocation* find(const FiveTuple& client, Time now);
  /// Ends what has expired of it; true when some of it lives on.
  bool outlives(Allocation& allocation, Time now);
  void end_allocation(Allocation& allocation, Event::Kind why);
  void close_relay(Allocation& allocation, Relay& relay);
  void arm(Allocation& allocation) { wheel.set(allocation.hook, allocation.next_expiry()); }
  /// 443 or 403 when no permission may be installed for this peer (RFC 8656 10.2, 12.2).
  std::optional<stun::ErrorCode> refuses_peer(Allocation& allocation, const IpAddress& peer,
                                              Time now);
  void permit(Allocation& allocation, const IpAddress& peer, Time now);
  /// Tells the owner of the sockets of a peer; port 0: of an address.
  void announce_peer(Allocation& allocation, const TransportAddress& peer, Time now);
  void announce_routes(const Allocation& allocation, const IpAddress& peer, Time now);
  void drop_routes(const Allocation& allocation, const Relay& relay);
  /// False when each datagram is asked about: its port on this host, its part of the bandwidth.
  static bool has_route(const Allocation& allocation, const Channel& channel);
  void report(Event::Kind kind, const Allocation& allocation, Event details = {});
  bool take_bandwidth(Allocation& allocation, TokenBucket Allocation::Buckets::* bucket,
                      std::size_t bytes, Time now) {
    if (!allocation.buckets) return true;
    const bool taken =
        ((*allocation.buckets).*bucket).take(bytes, allocation.buckets->bytes_per_second, now);
    counters.over_bandwidth += taken ? 0 : 1;
    return taken;
  }

  const Config& config;
  const PeerPolicy& policy;
  auth::Authenticator& authenticator;
  Quota& quota;
  Random& random;

  // The wheel outlives the allocations, which are hooked into it.
  DeadlineWheel wheel;
  AllocationTable allocations;
  ConnectionTable connections;
  RelayAddresses addresses;
  Redirection redirection;
  EffectQueue effects;
  PendingRequests pending;

  // Only where clients may move.
  TicketSealer* const tickets;
  const std::uint8_t worker;
  std::uint64_t last_serial = 0;
  std::map<AllocationName, Allocation*> allocation_by_name;
  ExpectedClients expected;
  std::map<std::uint32_t, RequestContext> questions;  // SeekAllocation that is not answered
  std::uint32_t last_question = 0;

  Counters counters;
  bool draining = false;

  /// The Allocate whose relays are being opened: between OpenRelay and its answer no other request
  /// comes in, by the contract of Server.
  struct Opening {
    Allocation* allocation;
    RequestContext context;
    int unanswered;
  };
  std::optional<Opening> opening;
  std::array<std::byte, max_padded_response> response;
  std::deque<std::array<std::byte, max_response>> late_responses;  // of the last handle_time()
};

}  // namespace turn
