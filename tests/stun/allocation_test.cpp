// Nothing here takes memory from the heap, neither our code nor OpenSSL's: whoever sends a message
// is unknown until its integrity has been checked.
#include <openssl/crypto.h>

#include <catch2/catch.hpp>
#include <vector>

#include "stun/binding.h"
#include "stun/fingerprint.h"
#include "stun/integrity.h"
#include "stun/message_builder.h"
#include "tests/support/heap_count.h"
#include "tests/support/hex.h"
#include "tests/vectors/rfc5769.h"
#include "tests/vectors/rfc8489.h"

namespace stun {
namespace {

using support::heap_allocations;

TEST_CASE("the allocations of this test are counted", "[stun]") {
  REQUIRE(support::openssl_heap_is_counted());
  const auto before = heap_allocations();
  ::operator delete(::operator new(1));
  const auto ours = heap_allocations() - before;
  OPENSSL_free(OPENSSL_malloc(1));
  const auto both = heap_allocations() - before;
  CHECK(ours == 1);
  CHECK(both == 2);
}

TEST_CASE("reading, verifying and answering take nothing from the heap", "[stun]") {
  const auto request = support::from_hex(vectors::rfc5769::request);
  const auto sha256_request = support::from_hex(vectors::rfc8489::request);
  const auto client = *TransportAddress::parse("192.0.2.1:32853");
  std::vector<std::byte> buffer(200);

  const auto before = heap_allocations();
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
  const auto taken = heap_allocations() - before;

  CHECK(taken == 0);
  CHECK_FALSE(integrity);
  CHECK_FALSE(integrity_sha256);
  CHECK(fingerprint);
  CHECK(answered);
  CHECK(built);
}

}  // namespace
}  // namespace stun
