// One JSON object as clients send it, of which only a few keys at its top count: those that say
// what is wanted, by whom and for whom. Everything else is skipped, whatever it is, and reaches
// others in the bytes in which it came.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "relay/signaling/name.h"

namespace relay::signaling {

/// The value of one key.
struct Field {
  enum class Kind : std::uint8_t { absent, text, number, other };

  bool is_absent() const { return kind == Kind::absent; }
  /// Nothing: it cannot be a name, or there is none.
  std::optional<Name> name() const;

  Kind kind = Kind::absent;
  std::string value;  // of a text what it says, of a number its token
};

struct Frame {
  /// Objects and arrays within each other.
  static constexpr std::size_t max_depth = 64;

  Field cmd;
  Field room_id, uid, remote_uid;  // of the course: roomId, uid, remoteUid
  Field roomid, clientid, msg;     // of AppRTC
};

/// Nothing: it is no JSON object, is nested too deeply, or says one of the keys above twice, which
/// two parsers might read differently.
std::optional<Frame> parse_frame(std::string_view text);

}  // namespace relay::signaling
