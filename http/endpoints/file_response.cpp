#include "http/endpoints/file_response.hpp"

#include "actors/domain/active_storage.hpp"
#include "http/entity_tag.hpp"
#include "http/range.hpp"
#include "http/response_head.hpp"

#include <string>
#include <utility>

namespace atelier::http {
namespace {

void describe(response& r, const image_file& file) {
    r.with("ETag", file.entity_tag).with("Last-Modified", http_date(file.last_modified));
    auto caching = "private, max-age=" + std::to_string(file.fresh_for.count());
    r.with("Cache-Control", file.immutable ? caching + ", immutable" : caching);
    r.with("Accept-Ranges", "bytes");
    r.with("Content-Disposition", content_disposition(file.content_type, file.filename));
}

/// Whether the client has this already. Dates count only without tags, and only as we have sent them: files
/// never change, so that no other date can stand for this one.
bool is_known(const request& r, const image_file& file) {
    if (r.has_header("if-none-match"))
        return names_entity_tag(r.header("if-none-match"), file.entity_tag);
    return r.has_header("if-modified-since") &&
           r.header("if-modified-since") == http_date(file.last_modified);
}

/// The part of the file that is asked for, if not all of it. A Range that goes with an outdated copy is void,
/// and so is one that does not come with a GET.
outcome<std::optional<byte_range>> wanted_range(const request& r, const image_file& file) {
    const auto copy = r.header("if-range");
    const bool outdated =
        r.has_header("if-range") && copy != file.entity_tag && copy != http_date(file.last_modified);
    if (r.verb != method::get || outdated)
        return std::optional<byte_range>{};
    return parse_range(r.header("range"), file.size);
}

} // namespace

response file_response(const request& r, const image_file& file) {
    if (file.path.empty()) {
        response elsewhere{302};
        elsewhere.with("Location", file.redirect).with("Cache-Control", "no-store");
        return elsewhere;
    }
    if (is_known(r, file)) {
        response unchanged{304};
        describe(unchanged, file);
        return unchanged;
    }
    const auto part = wanted_range(r, file);
    if (!part) {
        auto refused = problem_response(part.error(), r.request_id);
        refused.with("Content-Range", unsatisfied_content_range(file.size));
        return refused;
    }
    response whole_or_part{*part ? 206U : 200U};
    whole_or_part.content_type = file.content_type;
    describe(whole_or_part, file);
    if (*part)
        whole_or_part.with("Content-Range", content_range(**part, file.size));
    file_body body =
        *part ? file_body{file.path, (*part)->offset, (*part)->length} : file_body{file.path, 0, file.size};
    body.hold = file.hold;
    whole_or_part.body = std::move(body);
    return whole_or_part;
}

} // namespace atelier::http
