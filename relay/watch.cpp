#include "relay/watch.h"

#include <algorithm>
#include <utility>

#include "auth/authenticator.h"
#include "turn/peer_policy.h"

namespace relay {
namespace {

using stun::ErrorCode;
using Kind = turn::Event::Kind;

std::string_view code_of(const turn::Event& event) {
  switch (event.kind) {
    case Kind::refused:
      if (event.reason == to_string(auth::Reason::expired_user) ||
          event.reason == to_string(auth::Reason::expired_token)) {
        return "expired-credential";
      }
      return event.code == ErrorCode::unauthenticated ? "wrong-credential" : "refused";
    case Kind::peer_denied:
      return "peer-refused";
    case Kind::allocation_refused:
      return event.code == ErrorCode::allocation_quota_reached ? "quota"
             : event.code == ErrorCode::insufficient_capacity  ? "no-capacity"
                                                               : "refused";
    default:
      return "";
  }
}

/// Whether it was the name or the password is for nobody to know who may be guessing.
std::string detail_of(const turn::Event& event, std::string_view code) {
  if (code == "wrong-credential") return "user name, password or realm is not right";
  return std::string(event.reason);
}

}  // namespace

Watch::Seen Watch::ask(const stun::IpAddress& address, Time now) {
  const std::lock_guard lock(mutex_);
  forget_old(now);
  if (Entry* const entry = find(address, now)) {
    entry->asked = now;
    Seen seen = entry->seen;
    const auto since = std::chrono::floor<std::chrono::seconds>(now - entry->began);
    seen.watched = std::max(since, std::chrono::seconds(1));
    return seen;
  }
  if (entries_.size() == max_addresses) {
    entries_.erase(std::ranges::min_element(entries_, {}, &Entry::asked));
  }
  entries_.push_back({.address = turn::canonical(address), .began = now, .asked = now, .seen = {}});
  watched_.store(entries_.size(), std::memory_order_relaxed);
  return {};
}

void Watch::note_message(const turn::FiveTuple& client, Time now) {
  const std::lock_guard lock(mutex_);
  forget_old(now);
  Entry* const entry = find(client.client.ip, now);
  if (entry != nullptr) ++entry->seen.arrived[std::to_underlying(client.transport)];
}

void Watch::note_event(const turn::Event& event, Time now) {
  const std::string_view code = code_of(event);
  if (code.empty() && event.kind != Kind::allocated) return;
  const std::lock_guard lock(mutex_);
  Entry* const entry = find(event.client.client.ip, now);
  if (entry == nullptr) return;
  if (event.kind == Kind::allocated) {
    ++entry->seen.allocated[std::to_underlying(event.client.transport)];
    return;
  }
  add(entry->seen, {.code = code,
                    .transport = event.client.transport,
                    .detail = detail_of(event, code),
                    .peer = event.kind == Kind::peer_denied ? event.peer.ip.to_string() : "",
                    .last = now});
}

void Watch::note_tls_failure(const turn::FiveTuple& client, std::string_view why, Time now) {
  const std::lock_guard lock(mutex_);
  Entry* const entry = find(client.client.ip, now);
  if (entry == nullptr) return;
  add(entry->seen, {.code = "tls-failed",
                    .transport = turn::Transport::tls,
                    .detail = std::string(why.substr(0, max_detail)),
                    .peer = "",
                    .last = now});
}

Watch::Entry* Watch::find(const stun::IpAddress& address, Time now) {
  const auto found = std::ranges::find(entries_, turn::canonical(address), &Entry::address);
  return found == entries_.end() || found->asked + time < now ? nullptr : &*found;
}

void Watch::forget_old(Time now) {
  std::erase_if(entries_, [&](const Entry& entry) { return entry.asked + time < now; });
  watched_.store(entries_.size(), std::memory_order_relaxed);
}

void Watch::add(Seen& seen, Finding finding) {
  auto& findings = seen.findings;
  const auto same = std::ranges::find_if(findings, [&](const Finding& known) {
    return known.code == finding.code && known.transport == finding.transport &&
           known.detail == finding.detail && known.peer == finding.peer;
  });
  finding.count = 1;
  if (same != findings.end()) {
    finding.count += same->count;
    findings.erase(same);
  }
  if (findings.size() == max_findings) findings.erase(findings.begin());
  findings.push_back(std::move(finding));
}

}  // namespace relay
