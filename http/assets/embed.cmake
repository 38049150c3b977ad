# Writes OUTPUT, a C++ file that holds the files in FILES (joined with "|") as the assets that HEADER declares in
# NAMESPACE.
string(REPLACE "|" ";" files "${FILES}")

set(contents "")
set(entries "")
foreach(file IN LISTS files)
  cmake_path(GET file FILENAME name)
  string(MAKE_C_IDENTIFIER "${name}" identifier)
  file(SHA256 "${file}" digest)
  string(SUBSTRING "${digest}" 0 32 digest)
  execute_process(COMMAND gzip -9nc "${file}" OUTPUT_FILE "${OUTPUT}.gz" COMMAND_ERROR_IS_FATAL ANY)
  file(READ "${OUTPUT}.gz" bytes HEX)
  string(REGEX REPLACE "(..)" "\\\\x\\1" bytes "${bytes}")
  string(APPEND contents "constexpr char ${identifier}[] = \"${bytes}\";\n")
  string(APPEND entries "    asset{\"${name}\", {${identifier}, sizeof ${identifier} - 1}, \"${digest}\"},\n")
endforeach()
file(REMOVE "${OUTPUT}.gz")

file(WRITE "${OUTPUT}" "#include \"${HEADER}\"

#include <array>

#pragma GCC diagnostic ignored \"-Woverlength-strings\" // which every compiler of ours takes

namespace ${NAMESPACE} {
namespace {

${contents}
constexpr std::array all{
${entries}};

} // namespace

const std::span<const asset> assets{all};

} // namespace ${NAMESPACE}
")
