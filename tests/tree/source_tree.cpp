#include "tests/tree/source_tree.hpp"

#include "tests/support/source_directory.hpp"

#include <algorithm>
#include <array>
#include <cctype>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <sstream>

namespace atelier::test {
namespace {

namespace fs = std::filesystem;

const fs::path root = test::source_directory();

bool is_word(char c) {
    return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

/// Walks over a C++ source once and sorts it into code, comments and literals.
class lexer {
public:
    explicit lexer(source_file& file) : file_{file}, text_{file.text} {
        file_.code = file_.text;
        while (at_ < text_.size())
            step();
    }

private:
    void step() {
        if (starts_with("//"))
            blank(text_.find('\n', at_));
        else if (starts_with("/*"))
            blank(after("*/", at_ + 2));
        else if (starts_with("CAF_TEST("))
            blank(text_.find(')', at_)); // its name is prose
        else if (starts_with("R\"") && (at_ == 0 || !is_word(text_[at_ - 1])))
            raw_string();
        else if (text_[at_] == '"' || (text_[at_] == '\'' && (at_ == 0 || !is_word(text_[at_ - 1]))))
            quoted(text_[at_]);
        else
            ++at_;
    }

    bool starts_with(std::string_view token) const { return text_.substr(at_).starts_with(token); }

    std::size_t after(std::string_view token, std::size_t from) const {
        const auto found = text_.find(token, from);
        return found == std::string_view::npos ? text_.size() : found + token.size();
    }

    /// Overwrites everything up to `end`, line breaks excepted, and goes on there.
    void blank(std::size_t end) {
        for (end = std::min(end, text_.size()); at_ < end; ++at_)
            if (text_[at_] != '\n')
                file_.code[at_] = ' ';
    }

    void raw_string() {
        const auto open = text_.find('(', at_);
        const auto closing = ")" + std::string{text_.substr(at_ + 2, open - at_ - 2)} + "\"";
        const auto begin = at_;
        const auto end = after(closing, open);
        add_literal(begin, end, text_.substr(open + 1, end - closing.size() - open - 1));
    }

    void quoted(char quote) {
        const auto begin = at_;
        auto end = at_ + 1;
        while (end < text_.size() && text_[end] != quote && text_[end] != '\n')
            end += text_[end] == '\\' ? 2 : 1;
        end = std::min(end + 1, text_.size());
        if (quote == '"')
            add_literal(begin, end, text_.substr(begin + 1, end - begin - 2));
        else
            blank(end);
    }

    void add_literal(std::size_t begin, std::size_t end, std::string_view content) {
        file_.literals.push_back({begin, end, std::string{content}});
        ++at_;
        blank(end - 1);
        at_ = end;
        file_.code[begin] = '"';
    }

    source_file& file_;
    std::string_view text_;
    std::size_t at_ = 0;
};

void read_includes(source_file& file) {
    std::istringstream lines{file.text};
    for (std::string line; std::getline(lines, line);) {
        constexpr std::string_view directive = "#include ";
        if (!line.starts_with(directive) || line.size() < directive.size() + 2)
            continue;
        const auto end = line.find_first_of("\">", directive.size() + 1);
        const auto name = line.substr(directive.size() + 1, end - directive.size() - 1);
        (line[directive.size()] == '"' ? file.own_includes : file.foreign_includes).push_back(name);
    }
}

bool is_cpp(const fs::path& path) {
    return path.extension() == ".cpp" || path.extension() == ".hpp";
}

bool is_text(const fs::path& path) {
    constexpr std::array<std::string_view, 10> picture{".jpg", ".jpeg", ".png", ".webp",  ".gif",
                                                       ".ico", ".icc",  ".gz",  ".woff2", ".avif"};
    return std::ranges::find(picture, path.extension().string()) == picture.end();
}

std::vector<source_file> read_tree() {
    constexpr std::array<std::string_view, 4> foreign{"build", "var", ".git", ".cache"};
    std::vector<source_file> files;
    for (auto entry = fs::recursive_directory_iterator{root}; entry != fs::end(entry); ++entry) {
        const auto relative = entry->path().lexically_relative(root);
        const bool skipped =
            (entry.depth() == 0 && std::ranges::find(foreign, relative.string()) != foreign.end()) ||
            relative == "tests/fuzz/corpus";
        if (skipped || relative.filename() == "node_modules")
            entry.disable_recursion_pending();
        else if (entry->is_regular_file() && is_text(relative))
            files.push_back(parse_source(relative.string(), read_file(relative.string())));
    }
    std::ranges::sort(files, {}, &source_file::path);
    return files;
}

void add_closure(const source_file& file, std::set<std::string>& seen, std::set<std::string>& foreign) {
    static const auto by_path = [] {
        std::map<std::string_view, const source_file*> index;
        for (const auto& each : sources())
            index.emplace(each.path, &each);
        return index;
    }();
    foreign.insert(file.foreign_includes.begin(), file.foreign_includes.end());
    for (const auto& include : file.own_includes)
        if (const auto found = by_path.find(include); found != by_path.end() && seen.insert(include).second)
            add_closure(*found->second, seen, foreign);
}

} // namespace

source_file parse_source(std::string path, std::string text) {
    source_file file{std::move(path), std::move(text), {}, {}, {}, {}};
    if (is_cpp(file.path)) {
        lexer{file};
        read_includes(file);
    }
    return file;
}

const std::vector<source_file>& text_files() {
    static const auto files = read_tree();
    return files;
}

const std::vector<source_file>& sources() {
    static const auto files = [] {
        std::vector<source_file> cpp;
        std::ranges::copy_if(text_files(), std::back_inserter(cpp),
                             [](const auto& f) { return is_cpp(f.path); });
        return cpp;
    }();
    return files;
}

std::string read_file(std::string_view path) {
    std::ifstream in{root / path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

std::set<std::string> foreign_closure(const source_file& file) {
    std::set<std::string> seen;
    std::set<std::string> foreign;
    add_closure(file, seen, foreign);
    return foreign;
}

std::size_t line_of(std::string_view text, std::size_t offset) {
    return 1 + static_cast<std::size_t>(std::ranges::count(text.substr(0, offset), '\n'));
}

std::string_view folder_of(std::string_view path) {
    for (const std::string_view inner : {"actors/domain", "actors/engines", "actors/gateways/sandbox"})
        if (path.starts_with(inner))
            return inner;
    return path.substr(0, path.find('/'));
}

} // namespace atelier::test
