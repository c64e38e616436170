// How DTLS associations begin (RFC 6347 4.2): the cookie, the handshake with its repetitions, and
// the association that takes another one's place.
#include <algorithm>

#include "relay/dtls_clients.h"
#include "relay/site_of.h"

namespace relay {
namespace {

/// Of the ClientHello that follows a HelloVerifyRequest (RFC 6347 4.2.2).
constexpr std::uint16_t second_message = 1;

}  // namespace

using net::dtls::ClientHello;

bool DtlsClients::on_hello(const turn::FiveTuple& name, Client* client, const Record& record,
                           Time now) {
  const std::optional<ClientHello> hello = net::dtls::parse_client_hello(record);
  if (!hello || hello->message_sequence > second_message) {
    counters_.dropped.add();
    return true;
  }
  if (hello->message_sequence != second_message) {
    if (!owner_.may_answer_hello(name, now)) return true;
    counters_.cookies_asked_for.add();
    owner_.send_hello_verify(name,
                             net::dtls::hello_verify_request(*hello, cookies_.make(name, *hello)));
    return true;
  }
  // Once more asked for a cookie, the client would come with a third message, which OpenSSL does
  // not know how to begin with; it tries again from the start instead.
  if (!cookies_.verify(name, *hello)) {
    counters_.dropped.add();
    return true;
  }
  // Our answer is on its way, or will be repeated in time.
  const auto is_known = [&](const std::unique_ptr<Association>& association) {
    return association && association->began_with(hello->random);
  };
  if (client != nullptr && (is_known(client->association) || is_known(client->successor))) {
    return true;
  }
  if (!may_step()) return false;
  begin(name, client, record, now);
  return true;
}

bool DtlsClients::has_room_for(const turn::FiveTuple& name, const Client* client) const {
  const stun::IpAddress site = site_of(name.client.ip);
  const auto of_site = std::ranges::count_if(
      handshakes_, [&](const turn::FiveTuple& other) { return site_of(other.client.ip) == site; });
  if (handshakes_.size() >= limits_.handshakes ||
      static_cast<std::size_t>(of_site) >= limits_.handshakes_per_source) {
    return false;
  }
  if (client != nullptr) return true;
  const auto strangers = strangers_.find(site);
  return clients_.size() < limits_.clients &&
         (strangers == strangers_.end() || strangers->second < limits_.strangers_per_source);
}

/// The client has shown that it is there. An association in its handshake makes way for the newer
/// one, an established one only when the newer one is complete (RFC 6347 4.2.8).
void DtlsClients::begin(const turn::FiveTuple& name, Client* client, const Record& hello,
                        Time now) {
  if (!has_room_for(name, client) || (client == nullptr && clients_.contains(name))) {
    return counters_.refused.add();
  }
  if (!workspace_) workspace_.emplace();
  auto association = Association::begin(tls_->new_association(), *workspace_);
  if (!association) return counters_.refused.add();
  if (client == nullptr) {
    client = &clients_[name];
    client->check_at = now + limits_.stranger_time;
    ++strangers_[site_of(name.client.ip)];
    counters_.clients.set(clients_.size());
  }
  const bool replaces = client->association && client->association->is_established();
  (replaces ? client->successor : client->association) = std::move(association);
  std::erase(handshakes_, name);
  handshakes_.push_back(name);
  client->give_up_at = now + limits_.handshake_time;
  make_room_to_read();
  make_room_to_seal();
  after_step(name, *client, (*client->in_handshake())->accept(hello), now);
}

bool DtlsClients::on_handshake_record(const turn::FiveTuple& name, Client& client,
                                      const Record& record, Time now) {
  if (!may_step()) return false;
  make_room_to_read();
  make_room_to_seal();
  after_step(name, client, (*client.in_handshake())->read(record), now);
  return true;
}

void DtlsClients::after_step(const turn::FiveTuple& name, Client& client,
                             const Association::Input& input, Time now) {
  send_output(name, 0);
  if (input.ended) {
    return give_up(name, client, input.failure.empty() ? "the client went away" : input.failure);
  }
  const std::unique_ptr<Association>& fresh =
      client.successor ? client.successor : client.association;
  if (fresh->is_established()) return on_established(name, client, now);
  schedule_repetition(client, now);
}

/// With an association its allocation ends: whoever completed the new handshake is perhaps another
/// client behind the same NAT.
void DtlsClients::on_established(const turn::FiveTuple& name, Client& client, Time now) {
  std::erase(handshakes_, name);
  client.repeat_at.reset();
  if (client.successor) {
    client.association = std::move(client.successor);
    owner_.on_dtls_end(name);
    note_allocation(name, client, false);
    client.check_at = now + limits_.stranger_time;
  }
  client.used = true;
  counters_.handshakes.add();
  owner_.on_dtls(name, true, client.association->description());
}

void DtlsClients::give_up(const turn::FiveTuple& name, Client& client, std::string_view reason) {
  counters_.failures.add();
  owner_.on_dtls(name, false, reason);
  std::erase(handshakes_, name);
  client.repeat_at.reset();
  if (client.successor) {
    client.successor.reset();
  } else {
    client.ended = true;
    ended_.push_back(name);
  }
}

void DtlsClients::schedule_repetition(Client& client, Time now) {
  const auto left = (*client.in_handshake())->until_repetition();
  client.repeat_at = left ? now + *left : std::optional<Time>{};
  alarm_.wake_by(std::min(client.repeat_at.value_or(client.give_up_at), client.give_up_at));
}

/// The timer of RFC 6347 4.2.4 is OpenSSL's: a second at first, then twice as long each time.
void DtlsClients::repeat_flights(Time now) {
  const std::vector<turn::FiveTuple> names = handshakes_;  // It changes as they give up.
  for (const turn::FiveTuple& name : names) {
    Client* const client = find(name);
    if (client == nullptr) continue;
    if (now >= client->give_up_at) {
      give_up(name, *client, "the client did not finish it");
      continue;
    }
    if (client->repeat_at && now >= *client->repeat_at) {
      make_room_to_seal();
      if (!(*client->in_handshake())->repeat()) {
        give_up(name, *client, "no answer");
        continue;
      }
      send_output(name, 0);
    }
    schedule_repetition(*client, now);
  }
}

}  // namespace relay
