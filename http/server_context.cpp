#include "http/server_context.hpp"

#include <array>
#include <cstdio>
#include <span>

namespace atelier::http {
namespace {

/// Of which it is known how often they have asked.
constexpr std::size_t addresses_max = 100'000;

} // namespace

server_context::server_context(server_options o, router r, file_pool& pool, const atelier::clock& t,
                               random_source& chance, server_hooks h)
    : options{std::move(o)}, routes{std::move(r)}, files{pool}, time{t}, random{chance}, hooks{std::move(h)},
      gate{bounds.connections, bounds.connections_per_address}, by_address{
                                                                    "address", bounds.requests_per_address,
                                                                    std::chrono::minutes{1}, addresses_max} {}

thread_scope::thread_scope(server_context& all) : shared{all} {
    std::uint64_t seed = 0;
    all.random.fill(std::as_writable_bytes(std::span{&seed, 1}));
    random.seed(seed);
}

std::string thread_scope::unique_name() {
    std::array<char, 33> text{};
    std::snprintf(text.data(), text.size(), "%016llx%016llx", static_cast<unsigned long long>(random()),
                  static_cast<unsigned long long>(random()));
    return {text.data(), 32};
}

} // namespace atelier::http
