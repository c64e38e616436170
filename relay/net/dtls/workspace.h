// Where the DTLS associations of one worker work, one at a time: the record that comes in, the
// plain bytes in it, and the datagrams that go out. An idle association holds no buffer of its own.
// Outlives its associations; one worker owns it.
#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <span>

#include "relay/net/dtls/record.h"
#include "relay/net/tls/openssl.h"
#include "stun/byte_order.h"

namespace relay::net::dtls {

class Workspace {
 public:
  Workspace();
  Workspace(const Workspace&) = delete;
  Workspace& operator=(const Workspace&) = delete;

  /// The datagrams that the last association at work wants sent, in order. Their bytes stay until
  /// clear_sealed().
  std::span<const stun::Bytes> output() const { return std::span(output_).first(output_count_); }
  void forget_output() { output_count_ = 0; }

  /// Whether there is room for the plain bytes of one more record, for the datagrams of one more
  /// step. Where not, clear first.
  bool can_read() const { return plain_size - plain_used_ >= max_plain; }
  bool can_seal() const { return sealed_size - sealed_used_ >= max_step; }
  /// What was given is gone.
  void clear_plain() { plain_used_ = 0; }
  void clear_sealed() { sealed_used_ = 0; }

 private:
  friend class Association;
  static constexpr std::size_t plain_size = 128 * 1024;
  static constexpr std::size_t sealed_size = 256 * 1024;
  /// The longest flight, or the biggest record: a certificate chain may take most of it.
  static constexpr std::size_t max_step = 64 * 1024;
  static constexpr std::size_t max_output = 64;

  tls::BioPointer new_bio();
  static int on_read(BIO* bio, char* bytes, int size);
  static int on_write(BIO* bio, const char* bytes, int size);
  static long on_control(BIO* bio, int command, long number, void* pointer);

  tls::BioMethodPointer method_;
  stun::Bytes input_;     // one record; OpenSSL has not read it yet
  bool peeking_ = false;  // reading leaves it there
  std::unique_ptr<std::byte[]> plain_, sealed_, message_;
  std::size_t plain_used_ = 0, sealed_used_ = 0;
  std::array<stun::Bytes, max_output> output_;
  std::size_t output_count_ = 0;
};

}  // namespace relay::net::dtls
