#pragma once

#include "actors/domain/outcome.hpp"
#include "actors/domain/records.hpp"
#include "persistence/pg/connection.hpp"
#include "persistence/queries/sessions.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace atelier::queries {

struct new_user {
    std::string email; ///< lower-cased and stripped by the caller, as Devise stores it
    std::string encrypted_password;
    std::string confirmation_token;      ///< raw, as Devise stores it; "" = none
    std::optional<instant> confirmed_at; ///< set for users who need not confirm
    instant at;
    std::string language{}; ///< of mails; "" = not chosen
};

/// Inserts a user and, in the same transaction, the mail to send. `state_conflict` when the address is taken;
/// then there is no mail either.
[[nodiscard]] outcome<user_id> insert_user(pg::connection& database, const new_user& user,
                                           const std::optional<outbox_message>& mail);

/// By address, compared in lower case.
[[nodiscard]] outcome<std::optional<user_record>> find_user_by_email(pg::connection& database,
                                                                     std::string_view email);
/// `not_found` when there is none.
[[nodiscard]] outcome<user_record> get_user(pg::connection& database, user_id user);

struct confirmation {
    user_record user;
    bool already = false; ///< it was confirmed before; nothing was changed
};
/// Confirms the address of the user who holds the token: that of a new user, or the one that is to replace
/// it. `invalid_token` when the token is empty or nobody's, or was sent before `sent_since`; `state_conflict`
/// when somebody else has got the address meanwhile.
[[nodiscard]] outcome<confirmation> confirm_user(pg::connection& database, std::string_view token, instant at,
                                                 std::optional<instant> sent_since = {});

struct pending_confirmation {
    std::string token; ///< raw
    instant sent_at;
};
/// What a user who has not confirmed does so with, to send it again. The token becomes `fresh`, sent `at`,
/// when there is none or it was sent before `sent_since`. None when there is nothing to confirm.
[[nodiscard]] outcome<std::optional<pending_confirmation>> renew_confirmation(pg::connection& database,
                                                                              user_id user,
                                                                              std::string_view fresh,
                                                                              instant sent_since, instant at);

/// Replaces the hash of a password by a better one of the same password, if it still is `current`; whether it
/// was. Sessions go on.
[[nodiscard]] outcome<bool> replace_hash(pg::connection& database, user_id user, std::string_view current,
                                         std::string_view fresh, instant at);

/// Inserts a session if its user's password hash still is `encrypted_password`; whether it was. Who changes
/// the password at the same time and then, in the same transaction, ends all sessions, ends this one too.
[[nodiscard]] outcome<bool> begin_session(pg::connection& database, const session_record& session,
                                          std::string_view encrypted_password);

} // namespace atelier::queries
