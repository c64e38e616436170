// Any bytes as a STUN message: read them, decode every attribute as everything, verify, and write
// what was read again. What comes out must be what went in; the sanitizers watch the bounds.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <vector>

#include "stun/attributes.h"
#include "stun/binding.h"
#include "stun/fingerprint.h"
#include "stun/integrity.h"
#include "stun/message_builder.h"
#include "stun/message_view.h"

namespace stun {
namespace {

void require(bool consistent) {
  if (!consistent) std::abort();
}

const IntegrityKey key(as_bytes("a key for goldens"));

/// One attribute alone, written by `write`, with the transaction id of `message`.
template <class Write>
std::vector<std::byte> value_written(const MessageView& message, std::size_t size, Write write) {
  std::vector<std::byte> buffer(header_size + attribute_header_size + padded(size));
  MessageBuilder builder(buffer, message.type(), message.transaction_id());
  write(builder);
  require(builder.finish().has_value());
  const auto attribute = MessageView::parse(buffer)->attributes().next();
  return {attribute->value.begin(), attribute->value.end()};
}

/// Whether `a` and `b` are the same from the byte `at` on.
bool same_from(std::size_t at, Bytes a, Bytes b) {
  return std::ranges::equal(a.subspan(at), b.subspan(at));
}

void check_decoders(const MessageView& message, const Attribute& attribute) {
  const Bytes value = attribute.value;
  if (const auto address = decode_xor_address(value, message.transaction_id())) {
    require(same_from(1, value, value_written(message, value.size(), [&](auto& builder) {
                        builder.add_xor_address(attribute.type, *address);
                      })));
    require(TransportAddress::parse(address->to_string()) == address);
  }
  if (const auto address = decode_address(value)) {
    require(same_from(1, value, value_written(message, value.size(), [&](auto& builder) {
                        builder.add_address(attribute.type, *address);
                      })));
  }
  if (const auto error = decode_error_code(value)) {
    require(same_from(3, value, value_written(message, value.size(), [&](auto& builder) {
                        builder.add_error_code(error->code, error->reason);
                      })));
  }
  require(decode_u32(value).has_value() == (value.size() == 4));
  require(decode_leading_u8(value).has_value() == (value.size() == 4));
  require(decode_text(value, max_realm).has_value() == (value.size() <= max_realm));
  decode_password_algorithm(value);
  for (Bytes rest = value; next_password_algorithm(rest);) require(rest.size() < value.size());
}

/// Attributes come in order, lie within the message, and are found by their type, the first first.
void check_walk(const MessageView& message) {
  std::size_t end = header_size;
  auto walk = message.attributes();
  while (const auto attribute = walk.next()) {
    require(attribute->offset >= end);
    end = attribute->offset + attribute_header_size + padded(attribute->value.size());
    require(end <= message.bytes().size());
    require(attribute->value.data() ==
            message.bytes().data() + attribute->offset + attribute_header_size);
    require(message.find(attribute->type)->offset <= attribute->offset);
    if (end < header_size + 4096) check_decoders(message, *attribute);
  }
}

/// What counts of the message, written anew.
std::vector<std::byte> rebuilt(const MessageView& message) {
  std::vector<std::byte> buffer(message.bytes().size());
  MessageBuilder builder(buffer, message.type(), message.transaction_id());
  auto walk = message.attributes();
  while (const auto attribute = walk.next()) builder.add(attribute->type, attribute->value);
  require(builder.finish().has_value());
  buffer.resize(builder.finish()->size());
  return buffer;
}

void check_rebuilt(const MessageView& message) {
  const auto bytes = rebuilt(message);
  const auto copy = MessageView::parse(bytes);
  require(copy.has_value());
  require(copy->type() == message.type());
  require(copy->transaction_id() == message.transaction_id());
  auto ours = copy->attributes();
  auto theirs = message.attributes();
  while (const auto attribute = theirs.next()) {
    const auto same = ours.next();
    require(same && same->type == attribute->type);
    require(std::ranges::equal(same->value, attribute->value));
  }
  require(!ours.next());
}

/// The message with what a sender appends last, if it has none of it; all of it must hold.
void check_signed(const MessageView& message) {
  verify_integrity(message, key);
  verify_integrity_sha256(message, key);
  verify_fingerprint(message);
  if (message.has(AttributeType::message_integrity) || message.has(AttributeType::fingerprint) ||
      message.has(AttributeType::message_integrity_sha256) || message.bytes().size() > 0xff00) {
    return;
  }
  std::vector<std::byte> buffer(message.bytes().size() + 24 + 36 + 8);
  MessageBuilder builder(buffer, message.type(), message.transaction_id());
  auto walk = message.attributes();
  while (const auto attribute = walk.next()) builder.add(attribute->type, attribute->value);
  builder.add_integrity(key);
  builder.add_integrity_sha256(key);
  builder.add_fingerprint();
  const auto copy = MessageView::parse(builder.finish().value());
  require(copy && verify_integrity(*copy, key) && verify_integrity_sha256(*copy, key) &&
          verify_fingerprint(*copy));
}

void check_binding(const MessageView& message) {
  const TransportAddress client{IpAddress::v6({0x20, 0x01, 0x0d, 0xb8}), 3478};
  std::vector<std::byte> buffer(200);
  const auto answer =
      answer_binding(message, client, {.mapped_address_too = true, .reason_phrases = true}, buffer);
  require(answer.has_value());
  const auto read = MessageView::parse(*answer);
  require(read && read->transaction_id() == message.transaction_id());
  require(read->has(AttributeType::error_code) == (read->message_class() == Class::error));
  require(verify_fingerprint(*read) == message.has(AttributeType::fingerprint));
}

void check_message(Bytes bytes) {
  const auto message = MessageView::parse(bytes);
  if (!message) return;
  check_walk(*message);
  check_rebuilt(*message);
  check_signed(*message);
  check_binding(*message);
}

}  // namespace
}  // namespace stun

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  stun::check_message(std::as_bytes(std::span(data, size)));
  return 0;
}
