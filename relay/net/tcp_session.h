// The bytes of one client on a TCP connection, in TLS or not as its first byte tells: hands what
// arrives to the protocol that is spoken there, writes what it is sent. A client that reads slowly
// costs a bounded amount of memory and nobody else's time: relayed data is dropped when too much
// waits, answers still queue, and beyond a second bound the connection ends. One worker owns it.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "relay/net/file_descriptor.h"
#include "relay/net/proxy_header.h"
#include "relay/net/stream_protocol.h"
#include "relay/net/tls/engine.h"
#include "relay/reactor.h"
#include "turn/types.h"

namespace relay::net {

/// Who a session belongs to.
class StreamOwner {
 public:
  /// The connection is over; called once. The session is still in use: forget it later.
  virtual void on_stream_end(TcpSession& session) = 0;
  /// Where sessions read into, one at a time.
  virtual std::span<std::byte> stream_buffer() = 0;

  /// What the PROXY header says that this session is to begin with. False: it is not served.
  virtual bool on_proxy_header(TcpSession& session, const ProxyHeader& header) = 0;
  /// Why the connection ends instead.
  virtual void on_proxy_failure(TcpSession& session, ProxyRefusal reason) = 0;
  /// What is spoken, now that the first bytes are there, which are one at least; after TLS, if
  /// there is any. Null: nothing that is served here.
  virtual std::unique_ptr<StreamProtocol> begin_protocol(TcpSession& session,
                                                         stun::Bytes first) = 0;
  /// The client begins TLS: what it is served with, or nothing. The client's five-tuple says TLS
  /// from then on.
  virtual std::unique_ptr<tls::Engine> begin_tls(TcpSession& session) = 0;
  /// Bytes of an established session, or its end, can be read: read() is to be called in this
  /// round of the worker.
  virtual void on_readable(TcpSession& session) = 0;
  /// Handshakes are long work. False: enough of it was done in this round of the worker.
  virtual bool may_shake_hands() = 0;
  /// A step of a handshake was done; whether it was the last.
  virtual void on_handshake(TcpSession& session, bool established) = 0;
  /// Why TLS ended when it was no orderly end.
  virtual void on_tls_failure(TcpSession& session, std::string_view reason) = 0;

 protected:
  ~StreamOwner() = default;
};

/// Empties a buffer; one that grew for one big message is given back.
void release_large(std::vector<std::byte>& buffer);

/// A message to a client in its three parts; `padding` zero bytes, at most 3.
struct StreamMessage {
  stun::Bytes header;
  stun::Bytes payload;
  std::size_t padding = 0;
  std::size_t size() const { return header.size() + payload.size() + padding; }
};

/// What of a session somebody else goes on with.
struct StreamRemains {
  FileDescriptor socket;
  turn::FiveTuple client;
  std::unique_ptr<tls::Engine> tls;  // null: there is none
  std::vector<std::byte> unsent;     // goes out first, as it is
};

class TcpSession final : public Watched {
 public:
  /// Relayed data waiting for a slow reader; more is dropped.
  static constexpr std::size_t max_waiting_data = 256 * 1024;
  /// Anything waiting for a slow reader; more ends the connection.
  static constexpr std::size_t max_waiting = 512 * 1024;
  /// Messages in one call of send().
  static constexpr std::size_t max_messages = 64;

  TcpSession(Reactor& reactor, FileDescriptor socket, const turn::FiveTuple& client,
             StreamOwner& owner);
  ~TcpSession();
  TcpSession(const TcpSession&) = delete;
  TcpSession& operator=(const TcpSession&) = delete;

  /// Goes on where another session was released; the engine works for this worker.
  TcpSession(Reactor& reactor, StreamRemains remains, StreamOwner& owner);

  /// False: the kernel has no room to watch it.
  bool start();
  /// What comes first is a PROXY header. Call before start().
  void expect_proxy_header() { awaits_proxy_header_ = true; }
  /// Takes what has come, up to a share of it; after on_readable().
  void read();
  /// Bytes that came earlier, decrypted.
  void resume(stun::Bytes plain) { take(plain); }
  /// Ends the connection.
  void close();
  /// Ends it once all that was sent so far has left. Until the client closes its side, what it
  /// sends is thrown away: a reset would take the answer with it (RFC 9112 9.6-9).
  void finish();
  /// Ends the session, not its connection: the caller's from now on.
  StreamRemains release();
  bool is_open() const { return socket_.is_open(); }
  bool is_finishing() const { return is_finishing_; }

  const turn::FiveTuple& client() const { return client_; }
  void set_client(const turn::FiveTuple& client) { client_ = client; }
  const tls::Engine* tls() const { return tls_.get(); }

  /// Answers: queued when the client is slow.
  void send_control(stun::Bytes message);
  /// Relayed data, in order, at most max_messages. Gives how many were taken; the others are lost.
  std::size_t send_data(std::span<const StreamMessage> messages);

  /// Bytes that the kernel has not taken yet.
  std::size_t waiting() const { return pending_.size() - written_; }
  /// Whether something was sent that the client's host has not confirmed.
  bool has_unacknowledged() const;
  /// Has on_room() called soon, after others had their turn.
  void ask_for_room() { watch_for_room(true); }

  void on_ready(std::uint32_t events) override;

 private:
  bool read_some();
  void begin_or_take(stun::Bytes bytes);
  void begin(stun::Bytes bytes);
  bool take_proxy_header(stun::Bytes& bytes);
  void decrypt(stun::Bytes bytes);
  void take(stun::Bytes bytes);
  void end_output();

  std::size_t send(std::span<const StreamMessage> messages, std::size_t limit);
  std::size_t send_sealed(std::span<const StreamMessage> messages, std::size_t limit);
  void write_sealed();
  std::size_t try_write(std::span<const StreamMessage> messages);
  void queue(const StreamMessage& message, std::size_t skip);
  void write_pending();
  void watch_for_room(bool wanted);

  Reactor& reactor_;
  FileDescriptor socket_;
  turn::FiveTuple client_;
  StreamOwner& owner_;
  std::unique_ptr<tls::Engine> tls_;
  std::unique_ptr<StreamProtocol> protocol_;  // null: not known yet
  bool has_begun_ = false;                    // whether this is TLS is known
  bool awaits_proxy_header_ = false;
  bool wants_room_ = false;  // told when the client has read something
  bool is_finishing_ = false;
  std::vector<std::byte> opening_;  // the first bytes, until they tell
  std::vector<std::byte> pending_;  // [written_, size) waits for the client to read
  std::size_t written_ = 0;
};

}  // namespace relay::net
