#include "http/request_head.hpp"

#include "http/target.hpp"
#include "http/text.hpp"

#include <boost/beast/http/basic_parser.hpp>

namespace atelier::http {
namespace {

namespace beast = boost::beast;

method to_method(beast::http::verb verb) {
    switch (verb) {
    case beast::http::verb::get:
        return method::get;
    case beast::http::verb::head:
        return method::head;
    case beast::http::verb::post:
        return method::post;
    case beast::http::verb::put:
        return method::put;
    case beast::http::verb::patch:
        return method::patch;
    case beast::http::verb::delete_:
        return method::delete_;
    case beast::http::verb::options:
        return method::options;
    default:
        return method::other;
    }
}

/// Beast's parser, writing straight into our request. It sees the header block only: bodies are
/// `body_decoder`'s.
class head_parser final : public beast::http::basic_parser<true> {
public:
    explicit head_parser(request& into) : into_{into} {}

private:
    using text = beast::string_view;
    using error = beast::error_code;

    void on_request_impl(beast::http::verb verb, text name, text target, int, error&) override {
        into_.verb = to_method(verb);
        into_.method_name = name;
        into_.target = target;
    }
    void on_field_impl(beast::http::field, text name, text value, error&) override {
        into_.headers.emplace_back(to_lower(std::string_view{name.data(), name.size()}), value);
    }
    void on_response_impl(int, text, int, error&) override {}
    void on_header_impl(error&) override {}
    void on_body_init_impl(const boost::optional<std::uint64_t>&, error&) override {}
    std::size_t on_body_impl(text, error&) override { return 0; }
    void on_chunk_header_impl(std::uint64_t, text, error&) override {}
    std::size_t on_chunk_body_impl(std::uint64_t, text, error&) override { return 0; }
    void on_finish_impl(error&) override {}

    request& into_;
};

bool agree(const head_parser& parser, const framing& facts) {
    const auto length = parser.content_length();
    return parser.chunked() == facts.chunked && length.has_value() == facts.content_length.has_value() &&
           length.value_or(0) == facts.content_length.value_or(0);
}

} // namespace

outcome<request_head> parse_request_head(std::string_view head, const limits& bounds, request& into) {
    const auto facts = check_framing(head, bounds.header_fields);
    if (!facts)
        return facts.error();
    head_parser parser{into};
    parser.header_limit(static_cast<std::uint32_t>(bounds.header_bytes));
    parser.body_limit(boost::none); // the session's business
    beast::error_code error;
    const auto used = parser.put(boost::asio::const_buffer{head.data(), head.size()}, error);
    if (error || used != head.size() || !parser.is_header_done() || !agree(parser, *facts))
        return failure{errc::malformed_request, "the header block is malformed"};
    if (into.target.size() > bounds.target_bytes)
        return errc::uri_too_long;
    auto target = parse_target(into.target);
    if (!target)
        return target.error();
    into.path = std::move(target->path);
    into.query = std::move(target->query);
    into.query_failure = std::move(target->query_failure);
    return request_head{*facts, parser.keep_alive()};
}

} // namespace atelier::http
