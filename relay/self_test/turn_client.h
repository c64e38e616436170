// A small TURN client, just enough to find out whether a server relays: Binding, Allocate, a
// channel to its own relayed address, and a message sent around through it. Blocking.
#pragma once

#include <array>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <vector>

#include "relay/net/csprng.h"
#include "relay/self_test/connection.h"
#include "relay/self_test/credentials.h"
#include "stun/message_builder.h"
#include "stun/message_view.h"

namespace relay::self_test {

class TurnClient {
 public:
  /// Without credentials: for an anonymous server.
  TurnClient(Connection connection, std::optional<Credentials> credentials)
      : connection_(std::move(connection)), credentials_(std::move(credentials)) {}

  /// How the server sees this client.
  std::expected<stun::TransportAddress, Failure> binding(const Patience& patience);
  /// The relayed address; of that family, where it matters.
  std::expected<stun::TransportAddress, Failure> allocate(
      const Patience& patience, std::optional<stun::Family> family = std::nullopt);
  std::expected<void, Failure> permit(const stun::TransportAddress& peer, const Patience& patience);
  std::expected<void, Failure> bind_channel(const stun::TransportAddress& peer,
                                            const Patience& patience);
  /// Sends over the channel and waits for the same to come back: how long that took.
  std::expected<std::chrono::microseconds, Failure> echo(const Patience& patience);
  /// A message through the relay to its own relayed address and back.
  std::expected<std::chrono::microseconds, Failure> send_around(
      const stun::TransportAddress& relayed, const Patience& patience);
  /// The error that the last request was answered with; nothing: it was none, or had no answer.
  std::optional<stun::ErrorCode> refusal() const { return refusal_; }
  /// An allocation, and a message through it to its own relayed address and back: how long that
  /// message took. Releases it.
  std::expected<std::chrono::microseconds, Failure> relay_around(const Patience& patience);
  /// Ends the allocation.
  void release(const Patience& patience);

 private:
  using Result = std::expected<stun::MessageView, Failure>;
  template <typename AddAttributes>
  Result request(stun::Method method, const Patience& patience, AddAttributes add_attributes);
  Result exchange(stun::Bytes message, const stun::TransactionId& id, const Patience& patience);
  void authenticate(stun::MessageBuilder& message);
  bool take_challenge(const stun::MessageView& error);
  stun::TransactionId new_transaction();

  Connection connection_;
  std::optional<Credentials> credentials_;
  net::Csprng random_;
  std::optional<stun::ErrorCode> refusal_;
  std::string realm_, nonce_;  // empty: not challenged yet
  std::vector<std::byte> password_algorithms_;
  std::array<std::byte, 2048> request_{};
};

}  // namespace relay::self_test
