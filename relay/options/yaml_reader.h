// Turns a YAML document into assignments; the two halves of it are yaml_file.cpp and
// yaml_realms.cpp. Lives for one file.
#pragma once

#include <expected>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "relay/options/yaml_file.h"

namespace YAML {
class Node;
struct Mark;
}  // namespace YAML

namespace relay::options {

class YamlReader {
 public:
  YamlReader(std::string_view text, const std::string& path);

  std::expected<FileContent, std::string> read(const YAML::Node& root);
  std::unexpected<std::string> wrong(const YAML::Mark& mark, std::string_view what) const;

 private:
  using Outcome = std::expected<void, std::string>;
  Outcome read_entry(const YAML::Node& key, const YAML::Node& value);
  Outcome read_list(const Option& option, const YAML::Node& values, const std::string& written);
  void add(const Option& option, const YAML::Node& value, const std::string& written);
  void add_without_value(const Option& option, const YAML::Node& key);
  std::string_view line(const YAML::Mark& mark) const;

  Outcome read_realms(const YAML::Node& realms);
  Outcome read_realm_setting(const std::string& realm, const YAML::Node& key,
                             const YAML::Node& value);
  void add_to_realm(const std::string& realm, const Option& option, const YAML::Node& value,
                    const std::string& written);

  const std::string& path_;
  std::vector<std::string> lines_;
  std::set<std::string> seen_;
  FileContent content_;
};

}  // namespace relay::options
