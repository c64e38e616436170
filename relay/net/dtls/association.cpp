#include "relay/net/dtls/association.h"

#include <openssl/err.h>
#include <sys/time.h>

#include <algorithm>
#include <cassert>
#include <cstring>

#include "relay/net/dtls/client_hello.h"

namespace relay::net::dtls {
namespace {

using AddressPointer = std::unique_ptr<BIO_ADDR, tls::Release<BIO_ADDR_free>>;

}  // namespace

std::unique_ptr<Association> Association::begin(tls::SslPointer ssl, Workspace& workspace) {
  tls::BioPointer bio = workspace.new_bio();
  if (!ssl || !bio) {
    ERR_clear_error();
    return nullptr;
  }
  SSL_set_bio(ssl.get(), bio.get(), bio.get());  // It owns the BIO from now on.
  bio.release();
  SSL_set_accept_state(ssl.get());
  SSL_set_options(ssl.get(), SSL_OP_NO_QUERY_MTU);
  SSL_set_mtu(ssl.get(), handshake_mtu);
  return std::unique_ptr<Association>(new Association(std::move(ssl), workspace));
}

/// OpenSSL's own look at the cookie finds it right (Context says so); what counts is that it goes
/// on with the sequence numbers of a client that was asked for one.
Association::Input Association::accept(const Record& record) {
  const auto hello = parse_client_hello(record);
  const AddressPointer nowhere(BIO_ADDR_new());
  if (!hello || !nowhere) return {.plain = {}, .ended = true, .failure = "no ClientHello"};
  std::ranges::copy(hello->random, random_.begin());
  ERR_clear_error();
  workspace_.input_ = record.bytes;
  if (DTLSv1_listen(ssl_.get(), nowhere.get()) != 1) {
    workspace_.input_ = {};
    return {.plain = {}, .ended = true, .failure = tls::take_errors("unfit ClientHello")};
  }
  return step();
}

Association::Input Association::read(const Record& record) {
  ERR_clear_error();  // SSL_get_error() judges by the queue, too.
  workspace_.input_ = record.bytes;
  return step();
}

/// One record holds plain bytes at most once; a handshake goes as far as it can.
Association::Input Association::step() {
  assert(workspace_.can_read());
  has_buffers_ = true;
  std::byte* const plain = workspace_.plain_.get() + workspace_.plain_used_;
  Input input;
  const int count = SSL_read(ssl_.get(), plain, max_plain);
  workspace_.input_ = {};
  if (count > 0) {
    input.plain = {plain, static_cast<std::size_t>(count)};
    workspace_.plain_used_ += input.plain.size();
    return input;
  }
  const int reason = SSL_get_error(ssl_.get(), count);
  input.ended = reason != SSL_ERROR_WANT_READ;
  if (input.ended && reason != SSL_ERROR_ZERO_RETURN) {
    input.failure = tls::take_errors("the association cannot go on");
  }
  return input;
}

bool Association::write(stun::Bytes header, stun::Bytes payload, std::size_t padding) {
  const std::size_t size = header.size() + payload.size() + padding;
  if (size == 0 || size > max_plain || !is_established()) return false;
  if (!has_buffers_ && SSL_alloc_buffers(ssl_.get()) != 1) return false;
  has_buffers_ = true;
  std::byte* end = std::ranges::copy(header, workspace_.message_.get()).out;
  end = std::ranges::copy(payload, end).out;
  std::fill_n(end, padding, std::byte{});
  if (SSL_write(ssl_.get(), workspace_.message_.get(), static_cast<int>(size)) > 0) return true;
  ERR_clear_error();
  return false;
}

void Association::close() {
  if (is_established()) {
    if (!has_buffers_) SSL_alloc_buffers(ssl_.get());
    SSL_shutdown(ssl_.get());
  }
  ERR_clear_error();
}

bool Association::began_with(stun::Bytes random) const {
  return std::ranges::equal(random, random_);
}

std::optional<std::chrono::microseconds> Association::until_repetition() const {
  timeval left{};
  if (DTLSv1_get_timeout(ssl_.get(), &left) != 1) return std::nullopt;
  return std::chrono::seconds(left.tv_sec) + std::chrono::microseconds(left.tv_usec);
}

bool Association::repeat() {
  ERR_clear_error();
  const bool goes_on = DTLSv1_handle_timeout(ssl_.get()) >= 0;
  ERR_clear_error();
  return goes_on;
}

void Association::release_buffers() {
  if (has_buffers_ && is_established()) has_buffers_ = SSL_free_buffers(ssl_.get()) != 1;
}

std::string Association::description() const {
  return std::string(SSL_get_version(ssl_.get())) + " " + SSL_get_cipher_name(ssl_.get());
}

}  // namespace relay::net::dtls
