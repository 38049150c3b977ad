// Replies of S3, in XML.

#include "persistence/blobs/s3/s3_reply.hpp"

#include "tests/fuzz/fuzz.hpp"

#include <algorithm>

using namespace atelier;
using atelier::fuzz::require;

namespace {

std::size_t depth(const xml_element& element) {
    std::size_t deepest = 0;
    for (const auto& each : element.children)
        deepest = std::max(deepest, depth(each));
    return deepest + 1;
}

std::size_t size(const xml_element& element) {
    auto sum = element.text.size();
    for (const auto& each : element.children)
        sum += size(each);
    return sum;
}

template <class T>
void check_failure(const outcome<T>& read) {
    require(read || read.error().code == errc::unavailable, "a refusal says why");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
    const fuzz::input in{data, length};
    const auto text = in.rest();
    if (const auto root = read_xml(text)) {
        require(depth(*root) <= 16, "a document is not deep");
        require(size(*root) <= text.size(), "nothing expands");
        require(!root->name.empty() && root->find("") == nullptr, "elements have names");
    }
    const auto objects = read_objects(text);
    check_failure(objects);
    if (objects)
        for (const auto& each : objects->objects)
            require(each.size >= 0, "no object has a negative size");
    check_failure(read_uploads(text));
    check_failure(read_upload_id(text));
    const auto code = read_error_code(text);
    const auto plain = [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    };
    require(code.size() <= 64 && std::ranges::all_of(code, plain), "a code is a word");
    static_cast<void>(read_s3_time(text));
    return 0;
}
