// An HTTP client of a test, plain or in TLS: sends what it is told, byte by byte if need be, and
// takes answers apart. Every wait has a deadline; when it passes, the test fails there.
#pragma once

#include <string>

#include "service/wire_client.h"

namespace relay::test {

struct HttpAnswer {
  int status = 0;
  std::string head;
  std::string content;
};

class HttpClient {
 public:
  /// `protocol` goes into ALPN; empty: none. Without TLS it is not used.
  HttpClient(turn::Transport transport, const TransportAddress& server,
             const std::string& protocol = "http/1.1");

  void send(std::string_view text);
  /// The next answer; with `no_content`, one to HEAD.
  HttpAnswer receive(bool no_content = false);
  HttpAnswer get(const std::string& path, const std::string& more_fields = "");
  /// So many of the next bytes, whatever they are.
  std::string take(std::size_t size);
  /// What is left to read until the server closes.
  std::string read_to_end();
  bool is_tls() const { return ssl_ != nullptr; }

 private:
  /// False: the connection has ended.
  bool read_some();

  net::FileDescriptor fd_;
  net::tls::SslPointer ssl_;
  std::string received_;
};

}  // namespace relay::test
