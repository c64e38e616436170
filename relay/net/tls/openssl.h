// OpenSSL's objects with an owner each, and its queue of errors in words.
#pragma once

#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>

#include <memory>
#include <string>

namespace relay::net::tls {

template <auto release>
struct Release {
  template <typename T>
  void operator()(T* object) const {
    release(object);
  }
};

using SslPointer = std::unique_ptr<SSL, Release<SSL_free>>;
using SslContextPointer = std::unique_ptr<SSL_CTX, Release<SSL_CTX_free>>;
using BioPointer = std::unique_ptr<BIO, Release<BIO_free_all>>;
using BioMethodPointer = std::unique_ptr<BIO_METHOD, Release<BIO_meth_free>>;
using X509Pointer = std::unique_ptr<X509, Release<X509_free>>;
using KeyPointer = std::unique_ptr<EVP_PKEY, Release<EVP_PKEY_free>>;

/// The queued errors of this thread, joined; `otherwise` when there is none. Empties the queue.
std::string take_errors(const std::string& otherwise);

}  // namespace relay::net::tls
