# Writes a C++ source that holds FILES, a list of paths, as bytes: cmake -DFILES=... -DOUTPUT=... -P
set(arrays "")
set(entries "")
foreach(path IN LISTS FILES)
  get_filename_component(name "${path}" NAME)
  string(MAKE_C_IDENTIFIER "file_${name}" symbol)
  file(READ "${path}" bytes HEX)
  string(REGEX REPLACE "(..)" "0x\\1," bytes "${bytes}")
  string(APPEND arrays "constexpr unsigned char ${symbol}[] = {${bytes}0};\n")
  string(APPEND entries
    "    {\"${name}\", {reinterpret_cast<const char*>(${symbol}), sizeof ${symbol} - 1}},\n")
endforeach()
file(WRITE "${OUTPUT}" "#include \"relay/web/files.h\"\n
#include <iterator>
namespace relay::web {
namespace {

${arrays}
}  // namespace

std::span<const File> files() {
  static const File all[] = {
${entries}    {},
  };
  return std::span(all).first(std::size(all) - 1);
}

}  // namespace relay::web
")
