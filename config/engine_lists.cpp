#include "config/engine_lists.hpp"

#include <tao/pegtl.hpp>

#include <algorithm>
#include <charconv>

namespace atelier {
namespace {

namespace p = tao::pegtl;

using style_engine = std::pair<std::int64_t, std::string_view>;

constexpr std::size_t digits_max = 18; // fit into 64 bits

struct engine_name : p::plus<p::lower> {};
struct style : p::seq<p::range<'1', '9'>, p::rep_max<digits_max - 1, p::digit>> {};
struct choice : p::seq<style, p::star<p::blank>, p::one<':'>, p::star<p::blank>, engine_name> {};
template <class Item>
struct list_of
    : p::seq<p::star<p::blank>, p::opt<p::list<Item, p::one<','>, p::blank>>, p::star<p::blank>, p::eof> {};

struct found {
    std::vector<std::string_view> names;
    std::vector<std::int64_t> styles;
    bool known = true;
};

template <class Rule>
struct action : p::nothing<Rule> {};

template <>
struct action<engine_name> {
    template <class Input>
    static void apply(const Input& in, found& to) {
        const auto* const name = std::ranges::find(engine_names, in.string_view());
        if (name == engine_names.end())
            to.known = false;
        else
            to.names.push_back(*name);
    }
};

template <>
struct action<style> {
    template <class Input>
    static void apply(const Input& in, found& to) {
        std::from_chars(in.begin(), in.end(), to.styles.emplace_back());
    }
};

template <class Rule>
std::optional<found> parse(std::string_view list) {
    found result;
    p::memory_input in{list, "list"};
    if (!p::parse<Rule, action>(in, result) || !result.known)
        return std::nullopt;
    return result;
}

bool has_twice(std::vector<std::int64_t> values) {
    std::ranges::sort(values);
    return std::ranges::adjacent_find(values) != values.end();
}

} // namespace

std::optional<std::vector<std::string_view>> parse_engine_list(std::string_view list) {
    auto names = parse<list_of<engine_name>>(list);
    if (!names)
        return std::nullopt;
    return std::move(names->names);
}

std::optional<std::vector<style_engine>> parse_style_engines(std::string_view list) {
    const auto choices = parse<list_of<choice>>(list);
    if (!choices || has_twice(choices->styles))
        return std::nullopt;
    std::vector<style_engine> result;
    result.reserve(choices->styles.size());
    for (std::size_t i = 0; i < choices->styles.size(); ++i)
        result.emplace_back(choices->styles[i], choices->names[i]);
    return result;
}

} // namespace atelier
