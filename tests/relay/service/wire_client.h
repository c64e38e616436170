// A TURN client on a plain blocking socket, or TLS or DTLS on it, for tests of the running relay.
// Every wait has a deadline; when it passes, the test fails there.
#pragma once

#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "relay/net/file_descriptor.h"
#include "relay/net/tls/openssl.h"
#include "stun/integrity.h"
#include "stun/message_builder.h"
#include "stun/message_view.h"
#include "turn/types.h"

namespace relay::test {

using Buffer = std::vector<std::byte>;
using stun::Bytes;
using stun::TransportAddress;

Buffer to_buffer(std::string_view text);
Buffer to_buffer(Bytes bytes);
/// `size` bytes that differ from position to position and seed to seed.
Buffer pattern(std::size_t size, unsigned seed);

/// Waits until `condition` holds, at most ten seconds.
bool eventually(const std::function<bool()>& condition);

/// A UDP socket of a test: a peer, or the wire below a client.
class UdpSocket {
 public:
  explicit UdpSocket(const std::string& ip = "127.0.0.1");
  const TransportAddress& address() const { return address_; }
  int fd() const { return fd_.number(); }
  void send(const TransportAddress& to, Bytes bytes);
  struct Datagram {
    TransportAddress source;
    Buffer bytes;
  };
  /// Fails the test when nothing arrives in time.
  Datagram receive();
  /// What waits now.
  std::optional<Datagram> poll();

 private:
  net::FileDescriptor fd_;
  TransportAddress address_;
};

class WireClient {
 public:
  using Fill = std::function<void(stun::MessageBuilder&)>;

  WireClient(turn::Transport transport, const TransportAddress& server,
             const std::string& local_ip = "127.0.0.1");

  /// Sends a request signed with what the server asked for, and gives its answer.
  Buffer request(stun::Method method, const Fill& fill);
  /// The same; a success is required.
  Buffer succeed(stun::Method method, const Fill& fill);

  /// The relayed address.
  TransportAddress allocate(const Fill& more = {});
  void permit(const TransportAddress& peer);
  void bind(std::uint16_t channel, const TransportAddress& peer);
  void refresh(std::uint32_t lifetime);

  /// Bytes that leave together with the next request that is signed.
  void follow_with(Bytes bytes) { behind_request_ = to_buffer(bytes); }
  /// What has arrived and is no message yet.
  Buffer take_rest() { return std::exchange(stream_, {}); }

  void send(Bytes bytes);
  /// As far as the server takes it now.
  void try_send(Bytes bytes);
  void send_channel_data(std::uint16_t channel, Bytes payload);
  void send_indication(const TransportAddress& peer, Bytes payload);
  /// The next message, whole; over TCP padding included.
  Buffer receive();
  std::optional<Buffer> receive_within(int milliseconds);
  /// The payload of the next message, which must be ChannelData on that channel.
  Buffer receive_channel_data(std::uint16_t channel);

  /// Where the last datagram came from.
  const TransportAddress& answered_from() const { return answered_from_; }
  int fd() const { return fd_.number(); }
  SSL* ssl() const { return ssl_.get(); }
  const TransportAddress& local() const { return local_; }
  /// True when the server has closed the connection; waits for it.
  bool wait_for_end();

 private:
  bool fill_stream(int milliseconds);
  void begin_tls();

  turn::Transport transport_;
  net::FileDescriptor fd_;
  net::tls::SslPointer ssl_;
  TransportAddress server_, local_, answered_from_;
  Buffer behind_request_;
  Buffer stream_;
  std::string realm_;
  Buffer nonce_;
  stun::IntegrityKey key_;
};

/// ChannelData as it is on the wire of `transport`.
Buffer channel_data(turn::Transport transport, std::uint16_t channel, Bytes payload);

int error_code(Bytes response);
TransportAddress xor_address(Bytes response, stun::AttributeType type);

inline constexpr std::string_view username = "alice";
inline constexpr std::string_view password = "wonderland";

}  // namespace relay::test
