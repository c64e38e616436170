#include "tools/turn_load/session.h"

#include <algorithm>
#include <array>

namespace turn_load {
namespace {

using namespace std::chrono_literals;
using stun::AttributeType;
using stun::ErrorCode;
using stun::Method;

/// RFC 8489 6.2.1 starts with 500 ms and doubles; five transmissions take 15.5 s to fail.
constexpr std::chrono::milliseconds first_timeout{500};
constexpr int max_transmissions = 5;
constexpr std::chrono::seconds stream_timeout{15};
/// A permission lives five minutes (RFC 8656 9); binding the channel again renews it.
constexpr std::chrono::seconds refresh_after{200};
/// A server that answers every request with a new nonce is not measured.
constexpr int max_challenges = 4;
constexpr std::uint8_t udp_protocol = 17;
constexpr std::uint32_t wanted_lifetime = 600;  // seconds

}  // namespace

Bytes Session::poll(Time now) {
  if (refusal_ || released_ || now < due_) return {};
  if (step_ == Step::rest) enter(Step::refresh, now);
  if (request_.empty()) begin_request(now);
  if (transmissions_ == (wanted_.reliable ? 1 : max_transmissions)) {
    fail(Refusal::Kind::no_answer);
    return {};
  }
  due_ = now + (wanted_.reliable ? Clock::duration(stream_timeout)
                                 : Clock::duration(first_timeout * (1 << transmissions_)));
  ++transmissions_;
  return request_;
}

void Session::handle(const stun::MessageView& response, Time now) {
  if (refusal_ || request_.empty() || response.transaction_id() != id_) return;
  if (response.method() != method()) return;
  if (response.message_class() == stun::Class::success) {
    request_.clear();
    on_success(response, now);
  } else if (response.message_class() == stun::Class::error) {
    request_.clear();
    on_error(response, now);
  }
}

void Session::on_success(const stun::MessageView& response, Time now) {
  challenges_ = 0;
  if (const auto value = response.value(AttributeType::lifetime)) {
    lifetime_ = std::chrono::seconds(stun::decode_u32(*value).value_or(600));
  }
  switch (step_) {
    case Step::allocate: {
      const auto value = response.value(AttributeType::xor_relayed_address);
      const auto relayed =
          value ? stun::decode_xor_address(*value, response.transaction_id()) : std::nullopt;
      if (!relayed) return fail(Refusal::Kind::bad_response);
      relayed_ = *relayed;
      return enter(Step::bind_channel, now);
    }
    case Step::bind_channel:
      ready_ = true;
      return enter(Step::rest, now + std::min<Clock::duration>(refresh_after, lifetime_ / 2));
    case Step::refresh:
      released_ = releasing_;
      return enter(Step::bind_channel, now);
    case Step::rest:
      return;
  }
}

void Session::on_error(const stun::MessageView& response, Time now) {
  const auto value = response.value(AttributeType::error_code);
  const auto error = value ? stun::decode_error_code(*value) : std::nullopt;
  if (!error) return fail(Refusal::Kind::bad_response);
  // Until this session has a nonce of its own, a refusal may speak of the one it borrowed.
  const bool is_challenge = (error->code == ErrorCode::unauthenticated && nonce_.empty()) ||
                            error->code == ErrorCode::stale_nonce;
  if (is_challenge && challenges_ < max_challenges) return on_challenge(response, now);

  fail(Refusal::Kind::error_response);
  refusal_->code = error->code;
  refusal_->reason = error->reason;
  if (const auto alternate = response.value(AttributeType::alternate_server)) {
    refusal_->alternate = stun::decode_address(*alternate);
  }
}

void Session::on_challenge(const stun::MessageView& response, Time now) {
  ++challenges_;
  const auto nonce = response.value(AttributeType::nonce);
  const auto realm = response.value(AttributeType::realm);
  if (!nonce || nonce->size() > stun::max_nonce || (account_->realm.empty() && !realm) ||
      (realm && realm->size() > stun::max_realm)) {
    return fail(Refusal::Kind::bad_response);
  }
  nonce_ = account_->nonce = stun::as_text(*nonce);
  if (realm && account_->realm != stun::as_text(*realm)) {
    account_->realm = stun::as_text(*realm);
    account_->key = stun::long_term_key_md5(account_->user, account_->realm, account_->password);
  }
  enter(step_, now);
}

void Session::release(Time now) {
  releasing_ = true;
  enter(Step::refresh, now);
}

void Session::begin_request(Time now) {
  std::array<std::byte, 4096> buffer;  // USERNAME, REALM and NONCE at their longest fit
  id_ = new_id();
  stun::MessageBuilder builder(buffer, {method(), stun::Class::request}, id_);
  compose(builder);
  if (!account_->realm.empty()) authenticate(builder);
  const auto message = builder.finish();
  request_.assign(message->begin(), message->end());
  transmissions_ = 0;
  due_ = now;
}

void Session::compose(stun::MessageBuilder& builder) const {
  switch (method()) {
    case Method::allocate:
      builder.add_leading_u8(AttributeType::requested_transport, udp_protocol);
      if (!wanted_.peer.ip.is_v4()) {
        builder.add_leading_u8(AttributeType::requested_address_family,
                               static_cast<std::uint8_t>(stun::Family::ipv6));
      }
      return;
    case Method::channel_bind:
      builder.add_u32(AttributeType::channel_number, std::uint32_t{wanted_.channel} << 16);
      builder.add_xor_address(AttributeType::xor_peer_address, wanted_.peer);
      return;
    default:
      builder.add_u32(AttributeType::lifetime, releasing_ ? 0 : wanted_lifetime);
  }
}

void Session::authenticate(stun::MessageBuilder& builder) const {
  builder.add_text(AttributeType::username, account_->user);
  builder.add_text(AttributeType::realm, account_->realm);
  builder.add_text(AttributeType::nonce, nonce_.empty() ? account_->nonce : nonce_);
  builder.add_integrity(account_->key);
}

Method Session::method() const {
  if (step_ == Step::allocate) return Method::allocate;
  return step_ == Step::bind_channel ? Method::channel_bind : Method::refresh;
}

stun::TransactionId Session::new_id() {
  stun::TransactionId id;
  std::ranges::generate(id, [&] { return static_cast<std::byte>(account_->random() & 0xff); });
  return id;
}

void Session::enter(Step step, Time when) {
  step_ = step;
  due_ = when;
  request_.clear();
}

}  // namespace turn_load
