// Two workers' HTTP without their threads, which take turns in the test's own, and an Inbox that
// writes down what arrives.
#pragma once

#include <sys/socket.h>

#include <algorithm>
#include <array>
#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "relay/streams.h"
#include "tests/support/web_socket_frames.h"

namespace relay::test {

using signaling::ConnectionId, signaling::RequestId;

struct NoReader final : StreamReader {
  void on_proxy_refused(const turn::TransportAddress&, std::string_view) override {}
  void on_stream_message(const turn::FiveTuple&, turn::Frame::Kind, stun::Bytes) override {}
  void on_stream_pause() override {}
  void on_stream_end(const turn::FiveTuple&) override {}
  void on_stream_departure(net::StreamRemains, const StreamDestination&, stun::Bytes) override {}
  bool has_allocation(const turn::FiveTuple&, turn::Time) override { return false; }
  void on_stream_count(std::size_t) override {}
  void on_tls(const turn::FiveTuple&, bool, std::string_view) override {}
};

/// Writes down what arrives.
struct Book final : signaling::Inbox {
  void on_open(ConnectionId id, const signaling::Arrival& arrival, signaling::Time) override {
    opened.push_back(id);
    client = arrival.client;
    dialect = arrival.dialect;
    secure = arrival.secure;
  }
  void on_text(ConnectionId, std::string_view text, signaling::Time) override {
    texts.emplace_back(text);
  }
  void on_text_refused(ConnectionId, signaling::Time) override { ++refused; }
  void on_close(ConnectionId id, signaling::Time) override { closed.push_back(id); }
  bool on_request(RequestId id, const http::Request& request, signaling::Time) override {
    if (!request.head.path().starts_with("/join/")) return false;
    requests.emplace_back(id);
    contents.emplace_back(request.content);
    return true;
  }
  void on_time(signaling::Time) override {}

  std::vector<ConnectionId> opened, closed;
  std::vector<std::string> texts, contents;
  std::vector<RequestId> requests;
  int refused = 0;
  stun::IpAddress client;
  signaling::Dialect dialect{};
  bool secure = false;
};

struct OneWorker {
  OneWorker(http::House& house, const StreamLimits& limits)
      : streams(limits, reactor, reader, counters, house, nullptr) {
    streams.doors().set_inbox(&book);
  }
  /// Everybody who has something to say has a turn.
  void serve() {
    reactor.post([] {});  // so that it need not wait
    reactor.run([this] {
      streams.end_round();
      reactor.stop();
    });
  }
  Reactor reactor;
  NoReader reader;
  net::DatagramCounters counters;
  Streams streams;
  Book book;
};

/// The client's end of a connection.
class Guest {
 public:
  explicit Guest(net::FileDescriptor fd) : fd_(std::move(fd)) {}
  void send(std::string_view bytes) const {
    REQUIRE(::send(fd_.number(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
            static_cast<ssize_t>(bytes.size()));
  }
  /// All that is there now.
  std::string read() const {
    std::string all;
    std::array<char, 65536> bytes;
    for (;;) {
      const ssize_t size = ::recv(fd_.number(), bytes.data(), bytes.size(), MSG_DONTWAIT);
      if (size <= 0) return all;
      all.append(bytes.data(), static_cast<std::size_t>(size));
    }
  }
  bool has_ended() const {
    char byte = 0;
    return ::recv(fd_.number(), &byte, 1, MSG_DONTWAIT | MSG_PEEK) == 0;
  }
  void close() { fd_.close(); }

 private:
  net::FileDescriptor fd_;
};

struct HouseBench {
  explicit HouseBench(http::HouseRules rules = {}, const StreamLimits& limits = {})
      : house(std::move(rules), [] { return std::string(); }) {
    for (int i = 0; i < 2; ++i) workers.push_back(std::make_unique<OneWorker>(house, limits));
  }
  Guest connect(std::size_t worker = 0, const std::string& from = "203.0.113.7",
                net::Entrance entrance = net::Entrance::pages) {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
    const turn::FiveTuple client{{*stun::IpAddress::parse(from), next_port++},
                                 {*stun::IpAddress::parse("192.0.2.1"), 8099},
                                 turn::Transport::tcp};
    workers[worker]->streams.on_accept(net::FileDescriptor(ends[1]), client, entrance);
    return Guest(net::FileDescriptor(ends[0]));
  }
  void serve() {
    for (int round = 0; round < 3; ++round) {
      for (const auto& worker : workers) worker->serve();
    }
  }
  void pass(std::chrono::milliseconds time) {
    now = std::max(now, std::chrono::steady_clock::now()) + time;
    for (const auto& worker : workers) worker->streams.sweep(now);
    serve();
  }
  /// A WebSocket of the first worker, its handshake done.
  Guest web_socket(const std::string& path = "/ws", const std::string& from = "203.0.113.7") {
    Guest guest = connect(0, from);
    guest.send(opening(path));
    serve();
    REQUIRE(guest.read().starts_with("HTTP/1.1 101 "));
    return guest;
  }
  static std::string opening(const std::string& path, const std::string& more = "") {
    return "GET " + path +
           " HTTP/1.1\r\nHost: box.example:8099\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
           "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
           more + "\r\n";
  }
  Book& book(std::size_t worker = 0) { return workers[worker]->book; }
  http::Doorkeeper& door(std::size_t worker = 0) { return workers[worker]->streams.doors(); }

  http::House house;
  std::vector<std::unique_ptr<OneWorker>> workers;
  std::uint16_t next_port = 1024;
  turn::Time now = std::chrono::steady_clock::now();
};

inline signaling::Text text_of(std::string text) {
  return std::make_shared<const std::string>(std::move(text));
}

/// Of an unmasked frame that is no longer than 125 bytes.
inline std::string plain_frame(Opcode opcode, const std::string& payload) {
  return frame(opcode, payload, {.is_masked = false});
}

inline std::string close_frame(std::uint16_t code, const std::string& reason = "") {
  return plain_frame(
      Opcode::close,
      std::string{static_cast<char>(code >> 8), static_cast<char>(code & 0xff)} + reason);
}

}  // namespace relay::test
