// The whole way of an upload: header block, body in pieces, file, its part of a form, inspection. A seed for
// the pieces in a line, then the request.

#include "http/endpoints/upload.hpp"

#include "actors/engines/image_file.hpp"
#include "http/body_decoder.hpp"
#include "http/multipart.hpp"
#include "http/request_head.hpp"
#include "http/upload_file.hpp"
#include "tests/fuzz/fuzz.hpp"
#include "tests/support/temporary_directory.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <exception>

using namespace atelier;
using namespace atelier::http;
using atelier::fuzz::require;

namespace {

namespace asio = boost::asio;

constexpr inspection_limits inspection{.pixels = 1'000'000, .time = std::chrono::seconds{5}};

struct place {
    test::temporary_directory directory;
    file_pool files{1, 4};
};

/// The pieces in which the body arrives.
std::vector<std::string_view> decode(const framing& facts, std::string_view bytes, std::uint64_t seed) {
    std::vector<std::string_view> body;
    body_decoder decoder{facts};
    fuzz::in_pieces(bytes, seed, [&](std::string_view piece) {
        while (!piece.empty() && !decoder.is_complete()) {
            const auto step = decoder.next(piece);
            if (!step) // the session would give up here, too
                return false;
            body.push_back(step->data);
            piece.remove_prefix(step->consumed);
        }
        return !decoder.is_complete();
    });
    return body;
}

void check_received(const received_file& file, const std::string& body, const std::string& type) {
    const auto content = fuzz::read_file(file.content->path());
    require(!content.empty() && !file.filename.empty(), "an upload has bytes and a name");
    require(file.filename.find('/') == std::string::npos, "its name leads nowhere");
    const auto boundary = multipart_boundary(type);
    require(boundary ? body.find(content + "\r\n--" + *boundary) != std::string::npos : content == body,
            "its bytes are those that were sent");
    const auto info = inspect_image(file.content->path(), inspection);
    if (!info)
        return;
    require(info->width > 0 && info->height > 0, "a picture has a size");
    const auto pixels = static_cast<std::uint64_t>(info->width) * static_cast<std::uint64_t>(info->height);
    require(pixels <= inspection.pixels, "a picture is within the limits");
}

asio::awaitable<void> take(place& here, request& r, const std::vector<std::string_view>& pieces) {
    const std::string type{r.header("content-type")};
    std::string body;
    upload_file file{here.files, here.directory.path(), "1"};
    for (const auto piece : pieces) {
        body += piece;
        const auto appended = co_await file.append(piece);
        require(appended.has_value(), "the disk takes it");
    }
    const auto finished = co_await file.finish();
    require(finished.has_value(), "the disk has taken it");
    r.body_file = file.take();
    r.body_size = body.size();
    const auto received = co_await take_upload(here.files, r);
    if (received)
        check_received(*received, body, type);
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
    static place here;
    fuzz::input in{data, length};
    const auto seed = in.number();
    const auto bytes = in.rest();
    head_finder finder;
    const auto end = finder.find(bytes);
    if (!end || !*end)
        return 0;
    const limits bounds;
    request r;
    const auto head = parse_request_head(bytes.substr(0, **end), bounds, r);
    if (!head)
        return 0;
    const auto pieces = decode(head->facts, bytes.substr(**end), seed);
    asio::io_context context;
    bool ended = false;
    asio::co_spawn(context, take(here, r, pieces), [&ended](const std::exception_ptr& error) {
        require(error == nullptr, "nothing throws");
        ended = true;
    });
    context.run();
    here.files.wait_idle();
    require(ended, "an upload ends");
    r = request{};
    require(std::filesystem::is_empty(here.directory.path()), "no file is left behind");
    return 0;
}
