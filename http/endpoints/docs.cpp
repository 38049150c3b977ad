#include "http/docs/assets.hpp"
#include "http/endpoints/endpoints.hpp"

namespace atelier::http {
namespace {

/// Nothing but the viewer works on the page, and it speaks to this site only. It brings its icons along.
constexpr std::string_view page_policy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; "
    "form-action 'none'; base-uri 'none'; frame-ancestors 'none'";

} // namespace

answer show_openapi(const endpoint_context&, request& r) {
    co_return serve_asset(r, *find_asset(docs::assets, "openapi.json"));
}

answer show_docs_page(const endpoint_context&, request& r) {
    auto page = serve_asset(r, *find_asset(docs::assets, "docs.html"));
    page.with("Content-Security-Policy", std::string{page_policy}).with("Referrer-Policy", "no-referrer");
    co_return page;
}

answer show_docs_file(const endpoint_context&, request& r) {
    const auto* const file = find_asset(docs::assets, r.path_parameters.front());
    if (file == nullptr || file->name.ends_with(".json") || file->name.ends_with(".html"))
        co_return errc::not_found; // those have addresses of their own
    co_return serve_asset(r, *file);
}

} // namespace atelier::http
