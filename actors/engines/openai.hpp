#pragma once

#include "actors/engines/remote_engine.hpp"

#include <memory>
#include <string>

namespace atelier {

/// What is asked of a server that speaks OpenAI's images API; "" = left to the server, as servers of other
/// makers may not know the field.
struct openai_options {
    std::string name = "openai"; ///< in the configuration
    std::string model = "gpt-image-1";
    std::string size = "auto";           ///< e.g. "1536x1024"
    std::string quality;                 ///< low, medium, high or auto
    std::string input_fidelity = "high"; ///< how closely the photo is kept
    std::string output_format = "jpeg";  ///< jpeg, png or webp
    upload_shape upload{.longest_side = 1536, .multiple = 1};
};

/// The call that edits a photo: multipart, the photo read from `photo` while it is sent. Pure.
[[nodiscard]] engine_request write_openai_edit(const engine_job& job, const openai_options& options,
                                               const std::filesystem::path& photo);
/// Its reply, after a status of 2xx. Pure.
[[nodiscard]] std::variant<picture_source, engine_failure> read_openai_edit(const std::string& body);
/// What a failed reply with this body comes to, given what its status says: some codes say more. Pure.
[[nodiscard]] engine_failure read_openai_failure(engine_failure by_status, const std::string& body);

/// POST /images/edits below `remote.access.base_url` (https://api.openai.com/v1). `remote.secret` is the API
/// key, "" for servers without. The work is done within the call, so there is no id to attach to, and ending
/// the call is all that cancelling can do. The API takes neither seed nor negative prompt.
/// Source: openai-python, types/image_edit_params.py and images_response.py.
[[nodiscard]] std::unique_ptr<engine> make_openai(openai_options options, remote_options remote);

} // namespace atelier
