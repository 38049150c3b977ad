#include "actors/passwords.hpp"

#include "config/printable.hpp"

#include <crypt.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cinttypes>
#include <cstdio>
#include <cstring>
#include <memory>
#include <span>
#include <utility>

namespace atelier {
namespace {

constexpr std::size_t bcrypt_password_limit = 72; ///< bytes that bcrypt reads
constexpr std::size_t bcrypt_hash_size = 60;
constexpr std::size_t argon2id_hash_bytes = 32;
constexpr std::size_t bcrypt_salt_bytes = 16;
constexpr std::uint64_t bytes_in_kib = 1024;
constexpr std::size_t shortest_password = 6; ///< characters; Devise's default

/// What bcrypt is to read, wiped afterwards.
class secret {
public:
    secret(std::string_view password, std::string_view pepper) {
        append(password);
        append(pepper);
    }
    ~secret() { sodium_memzero(text_.data(), text_.size()); }
    secret(const secret&) = delete;
    secret& operator=(const secret&) = delete;

    [[nodiscard]] const char* c_str() const { return text_.data(); }

private:
    void append(std::string_view part) {
        const auto taken = part.substr(0, bcrypt_password_limit - size_);
        std::ranges::copy(taken, text_.begin() + static_cast<std::ptrdiff_t>(size_));
        size_ += taken.size();
    }

    std::array<char, bcrypt_password_limit + 1> text_{};
    std::size_t size_ = 0;
};

/// The hash under a setting ("$2a$12$" and 22 characters of salt; more is ignored); "" when bcrypt refuses
/// it.
std::string bcrypt(const secret& password, const std::string& setting) {
    const auto data = std::make_unique<crypt_data>();
    const char* made = crypt_rn(password.c_str(), setting.c_str(), data.get(), sizeof(crypt_data));
    std::string result = made != nullptr ? made : "";
    sodium_memzero(data.get(), sizeof(crypt_data));
    return result;
}

std::string setting_of(unsigned cost) {
    const auto digits = std::to_string(cost);
    return (cost < 10 ? "$2a$0" : "$2a$") + digits + "$abcdefghijklmnopqrstuu";
}

bool is_digit(char c) {
    return c >= '0' && c <= '9';
}

/// The cost of a bcrypt hash; none when it is something else.
std::optional<unsigned> cost_of(std::string_view stored) {
    const auto known = [&](std::string_view prefix) { return stored.starts_with(prefix); };
    if (stored.size() != bcrypt_hash_size || !(known("$2a$") || known("$2b$") || known("$2y$")) ||
        !is_digit(stored[4]) || !is_digit(stored[5]) || stored[6] != '$')
        return std::nullopt;
    return static_cast<unsigned>((stored[4] - '0') * 10 + (stored[5] - '0'));
}

bool equal(std::string_view a, std::string_view b) {
    return a.size() == b.size() && sodium_memcmp(a.data(), b.data(), a.size()) == 0;
}

/// Makes up for the work that a "no" has not cost. Each step of the cost doubles the work, so that
/// 2^c + (2^c + 2^(c+1) + … + 2^(cost-1)) = 2^cost.
void spend_rest(const secret& password, std::optional<unsigned> spent, unsigned cost) {
    if (!spent) {
        bcrypt(password, setting_of(cost));
        return;
    }
    for (auto c = *spent; c < cost; ++c)
        bcrypt(password, setting_of(c));
}

/// What an Argon2id hash costs.
struct argon2id_work {
    std::uint64_t kibibytes = 0;
    std::uint64_t passes = 0;
};

/// The work of an Argon2id hash in PHC's format; none when it is something else.
std::optional<argon2id_work> work_of(std::string_view stored) {
    argon2id_work work;
    const std::string text{stored.substr(0, crypto_pwhash_STRBYTES)};
    if (std::sscanf(text.c_str(), "$argon2id$v=19$m=%" SCNu64 ",t=%" SCNu64 ",p=1$", &work.kibibytes,
                    &work.passes) != 2)
        return std::nullopt;
    return work;
}

/// Without padding, as PHC's format has it.
std::string unpadded_base64(const unsigned char* data, std::size_t size) {
    std::string text(sodium_base64_encoded_len(size, sodium_base64_VARIANT_ORIGINAL_NO_PADDING), '\0');
    sodium_bin2base64(text.data(), text.size(), data, size, sodium_base64_VARIANT_ORIGINAL_NO_PADDING);
    text.pop_back(); // the NUL
    return text;
}

/// The password followed by the pepper, wiped afterwards.
class long_secret {
public:
    long_secret(std::string_view password, std::string_view pepper) : text_{password} { text_ += pepper; }
    ~long_secret() { sodium_memzero(text_.data(), text_.size()); }
    long_secret(const long_secret&) = delete;
    long_secret& operator=(const long_secret&) = delete;

