// Receiving a Binding Request (RFC 8489 6.3.1 and 12), and what of it is NAT Behavior Discovery
// (RFC 5780 6.1).
#include "stun/attributes.h"
#include "stun/binding.h"
#include "turn/server_state.h"

namespace turn {

using stun::AttributeType;
using stun::ErrorCode;
using stun::MessageView;

void Server::State::on_binding(const FiveTuple& client, const MessageView& message, Time now) {
  if (!config.answer_binding) return;
  ++counters.bindings;
  if (config.authenticate_binding) return on_request(client, message, now);
  if (!config.discovery.empty()) {
    const RequestContext context = context_of(client, message);
    return send(context, *dispatch({message, context, {}, {}, now}), now);
  }
  const stun::BindingOptions options{.software = config.software,
                                     .always_fingerprint = config.always_fingerprint,
                                     .mapped_address_too = config.mapped_address_too,
                                     .reason_phrases = config.reason_phrases};
  if (const auto answer = stun::answer_binding(message, client.client, options, response)) {
    effects.push(Send{client, *answer});
  }
}

/// Over TCP, TLS and DTLS an answer cannot take another way.
bool Server::State::knows_discovery(const RequestContext& context) const {
  return context.method == stun::Method::binding && context.client.transport == Transport::udp &&
         DiscoveryPoint::at(config.discovery, context.client.server).has_value();
}

Reply Server::State::bind(const Request& request) const {
  const FiveTuple& client = request.context.client;
  Reply reply = Reply::success();
  reply.mapped = client.client;
  reply.mapped_too = config.mapped_address_too;
  const auto point = DiscoveryPoint::at(config.discovery, client.server);
  if (!point) return reply;
  // RFC 5780 6.1: "The server MUST include both MAPPED-ADDRESS and XOR-MAPPED-ADDRESS".
  reply.mapped_too = true;
  return discover(request.message, client, *point, std::move(reply));
}

Reply Server::State::discover(const MessageView& message, const FiveTuple& client,
                              const DiscoveryPoint& point, Reply reply) {
  stun::ChangeRequest change;
  FiveTuple way = client;
  if (const auto value = message.value(AttributeType::change_request)) {
    const auto wanted = stun::decode_change_request(*value);
    if (!wanted) return Reply::error(ErrorCode::bad_request);
    change = *wanted;
  }
  const bool padded = message.has(AttributeType::padding);
  if (const auto value = message.value(AttributeType::response_port)) {
    const auto port = stun::decode_response_port(*value);
    // Whoever is at that port has not asked for fragments (RFC 5780 6.1).
    if (!port || padded) return Reply::error(ErrorCode::bad_request);
    way.client.port = *port;
  }
  way.server = point.local(change);
  reply.discovery = stun::DiscoveryAnswer{.origin = point.advertised(change),
                                          .other = point.advertised({.ip = true, .port = true}),
                                          .padded_size = padded ? message.bytes().size() : 0};
  if (way != client) reply.way = way;
  return reply;
}

}  // namespace turn
