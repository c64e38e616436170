#include "relay/signaling/frame.h"

#include <array>
#include <nlohmann/json.hpp>
#include <utility>

namespace relay::signaling {
namespace {

constexpr std::array<std::pair<std::string_view, Field Frame::*>, 7> wanted{{
    {"cmd", &Frame::cmd},
    {"roomId", &Frame::room_id},
    {"uid", &Frame::uid},
    {"remoteUid", &Frame::remote_uid},
    {"roomid", &Frame::roomid},
    {"clientid", &Frame::clientid},
    {"msg", &Frame::msg},
}};

/// What nlohmann's parser calls as it goes; false ends the parse.
class Reader {
 public:
  using number_integer_t = nlohmann::json::number_integer_t;
  using number_unsigned_t = nlohmann::json::number_unsigned_t;
  using number_float_t = nlohmann::json::number_float_t;
  using string_t = nlohmann::json::string_t;
  using binary_t = nlohmann::json::binary_t;

  Frame frame;

  bool null() { return other(); }
  bool boolean(bool) { return other(); }
  bool number_integer(number_integer_t value) { return number(std::to_string(value)); }
  bool number_unsigned(number_unsigned_t value) { return number(std::to_string(value)); }
  bool number_float(number_float_t, const string_t& token) { return number(token); }
  bool string(string_t& value) { return give(Field::Kind::text, std::move(value)); }
  bool binary(binary_t&) { return false; }
  bool start_object(std::size_t) { return enter(); }
  bool start_array(std::size_t) { return depth_ != 0 && enter(); }
  bool end_object() { return leave(); }
  bool end_array() { return leave(); }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception&) {
    return false;
  }

  bool key(string_t& name) {
    field_ = nullptr;
    if (depth_ != 1) return true;
    for (const auto& [key_name, member] : wanted) {
      if (name == key_name) field_ = &(frame.*member);
    }
    return field_ == nullptr || field_->is_absent();
  }

 private:
  bool other() { return give(Field::Kind::other, {}); }
  bool number(std::string token) { return give(Field::Kind::number, std::move(token)); }

  bool give(Field::Kind kind, std::string value) {
    if (depth_ == 0) return false;  // The whole is no object.
    if (depth_ == 1 && field_ != nullptr) *field_ = {.kind = kind, .value = std::move(value)};
    return true;
  }

  bool enter() {
    if (depth_ == 1) other();
    return ++depth_ <= Frame::max_depth;
  }

  bool leave() {
    --depth_;
    return true;
  }

  std::size_t depth_ = 0;
  Field* field_ = nullptr;  // that the value at hand belongs to
};

}  // namespace

std::optional<Name> Field::name() const {
  if (kind == Kind::text) return Name::parse(value);
  if (kind == Kind::number) return Name::parse_number(value);
  return std::nullopt;
}

std::optional<Frame> parse_frame(std::string_view text) {
  Reader reader;
  if (!nlohmann::json::sax_parse(text, &reader)) return std::nullopt;
  return std::move(reader.frame);
}

}  // namespace relay::signaling