    [[nodiscard]] const std::string& text() const { return text_; }

private:
    std::string text_;
};

outcome<std::string> hash_argon2id(std::string_view password, std::string_view pepper,
                                   std::span<const std::byte, crypto_pwhash_SALTBYTES> random_salt,
                                   argon2id_work work) {
    const long_secret hashed{password, pepper};
    const auto* const salt = reinterpret_cast<const unsigned char*>(random_salt.data());
    std::array<unsigned char, argon2id_hash_bytes> made{};
    if (crypto_pwhash(made.data(), made.size(), hashed.text().data(), hashed.text().size(), salt, work.passes,
                      static_cast<std::size_t>(work.kibibytes * bytes_in_kib),
                      crypto_pwhash_ALG_ARGON2ID13) != 0)
        return failure{errc::unavailable, "there is no memory to hash a password"};
    return "$argon2id$v=19$m=" + std::to_string(work.kibibytes) + ",t=" + std::to_string(work.passes) +
           ",p=1$" + unpadded_base64(salt, random_salt.size()) + '$' +
           unpadded_base64(made.data(), made.size());
}

bool verify_argon2id(std::string_view stored, std::string_view password, std::string_view pepper) {
    const long_secret tried{password, pepper};
    return password.find('\0') == std::string_view::npos &&
           crypto_pwhash_str_verify(std::string{stored}.c_str(), tried.text().data(), tried.text().size()) ==
               0;
}

std::size_t characters(std::string_view utf8) {
    return static_cast<std::size_t>(
        std::ranges::count_if(utf8, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
}

} // namespace

std::optional<field_error> new_password_error(std::string_view password) {
    if (std::ranges::all_of(password, [](char c) { return c == ' '; }))
        return field_error{"password", "required", "must not be blank"};
    if (!is_printable(password))
        return field_error{"password", "invalid", "must be text without control characters"};
    if (characters(password) < shortest_password)
        return field_error{"password", "too_short", "must have at least 6 characters"};
    if (password.size() > bcrypt_password_limit)
        return field_error{"password", "too_long", "must have at most 72 bytes"};
    return std::nullopt;
}

password_rules rules_of(const accounts_settings& settings) {
    password_rules rules;
    if (settings.password_scheme == "argon2id")
        rules.hashed_with = password_rules::scheme::argon2id;
    rules.bcrypt_cost = static_cast<unsigned>(settings.bcrypt_cost);
    rules.argon2id_memory = settings.argon2id_memory;
    rules.argon2id_passes = settings.argon2id_passes;
    rules.pepper = settings.pepper;
    return rules;
}

passwords::passwords(password_rules rules, random_source& random)
    : rules_{std::move(rules)}, random_{&random} {}

outcome<std::string> passwords::hash(std::string_view password) const {
    if (rules_.hashed_with == password_rules::scheme::bcrypt)
        return hash_bcrypt(password);
    std::array<std::byte, crypto_pwhash_SALTBYTES> salt{};
    random_->fill(salt);
    return hash_argon2id(password, rules_.pepper, salt,
                         {rules_.argon2id_memory / bytes_in_kib, rules_.argon2id_passes});
}

outcome<std::string> passwords::hash_bcrypt(std::string_view password) const {
    std::array<std::byte, bcrypt_salt_bytes> salt{};
    random_->fill(salt);
    std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
    if (crypt_gensalt_rn("$2a$", rules_.bcrypt_cost, reinterpret_cast<const char*>(salt.data()), salt.size(),
                         setting.data(), static_cast<int>(setting.size())) == nullptr)
        return failure{errc::internal, "no bcrypt setting for cost " + std::to_string(rules_.bcrypt_cost)};
    auto made = bcrypt(secret{password, rules_.pepper}, setting.data());
    if (made.empty())
        return failure{errc::internal, "bcrypt failed"};
    return made;
}

bool passwords::verify(std::string_view stored, std::string_view password) const {
    const bool wants_argon2id = rules_.hashed_with == password_rules::scheme::argon2id;
    const bool is_argon2id = work_of(stored).has_value();
    const bool fits =
        is_argon2id ? verify_argon2id(stored, password, rules_.pepper) : verify_bcrypt(stored, password);
    if (fits || is_argon2id == wants_argon2id)
        return fits;
    // The other scheme's "no" may have been quicker.
    if (wants_argon2id)
        static_cast<void>(hash(password));
    else
        spend_rest(secret{password, rules_.pepper}, std::nullopt, rules_.bcrypt_cost);
    return false;
}

bool passwords::verify_bcrypt(std::string_view stored, std::string_view password) const {
    const secret tried{password, rules_.pepper};
    const auto cost = cost_of(stored);
    const auto made = cost ? bcrypt(tried, std::string{stored}) : std::string{};
    if (equal(made, stored) && !made.empty() && password.find('\0') == std::string_view::npos)
        return true;
    if (rules_.hashed_with == password_rules::scheme::bcrypt)
        spend_rest(tried, made.empty() ? std::nullopt : cost, rules_.bcrypt_cost);
    return false;
}

bool passwords::needs_rehash(std::string_view stored) const {
    if (rules_.hashed_with == password_rules::scheme::bcrypt)
        return cost_of(stored).value_or(0) < rules_.bcrypt_cost;
    const auto work = work_of(stored);
    return !work || work->kibibytes < rules_.argon2id_memory / bytes_in_kib ||
           work->passes < rules_.argon2id_passes;
}

} // namespace atelier
