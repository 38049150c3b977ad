#include "tests/tree/patterns.hpp"

#include <algorithm>
#include <regex>
#include <sstream>

namespace atelier::test {
namespace {

using offsets = std::vector<std::size_t>;

bool everywhere(std::string_view /*path*/) {
    return true;
}

bool outside_of_tests(std::string_view path) {
    return folder_of(path) != "tests" && folder_of(path) != "bench";
}

/// Every line that matches an expression. Only lines with one of the words are looked at: matching is slow.
std::function<offsets(const source_file&)> expression(std::vector<std::string_view> words,
                                                      const char* pattern) {
    return [words = std::move(words), compiled = std::regex{pattern}](const source_file& file) {
        offsets found;
        std::size_t begin = 0;
        std::istringstream lines{file.code};
        for (std::string line; std::getline(lines, line); begin += line.size() + 1) {
            const auto has = [&](std::string_view word) { return line.find(word) != std::string::npos; };
            if (std::smatch match;
                std::ranges::any_of(words, has) && std::regex_search(line, match, compiled))
                found.push_back(begin + static_cast<std::size_t>(match.position()));
        }
        return found;
    };
}

/// From a `co_await` to the end of its expression.
std::string_view awaited_expression(std::string_view code, std::size_t begin) {
    int depth = 0;
    auto end = begin;
    for (; end < code.size() && depth >= 0; ++end) {
        const char c = code[end];
        if (c == '(' || c == '{' || c == '[')
            ++depth;
        else if (c == ')' || c == '}' || c == ']')
            --depth;
        else if (c == ';' && depth == 0)
            break;
    }
    return code.substr(begin, end - begin);
}

offsets temporaries_beside_co_await(const source_file& file) {
    // Durations and ids have no destructor that could run twice.
    static const std::regex pattern{
        R"([(,]\s*(?!(?:std::)?(?:chrono::)?(?:nano|micro|milli)?(?:seconds|minutes|hours|days)\b|[a-z_:]*_id\b))"
        R"([a-z_][\w:<>]*\{|[(,=]\s*\[[^\[\]]+\]\s*(?:\(|\{|mutable))"};
    offsets found;
    for (auto at = file.code.find("co_await"); at != std::string::npos;
         at = file.code.find("co_await", at + 1)) {
        const std::string text{awaited_expression(file.code, at)};
        if (std::regex_search(text, pattern))
            found.push_back(at);
    }
    return found;
}

/// `new` outside of the construction of a smart pointer, and `delete` as a statement.
offsets unowned_memory(const source_file& file) {
    static const auto use = expression({"new", "delete"}, R"(\b(new|delete)\b)");
    static const std::regex owned{R"(_ptr<[^;]*>\s*\w*\s*[({]\s*$)"};
    static const std::regex deleted{R"(=\s*$)"};
    offsets found;
    for (const auto at : use(file)) {
        const auto begin = at < 100 ? 0 : at - 100;
        const auto before = file.code.substr(begin, at - begin);
        if (!std::regex_search(before, file.code[at] == 'n' ? owned : deleted))
            found.push_back(at);
    }
    return found;
}

/// State structs that CAF would fill from the actor's pointer, because they have no constructor.
offsets actor_states_without_constructor(const source_file& file) {
    static const std::regex use{R"((?:stateful_actor<\s*|actor_base<\s*\w+\s*,\s*)(\w+))"};
    offsets found;
    for (std::sregex_iterator match{file.code.begin(), file.code.end(), use}, none; match != none; ++match) {
        const auto name = (*match)[1].str();
        const std::regex definition{"\\b(?:struct|class)\\s+" + name + "\\b[^;{>,]*\\{"};
        const std::regex constructor{"\\b" + name + "\\(\\s*(?!const\\s)[a-z]"};
        if (std::regex_search(file.code, definition) && !std::regex_search(file.code, constructor))
            found.push_back(static_cast<std::size_t>(match->position()));
    }
    return found;
}

bool is_sql(const std::string& text) {
    static const std::regex statement{
        R"(\b(SELECT\s|INSERT\s+INTO\s|UPDATE\s+\w+\s+SET\b|DELETE\s+FROM\s|WHERE\s+\w+|VALUES\s*\())"};
    return text.size() < 4000 && std::regex_search(text, statement);
}

offsets joined_sql(const source_file& file) {
    static const std::regex joined_before{R"((\+=?|<<|format\()\s*$)"};
    static const std::regex joined_after{R"(^\s*(\+|<<))"};
    offsets found;
    for (const auto& literal : file.literals) {
        const auto before = file.code.substr(literal.begin < 40 ? 0 : literal.begin - 40,
                                             std::min<std::size_t>(literal.begin, 40));
        const auto after = file.code.substr(literal.end, 20);
        if (is_sql(literal.text) &&
            (std::regex_search(before, joined_before) || std::regex_search(after, joined_after)))
            found.push_back(literal.begin);
    }
    return found;
}

} // namespace

const std::vector<banned_pattern>& banned_patterns() {
    static const std::vector<banned_pattern> all{
        {"a temporary that owns something beside co_await is destroyed twice by g++ 12: name it first",
         everywhere,
         temporaries_beside_co_await,
         {"co_await ask(wallet, spend_tokens{user, cost});", "x = co_await f([&](int a) { return a; });",
          "co_await g(1,\n  std::string{name});"},
         {"co_await ask(wallet, std::move(command));", "co_await wait(milliseconds{5});",
          "co_await f(a[i], {});", "co_await f(user_id{7}); auto x = g(y, z{1});"}},
        {"without a constructor, CAF initialises the state's first member with the actor",
         outside_of_tests,
         actor_states_without_constructor,
         {"struct clerk { int a; }; using actor = caf::stateful_actor<clerk, base>;",
          "struct clerk { using actor = actor_base<handle, clerk>; int a; };"},
         {"struct clerk { explicit clerk(caf::event_based_actor* self); }; caf::stateful_actor<clerk> x;"}},
        {"blocking work has threads of its own, not detached actors",
         everywhere,
         expression({"detached"}, R"(\bcaf::detached\b|spawn<[^>]*\bdetached\b)"),
         {"spawn<caf::detached>(f);", "system.spawn<linked + detached>(f);"},
         {"co_spawn(executor, f(), asio::detached);"}},
        {"CAF's logger is compiled out",
         everywhere,
         expression({"CAF_LOG"}, R"(\bCAF_LOG_)"),
         {"CAF_LOG_INFO(x);"},
         {"log_info(x);"}},
        {"await stops an actor's mailbox: use then",
         everywhere,
         expression({"await("}, R"((\.|->)await\()"),
         {"self->request(a, infinite, x).await(f, g);"},
         {"co_await f();", "await_all();"}},
        {"a message must own its text",
         [](std::string_view path) {
             return path.ends_with("messages.hpp") || path == "actors/domain/records.hpp";
         },
         expression({"string_view"}, R"(\bstring_view\s+\w+\s*(;|=|\{))"),
         {"std::string_view name;", "std::string_view verdict = x;"},
         {"std::string name;", "explicit f(std::string_view name) : name_{name} {}"}},
        {"time is injected: take a clock",
         [](std::string_view path) { return outside_of_tests(path) && path != "actors/domain/time.hpp"; },
         expression({"now", "time"}, R"(\bsystem_clock::now\b|\btime\((nullptr|NULL|0)\)|\bgettimeofday\b)"),
         {"auto t = std::chrono::system_clock::now();", "time(nullptr);"},
         {"std::chrono::steady_clock::now();", "clock.now();"}},
        {"randomness comes from libsodium or is injected",
         everywhere,
         expression({"rand"}, R"(\bstd::random_device\b|\b(std::)?s?rand\(\))"),
         {"std::random_device device;", "int x = rand();"},
         {"randombytes_buf(a, b);"}},
        {"memory has an owner from the start",
         everywhere,
         unowned_memory,
         {"auto* a = new thing{};", "  delete a;", "delete[] a;"},
         {"std::unique_ptr<thing>{new thing{}};", "thing(const thing&) = delete;", "http::method::delete_;",
          "renew (x);"}},
        {"values travel to PostgreSQL as parameters, never inside a statement",
         [](std::string_view path) { return outside_of_tests(path); },
         joined_sql,
         {R"(auto q = "SELECT * FROM t WHERE id = " + id;)", R"(q += " WHERE id = 7";)",
          R"(fmt::format("DELETE FROM t WHERE id = {}", 7);)"},
         {R"(execute("SELECT 1", id);)", R"(log("cannot SELECT" + reason);)"}},
    };
    return all;
}

} // namespace atelier::test
