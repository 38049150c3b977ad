# Every library that the project uses, from Debian's packages.
find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(Boost 1.81 REQUIRED COMPONENTS json)
find_package(PostgreSQL REQUIRED)
find_package(OpenSSL REQUIRED)
find_package(CURL REQUIRED)
find_package(ZLIB REQUIRED)
find_package(prometheus-cpp REQUIRED)
pkg_check_modules(sodium REQUIRED IMPORTED_TARGET libsodium)

# Messages are made by one thread and freed by another, which glibc's allocator makes dear. Sanitizers bring their own.
pkg_check_modules(jemalloc REQUIRED IMPORTED_TARGET jemalloc)
if(NOT ATELIER_SANITIZE)
  set(ALLOCATOR PkgConfig::jemalloc)
endif()
pkg_check_modules(vips REQUIRED IMPORTED_TARGET vips)
pkg_check_modules(libcrypt REQUIRED IMPORTED_TARGET libcrypt)
pkg_check_modules(spdlog REQUIRED IMPORTED_TARGET spdlog)
# Debian's CAF ships no CMake package.
find_library(CAF_CORE caf_core REQUIRED)
