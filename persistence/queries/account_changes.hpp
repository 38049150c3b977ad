#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/records.hpp"
#include "persistence/pg/connection.hpp"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// Changes of an account after it was made. Each is one transaction with the mails that tell of it.
namespace atelier::queries {

/// From now on `digest` sets a new password; one that was asked for before does not any more.
[[nodiscard]] status begin_reset(pg::connection& database, user_id user, std::string_view digest,
                                 const outbox_message& mail, instant at);

/// Who may set a new password; none when the digest is nobody's, or was sent before `sent_since`.
[[nodiscard]] outcome<std::optional<user_record>> find_reset(pg::connection& database,
                                                             std::string_view digest, instant sent_since);

/// Sets a password, which uses the digest up and ends all sessions; whether there was such a digest.
[[nodiscard]] outcome<bool> reset_password(pg::connection& database, std::string_view digest,
                                           instant sent_since, std::string_view encrypted_password,
                                           const outbox_message& mail, instant at);

/// Sets a password if the hash still is `current`; whether it was. All sessions end but `kept_session`
/// (digest).
[[nodiscard]] outcome<bool> change_password(pg::connection& database, user_id user, std::string_view current,
                                            std::string_view encrypted_password,
                                            std::string_view kept_session, const outbox_message& mail,
                                            instant at);

/// Notes the address that is to replace the present one, with its token, if the hash of the password still is
/// `current`; whether it was. An empty address: the present one stays.
[[nodiscard]] outcome<bool> change_address(pg::connection& database, user_id user, std::string_view current,
                                           std::string_view unconfirmed_email, std::string_view token,
                                           const std::vector<outbox_message>& mails, instant at);

/// "" = not chosen. `not_found` when there is no such user.
[[nodiscard]] status set_language(pg::connection& database, user_id user, std::string_view language,
                                  instant at);

/// Takes everything personal away and ends the account, if the hash of the password still is `current`. The
/// keys of the files to remove. `state_conflict` when it is not, or while a generation is not final or a
/// subscription is renewed.
[[nodiscard]] outcome<std::vector<std::string>> forget_user(pg::connection& database, user_id user,
                                                            std::string_view current,
                                                            const outbox_message& mail, instant at);

} // namespace atelier::queries
