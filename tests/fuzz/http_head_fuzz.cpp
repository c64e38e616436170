// The parser of request heads: whatever comes, it answers within its bounds, what it hands out lies
// in its input, and it judges the whole as it judges the pieces.
#include <cstdlib>
#include <string_view>

#include "relay/http/request_head.h"

namespace {

using relay::http::RequestHead;

void require(bool holds) {
  if (!holds) std::abort();
}

bool lies_in(std::string_view part, std::string_view whole) {
  return part.empty() || part == "/" ||
         (part.data() >= whole.data() && part.data() + part.size() <= whole.data() + whole.size());
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto head = RequestHead::parse(text);
  if (!head) {
    const auto status = static_cast<unsigned>(head.error());
    require(status >= 400 && status < 600);
    return 0;
  }
  if (!*head) {
    require(size < RequestHead::max_size + 2);
    return 0;
  }
  const RequestHead& whole = **head;
  require(whole.size() >= 18 && whole.size() <= RequestHead::max_size + 2 && whole.size() <= size);
  require(lies_in(whole.path(), text) && lies_in(whole.query(), text) &&
          lies_in(whole.host(), text));
  require(!whole.path().empty());
  for (const auto& field : whole.fields()) {
    require(lies_in(field.name, text) && lies_in(field.value, text) && !field.name.empty());
    require(whole.value(field.name).has_value());
    whole.has_token(field.name, "close");
  }
  // What follows the head does not matter, and nothing is taken for a head before its end.
  const auto alone = RequestHead::parse(text.substr(0, whole.size()));
  require(alone && *alone && (*alone)->size() == whole.size());
  const auto beginning = RequestHead::parse(text.substr(0, whole.size() - 1));
  require(beginning && !*beginning);
  return 0;
}
