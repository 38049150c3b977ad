#pragma once

#include "actors/domain/library.hpp"
#include "actors/domain/outcome.hpp"
#include "actors/domain/records.hpp"
#include "persistence/pg/connection.hpp"

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

/// Direct uploads and deletion. Each command is one transaction on its own, and PostgreSQL decides every
/// race: with other commands, with the writers, and with Rails. What is deleted gives the keys of files that
/// no row names any more: they are to be removed afterwards, and if that fails they are files without rows.
namespace atelier::queries {

/// Adds the blob of a direct upload, whose id is made. `rate_limited` when the user has `direct_uploads_max`
/// open ones; a few more if they begin at the same moment.
[[nodiscard]] outcome<blob_id> insert_direct_upload(pg::connection& database, user_id user,
                                                    const direct_upload& upload, instant expires_at);

/// What a signed id of this user's stands for: a direct upload to attach, or the image that it was attached
/// to. `not_found` for what is neither.
[[nodiscard]] outcome<std::variant<direct_upload, image_id>> find_attachable(pg::connection& database,
                                                                             user_id user, blob_id blob);

/// Makes an input image of a direct upload. The blob takes over `content_type` and `blob_metadata` of what
/// was found in the file. `state_conflict` when it is no open upload of this user any more.
[[nodiscard]] outcome<image_id> attach_direct_upload(pg::connection& database, user_id user, blob_id blob,
                                                     const new_image& found, instant at);

/// Ends direct uploads that nobody has attached in time, at most `limit`, and forgets those that Rails has
/// attached.
[[nodiscard]] outcome<std::vector<std::string>> purge_direct_uploads(pg::connection& database, instant now,
                                                                     std::int32_t limit);

/// Deletes an image with its files. The row itself stays if a generation refers to it. Errors: not_found,
/// state_conflict (a generation that is not final needs it).
[[nodiscard]] outcome<std::vector<std::string>> delete_image(pg::connection& database, user_id user,
                                                             image_id image, instant at);

/// Deletes a generation and the files of its output; its row and its journal stay. Errors: not_found,
/// state_conflict (it is not final).
[[nodiscard]] outcome<std::vector<std::string>> delete_generation(pg::connection& database, user_id user,
                                                                  generation_id generation, instant at);

} // namespace atelier::queries
