#include "config/load.hpp"

#include "config/assign.hpp"
#include "config/secure_url.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <fstream>
#include <map>
#include <system_error>

namespace atelier {

namespace {

constexpr std::size_t max_shown_name = 60;

/// A condition on two settings. An error about it names the place of the first that was set.
struct relation {
    std::array<std::string_view, 2> names;
    bool (*holds)(const settings& s);
    std::string_view message;
};

constexpr relation relations[] = {
    {{"mail.delivery", "mail.host"},
     [](const settings& s) { return s.mail.delivery != "smtp" || !s.mail.host.empty(); },
     "this delivery needs mail.host"},
    {{"mail.security", "mail.host"},
     [](const settings& s) {
         return s.mail.delivery != "smtp" || s.mail.security != "none" || s.mail.allow_insecure ||
                is_loopback(s.mail.host);
     },
     "passwords and links would travel in the clear: use starttls or tls, or set mail.allow_insecure"},
    {{"mail.user", "mail.password"},
     [](const settings& s) { return s.mail.user.empty() == s.mail.password.empty(); },
     "mail.user and mail.password must both be set, or neither"},
    {{"http.tls_certificate", "http.tls_key"},
     [](const settings& s) { return s.http.tls_certificate.empty() == s.http.tls_key.empty(); },
     "TLS needs both http.tls_certificate and http.tls_key"},
    {{"http.proxy_protocol", "http.trusted_proxies"},
     [](const settings& s) { return !s.http.proxy_protocol || !s.http.trusted_proxies.empty(); },
     "only proxies of http.trusted_proxies are asked for a PROXY header, and there are none"},
    {{"payments.gateway", "payments.api_secret"},
     [](const settings& s) { return s.payments.gateway == "sandbox" || !s.payments.api_secret.empty(); },
     "this gateway needs payments.api_secret, without which anybody could sign a notification"},
    {{"supervisor.backoff_limit", "supervisor.backoff"},
     [](const settings& s) { return s.supervisor.backoff <= s.supervisor.backoff_limit; },
     "supervisor.backoff_limit must not be less than supervisor.backoff"},
};

std::string unknown(std::string_view kind, std::string_view name) {
    auto message = "unknown " + std::string{kind} + ' ' + std::string{name.substr(0, max_shown_name)};
    if (name.size() > max_shown_name) {
        message += "...";
    }
    return message;
}

/// Applies one source after the other and remembers where each setting came from.
class loader {
public:
    explicit loader(const environment& lookup) : lookup_{lookup} {}

    void apply_text(std::string_view text, std::string_view source) {
        text_ = text;
        source_ = source;
        auto document = parse_text(text, source);
        for (const auto& each : document.assignments) {
            if (full()) {
                return;
            }
            apply(each);
        }
        for (const auto& each : document.empty_blocks) {
            check_block(each);
        }
        if (document.error) {
            report(std::move(*document.error));
        }
    }

    void apply_environment() {
        for (const auto& which : setting_table()) {
            auto name = environment_name(which);
            auto raw = lookup_(name);
            if (!raw && !which.alias.empty()) {
                name = which.alias;
                raw = lookup_(name);
            }
            if (raw) {
                apply_variable(which, name, *raw);
            }
        }
    }

    void report(located_error error) {
        if (!full()) {
            result_.errors.push_back(std::move(error));
        }
    }

    load_result finish() {
        if (result_.errors.empty()) {
            check_relations();
        }
        return std::move(result_);
    }

private:
    [[nodiscard]] bool full() const { return result_.errors.size() == max_load_errors; }

    [[nodiscard]] located_error error_at(const text_position& at, std::string message,
                                         std::optional<std::size_t> hidden_from = std::nullopt) const {
        return {source_, at, std::move(message), config_excerpt(text_, at, hidden_from)};
    }

    void apply(const config_assignment& what) {
        const auto* which = find_setting(what.name);
        if (which == nullptr) {
            report_unknown(what);
            return;
        }
        const auto [first, fresh] = first_lines_.emplace(which->name, what.at.line);
        if (!fresh) {
            report(error_at(what.at, what.name + " is already set in line " + std::to_string(first->second)));
            return;
        }
        if (auto refused = assign_value(*which, what.value)) {
            report(error_at(what.value.at, what.name + ": " + *refused));
            return;
        }
        origins_.insert_or_assign(which->name, error_at(what.value.at, ""));
    }

