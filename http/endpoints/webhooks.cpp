#include "http/endpoints/endpoints.hpp"

#include <string>
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

} // namespace

answer receive_webhook(const endpoint_context& context, request& r) {
    webhook hook;
    hook.kind = r.path_parameters.front();
    hook.body = signed_text(r);
    hook.content_type =
        r.verb == method::get ? "application/x-www-form-urlencoded" : r.header("content-type");
    hook.origin = request_origin{r};
    hook.content_hmac = r.header("content-hmac");
    hook.x_content_hmac = r.header("x-content-hmac");
    const auto reply = co_await context.backend.notify(std::move(hook));
    if (!reply)
        co_return reply.error();
    co_return json_response(200, R"({"code":)" + std::to_string(reply->code) + "}");
}

} // namespace atelier::http
