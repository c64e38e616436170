#include "relay/options/suggest.h"

#include <algorithm>
#include <vector>

#include "relay/options/table.h"

namespace relay::options {

std::size_t edit_distance(std::string_view a, std::string_view b) {
  // Three rows of the classic table: the swap of neighbours looks two rows back.
  std::vector<std::size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    before_last.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

std::string_view nearest_option(std::string_view written) {
  written.remove_prefix(std::min(written.find_first_not_of('-'), written.size()));
  if (written.size() == 1) {
    const Option* option = find_option(written[0]);
    return option ? option->name : std::string_view();
  }
  if (written.size() > 64) return {};
  // A third of the letters may be wrong; more, and the advice would be noise.
  std::size_t nearest = std::max<std::size_t>(1, written.size() / 3) + 1;
  std::string_view name;
  for (const Group& group : groups()) {
    for (const Option& option : group.options) {
      if (option.name.empty() || option.state == State::removed) continue;
      // Every letter more or less is an edit.
      const std::size_t longer = std::max(written.size(), option.name.size());
      if (longer - std::min(written.size(), option.name.size()) >= nearest) continue;
      const std::size_t distance = edit_distance(written, option.name);
      if (distance < nearest) {
        nearest = distance;
        name = option.name;
      }
    }
  }
  return name;
}

}  // namespace relay::options
