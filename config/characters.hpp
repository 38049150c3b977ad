#pragma once

#include <tao/pegtl.hpp>

/// What the configuration language and prompt templates have in common. For .cpp files only: PEGTL is slow to
/// compile.
namespace atelier::config_grammar {

/// A Unicode character in UTF-8 that is no control character (neither C0, DEL nor C1).
struct printable_character
    : tao::pegtl::sor<tao::pegtl::range<' ', '~'>, tao::pegtl::utf8::range<0xA0, 0x10FFFF>> {};

/// The name of a setting or a placeholder.
struct name : tao::pegtl::seq<tao::pegtl::range<'a', 'z'>,
                              tao::pegtl::star<tao::pegtl::ranges<'a', 'z', '0', '9', '_'>>> {};

} // namespace atelier::config_grammar
