// What comes back from a turn::Server, as a test reads it: the answer to a request, a datagram on
// its way to a peer, relayed data on its way to a client.
#pragma once

#include <iosfwd>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "stun/message_view.h"
#include "turn/types.h"

namespace support {

using turn::Family;
using turn::Seconds;
using turn::TransportAddress;

/// No answer, no data: `sends(...) == nothing`.
inline constexpr std::nullopt_t nothing = std::nullopt;

std::string text_of(turn::Bytes bytes);
TransportAddress operator""_peer(const char* text, std::size_t size);
turn::IpAddress operator""_ip(const char* text, std::size_t size);

/// `answer == success`, `answer == error(437)`.
struct Expected {
  int code = 0;
};
inline constexpr Expected success;
constexpr Expected error(int code) { return {code}; }

/// The answer to one request, or that there was none. Questions about what is not there give
/// nothing.
class Answer {
 public:
  Answer() = default;
  explicit Answer(std::vector<std::byte> bytes) : bytes_(std::move(bytes)) {}

  bool came() const { return !bytes_.empty(); }
  const std::vector<std::byte>& bytes() const { return bytes_; }
  stun::MessageView message() const;
  /// 0: success.
  std::optional<int> code() const;
  std::vector<TransportAddress> relayed() const;
  std::optional<TransportAddress> mapped() const;
  std::optional<Seconds> lifetime() const;
  std::optional<turn::ReservationToken> token() const;
  std::optional<turn::ConnectionId> connection() const;
  std::optional<TransportAddress> peer() const;
  struct AddressError {
    Family family{};
    int code = 0;
    friend bool operator==(const AddressError&, const AddressError&) = default;
  };
  std::optional<AddressError> address_error() const;
  std::vector<std::uint16_t> unknown() const;

  friend bool operator==(const Answer& answer, Expected expected) {
    return answer.code() == expected.code;
  }
  friend bool operator==(const Answer& answer, std::nullopt_t) { return !answer.came(); }
  friend std::ostream& operator<<(std::ostream& out, const Answer& answer);

 private:
  std::optional<turn::Bytes> value(stun::AttributeType type) const;
  std::vector<std::byte> bytes_;
};

/// A datagram that left a relay. Two are equal when they say the same to the same peer.
struct PeerDatagram {
  TransportAddress from;  // the relay, as bound
  TransportAddress to;
  std::string payload;
  bool dont_fragment = false;

  friend bool operator==(const PeerDatagram& a, const PeerDatagram& b) {
    return a.to == b.to && a.payload == b.payload && a.dont_fragment == b.dont_fragment;
  }
};
inline PeerDatagram to_peer(const TransportAddress& peer, std::string_view payload) {
  return {.from = {}, .to = peer, .payload = std::string(payload)};
}

/// Relayed data as a client reads it: ChannelData, or a Data indication that names the peer.
struct ClientData {
  std::optional<std::uint16_t> channel;
  std::optional<TransportAddress> peer;
  std::string payload;

  friend bool operator==(const ClientData&, const ClientData&) = default;
  /// What these bytes are; throws when they are neither.
  static ClientData read(turn::Bytes bytes);
};
inline ClientData channel_data(std::uint16_t number, std::string_view payload) {
  return {.channel = number, .peer = {}, .payload = std::string(payload)};
}
inline ClientData data_indication(const TransportAddress& peer, std::string_view payload) {
  return {.channel = {}, .peer = peer, .payload = std::string(payload)};
}

std::ostream& operator<<(std::ostream& out, Expected expected);
std::ostream& operator<<(std::ostream& out, const PeerDatagram& datagram);
std::ostream& operator<<(std::ostream& out, const ClientData& data);

/// Throws: the server broke its contract.
void require(bool condition, const char* what);

}  // namespace support

/// Where Catch2 looks for them.
namespace stun {
std::ostream& operator<<(std::ostream& out, const TransportAddress& address);
}
