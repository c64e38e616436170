// Nothing here takes memory from the heap, neither our code nor OpenSSL's: whoever sends a message
// is unknown until its integrity has been checked.
#include <openssl/crypto.h>

#include <catch2/catch.hpp>
#include <cstdlib>
#include <new>
#include <vector>

#include "stun/binding.h"
#include "stun/fingerprint.h"
#include "stun/integrity.h"
#include "stun/message_builder.h"
#include "tests/support/hex.h"
#include "tests/vectors/rfc5769.h"
#include "tests/vectors/rfc8489.h"

namespace {

int allocations = 0;

void* counted(std::size_t size) {
  ++allocations;
  return std::malloc(size);
}

// OpenSSL takes other allocators only before its first allocation.
const bool openssl_is_counted =
    CRYPTO_set_mem_functions([](std::size_t size, const char*, int) { return counted(size); },
                             [](void* memory, std::size_t size, const char*, int) {
                               ++allocations;
                               return std::realloc(memory, size);
                             },
                             [](void* memory, const char*, int) { std::free(memory); }) == 1;

}  // namespace

void* operator new(std::size_t size) {
  if (void* memory = counted(size)) return memory;
  throw std::bad_alloc();
}
void* operator new(std::size_t size, const std::nothrow_t&) noexcept { return counted(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }

namespace stun {
namespace {

TEST_CASE("the allocations of this test are counted", "[stun]") {
  REQUIRE(openssl_is_counted);
  const int before = allocations;
  ::operator delete(::operator new(1));
  const int ours = allocations - before;
  OPENSSL_free(OPENSSL_malloc(1));
  const int both = allocations - before;
  CHECK(ours == 1);
  CHECK(both == 2);
}

TEST_CASE("reading, verifying and answering take nothing from the heap", "[stun]") {
  const auto request = support::from_hex(vectors::rfc5769::request);
  const auto sha256_request = support::from_hex(vectors::rfc8489::request);
  const auto client = *TransportAddress::parse("192.0.2.1:32853");
  std::vector<std::byte> buffer(200);

  const int before = allocations;
  const auto message = MessageView::parse(request);
  const bool integrity = verify_integrity(*message, IntegrityKey(as_bytes("x")));
  const bool integrity_sha256 = verify_integrity_sha256(
      *MessageView::parse(sha256_request), long_term_key_sha256("user", "realm", "password"));
  const bool fingerprint = verify_fingerprint(*message);
  const auto key = long_term_key_md5("user", "realm", "password");
  const auto answered = answer_binding(*message, client, {}, buffer);
  MessageBuilder builder(buffer, {Method::allocate, Class::success}, message->transaction_id());
  builder.add_xor_address(AttributeType::xor_mapped_address, client);
  builder.add(AttributeType::userhash, user_hash("user", "realm"));
  builder.add_integrity(key);
  builder.add_integrity_sha256(key);
  builder.add_fingerprint();
  const bool built = builder.finish().has_value();
  const int taken = allocations - before;

  CHECK(taken == 0);
  CHECK_FALSE(integrity);
  CHECK_FALSE(integrity_sha256);
  CHECK(fingerprint);
  CHECK(answered);
  CHECK(built);
}

}  // namespace
}  // namespace stun
