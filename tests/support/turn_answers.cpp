#include "tests/support/turn_answers.h"

#include <algorithm>
#include <ostream>
#include <stdexcept>

#include "stun/attributes.h"

namespace support {

using stun::AttributeType;
using stun::MessageView;

void require(bool condition, const char* what) {
  if (!condition) throw std::logic_error(what);
}

std::string text_of(turn::Bytes bytes) { return std::string(stun::as_text(bytes)); }

TransportAddress operator""_peer(const char* text, std::size_t size) {
  const auto address = TransportAddress::parse({text, size});
  require(address.has_value(), "not a transport address");
  return *address;
}

turn::IpAddress operator""_ip(const char* text, std::size_t size) {
  const auto ip = turn::IpAddress::parse({text, size});
  require(ip.has_value(), "not an IP address");
  return *ip;
}

MessageView Answer::message() const {
  const auto message = MessageView::parse(bytes_);
  require(message.has_value(), "the answer is malformed");
  return *message;
}

std::optional<int> Answer::code() const {
  if (!came()) return std::nullopt;
  if (message().message_class() == stun::Class::success) return 0;
  const auto error = value(AttributeType::error_code);
  require(error.has_value(), "an error response without ERROR-CODE");
  return static_cast<int>(stun::decode_error_code(*error).value().code);
}

std::optional<turn::Bytes> Answer::value(AttributeType type) const {
  return came() ? message().value(type) : std::nullopt;
}

std::vector<TransportAddress> Answer::relayed() const {
  std::vector<TransportAddress> addresses;
  if (!came()) return addresses;
  auto walk = message().attributes();
  while (const auto attribute = walk.next()) {
    if (attribute->type != AttributeType::xor_relayed_address) continue;
    addresses.push_back(
        stun::decode_xor_address(attribute->value, message().transaction_id()).value());
  }
  return addresses;
}

std::optional<TransportAddress> Answer::mapped() const {
  const auto found = value(AttributeType::xor_mapped_address);
  if (!found) return std::nullopt;
  return stun::decode_xor_address(*found, message().transaction_id());
}

std::optional<Seconds> Answer::lifetime() const {
  const auto found = value(AttributeType::lifetime);
  if (!found) return std::nullopt;
  return Seconds(stun::decode_u32(*found).value());
}

std::optional<turn::ReservationToken> Answer::token() const {
  const auto found = value(AttributeType::reservation_token);
  if (!found) return std::nullopt;
  turn::ReservationToken token;
  require(found->size() == token.size(), "a RESERVATION-TOKEN of the wrong size");
  std::ranges::copy(*found, token.begin());
  return token;
}

std::optional<turn::ConnectionId> Answer::connection() const {
  const auto found = value(AttributeType::connection_id);
  if (!found) return std::nullopt;
  return turn::ConnectionId{stun::decode_u32(*found).value()};
}

std::optional<TransportAddress> Answer::peer() const {
  const auto found = value(AttributeType::xor_peer_address);
  if (!found) return std::nullopt;
  return stun::decode_xor_address(*found, message().transaction_id());
}

std::optional<Answer::AddressError> Answer::address_error() const {
  const auto found = value(AttributeType::address_error_code);
  if (!found) return std::nullopt;
  const auto code = stun::decode_error_code(*found).value().code;
  return AddressError{static_cast<Family>((*found)[0]), static_cast<int>(code)};
}

std::vector<std::uint16_t> Answer::unknown() const {
  std::vector<std::uint16_t> types;
  const auto found = value(AttributeType::unknown_attributes);
  for (std::size_t at = 0; found && at < found->size(); at += 2) {
    types.push_back(stun::load_u16(*found, at));
  }
  return types;
}

ClientData ClientData::read(turn::Bytes bytes) {
  if (const auto message = MessageView::parse(bytes)) {
    require(message->type() == stun::MessageType{stun::Method::data, stun::Class::indication},
            "neither ChannelData nor a Data indication");
    const auto peer = stun::decode_xor_address(
        message->value(AttributeType::xor_peer_address).value(), message->transaction_id());
    return data_indication(peer.value(), text_of(message->value(AttributeType::data).value()));
  }
  const std::uint16_t number = stun::load_u16(bytes, 0);
  const std::size_t size = stun::load_u16(bytes, 2);
  require(number >= 0x4000 && number <= 0x7fff && size <= bytes.size() - 4, "not ChannelData");
  return channel_data(number, text_of(bytes.subspan(4, size)));
}

std::ostream& operator<<(std::ostream& out, const Answer& answer) {
  if (!answer.came()) return out << "nothing";
  return out << Expected{answer.code().value()};
}

std::ostream& operator<<(std::ostream& out, Expected expected) {
  if (expected.code == 0) return out << "success";
  return out << "error " << expected.code;
}

std::ostream& operator<<(std::ostream& out, const PeerDatagram& datagram) {
  return out << '"' << datagram.payload << "\" to " << datagram.to
             << (datagram.dont_fragment ? " with DF" : "");
}

std::ostream& operator<<(std::ostream& out, const ClientData& data) {
  out << '"' << data.payload << '"';
  if (data.channel) return out << " on channel " << *data.channel;
  return out << " from " << data.peer.value();
}

}  // namespace support

std::ostream& stun::operator<<(std::ostream& out, const TransportAddress& address) {
  return out << address.to_string();
}
