#include "relay/dtls_clients.h"

#include <algorithm>

#include "relay/first_byte.h"
#include "relay/net/dtls/client_hello.h"
#include "relay/site_of.h"

namespace relay {
namespace {

using namespace std::chrono_literals;

/// Clients are looked at this often: whether they still have an allocation, whether they are idle.
constexpr auto sweep_interval = 1s;

}  // namespace

using net::dtls::ContentType;

DtlsClients::DtlsClients(const DtlsLimits& limits, DtlsOwner& owner, Alarm& alarm,
                         turn::Random& random, DtlsCounters& counters,
                         const net::tls::SharedContext* tls)
    : limits_(limits),
      owner_(owner),
      alarm_(alarm),
      counters_(counters),
      tls_(tls),
      cookies_(random) {}

std::unique_ptr<net::dtls::Association>* DtlsClients::Client::in_handshake() {
  if (successor) return &successor;
  return association->is_established() ? nullptr : &association;
}

DtlsClients::Client* DtlsClients::find(const turn::FiveTuple& client) {
  const auto found = clients_.find(client);
  return found == clients_.end() || found->second.ended ? nullptr : &found->second;
}

/// Several records in one datagram are legal (RFC 6347 4.1.1).
void DtlsClients::on_datagram(const turn::FiveTuple& client, stun::Bytes datagram, std::uint8_t tos,
                              Time now) {
  stepping_ = false;
  while (!datagram.empty()) {
    const stun::Bytes rest = datagram;
    const auto record = net::dtls::next_record(datagram);
    if (!record) return counters_.dropped.add();
    if (!on_record(client, *record, tos, now)) return wait(client, rest, tos);
  }
}

/// False: it is a step of a handshake, and enough of those were done in this round.
bool DtlsClients::on_record(const turn::FiveTuple& name, const Record& record, std::uint8_t tos,
                            Time now) {
  Client* const client = find(name);
  if (net::dtls::is_client_hello(record)) return on_hello(name, client, record, now);
  if (client == nullptr) {
    counters_.dropped.add();
    return true;
  }
  if (auto* const fresh = client->in_handshake()) {
    const bool is_for_fresh = record.epoch == 0 || (record.type == ContentType::handshake &&
                                                    (*fresh)->expects_finished());
    if (is_for_fresh) return on_handshake_record(name, *client, record, now);
  }
  if (record.epoch == 0 || !client->association->is_established()) {
    counters_.dropped.add();
    return true;
  }
  client->used = true;
  make_room_to_read();
  make_room_to_seal();
  const Association::Input input = client->association->read(record);
  send_output(name, 0);
  if (!input.plain.empty()) on_message(name, *client, input.plain, tos, now);
  if (input.ended && !client->ended) close(name, *client);
  return true;
}

/// A datagram is one step, whatever is in it.
bool DtlsClients::may_step() {
  if (stepping_) return true;
  if (steps_left_ == 0) return false;
  --steps_left_;
  return stepping_ = true;
}

void DtlsClients::on_message(const turn::FiveTuple& name, Client& client, stun::Bytes message,
                             std::uint8_t tos, Time now) {
  owner_.on_dtls_message(name, message, tos, now);
  // Only a control message gains or loses an allocation.
  if (is_stun(message)) note_allocation(name, client, owner_.has_allocation(name, now));
}

void DtlsClients::wait(const turn::FiveTuple& client, stun::Bytes datagram, std::uint8_t tos) {
  if (waiting_.size() == max_waiting || datagram.size() > max_waiting_size) {
    return counters_.refused.add();
  }
  waiting_.push_back({client, tos, {datagram.begin(), datagram.end()}});
}

void DtlsClients::end_round() {
  steps_left_ = max_steps;
  if (!waiting_.empty()) {
    const Time now = std::chrono::steady_clock::now();
    for (std::size_t count = waiting_.size(); count != 0 && steps_left_ != 0; --count) {
      const Waiting next = std::move(waiting_.front());
      waiting_.pop_front();
      on_datagram(next.client, next.bytes, next.tos, now);
    }
    if (!waiting_.empty()) alarm_.wake_by(now);
  }
  reap();
}

void DtlsClients::on_flushed() {
  if (!workspace_) return;
  workspace_->clear_plain();
  workspace_->clear_sealed();
}

void DtlsClients::make_room_to_read() {
  if (workspace_->can_read()) return;
  owner_.on_dtls_pause();
  workspace_->clear_plain();
  workspace_->clear_sealed();
}

/// Plain bytes stay: their reader may be the one who sends now.
void DtlsClients::make_room_to_seal() {
  if (workspace_->can_seal()) return;
  owner_.on_dtls_pause();
  workspace_->clear_sealed();
}

void DtlsClients::send_output(const turn::FiveTuple& client, std::uint8_t tos) {
  for (const stun::Bytes datagram : workspace_->output()) {
    owner_.send_sealed(client, datagram, tos);
  }
  workspace_->forget_output();
}

void DtlsClients::send_control(const turn::FiveTuple& name, stun::Bytes message) {
  Client* const client = find(name);
  if (client == nullptr) return;
  make_room_to_seal();
  client->association->write({}, message);
  send_output(name, 0);
}

bool DtlsClients::send_data(const turn::ToClient& forward, std::uint8_t tos) {
  Client* const client = find(*forward.client);
  if (client == nullptr) return false;
  client->used = true;
  make_room_to_seal();
  const bool written =
      client->association->write(forward.header_bytes(), forward.payload, forward.padding);
  send_output(*forward.client, tos);
  return written;
}

void DtlsClients::close(const turn::FiveTuple& name, Client& client) {
  make_room_to_seal();
  client.association->close();
  send_output(name, 0);
  client.ended = true;
  ended_.push_back(name);
}

void DtlsClients::reap() {
  for (const turn::FiveTuple& name : std::exchange(ended_, {})) {
    const auto found = clients_.find(name);
    if (found->second.stranger) forget_stranger(name.client.ip);
    std::erase(handshakes_, name);
    clients_.erase(found);
    counters_.clients.set(clients_.size());
    owner_.on_dtls_end(name);
  }
}

void DtlsClients::on_time(Time now) {
  if (!is_served()) return;
  cookies_.rotate(now);
  repeat_flights(now);
  if (now >= sweep_at_) {
    sweep_at_ = now + sweep_interval;
    sweep(now);
  }
  reap();
}

void DtlsClients::sweep(Time now) {
  for (auto& [name, client] : clients_) {
    if (client.ended) continue;
    if (!std::exchange(client.used, false)) client.association->release_buffers();
    if (now < client.check_at) continue;
    note_allocation(name, client, owner_.has_allocation(name, now));
    if (client.stranger) {
      close(name, client);
    } else {
      client.check_at = now + limits_.stranger_time;
    }
  }
}

void DtlsClients::note_allocation(const turn::FiveTuple& name, Client& client, bool has_one) {
  if (client.stranger != has_one) return;
  client.stranger = !has_one;
  if (has_one) {
    forget_stranger(name.client.ip);
  } else {
    ++strangers_[site_of(name.client.ip)];
  }
}

void DtlsClients::forget_stranger(const stun::IpAddress& source) {
  const auto strangers = strangers_.find(site_of(source));
  if (strangers != strangers_.end() && --strangers->second == 0) strangers_.erase(strangers);
}

}  // namespace relay
