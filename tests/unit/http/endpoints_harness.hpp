#pragma once

#include "http/endpoints/routes.hpp"
#include "http/file_pool.hpp"
#include "http/router.hpp"
#include "http/target.hpp"
#include "tests/unit/http/fake_control_room.hpp"
#include "tests/unit/http/fake_service.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace atelier::test::endpoints {

inline std::string read_file(const std::filesystem::path& path) {
    std::ifstream in{path, std::ios::binary};
    return {std::istreambuf_iterator<char>{in}, {}};
}

inline reply<image_record> fake_service::add_image(user_id user, upload file) {
    last_upload = std::move(file);
    last_upload_bytes = read_file(last_upload.path);
    co_return note("add_image " + text(user), sample_image());
}

inline reply<done> fake_service::receive_direct_upload(direct_upload_content content) {
    last_content = std::move(content);
    last_upload_bytes = last_content.path.empty() ? std::string{} : read_file(last_content.path);
    co_return note("receive_direct_upload " + last_content.token, done{});
}

inline request make_request(method verb, std::string target) {
    request r;
    r.verb = verb;
    r.method_name = to_string(verb);
    auto parsed = parse_target(target);
    if (!parsed)
        throw std::runtime_error{"bad target in a test: " + target};
    r.target = std::move(target);
    r.path = std::move(parsed->path);
    r.query = std::move(parsed->query);
    r.query_failure = std::move(parsed->query_failure);
    r.request_id = "req-1";
    return r;
}
inline request get(std::string target) {
    return make_request(method::get, std::move(target));
}
inline request post(std::string target, std::string body, std::string type = "application/json") {
    auto r = make_request(method::post, std::move(target));
    r.headers.emplace_back("content-type", std::move(type));
    r.body_size = body.size();
    r.body = std::move(body);
    return r;
}
inline request with(request r, std::string name, std::string value) {
    r.headers.emplace_back(std::move(name), std::move(value));
    return r;
}
inline request by_ann(request r) {
    return with(std::move(r), "authorization", "Bearer " + anns_token);
}

inline std::string header(const response& r, std::string_view name) {
    for (const auto& [key, value] : r.headers)
        if (key == name)
            return value;
    return {};
}
inline std::string text(const response& r) {
    return std::get<std::string>(r.body);
}
inline bool contains(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}
/// Whether it is the problem document of that code.
inline bool is_problem(const response& r, errc code) {
    return r.content_type == "application/problem+json" && r.status == status_of(code) &&
           contains(text(r), R"("code":")" + std::string{to_string(code)} + '"') &&
           contains(text(r), R"("request_id":"req-1")");
}
/// Whether it is a `validation_failed` that names exactly these fields with these codes, in order.
inline bool blames(const response& r, std::vector<std::pair<std::string, std::string>> fields) {
    if (!is_problem(r, errc::validation_failed))
        return false;
    std::size_t at = 0;
    for (const auto& [field, code] : fields) {
        at = text(r).find(R"({"field":")" + field + R"(","code":")" + code + '"', at);
        if (at++ == std::string::npos)
            return false;
    }
    return text(r).find(R"({"field":)", at) == std::string::npos;
}

/// The endpoints behind their routes, on an I/O context of their own.
class front_end {
public:
    fake_service backend;
    fake_control_room room;
    boost::asio::io_context io; // outlives the pool, whose thread may still be posting to it
    file_pool files{1, 8};
    endpoint_context context{backend, files};

    response send(request r) { return dispatch(router{public_routes(context)}, r); }
    /// As olga, unless the request says otherwise.
    response send_to_operator(request r) {
        if (!r.has_header("authorization"))
            r = with(std::move(r), "authorization", "Bearer " + olgas_token);
        return dispatch(router{operator_routes(backend, room)}, r);
    }
    const std::vector<std::string>& calls() const { return backend.calls; }

private:
    response dispatch(const router& routes, request& r) {
        auto match = routes.find(r.verb, r.path);
        if (match.found == nullptr)
            throw std::runtime_error{"no route: " + r.path};
        r.path_parameters = std::move(match.parameters);
        response result;
        std::exception_ptr thrown;
        boost::asio::co_spawn(io, match.found->handle(r), [&](std::exception_ptr error, response got) {
            thrown = error;
            result = std::move(got);
        });
        io.restart();
        io.run();
        if (thrown)
            std::rethrow_exception(thrown);
        return result;
    }
};

} // namespace atelier::test::endpoints
