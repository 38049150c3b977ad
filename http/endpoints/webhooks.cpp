#include "http/endpoints/endpoints.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace atelier::http {
namespace {

/// What the signature covers: the body as it came, or of a GET the query string as it came.
std::string signed_text(const request& r) {
    if (r.verb != method::get)
        return r.body;
    const auto question_mark = r.target.find('?');
    return question_mark == std::string::npos ? std::string{} : r.target.substr(question_mark + 1);
}

std::optional<std::string> header(const request& r, std::string_view name) {
    return r.has_header(name) ? std::optional{std::string{r.header(name)}} : std::nullopt;
}

} // namespace

answer receive_webhook(const endpoint_context& context, request& r) {
    webhook hook;
    hook.kind = r.path_parameters.front();
    hook.body = signed_text(r);
    hook.content_type =
        r.verb == method::get ? "application/x-www-form-urlencoded" : r.header("content-type");
    hook.sender = r.remote_address;
    hook.content_hmac = header(r, "content-hmac");
    hook.x_content_hmac = header(r, "x-content-hmac");
    const auto reply = co_await context.backend.notify(std::move(hook));
    if (!reply)
        co_return reply.error();
    auto answer = json_response(200, R"({"code":)" + std::to_string(reply->code) + "}");
    answer.with("Cache-Control", "no-store"); // also to a GET, which the gateway may be told to use
    co_return answer;
}

answer receive_engine_webhook(const endpoint_context& context, request& r) {
    engine_webhook hook;
    hook.engine = r.path_parameters.front();
    hook.id = r.header("webhook-id");
    hook.timestamp = r.header("webhook-timestamp");
    hook.signature = r.header("webhook-signature");
    hook.body = r.body;
    const auto taken = co_await context.backend.notify(std::move(hook));
    if (!taken)
        co_return taken.error();
    co_return response{204};
}

} // namespace atelier::http
