# Writes OUTPUT, a C++ file that holds the files in FILES (joined with "|"): name.ext becomes asset_name_ext.
string(REPLACE "|" ";" files "${FILES}")

set(definitions "")
foreach(file IN LISTS files)
  cmake_path(GET file FILENAME name)
  string(REPLACE "." "_" name "${name}")
  file(READ "${file}" content)
  string(APPEND definitions "const std::string_view asset_${name} = R\"asset(${content})asset\";\n")
endforeach()

file(WRITE "${OUTPUT}" "#include \"http/sandbox/assets.hpp\"

namespace atelier::http::sandbox {

${definitions}
} // namespace atelier::http::sandbox
")
