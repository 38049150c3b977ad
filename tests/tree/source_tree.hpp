#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

/// The project's own files, for tests that read them.
namespace atelier::test {

/// A string in quotes, as it stands in a source.
struct literal {
    std::size_t begin; ///< of the opening quote, in `source_file::code`
    std::size_t end;   ///< behind the closing quote
    std::string text;  ///< between the quotes, escapes as written
};

struct source_file {
    std::string path; ///< from the top of the tree, e.g. "http/main.cpp"
    std::string text;
    std::string code; ///< C++ only: `text`, with comments and what stands between quotes blanked out
    std::vector<literal> literals;
    std::vector<std::string> own_includes;     ///< "…"
    std::vector<std::string> foreign_includes; ///< <…>
};

/// Takes a C++ source apart.
[[nodiscard]] source_file parse_source(std::string path, std::string text);

/// Every C++ file of the project, sorted by path.
[[nodiscard]] const std::vector<source_file>& sources();
/// Every text file of the project, sources included; those that are no C++ have `path` and `text` only.
[[nodiscard]] const std::vector<source_file>& text_files();

/// The content of a file; "" if it is not there.
[[nodiscard]] std::string read_file(std::string_view path);

/// Every <…> header that a file includes itself or through our own headers.
[[nodiscard]] std::set<std::string> foreign_closure(const source_file& file);

/// 1 for the first line.
[[nodiscard]] std::size_t line_of(std::string_view text, std::size_t offset);

/// The folder that a file belongs to: "actors/domain", "actors/engines", or its first folder.
[[nodiscard]] std::string_view folder_of(std::string_view path);

} // namespace atelier::test
