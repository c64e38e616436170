// Any text as a configuration file, coturn's or YAML by its first byte: it is read or refused, a
// message points into the line it shows, and the settings that are printed can be read again.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>

#include "relay/options/conf_file.h"
#include "relay/options/options.h"
#include "relay/options/yaml_file.h"

namespace relay::options {
namespace {

class OneFile : public FileReader {
 public:
  OneFile(std::string path, std::string text) : path_(std::move(path)), text_(std::move(text)) {}
  std::expected<std::string, Problem> read(const std::string& path) override {
    if (path == path_) return text_;
    if (path.ends_with(".conf") || path.ends_with(".yaml")) {
      return std::unexpected(Problem{true, "No such file or directory"});
    }
    return "secret\n";
  }

 private:
  std::string path_, text_;
};

void require(bool condition) {
  if (!condition) std::abort();
}

std::expected<Parsed, Failure> parse(const std::string& path, const std::string& text,
                                     bool printing) {
  OneFile files(path, text);
  const char* const words[] = {"turnserver", "--print-config"};
  return parse_command_line(std::span(words).first(printing ? 2 : 1), files);
}

void check(const std::string& text, bool yaml) {
  const std::string path = yaml ? "turnserver.yaml" : "turnserver.conf";
  const auto content = yaml ? read_yaml(text, path) : read_conf(text, path);
  if (content) {
    for (const Assignment& assignment : content->assignments) {
      require(assignment.option != nullptr && assignment.place.line > 0);
      require(assignment.place.column <= assignment.place.text.size());
    }
  }
  const auto first = parse(path, text, true);
  if (!first) {
    require(!first.error().message.empty() && first.error().exit_code == 1);
    return;
  }
  require(content.has_value());
  require(parse("turnserver.yaml", answer(*first), false).has_value());
}

}  // namespace
}  // namespace relay::options

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  // Long files are many short ones: they teach nothing and take long.
  if (size == 0 || size > 1024) return 0;
  const std::string text(reinterpret_cast<const char*>(data) + 1, size - 1);
  relay::options::check(text, data[0] == 'y');
  return 0;
}
