// What a client of the bench says and hears.
#include <algorithm>

#include "tests/support/turn_bench.h"

namespace support {

using stun::AttributeType;
using stun::Class;
using stun::MessageBuilder;
using stun::Method;

Answer BenchClient::allocate(const Allocate& wanted) {
  const Answer answer = request(Method::allocate, [&](MessageBuilder& message) {
    const auto add_u8 = [&](AttributeType type, std::optional<std::uint8_t> value) {
      if (value) message.add_leading_u8(type, *value);
    };
    add_u8(AttributeType::requested_transport, wanted.transport);
    if (wanted.lifetime) {
      message.add_u32(AttributeType::lifetime,
                      static_cast<std::uint32_t>(wanted.lifetime->count()));
    }
    add_u8(AttributeType::requested_address_family, wanted.family);
    add_u8(AttributeType::additional_address_family, wanted.additional_family);
    if (wanted.even_port) {
      message.add(AttributeType::even_port, std::array{std::byte{*wanted.even_port}});
    }
    if (wanted.token) message.add(AttributeType::reservation_token, *wanted.token);
    if (wanted.dont_fragment) message.add(AttributeType::dont_fragment, {});
  });
  if (answer == success) relayed_ = answer.relayed();
  return answer;
}

Answer BenchClient::refresh(std::optional<Seconds> lifetime, std::optional<std::uint8_t> family) {
  return request(Method::refresh, [&](MessageBuilder& message) {
    if (lifetime) {
      message.add_u32(AttributeType::lifetime, static_cast<std::uint32_t>(lifetime->count()));
    }
    if (family) message.add_leading_u8(AttributeType::requested_address_family, *family);
  });
}

Answer BenchClient::permit(const std::vector<TransportAddress>& peers) {
  return request(Method::create_permission, [&](MessageBuilder& message) {
    for (const TransportAddress& peer : peers) {
      message.add_xor_address(AttributeType::xor_peer_address, peer);
    }
  });
}

Answer BenchClient::bind(std::uint16_t channel, const TransportAddress& peer) {
  return request(Method::channel_bind, [&](MessageBuilder& message) {
    message.add_u32(AttributeType::channel_number, std::uint32_t{channel} << 16);
    message.add_xor_address(AttributeType::xor_peer_address, peer);
  });
}

Answer BenchClient::request(Method method, const Build& build) {
  last_request_ = make({method, Class::request}, [&](MessageBuilder& message) {
    if (!user_.empty()) message.add_text(AttributeType::username, user_);
    build(message);
  });
  return retransmit();
}

Answer BenchClient::exchange(turn::Bytes message) {
  const auto forward = bench_->server.handle_client(tuple_, message, bench_->now);
  require(!forward, "a request was relayed");
  bench_->drain();
  return bench_->take_answer(tuple_);
}

std::optional<PeerDatagram> BenchClient::says(turn::Bytes message) {
  const auto forward = bench_->server.handle_client(tuple_, message, bench_->now);
  bench_->drain();
  bench_->take_answer(tuple_);
  if (!forward) return std::nullopt;
  return bench_->as_datagram(*forward);
}

std::vector<std::byte> BenchClient::make(stun::MessageType type, const Build& build) {
  std::vector<std::byte> buffer(70'000);
  stun::TransactionId transaction{};
  stun::store_u32(transaction, 8, static_cast<std::uint32_t>(++bench_->transactions_));
  MessageBuilder message(buffer, type, transaction);
  build(message);
  const auto done = message.finish();
  require(done.has_value(), "the test's own message does not fit");
  return {done->begin(), done->end()};
}

std::optional<PeerDatagram> BenchClient::indicates(const Build& build) {
  const auto bytes = make({Method::send, Class::indication}, build);
  const std::size_t effects = bench_->effects_seen();
  const auto forward = bench_->server.handle_client(tuple_, bytes, bench_->now);
  bench_->drain();
  require(bench_->effects_seen() == effects, "an indication had an effect");
  if (!forward) return std::nullopt;
  return bench_->as_datagram(*forward);
}

std::optional<PeerDatagram> BenchClient::sends(const TransportAddress& peer,
                                               std::string_view payload) {
  return indicates([&](MessageBuilder& message) {
    message.add_xor_address(AttributeType::xor_peer_address, peer);
    message.add_text(AttributeType::data, payload);
  });
}

std::optional<PeerDatagram> BenchClient::sends_unfragmented(const TransportAddress& peer,
                                                            std::string_view payload) {
  return indicates([&](MessageBuilder& message) {
    message.add_xor_address(AttributeType::xor_peer_address, peer);
    message.add(AttributeType::dont_fragment, {});
    message.add_text(AttributeType::data, payload);
  });
}

std::optional<PeerDatagram> BenchClient::sends(std::uint16_t channel, std::string_view payload) {
  std::vector<std::byte> message(4);
  stun::store_u16(message, 0, channel);
  stun::store_u16(message, 2, static_cast<std::uint16_t>(payload.size()));
  const auto bytes = stun::as_bytes(payload);
  message.insert(message.end(), bytes.begin(), bytes.end());
  return sends_on_channel(message);
}

std::optional<PeerDatagram> BenchClient::sends_on_channel(turn::Bytes message) {
  if (allocation() == nullptr) return std::nullopt;
  const auto forward = bench_->server.handle_channel_data(*allocation(), message, bench_->now);
  require(!bench_->server.poll_effect(), "ChannelData had an effect");
  if (!forward) return std::nullopt;
  return bench_->as_datagram(*forward);
}

std::optional<ClientData> BenchClient::hears(const TransportAddress& peer,
                                             std::string_view payload) {
  const auto bytes = hears_bytes(peer, payload);
  if (bytes.empty()) return std::nullopt;
  return ClientData::read(bytes);
}

std::vector<std::byte> BenchClient::hears_bytes(const TransportAddress& peer,
                                                std::string_view payload) {
  if (allocation() == nullptr) return {};
  const auto data = stun::as_bytes(payload);
  const auto forward = bench_->server.handle_peer(*allocation(), peer, data, bench_->now);
  require(!bench_->server.poll_effect(), "a datagram from a peer had an effect");
  if (!forward) return {};
  require(*forward->client == tuple_, "relayed to another client");
  require(forward->payload.data() == data.data(), "the payload was copied");
  std::vector<std::byte> bytes(forward->header_bytes().begin(), forward->header_bytes().end());
  bytes.insert(bytes.end(), forward->payload.begin(), forward->payload.end());
  bytes.resize(bytes.size() + forward->padding);
  return bytes;
}

std::vector<std::byte> BenchClient::hears_error(const TransportAddress& peer,
                                                const turn::IcmpError& error) {
  if (allocation() == nullptr) return {};
  const auto forward = bench_->server.handle_icmp(*allocation(), peer, error, bench_->now);
  require(!bench_->server.poll_effect(), "an ICMP error had an effect");
  if (!forward) return {};
  require(*forward->client == tuple_, "told to another client");
  require(forward->payload.empty() && forward->padding == 0, "an ICMP error has no payload");
  return {forward->header_bytes().begin(), forward->header_bytes().end()};
}

void BenchClient::disconnect() {
  bench_->server.handle_disconnect(tuple_);
  bench_->drain();
}

TransportAddress BenchClient::relayed(Family family) const {
  const auto at = std::ranges::find(
      relayed_, family, [](const TransportAddress& address) { return address.ip.family(); });
  require(at != relayed_.end(), "the last Allocate gave no such address");
  return *at;
}

}  // namespace support
