#pragma once

#include "http/file_pool.hpp"
#include "http/message.hpp"
#include "http/service.hpp"

#include <memory>
#include <string>

namespace atelier::http {

/// The picture of an upload in a file of its own, which goes with this object.
struct received_file {
    std::shared_ptr<temporary_file> content;
    std::string filename; ///< as the client calls it, or made up

    received_file() = default;
    received_file(std::shared_ptr<temporary_file> c, std::string f)
        : content{std::move(c)}, filename{std::move(f)} {}
};

/// Takes the picture out of a request whose body was streamed to disk: the body itself, or of a form (RFC
/// 7578) its part `file`, which is copied by `files`. Takes the body out of the request. Errors:
/// unsupported_media_type unless it is said to be JPEG, PNG or WebP; validation_failed on `file` when it is
/// missing or empty; malformed_request; overloaded and unavailable when it cannot be copied.
[[nodiscard]] reply<received_file> take_upload(file_pool& files, request& r);

} // namespace atelier::http
