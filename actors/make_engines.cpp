#include "actors/make_engines.hpp"

#include "actors/engines/openai.hpp"
#include "actors/engines/preview.hpp"
#include "actors/engines/replicate.hpp"
#include "actors/engines/sdapi.hpp"
#include "actors/engines/sdcpp.hpp"
#include "config/engine_lists.hpp"

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace atelier {
namespace {

constexpr double percent = 0.01;

/// What is the same for all engines on other servers, and what each block has.
struct surroundings {
    const settings& config;
    const std::filesystem::path& temporary;
    const clock& time;

    [[nodiscard]] remote_options remote(const std::string& url, const std::string& secret,
                                        std::size_t slots) const {
        remote_options all;
        all.access.base_url = url;
        all.secret = secret;
        all.temporary = temporary;
        all.threads = slots;
        all.call_timeout = config.engines.call_timeout;
        all.file_timeout = config.engines.file_timeout;
        all.pixels = config.images.pixel_limit;
        all.decode_timeout = config.images.decode_timeout;
        all.time = &time;
        return all;
    }
};

engine_set::member make_preview(const surroundings& around) {
    const auto slots = around.config.generations.slots;
    preview_options options{.temporary = around.temporary, .threads = slots, .time = &around.time};
    return {std::make_unique<preview>(std::move(options)), slots};
}

engine_set::member make_openai(const surroundings& around, const openai_settings& s, std::string name) {
    openai_options options;
    options.name = std::move(name);
    options.model = s.model;
    options.size = s.size;
    options.quality = s.quality;
    options.input_fidelity = s.input_fidelity;
    options.output_format = s.output_format;
    return {make_openai(std::move(options), around.remote(s.url, s.key, s.slots)), s.slots};
}

engine_set::member make_sdapi(const surroundings& around, const sdapi_settings& s) {
    sdapi_options options;
    options.user = s.user;
    options.checkpoint = s.checkpoint;
    options.sampler = s.sampler;
    options.steps = s.steps;
    options.strength = s.strength * percent;
    return {make_sdapi(std::move(options), around.remote(s.url, s.password, s.slots)), s.slots};
}

engine_set::member make_sdcpp(const surroundings& around, const sdcpp_settings& s) {
    sdcpp_options options;
    options.editing_model = s.editing_model;
    options.steps = s.steps;
    options.strength = s.strength * percent;
    return {make_sdcpp(std::move(options), around.remote(s.url, {}, s.slots)), s.slots};
}

engine_set::member make_replicate(const surroundings& around, const replicate_settings& s) {
    replicate_options options;
    options.model = s.model;
    options.version = s.version;
    options.input = s.input;
    options.image_field = s.image_field;
    options.seed_field = s.seed_field;
    options.negative_field = s.negative_field;
    options.strength_field = s.strength_field;
    if (const auto& base = around.config.http.base_url; !base.empty() && !s.webhook_secret.empty())
        options.webhook = base + "/webhooks/engines/replicate";
    return {make_replicate(std::move(options), around.remote(s.url, s.token, s.slots)), s.slots};
}

engine_set::member make(const surroundings& around, std::string_view name) {
    const auto& engines = around.config.engines;
    if (name == "openai")
        return make_openai(around, engines.openai, "openai");
    if (name == "compatible")
        return make_openai(around, engines.compatible, "compatible");
    if (name == "sdapi")
        return make_sdapi(around, engines.sdapi);
    if (name == "sdcpp")
        return make_sdcpp(around, engines.sdcpp);
    if (name == "replicate")
        return make_replicate(around, engines.replicate);
    return make_preview(around);
}

} // namespace

std::unique_ptr<engine_set> make_engines(const settings& config, const std::filesystem::path& temporary,
                                         const clock& time) {
    const surroundings around{config, temporary, time};
    std::vector<std::string_view> names;
    std::vector<engine_set::member> members;
    const auto id_of = [&](std::string_view name) {
        const auto known = std::ranges::find(names, name);
        if (known != names.end())
            return engine_id{static_cast<std::size_t>(known - names.begin())};
        names.push_back(name);
        members.push_back(make(around, name));
        return engine_id{members.size() - 1};
    };
    // The configuration has checked the lists.
    std::vector<engine_id> usual{id_of(config.generations.engine)};
    const auto fallback =
        parse_engine_list(config.generations.fallback).value_or(std::vector<std::string_view>{});
    for (const auto name : fallback)
        if (const auto id = id_of(name); std::ranges::find(usual, id) == usual.end())
            usual.push_back(id);
    std::unordered_map<style_id, engine_id> styles;
    using style_engines = std::vector<std::pair<std::int64_t, std::string_view>>;
    const auto special = parse_style_engines(config.generations.styles).value_or(style_engines{});
    for (const auto& [style, name] : special)
        styles.emplace(style_id{style}, id_of(name));
    return std::make_unique<engine_set>(std::move(members), std::move(usual), std::move(styles));
}

} // namespace atelier
