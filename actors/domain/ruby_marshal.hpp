#pragma once

#include <boost/json/value.hpp>

#include <optional>
#include <string>
#include <string_view>

/// The part of Ruby's Marshal format, version 4.8, that Rails puts into signed messages: nil, booleans,
/// integers of 64 bits, strings, symbols, arrays and hashes.
/// Source: Ruby's documentation "Marshal Format" (doc/marshal.rdoc) and marshal.c.
namespace atelier {

/// Reads a dump. Symbols become strings; the keys of hashes must be strings or symbols. Nothing when the dump
/// is malformed, holds anything else, is nested deeper than 8, or goes on behind its end.
[[nodiscard]] std::optional<boost::json::value> read_ruby_marshal(std::string_view dump);

/// Writes a dump, the keys of objects as symbols and texts as UTF-8, byte for byte as Ruby does. What Ruby's
/// side never gets from us, fractions and numbers beyond 63 bits, becomes nil.
[[nodiscard]] std::string write_ruby_marshal(const boost::json::value& value);

} // namespace atelier
