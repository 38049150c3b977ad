# Writes OUTPUT, a C++ file that holds the migrations in FILES (joined with "|"), in the order of their names.
string(REPLACE "|" ";" files "${FILES}")
list(SORT files)

set(steps "")
foreach(file IN LISTS files)
  cmake_path(GET file STEM stem)
  if(NOT stem MATCHES "^([0-9][0-9][0-9][0-9])_([a-z0-9_]+)$")
    message(FATAL_ERROR "${file}: a migration is named <four digits>_<name>.sql")
  endif()
  set(name "${CMAKE_MATCH_2}")
  string(REGEX REPLACE "^0+" "" version "${CMAKE_MATCH_1}")
  file(READ "${file}" sql)
  string(APPEND steps "    migration{${version}, \"${name}\", R\"migration(${sql})migration\"},\n")
endforeach()

file(WRITE "${OUTPUT}" "#include \"persistence/migrate.hpp\"

#include <array>

namespace atelier {
namespace {

constexpr std::array embedded{
${steps}};

} // namespace

std::span<const migration> embedded_migrations() {
    return embedded;
}

} // namespace atelier
")
