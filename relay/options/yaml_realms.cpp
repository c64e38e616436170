// The realms of turnserver.yaml as a map:
//
//     realms:
//       example.org:
//         origin: [https://www.example.org]
//         user: ["alice:correct-horse"]
//         user-quota: 10
//
// A key is the name of an option without its realm-; so the map becomes assignments like any other.
#include <fmt/format.h>
#include <yaml-cpp/yaml.h>

#include "relay/options/table.h"
#include "relay/options/yaml_reader.h"

namespace relay::options {

YamlReader::Outcome YamlReader::read_realms(const YAML::Node& realms) {
  for (const auto& entry : realms) {
    if (!entry.first.IsScalar() || entry.first.Scalar().empty() ||
        entry.first.Scalar().contains('=') || !entry.second.IsMap()) {
      return wrong(entry.first.Mark(), "write the name of a realm, and below it its settings");
    }
    for (const auto& setting : entry.second) {
      if (auto done = read_realm_setting(entry.first.Scalar(), setting.first, setting.second);
          !done) {
        return done;
      }
    }
  }
  return {};
}

YamlReader::Outcome YamlReader::read_realm_setting(const std::string& realm, const YAML::Node& key,
                                                   const YAML::Node& value) {
  const std::string written = key.IsScalar() ? key.Scalar() : std::string();
  const Option* const option = find_option("realm-" + written);
  if (option == nullptr) {
    return wrong(key.Mark(), fmt::format("\"{}\" is no setting of a realm; there are origin, user, "
                                         "auth-secret, user-quota, total-quota and max-bps",
                                         written));
  }
  if (value.IsScalar()) {
    add_to_realm(realm, *option, value, written);
    return {};
  }
  if (!value.IsSequence()) return wrong(key.Mark(), "write a value, or a list of them");
  for (const YAML::Node& item : value) {
    if (!item.IsScalar()) return wrong(item.Mark(), "an item of this list is one value");
    add_to_realm(realm, *option, item, written);
  }
  return {};
}

/// The value as the flat form has it; the caret of an error finds the part that is in the file.
void YamlReader::add_to_realm(const std::string& realm, const Option& option,
                              const YAML::Node& value, const std::string& written) {
  add(option, value, written);
  Assignment& added = content_.assignments.back();
  const std::string prefix = realm + "=";
  added.value = prefix + value.Scalar();
  added.place.column -= std::min(added.place.column, prefix.size());
}

}  // namespace relay::options
