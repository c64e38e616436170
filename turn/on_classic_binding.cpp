// Receiving a Binding Request of the obsolete RFC 3489: an old client asks for its address, or how
// its NAT behaves.
#include "stun/attributes.h"
#include "stun/classic_binding.h"
#include "stun/unknown_attributes.h"
#include "turn/server_state.h"

namespace turn {
namespace {

using stun::AttributeType;

bool knows(AttributeType type) { return stun::is_known_to_classic(type, false); }
bool knows_change(AttributeType type) { return stun::is_known_to_classic(type, true); }

}  // namespace

bool Server::State::on_classic_binding(const FiveTuple& client, Bytes bytes) {
  const bool served = config.rfc3489 && config.answer_binding && !config.authenticate_binding &&
                      client.transport == Transport::udp;
  if (!served) return false;
  const auto message = stun::MessageView::parse_classic(bytes);
  if (!message ||
      message->type() != stun::MessageType{stun::Method::binding, stun::Class::request}) {
    return false;
  }
  ++counters.bindings;
  const auto value = message->value(AttributeType::change_request);
  const auto change = value ? stun::decode_change_request(*value) : stun::ChangeRequest();
  const auto point = DiscoveryPoint::at(config.discovery, client.server);
  // Clients that want nothing changed say so, too.
  const bool may_change = point || (change && !change->ip && !change->port);
  std::array<AttributeType, 7> types;
  const std::size_t count =
      stun::unknown_attributes(*message, may_change ? knows_change : knows, types);
  FiveTuple way = client;
  std::optional<Bytes> answer;
  if (count > 0 || !change) {
    const auto code = change ? stun::ErrorCode::unknown_attribute : stun::ErrorCode::bad_request;
    answer = stun::refuse_classic(*message, code, std::span(types).first(count), response);
  } else {
    if (point) way.server = point->local(*change);
    answer = stun::answer_classic(
        *message,
        {.mapped = client.client,
         .source = point ? point->advertised(*change) : addresses.advertised(client.server),
         .changed =
             point ? std::optional(point->advertised({.ip = true, .port = true})) : std::nullopt},
        response);
  }
  if (answer) effects.push(Send{way, *answer});
  return true;
}

}  // namespace turn
