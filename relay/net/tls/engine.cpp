#include "relay/net/tls/engine.h"

#include <openssl/err.h>

#include <algorithm>
#include <cassert>
#include <cstring>
#include <utility>

namespace relay::net::tls {

std::unique_ptr<Engine> Engine::begin(SslPointer ssl, Workspace& workspace) {
  if (ssl) SSL_set_accept_state(ssl.get());
  return resume(std::move(ssl), workspace);
}

std::unique_ptr<Engine> Engine::resume(SslPointer ssl, Workspace& workspace) {
  BioPointer bio = workspace.new_bio();
  if (!ssl || !bio) {
    ERR_clear_error();
    return nullptr;
  }
  SSL_set_bio(ssl.get(), bio.get(), bio.get());  // It owns the BIO from now on.
  bio.release();
  return std::unique_ptr<Engine>(new Engine(std::move(ssl), workspace));
}

SslPointer Engine::release() {
  SSL_set_bio(ssl_.get(), nullptr, nullptr);  // It belongs to this worker.
  return std::move(ssl_);
}

Engine::Input Engine::read(stun::Bytes ciphertext) {
  assert(ciphertext.size() <= Workspace::max_input);
  ERR_clear_error();  // SSL_get_error() judges by the queue, too.
  workspace_.input_ = ciphertext;
  Input input;
  std::size_t filled = 0;
  for (;;) {
    const int count = SSL_read(ssl_.get(), workspace_.plain_.get() + filled,
                               static_cast<int>(Workspace::plain_size - filled));
    if (count <= 0) {
      const int reason = SSL_get_error(ssl_.get(), count);
      input.ended = reason != SSL_ERROR_WANT_READ;
      if (input.ended && reason != SSL_ERROR_ZERO_RETURN) {
        input.failure = take_errors("the connection cannot go on");
      }
      break;
    }
    filled += static_cast<std::size_t>(count);
    assert(filled < Workspace::plain_size);
  }
  workspace_.input_ = {};
  input.plain = stun::Bytes(workspace_.plain_.get(), filled);
  return input;
}

void Engine::append(stun::Bytes plain) {
  while (!plain.empty()) {
    const std::size_t count = std::min(plain.size(), Workspace::max_record - workspace_.gathered_);
    std::memcpy(workspace_.record_.get() + workspace_.gathered_, plain.data(), count);
    workspace_.gathered_ += count;
    plain = plain.subspan(count);
    if (workspace_.gathered_ == Workspace::max_record) seal();
  }
}

void Engine::seal() {
  if (workspace_.gathered_ == 0) return;
  const auto size = static_cast<int>(std::exchange(workspace_.gathered_, 0));
  // The output takes everything, so it fails only after an alert; reading tells of that.
  if (SSL_write(ssl_.get(), workspace_.record_.get(), size) <= 0) ERR_clear_error();
}

void Engine::close() {
  if (SSL_in_init(ssl_.get()) == 0) SSL_shutdown(ssl_.get());
  ERR_clear_error();
}

std::string_view Engine::protocol() const {
  const unsigned char* name = nullptr;
  unsigned size = 0;
  SSL_get0_alpn_selected(ssl_.get(), &name, &size);
  return {reinterpret_cast<const char*>(name), size};
}

std::string Engine::description() const {
  return std::string(SSL_get_version(ssl_.get())) + " " + SSL_get_cipher_name(ssl_.get());
}

}  // namespace relay::net::tls
