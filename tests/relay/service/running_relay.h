// A relay service inside of the test, on ports of its own choice.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "relay/service.h"
#include "service/wire_client.h"

namespace relay::test {

class QuietSink : public observe::EventSink {
 public:
  bool wants_events() const override { return true; }
  void event(std::size_t worker, const turn::Event& event) override {
    const std::lock_guard lock(mutex_);
    events_.emplace_back(worker, event.kind);
  }
  void warn(std::string_view sentence) override {
    const std::lock_guard lock(mutex_);
    warnings_.emplace_back(sentence);
  }
  void debug(std::string_view sentence) override {
    const std::lock_guard lock(mutex_);
    debug_lines_.emplace_back(sentence);
  }

  /// All debug lines, each with a newline.
  std::string debug_text() {
    const std::lock_guard lock(mutex_);
    std::string text;
    for (const std::string& line : debug_lines_) text += line + "\n";
    return text;
  }

  std::vector<std::string> warnings() {
    const std::lock_guard lock(mutex_);
    return warnings_;
  }
  /// On which workers allocations were made, in order.
  std::vector<std::size_t> allocating_workers() { return workers_of(turn::Event::Kind::allocated); }
  /// The workers of all events of that kind.
  std::vector<std::size_t> workers_of(turn::Event::Kind wanted) {
    const std::lock_guard lock(mutex_);
    std::vector<std::size_t> workers;
    for (const auto& [worker, kind] : events_) {
      if (kind == wanted) workers.push_back(worker);
    }
    return workers;
  }

 private:
  std::mutex mutex_;
  std::vector<std::pair<std::size_t, turn::Event::Kind>> events_;
  std::vector<std::string> warnings_;
  std::vector<std::string> debug_lines_;
};

/// One worker on 127.0.0.1 that relays to loopback peers, unless `change` says otherwise.
Plan test_plan(const std::function<void(Settings&)>& change = {});

/// A certificate for 127.0.0.1, made once for all tests.
const net::tls::SharedContext& test_certificate();

struct RunningRelay {
  explicit RunningRelay(const std::function<void(Settings&)>& change = {});

  TransportAddress server(turn::Transport transport) const {
    return transport == turn::Transport::udp    ? service->udp_listeners().front()
           : transport == turn::Transport::tcp  ? service->tcp_listeners().front()
           : transport == turn::Transport::dtls ? service->dtls_listeners().front()
                                                : service->tls_listeners().front();
  }
  WireClient client(turn::Transport transport) const {
    return WireClient(transport, server(transport));
  }

  QuietSink sink;
  std::unique_ptr<Service> service;
};

}  // namespace relay::test
