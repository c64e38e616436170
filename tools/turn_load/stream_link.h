// A client's TCP connection to the server, with or without TLS. What arrives is cut into messages;
// what leaves is gathered and written in as few calls as the socket takes. While more waits than
// a quarter of a megabyte, media is refused: the server reads too slowly.
#pragma once

#include <vector>

#include "tools/turn_load/link.h"

namespace turn_load {

class StreamLink final : public Link {
 public:
  /// `route` must outlive the link.
  StreamLink(const Route& route, const stun::IpAddress& local);

  int fd() const override { return socket_.number(); }
  bool is_open() const override { return state_ == State::open; }
  void advance() override;
  bool wants_write() const override { return state_ != State::open || written_ < waiting_.size(); }
  void send(Bytes message) override;
  std::size_t send_train(Bytes train, std::size_t segment) override;
  void receive(MessageSink& sink) override;

 private:
  enum class State : std::uint8_t { connecting, securing, open, broken };
  static constexpr std::size_t max_waiting = 256 * 1024;

  void begin_connecting(const stun::IpAddress& local);
  void finish_connecting();
  void secure();
  void flush();
  /// Bytes written or read; 0: not now, or never when the link broke.
  std::size_t write_some(Bytes bytes);
  std::size_t read_some(std::span<std::byte> bytes);
  std::size_t checked(ssize_t result);
  std::size_t checked_tls(int result);
  void cut(MessageSink& sink);
  void fail(int error);
  void fail(std::string sentence);

  const Route& route_;
  relay::net::FileDescriptor socket_;
  TlsConnection tls_;
  State state_ = State::connecting;
  std::vector<std::byte> waiting_;  // to be written, from written_ on
  std::size_t written_ = 0;
  std::vector<std::byte> arrived_;  // no whole message at its end
};

}  // namespace turn_load
