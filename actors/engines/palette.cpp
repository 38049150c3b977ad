#include "actors/engines/palette.hpp"

#include "actors/engines/colour_words.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <tuple>
#include <utility>

namespace atelier {
namespace {

/// A word of the prompt and what stands before it.
struct token {
    std::string word;
    bool opens_clause = false; ///< a punctuation mark, "and" or the like
    bool after_mark = false;   ///< a punctuation mark
};

bool is_separator(std::string_view word) {
    return word == "and" || word == "with" || word == "or" || word == "against" || word == "under";
}

std::vector<token> tokens_of(std::string_view text) {
    std::vector<token> tokens;
    std::string word;
    bool opens = true;
    bool marked = true;
    const auto end_word = [&] {
        if (is_separator(word))
            opens = true;
        else if (!word.empty())
            tokens.push_back({.word = word,
                              .opens_clause = std::exchange(opens, false) || marked,
                              .after_mark = std::exchange(marked, false)});
        word.clear();
    };
    for (const char c : text) {
        if ((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')) {
            word += static_cast<char>(c | 0x20);
            continue;
        }
        end_word();
        marked = marked || std::string_view{",;:.!?()"}.find(c) != std::string_view::npos;
    }
    end_word();
    return tokens;
}

lab lab_of(const colour_word& word) {
    const auto channel = [&](unsigned shift) {
        return static_cast<float>((word.rgb >> shift) & 0xFFU) / 255;
    };
    return to_lab({.r = channel(16), .g = channel(8), .b = channel(0)});
}

lab modified(lab colour, const colour_modifier& by) {
    const float target = by.lighten > 0 ? 96.0F : 8.0F;
    colour.l += (target - colour.l) * std::abs(by.lighten);
    colour.a *= by.colouring;
    colour.b = colour.b * by.colouring + by.warm;
    return colour;
}

/// Goes through the words of a prompt and collects what they say.
class reader {
public:
    explicit reader(std::string_view prompt) : tokens_{tokens_of(prompt)} {}

    palette read() {
        while (at_ < tokens_.size()) {
            if (tokens_[at_].opens_clause)
                open_clause();
            if (!negated_ && (read_colour() || read_light()))
                continue;
            note_word(tokens_[at_].word);
            ++at_;
        }
        close_clause();
        return {.colours = std::move(found_), .light = light_};
    }

private:
    /// Whether `index` goes on with the clause of the word before it.
    [[nodiscard]] bool continues(std::size_t index) const {
        return index < tokens_.size() && !tokens_[index].opens_clause;
    }

    void open_clause() {
        close_clause();
        clause_ = found_.size();
        extent_ = 1;
        if (tokens_[at_].after_mark)
            negated_ = false;
    }

    /// "pale oak floor": the extent may come after the colour.
    void close_clause() {
        for (auto i = clause_; i < found_.size(); ++i)
            found_[i].share *= extent_;
    }

    void note_word(std::string_view word) {
        if (word == "no" || word == "not" || word == "without" || word == "avoid")
            negated_ = true;
        // The list that says so itself counts for more than materials on the way to it.
        if (word == "palette" || word == "colours" || word == "colors")
            emphasis_ = 4;
        if (const auto extent = find_extent(word))
            extent_ = *extent;
    }

    /// The colour that starts at `index`, of two words if possible, and the index after it.
    [[nodiscard]] std::pair<const colour_word*, std::size_t> colour_at(std::size_t index) const {
        if (continues(index + 1))
            if (const auto* both = find_colour(tokens_[index].word + " " + tokens_[index + 1].word))
                return {both, index + 2};
        return {find_colour(tokens_[index].word), index + 1};
    }

    bool read_colour() {
        auto next = at_;
        std::vector<const colour_modifier*> modifiers;
        auto [word, after] = colour_at(next);
        while (word == nullptr) {
            const auto* modifier = find_modifier(tokens_[next].word);
            if (modifier == nullptr || !continues(next + 1))
                return false;
            modifiers.push_back(modifier);
            std::tie(word, after) = colour_at(++next);
        }
        auto colour = lab_of(*word);
        // "sage green" and "black oak" are one colour each.
        if (continues(after)) {
            const auto [second, end] = colour_at(after);
            const bool belongs = second != nullptr &&
                                 (second->kind == colour_kind::hue ||
                                  (word->kind == colour_kind::hue && second->kind == colour_kind::material));
            if (belongs)
                after = end;
        }
        std::ranges::for_each(modifiers, [&](const auto* m) { colour = modified(colour, *m); });
        add(colour);
        at_ = after;
        return true;
    }

    bool read_light() {
        const auto* word = find_light(tokens_[at_].word);
        if (word == nullptr)
            return false;
        light_.brightness += word->effect.brightness;
        light_.contrast += word->effect.contrast;
        light_.warmth += word->effect.warmth;
        light_.saturation += word->effect.saturation;
        ++at_;
        return true;
    }

    void add(lab colour) {
        if (emphasis_ > 1)
            emphasis_ = std::max(1.5F, emphasis_ * 0.85F);
        // A strong colour goes further than a quiet one.
        const float share = emphasis_ / (1 + chroma(colour) / 40);
        found_.push_back({.colour = colour, .share = share});
    }

    std::vector<token> tokens_;
    std::size_t at_ = 0;
    std::size_t clause_ = 0; ///< index of the first colour of this clause
    float extent_ = 1;
    float emphasis_ = 1;
    bool negated_ = false;
    std::vector<palette_colour> found_;
    lighting light_;
};

/// Colours that look the same become one.
std::vector<palette_colour> merged(const std::vector<palette_colour>& colours) {
    constexpr float same = 7;
    std::vector<palette_colour> result;
    for (const auto& c : colours) {
        const auto like = [&](const palette_colour& other) {
            return distance(other.colour, c.colour) < same;
        };
        if (const auto found = std::ranges::find_if(result, like); found != result.end())
            found->share += c.share;
        else
            result.push_back(c);
    }
    return result;
}

/// What a room looks like when nothing is said: warm white, linen, oak, a grey and something dark.
std::vector<palette_colour> neutrals() {
    return {{.colour = {.l = 93, .a = 0, .b = 4}, .share = 0.35F},
            {.colour = {.l = 80, .a = 1, .b = 10}, .share = 0.25F},
            {.colour = {.l = 66, .a = 6, .b = 22}, .share = 0.2F},
            {.colour = {.l = 58, .a = 0, .b = 3}, .share = 0.12F},
            {.colour = {.l = 28, .a = 1, .b = 3}, .share = 0.08F}};
}

} // namespace

palette read_palette(std::string_view prompt) {
    auto result = reader{prompt}.read();
    auto& colours = result.colours;
    colours = merged(colours);
    if (colours.empty())
        colours = neutrals();
    std::ranges::stable_sort(colours, std::greater{}, &palette_colour::share);
    if (colours.size() > palette_colours_max)
        colours.resize(palette_colours_max);
    const float sum = std::accumulate(colours.begin(), colours.end(), 0.0F,
                                      [](float s, const palette_colour& c) { return s + c.share; });
    for (auto& c : colours)
        c.share /= sum;
    for (float* value :
         {&result.light.brightness, &result.light.contrast, &result.light.warmth, &result.light.saturation})
        *value = std::clamp(*value, -1.0F, 1.0F);
    return result;
}

} // namespace atelier
