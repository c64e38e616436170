// Where the TLS engines of one worker work, one at a time: what comes in, what goes out, and the
// record in the making. An idle connection holds no buffer of its own. Outlives its engines; one
// worker owns it.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "relay/net/tls/openssl.h"
#include "stun/byte_order.h"

namespace relay::net::tls {

class Workspace {
 public:
  /// Plain bytes of one record (RFC 8446 5.1).
  static constexpr std::size_t max_record = 16 * 1024;
  /// What one call of Engine::read() may be given: what was received at once, and a few bytes that
  /// came before.
  static constexpr std::size_t max_input = 64 * 1024 + 16;

  Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  /// What the engine that works now wants sent, in order.
  stun::Bytes output() const { return output_; }
  void clear_output();

 private:
  friend class Engine;
  /// The input, and the rest of a record that began earlier.
  static constexpr std::size_t plain_size = max_input + max_record + 1024;

  BioPointer new_bio();
  static int on_read(BIO* bio, char* bytes, int size);
  static int on_write(BIO* bio, const char* bytes, int size);
  static long on_control(BIO* bio, int command, long number, void* pointer);

  BioMethodPointer method_;
  stun::Bytes input_;  // OpenSSL has not read it yet
  std::vector<std::byte> output_;
  std::unique_ptr<std::byte[]> plain_, record_;
  std::size_t gathered_ = 0;  // bytes of record_
};

}  // namespace relay::net::tls
