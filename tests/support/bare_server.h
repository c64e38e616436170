// A turn::Server with long-term credentials and nothing around it that costs: effects are carried
// out and forgotten, every relay port can be had, requests are made once and sent by everybody. For
// counting and timing what the core itself does.
#pragma once

#include <stdexcept>
#include <string>
#include <vector>

#include "auth/long_term.h"
#include "stun/message_builder.h"
#include "tests/support/turn_fakes.h"
#include "turn/peer_policy.h"
#include "turn/server.h"

namespace support {

class BareServer {
 public:
  using Bytes = turn::Bytes;

  BareServer() { authenticator_.set_wall_clock({1'700'000'000}, now); }

  /// The answer, good until the next call; empty: none.
  Bytes exchange(const turn::FiveTuple& client, Bytes message) {
    Bytes answer;
    server.handle_client(client, message, now);
    // What is asked is answered when the effects are drained.
    for (std::optional<turn::OpenRelay> asked;; asked.reset()) {
      while (const auto effect = server.poll_effect()) {
        if (const auto* const send = std::get_if<turn::Send>(&*effect)) answer = send->bytes;
        if (const auto* const open = std::get_if<turn::OpenRelay>(&*effect)) asked = *open;
      }
      if (!asked) return answer;
      server.handle_relay_opened(asked->relay, turn::TransportAddress{asked->ip, ++last_port_},
                                 now);
    }
  }

  turn::Time now{std::chrono::hours(300)};

 private:
  struct NoQuota final : turn::Quota {
    Answer acquire(std::string_view, std::string_view) override { return Answer::granted; }
    void release(std::string_view, std::string_view) override {}
  };
  static turn::Config make_config() {
    turn::Config config;
    config.relay_addresses = {{turn::IpAddress::v4({192, 0, 2, 1}), {}}};
    return config;
  }
  static auth::LongTermConfig make_credentials() {
    return {.realm = "example.org", .users = {{.name = "alice", .password = "secret", .key = {}}}};
  }

  const turn::Config config_ = make_config();
  const turn::PeerPolicy policy_{turn::PeerRules{}};
  auth::LongTerm authenticator_{make_credentials()};
  NoQuota quota_;
  SeededRandom random_{1};
  std::uint16_t last_port_ = 0;

 public:
  turn::Server server{{config_, policy_, authenticator_, quota_, random_}};
};

/// The requests of many clients behind one address, who differ in their ports alone: one nonce is
/// good for all of them.
class OneForAll {
 public:
  using Bytes = std::vector<std::byte>;

  explicit OneForAll(BareServer& server) {
    challenge = make(stun::Method::allocate, [](auto&) {});
    const auto refusal = stun::MessageView::parse(server.exchange(client(0), challenge)).value();
    nonce_ = stun::as_text(refusal.value(stun::AttributeType::nonce).value());
    allocate = make(stun::Method::allocate, [&](stun::MessageBuilder& message) {
      message.add_leading_u8(stun::AttributeType::requested_transport, 17);
      sign(message);
    });
    end = make(stun::Method::refresh, [&](stun::MessageBuilder& message) {
      message.add_u32(stun::AttributeType::lifetime, 0);
      sign(message);
    });
    bind = make(stun::Method::channel_bind, [&](stun::MessageBuilder& message) {
      message.add_u32(stun::AttributeType::channel_number, 0x40000000);
      message.add_xor_address(stun::AttributeType::xor_peer_address,
                              {turn::IpAddress::v4({203, 0, 113, 1}), 5000});
      sign(message);
    });
    binding = make(stun::Method::binding, [](auto&) {});
  }

  static turn::FiveTuple client(std::uint32_t number) {
    return {.client = {turn::IpAddress::v4({198, 51, 100, 7}), static_cast<std::uint16_t>(number)},
            .server = {turn::IpAddress::v4({192, 0, 2, 10}), 3478}};
  }
  static bool is_success(turn::Bytes answer) {
    return !answer.empty() && stun::MessageType::decode(stun::load_u16(answer, 0)).message_class ==
                                  stun::Class::success;
  }

  Bytes binding, challenge, allocate, bind, end;

 private:
  template <class Build>
  static Bytes make(stun::Method method, const Build& build) {
    Bytes buffer(512);
    stun::MessageBuilder message(buffer, {method, stun::Class::request}, {});
    build(message);
    buffer.resize(message.finish().value().size());
    return buffer;
  }
  void sign(stun::MessageBuilder& message) const {
    message.add_text(stun::AttributeType::username, "alice");
    message.add_text(stun::AttributeType::realm, "example.org");
    message.add_text(stun::AttributeType::nonce, nonce_);
    message.add_integrity(stun::long_term_key_md5("alice", "example.org", "secret"));
  }

  std::string nonce_;
};

}  // namespace support
