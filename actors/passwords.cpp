#include "actors/passwords.hpp"

#include "config/printable.hpp"

#include <crypt.h>
#include <sodium.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <memory>

namespace atelier {
namespace {

constexpr std::size_t bcrypt_password_limit = 72; ///< bytes that bcrypt reads
constexpr std::size_t bcrypt_hash_size = 60;
constexpr std::size_t salt_bytes = 16;
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

passwords::passwords(unsigned cost, std::string pepper, random_source& random)
    : cost_{cost}, pepper_{std::move(pepper)}, random_{&random} {}

outcome<std::string> passwords::hash(std::string_view password) const {
    std::array<std::byte, salt_bytes> salt{};
    random_->fill(salt);
    std::array<char, CRYPT_GENSALT_OUTPUT_SIZE> setting{};
    if (crypt_gensalt_rn("$2a$", cost_, reinterpret_cast<const char*>(salt.data()), salt_bytes,
                         setting.data(), static_cast<int>(setting.size())) == nullptr)
        return failure{errc::internal, "no bcrypt setting for cost " + std::to_string(cost_)};
    auto made = bcrypt(secret{password, pepper_}, setting.data());
    if (made.empty())
        return failure{errc::internal, "bcrypt failed"};
    return made;
}

bool passwords::verify(std::string_view stored, std::string_view password) const {
    const secret tried{password, pepper_};
    const auto cost = cost_of(stored);
    const auto made = cost ? bcrypt(tried, std::string{stored}) : std::string{};
    if (equal(made, stored) && !made.empty() && password.find('\0') == std::string_view::npos)
        return true;
    spend_rest(tried, made.empty() ? std::nullopt : cost, cost_);
    return false;
}

bool passwords::needs_rehash(std::string_view stored) const {
    return cost_of(stored).value_or(0) < cost_;
}

} // namespace atelier
