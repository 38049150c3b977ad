#pragma once

#include "config/characters.hpp"

#include <tao/pegtl.hpp>

/// The configuration language. For .cpp files only: PEGTL is slow to compile.
///
///     # a comment
///     http {
///         port = 8080
///         idle_timeout = 60s
///     }
///     database.url = env("DATABASE_URL", "")
///
/// A value begins in the line of its name, and ends that line: so an excerpt can tell whose value it shows.
/// Rules that have a message in `parse.cpp` must match wherever the grammar comes to them.
namespace atelier::config_grammar {

using namespace tao::pegtl; // NOLINT(google-build-using-namespace): a grammar is all PEGTL's words

struct comment : seq<one<'#'>, until<at<eolf>>> {};
struct filler : sor<space, comment> {};
struct spacing : star<filler> {};
struct blanks : star<blank> {};
struct word_end : not_at<sor<alnum, one<'_', '.'>>> {};

// true false
struct true_value : seq<TAO_PEGTL_STRING("true"), word_end> {};
struct false_value : seq<TAO_PEGTL_STRING("false"), word_end> {};

// 8080 -1 50_000 10s 16KiB
struct whole_number : seq<opt<one<'-'>>, digit, star<opt<one<'_'>>, digit>> {};
struct duration_unit : sor<TAO_PEGTL_STRING("ms"), one<'s', 'm', 'h', 'd'>> {};
struct duration : seq<duration_unit, word_end> {};
struct size_unit : sor<one<'B'>, TAO_PEGTL_STRING("KiB"), TAO_PEGTL_STRING("MiB"), TAO_PEGTL_STRING("GiB")> {
};
struct size : seq<size_unit, word_end> {};
struct integer : word_end {};
struct unit : sor<duration, size, integer> {};
struct number : seq<whole_number, unit> {};

// "text" with \" \\ \n \t
struct plain_character : seq<not_at<one<'"', '\\'>>, printable_character> {};
struct escaped_character : one<'"', '\\', 'n', 't'> {};
struct escape : seq<one<'\\'>, escaped_character> {};
struct text_begin : one<'"'> {};
struct text_goes_on : not_at<eolf> {};
struct text_end : one<'"'> {};
struct text : seq<text_begin, star<sor<plain_character, escape>>, text_goes_on, text_end> {};

// env("NAME") env("NAME", "fallback")
struct variable_name : identifier {};
struct variable : seq<one<'"'>, variable_name, one<'"'>> {};
struct fallback : text {};
struct call_begin : seq<TAO_PEGTL_STRING("env"), blanks, one<'('>, blanks> {};
struct call_end : one<')'> {};
struct call : seq<call_begin, variable, blanks, opt<one<','>, blanks, fallback, blanks>, call_end> {};

// [1, 2, 3]
struct element_begin : success {};
struct element : seq<element_begin, sor<text, call, true_value, false_value, number>> {};
struct list_begin : one<'['> {};
struct list_end : one<']'> {};
struct list_value : seq<list_begin, spacing, opt<list_tail<element, one<','>, filler>>, spacing, list_end> {};

// name = value
struct value_begin : success {};
struct value : sor<text, call, true_value, false_value, number, list_value> {};
struct line_end : at<sor<one<'#', '}'>, eolf>> {};
struct assignment : seq<one<'='>, blanks, value_begin, value, blanks, line_end> {};

// name { … }
struct statements;
struct block_begin : one<'{'> {};
struct block_end : one<'}'> {};
struct block : seq<block_begin, spacing, statements, block_end> {};

struct full_name : list<name, one<'.'>> {};
struct assignment_or_block : sor<assignment, block> {};
struct statement : seq<full_name, blanks, assignment_or_block> {};
struct statements : star<statement, spacing> {};
struct file_end : eof {};
struct file : seq<opt<utf8::bom>, spacing, statements, file_end> {};

// What an environment variable holds for a setting that is not a text.
struct lone_scalar : seq<blanks, sor<true_value, false_value, number>, blanks, eof> {};

} // namespace atelier::config_grammar