    void report_unknown(const config_assignment& what) {
        auto message = unknown("setting", what.name);
        if (const auto* nearest = nearest_setting(what.name)) {
            message += "; did you mean " + std::string{nearest->name} + '?';
        }
        // The value is not shown: it may be that of a misspelt secret.
        report(error_at(what.at, std::move(message), what.value.at.column - 1));
    }

    std::optional<std::string> assign_value(const setting& which, const config_value& value) {
        const auto* reference = std::get_if<environment_reference>(&value.data);
        if (reference == nullptr) {
            return assign(result_.values, which, value.data);
        }
        const auto raw = lookup_(reference->name);
        if (!raw && !reference->fallback) {
            return "the environment variable " + reference->name + " is not set, and there is no fallback";
        }
        auto refused = assign_raw(result_.values, which, raw ? *raw : *reference->fallback);
        if (refused && raw) {
            refused = "the environment variable " + reference->name + ": " + *refused;
        }
        return refused;
    }

    void apply_variable(const setting& which, const std::string& name, const std::string& raw) {
        located_error origin{"environment variable " + name, std::nullopt, "", ""};
        if (auto refused = assign_raw(result_.values, which, raw)) {
            origin.message = std::move(*refused);
            report(std::move(origin));
            return;
        }
        origins_.insert_or_assign(which.name, std::move(origin));
    }

    /// A block that holds something is known by that; an empty one could hide a misspelling.
    void check_block(const config_block& block) {
        const auto within = [prefix = block.name + '.'](const setting& each) {
            return each.name.starts_with(prefix);
        };
        if (std::ranges::none_of(setting_table(), within)) {
            report(error_at(block.at, unknown("block", block.name)));
        }
    }

    void check_relations() {
        for (const auto& each : relations) {
            if (each.holds(result_.values)) {
                continue;
            }
            const auto set =
                std::ranges::find_if(each.names, [this](auto name) { return origins_.contains(name); });
            auto error = origins_.at(*set); // the defaults hold
            error.message = each.message;
            report(std::move(error));
        }
    }

    const environment& lookup_;
    load_result result_;
    std::string_view text_;
    std::string source_;
    std::map<std::string_view, std::size_t> first_lines_;
    /// An error without a message for each setting that is not left at its default.
    std::map<std::string_view, located_error> origins_;
};

std::variant<std::string, located_error> read_file(const std::filesystem::path& path) {
    const auto fails = [&path](std::string why) {
        return located_error{path.string(), std::nullopt, "cannot be read: " + std::move(why), ""};
    };
    std::error_code ignored;
    if (std::filesystem::is_directory(path, ignored)) {
        return fails("it is a directory");
    }
    std::ifstream in{path, std::ios::binary};
    if (!in) {
        return fails(std::generic_category().message(errno));
    }
    std::string text(max_file_size + 1, '\0');
    in.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (in.bad()) {
        return fails(std::generic_category().message(errno));
    }
    text.resize(static_cast<std::size_t>(in.gcount()));
    if (text.size() > max_file_size) {
        return fails("it is larger than 1 MiB");
    }
    return text;
}

} // namespace

std::optional<std::string> process_environment(const std::string& name) {
    const char* found = std::getenv(name.c_str()); // NOLINT(concurrency-mt-unsafe): see the declaration
    return found == nullptr ? std::nullopt : std::optional<std::string>{found};
}

load_result load(const std::optional<std::filesystem::path>& file, const environment& lookup) {
    loader loading{lookup};
    std::variant<std::string, located_error> text;
    if (file) {
        text = read_file(*file);
        if (auto* error = std::get_if<located_error>(&text)) {
            loading.report(std::move(*error));
        } else {
            loading.apply_text(std::get<std::string>(text), file->string());
        }
    }
    loading.apply_environment();
    return loading.finish();
}

load_result load_text(std::string_view text, std::string_view source, const environment& lookup) {
    loader loading{lookup};
    loading.apply_text(text, source);
    loading.apply_environment();
    return loading.finish();
}

} // namespace atelier
