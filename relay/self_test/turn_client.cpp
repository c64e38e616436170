#include "relay/self_test/turn_client.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "stun/attributes.h"

namespace relay::self_test {
namespace {

using stun::AttributeType;
using stun::Method;
using stun::TransportAddress;

constexpr std::uint16_t channel = 0x4000;
constexpr std::uint8_t udp_protocol = 17;
/// RFC 8489 6.2.1 begins with 500 ms; nothing is that far away here.
constexpr std::chrono::milliseconds retransmit_after{250};

std::string_view name_of(Method method) {
  switch (method) {
    case Method::binding:
      return "binding";
    case Method::allocate:
      return "allocate";
    case Method::create_permission:
      return "create permission";
    case Method::channel_bind:
      return "channel bind";
    default:
      return "refresh";
  }
}

std::optional<stun::ErrorCode> error_of(const stun::MessageView& message) {
  const auto value = message.value(AttributeType::error_code);
  const auto error = value ? stun::decode_error_code(*value) : std::nullopt;
  return error ? std::optional(error->code) : std::nullopt;
}

std::string text_of(const stun::MessageView& message, AttributeType type) {
  const auto value = message.value(type);
  const auto text = value ? stun::decode_text(*value, stun::max_realm) : std::nullopt;
  return std::string(text.value_or(""));
}

std::expected<TransportAddress, Failure> address_in(const stun::MessageView& message,
                                                    AttributeType type) {
  const auto value = message.value(type);
  const auto address =
      value ? stun::decode_xor_address(*value, message.transaction_id()) : std::nullopt;
  if (address) return *address;
  return std::unexpected(fmt::format("the {} answer names no address", name_of(message.method())));
}

Failure refused(Method method, const stun::MessageView& answer) {
  const auto code = error_of(answer);
  if (!code) return fmt::format("{} was refused without a reason", name_of(method));
  return fmt::format("{} was answered {} {}", name_of(method), std::to_underlying(*code),
                     stun::reason_phrase(*code));
}

}  // namespace

std::expected<TransportAddress, Failure> TurnClient::binding(const Patience& patience) {
  const auto answer = request(Method::binding, patience, [](stun::MessageBuilder&) {});
  if (!answer) return std::unexpected(answer.error());
  return address_in(*answer, AttributeType::xor_mapped_address);
}

std::expected<TransportAddress, Failure> TurnClient::allocate(const Patience& patience,
                                                              std::optional<stun::Family> family) {
  const auto answer = request(Method::allocate, patience, [&](stun::MessageBuilder& message) {
    message.add_leading_u8(AttributeType::requested_transport, udp_protocol);
    if (!family) return;
    message.add_leading_u8(AttributeType::requested_address_family, std::to_underlying(*family));
  });
  if (!answer) return std::unexpected(answer.error());
  return address_in(*answer, AttributeType::xor_relayed_address);
}

std::expected<void, Failure> TurnClient::permit(const TransportAddress& peer,
                                                const Patience& patience) {
  const auto answer =
      request(Method::create_permission, patience, [&](stun::MessageBuilder& message) {
        message.add_xor_address(AttributeType::xor_peer_address, peer);
      });
  if (!answer) return std::unexpected(answer.error());
  return {};
}

std::expected<void, Failure> TurnClient::bind_channel(const TransportAddress& peer,
                                                      const Patience& patience) {
  const auto answer = request(Method::channel_bind, patience, [&](stun::MessageBuilder& message) {
    message.add_u32(AttributeType::channel_number, std::uint32_t{channel} << 16);
    message.add_xor_address(AttributeType::xor_peer_address, peer);
  });
  if (!answer) return std::unexpected(answer.error());
  return {};
}

std::expected<std::chrono::microseconds, Failure> TurnClient::echo(const Patience& patience) {
  std::array<std::byte, 20> message{};  // ChannelData: number, length, 16 bytes (RFC 8656 12.4)
  stun::store_u16(message, 0, channel);
  stun::store_u16(message, 2, message.size() - 4);
  random_.fill(std::span(message).subspan(4));

  while (!patience.is_over()) {
    const auto sent_at = std::chrono::steady_clock::now();
    if (const auto sent = connection_.send(message, patience); !sent)
      return std::unexpected(sent.error());
    const Patience this_try = patience.at_most(retransmit_after);
    while (!this_try.is_over()) {
      const auto received = connection_.receive(this_try);
      if (!received) return std::unexpected(received.error());
      if (std::ranges::equal(*received, message)) {
        return std::chrono::duration_cast<std::chrono::microseconds>(
            std::chrono::steady_clock::now() - sent_at);
      }
    }
  }
  return std::unexpected("what is sent through the relay does not come back");
}

std::expected<std::chrono::microseconds, Failure> TurnClient::relay_around(
    const Patience& patience) {
  const auto relayed = allocate(patience);
  if (!relayed) return std::unexpected(relayed.error());
  const auto echo = send_around(*relayed, patience);
  release(patience);
  return echo;
}

std::expected<std::chrono::microseconds, Failure> TurnClient::send_around(
    const TransportAddress& relayed, const Patience& patience) {
  if (const auto done = permit(relayed, patience); !done) return std::unexpected(done.error());
  if (const auto done = bind_channel(relayed, patience); !done) {
    return std::unexpected(done.error());
  }
  return echo(patience);
}

void TurnClient::release(const Patience& patience) {
  [[maybe_unused]] const Result done =
      request(Method::refresh, patience,
              [](stun::MessageBuilder& message) { message.add_u32(AttributeType::lifetime, 0); });
}

/// A challenge is taken up once, a stale nonce too (RFC 8489 9.2.5).
template <typename AddAttributes>
TurnClient::Result TurnClient::request(Method method, const Patience& patience,
                                       AddAttributes add_attributes) {
  for (int attempt = 0;; ++attempt) {
    refusal_.reset();
    const stun::TransactionId id = new_transaction();
    stun::MessageBuilder message(request_, {method, stun::Class::request}, id);
    add_attributes(message);
    authenticate(message);
    const auto bytes = message.finish();
    if (!bytes) return std::unexpected("the user name or realm is too long for a message");
    Result answer = exchange(*bytes, id, patience);
    if (!answer) {
      return std::unexpected(fmt::format("{}: {}", name_of(method), answer.error()));
    }
    if (answer->message_class() == stun::Class::success) return answer;
    refusal_ = error_of(*answer);
    if (attempt >= 2 || !take_challenge(*answer)) return std::unexpected(refused(method, *answer));
  }
}

/// Sends and, over UDP, sends again until the answer to this very transaction comes.
TurnClient::Result TurnClient::exchange(stun::Bytes message, const stun::TransactionId& id,
                                        const Patience& patience) {
  const bool datagrams = connection_.transport() == turn::Transport::udp;
  if (const auto sent = connection_.send(message, patience); !sent)
    return std::unexpected(sent.error());
  while (!patience.is_over()) {
    const Patience this_try = datagrams ? patience.at_most(retransmit_after) : patience;
    while (!this_try.is_over()) {
      const auto received = connection_.receive(this_try);
      if (!received) return std::unexpected(received.error());
      const auto answer = stun::MessageView::parse(*received);
      if (answer && answer->transaction_id() == id) return *answer;
    }
    if (!datagrams) break;
    if (const auto sent = connection_.send(message, patience); !sent)
      return std::unexpected(sent.error());
  }
  return std::unexpected("no answer");
}

/// Before the first challenge there is nothing to sign with. A key of 32 bytes is a SHA-256 one and
/// needs the algorithms of the challenge repeated (RFC 8489 9.2.5); all else is MD5 and SHA-1.
void TurnClient::authenticate(stun::MessageBuilder& message) {
  if (!credentials_ || nonce_.empty()) return;
  message.add_text(AttributeType::username, credentials_->username);
  message.add_text(AttributeType::realm, realm_);
  message.add_text(AttributeType::nonce, nonce_);
  if (!credentials_->access_token.empty()) {
    message.add(AttributeType::access_token, credentials_->access_token);
  }
  const stun::IntegrityKey key = credentials_->key.value_or(
      stun::long_term_key_md5(credentials_->username, realm_, credentials_->password));
  if (key.bytes().size() < 32) return message.add_integrity(key);
  message.add(AttributeType::password_algorithms, password_algorithms_);
  // The number and an empty list of parameters (RFC 8489 14.12).
  message.add_u32(AttributeType::password_algorithm,
                  std::uint32_t{std::to_underlying(stun::PasswordAlgorithm::sha256)} << 16);
  message.add_integrity_sha256(key);
}

bool TurnClient::take_challenge(const stun::MessageView& error) {
  const auto code = error_of(error);
  const bool first = code == stun::ErrorCode::unauthenticated && nonce_.empty();
  if (!credentials_ || (!first && code != stun::ErrorCode::stale_nonce)) return false;
  realm_ = text_of(error, AttributeType::realm);
  nonce_ = text_of(error, AttributeType::nonce);
  const auto algorithms = error.value(AttributeType::password_algorithms);
  if (algorithms) password_algorithms_.assign(algorithms->begin(), algorithms->end());
  return !nonce_.empty();
}

stun::TransactionId TurnClient::new_transaction() {
  stun::TransactionId id;
  random_.fill(id);
  return id;
}

}  // namespace relay::self_test
