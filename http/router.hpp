#pragma once

#include "actors/domain/outcome.hpp"
#include "http/message.hpp"

#include <boost/asio/awaitable.hpp>

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace atelier::http {

/// How the body of a route's requests is taken.
enum class body_mode : std::uint8_t {
    none,   ///< refused unless empty
    memory, ///< up to http.body_limit, into request::body
    file,   ///< streamed into a temporary file, up to images.upload_limit
};

/// Answers one request, on the I/O thread of its connection. It must not block, and bounds its own waits. A
/// handler that throws is answered with 500.
using handler = std::function<boost::asio::awaitable<response>(request&)>;

/// One line of the table of routes.
struct route {
    method verb;
    std::string_view pattern; ///< e.g. "/v1/generations/{id}/cancel"; `{…}` matches one non-empty segment
    body_mode body;
    handler handle;
    bool raw_query = false; ///< reads the query from the target by itself, so that it may be in any encoding
    bool vital = false;     ///< served also when others are refused because there are too many
};

/// The table, looked up by path and method. Immutable once built; shared by all I/O threads.
class router {
public:
    /// The patterns must outlive the router. Two routes of the same method and pattern are a mistake: the
    /// first wins.
    explicit router(std::vector<route> routes);
    router(router&&) noexcept;
    router& operator=(router&&) noexcept;
    ~router();

    struct match {
        const route* found = nullptr;          ///< null: see `allowed`
        std::vector<std::string> parameters;   ///< decoded path parameters
        std::vector<std::string_view> allowed; ///< methods that the path knows; empty: no such path (404)
    };
    /// HEAD finds the GET route. `path` is the decoded path. Where a literal segment and a `{…}` both match,
    /// the literal one is preferred.
    [[nodiscard]] match find(method verb, std::string_view path) const;
    [[nodiscard]] const std::vector<route>& routes() const { return routes_; }

private:
    struct node;

    void add(std::size_t index);
    bool descend(const node& at, std::string_view rest, method verb, match& into) const;

    std::vector<route> routes_;
    std::unique_ptr<node> root_;
};

} // namespace atelier::http
