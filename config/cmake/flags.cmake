# Compiler flags that hold for every target.

find_program(CCACHE ccache)
if(CCACHE)
  # Precompiled headers and fresh checkouts in other folders must hit the cache too.
  set(CMAKE_CXX_COMPILER_LAUNCHER
      ${CMAKE_COMMAND} -E env CCACHE_BASEDIR=${CMAKE_SOURCE_DIR} CCACHE_NOHASHDIR=1
      CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime ${CCACHE})
endif()

add_compile_options(-Wall -Wextra -Wpedantic -Wconversion -Wshadow=local -Wnon-virtual-dtor -Woverloaded-virtual)
add_compile_options(-fno-omit-frame-pointer -fpch-preprocess)
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU" AND CMAKE_CXX_COMPILER_VERSION VERSION_LESS 13)
  # False alarms about std::string's operator+ (GCC bug 105651).
  add_compile_options(-Wno-restrict)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # Flags and warnings of GCC that it does not know.
  add_compile_options(-Wno-unknown-warning-option -Wno-unused-command-line-argument)
endif()
if(ATELIER_WERROR)
  add_compile_options(-Werror)
endif()

# Asio and Beast are compiled once, in http/beast.cpp, instead of in every file that includes them.
add_compile_definitions(BOOST_ASIO_SEPARATE_COMPILATION BOOST_BEAST_SEPARATE_COMPILATION BOOST_ASIO_NO_DEPRECATED)

if(ATELIER_SANITIZE)
  add_compile_options(-fsanitize=${ATELIER_SANITIZE} -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${ATELIER_SANITIZE})
  # GCC 12 loses sight of initialised values behind the sanitizers' checks, in <regex> and elsewhere.
  add_compile_options(-Wno-maybe-uninitialized)
  if(ATELIER_SANITIZE MATCHES "thread")
    # Asio's fences, which ThreadSanitizer does not see; what they order is behind a mutex as well.
    add_compile_options(-Wno-tsan)
  endif()
  if(ATELIER_SANITIZE MATCHES "undefined")
    # CAF 0.17 binds a null reference in caf/detail/init_fun_factory.hpp for every spawn without arguments.
    add_compile_options(-fno-sanitize=null)
    if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
      # Its checks of function types cannot be put into coroutines ("difference across sections").
      add_compile_options(-fno-sanitize=function)
    endif()
  endif()
endif()
