#include "http/backend_parts.hpp"
#include "http/backend_service.hpp"

#include <utility>

/// The part of `backend_service` that is about accounts.
namespace atelier::http {
namespace {

/// Runs a command of `accounts`: `start` is given the callback.
template <class T, class Start>
reply<T> ask_accounts(Start start) {
    std::function<void(accounts::callback<T>)> call = std::move(start);
    co_return co_await wait_for<T>(std::move(call));
}

} // namespace

reply<done> backend_service::sign_up(visitor who, std::string email, std::string password) {
    auto start = [&](const accounts::callback<done>& answer) {
        parts_->back.people.sign_up(parts_->identify(who), email, password, answer);
    };
    co_return co_await ask_accounts<done>(std::move(start));
}

reply<done> backend_service::resend_confirmation(visitor who, std::string email) {
    auto start = [&](const accounts::callback<done>& answer) {
        parts_->back.people.resend_confirmation(parts_->identify(who), email, answer);
    };
    co_return co_await ask_accounts<done>(std::move(start));
}

reply<user_record> backend_service::confirm(std::string token) {
    auto start = [&](const accounts::callback<user_record>& answer) {
        parts_->back.people.confirm(token, answer);
    };
    co_return co_await ask_accounts<user_record>(std::move(start));
}

reply<done> backend_service::request_reset(visitor who, std::string email) {
    auto start = [&](const accounts::callback<done>& answer) {
        parts_->back.people.request_reset(parts_->identify(who), email, answer);
    };
    co_return co_await ask_accounts<done>(std::move(start));
}

reply<done> backend_service::reset_password(visitor who, std::string token, std::string password) {
    auto start = [&](const accounts::callback<done>& answer) {
        parts_->back.people.reset_password(parts_->identify(who), token, password, answer);
    };
    co_return co_await ask_accounts<done>(std::move(start));
}

reply<new_session> backend_service::sign_in(visitor who, std::string email, std::string password,
                                            bool remember) {
    auto start = [&](const accounts::callback<accounts::signed_in>& answer) {
        parts_->back.people.sign_in(parts_->identify(who), email, password, remember, answer);
    };
    auto result = co_await ask_accounts<accounts::signed_in>(std::move(start));
    if (!result)
        co_return result.error();
    new_session session;
    session.token = std::move(result->token);
    session.expires_at = result->expires_at;
    session.ends_at = result->ends_at;
    session.user = std::move(result->user);
    co_return session;
}

reply<principal> backend_service::authenticate(std::string token) {
    auto& back = parts_->back;
    if (const auto who = back.people.cached(token)) {
        back.meters.session_cache_hits.Increment();
        co_return *who;
    }
    back.meters.session_cache_misses.Increment();
    auto start = [&](const accounts::callback<principal>& answer) {
        back.people.authenticate(token, answer);
    };
    co_return co_await ask_accounts<principal>(std::move(start));
}

reply<done> backend_service::sign_out(std::string token) {
    auto start = [&](const accounts::callback<done>& answer) { parts_->back.people.sign_out(token, answer); };
    co_return co_await ask_accounts<done>(std::move(start));
}

reply<done> backend_service::sign_out_everywhere(user_id user) {
    auto start = [&](const accounts::callback<done>& answer) {
        parts_->back.people.sign_out_everywhere(user, answer);
    };
    co_return co_await ask_accounts<done>(std::move(start));
}

reply<std::vector<listed_session>> backend_service::sessions(user_id user, std::string token) {
    using list = std::vector<listed_session>;
    auto start = [&](const accounts::callback<list>& answer) {
        parts_->back.people.list_sessions(user, token, answer);
    };
    co_return co_await ask_accounts<list>(std::move(start));
}

reply<done> backend_service::end_session(user_id user, session_id session) {
    auto start = [&](const accounts::callback<done>& answer) {
        parts_->back.people.end_session(user, session, answer);
    };
    co_return co_await ask_accounts<done>(std::move(start));
}

reply<new_api_key> backend_service::add_api_key(user_id user, std::string name, scopes may,
                                                std::optional<std::chrono::days> lifetime) {
    std::optional<instant> expires_at;
    if (lifetime)
        expires_at = parts_->back.time.now() + *lifetime;
    auto start = [&](const accounts::callback<accounts::new_api_key>& answer) {
        parts_->back.people.create_api_key(user, name, may, expires_at, answer);
    };
    auto made = co_await ask_accounts<accounts::new_api_key>(std::move(start));
    if (!made)
        co_return made.error();
    new_api_key result;
    result.token = std::move(made->token);
    result.key = std::move(made->key);
    co_return result;
}

reply<std::vector<api_key_record>> backend_service::api_keys(user_id user) {
    using list = std::vector<api_key_record>;
    auto start = [&](const accounts::callback<list>& answer) {
        parts_->back.people.list_api_keys(user, answer);
    };
    co_return co_await ask_accounts<list>(std::move(start));
}

reply<done> backend_service::remove_api_key(user_id user, api_key_id key) {
    auto start = [&](const accounts::callback<done>& answer) {
        parts_->back.people.delete_api_key(user, key, answer);
    };
    co_return co_await ask_accounts<done>(std::move(start));
}

reply<user_record> backend_service::user(user_id user) {
    auto start = [&](const accounts::callback<user_record>& answer) { parts_->back.people.me(user, answer); };
    co_return co_await ask_accounts<user_record>(std::move(start));
}

reply<user_record> backend_service::choose_language(user_id user, std::string language) {
    std::optional<mail_language> chosen;
    if (!language.empty())
        chosen = preferred_language(language);
    auto start = [&](const accounts::callback<user_record>& answer) {
        parts_->back.people.choose_language(user, chosen, answer);
    };
    co_return co_await ask_accounts<user_record>(std::move(start));
}

reply<done> backend_service::change_password(user_id user, visitor who, std::string token,
                                             std::string current, std::string password) {
    auto start = [&](const accounts::callback<done>& answer) {
        parts_->back.people.change_password(user, parts_->identify(who), token, current, password, answer);
    };
    co_return co_await ask_accounts<done>(std::move(start));
}

reply<done> backend_service::change_email(user_id user, visitor who, std::string current, std::string email) {
    auto start = [&](const accounts::callback<done>& answer) {
        parts_->back.people.change_email(user, parts_->identify(who), current, email, answer);
    };
    co_return co_await ask_accounts<done>(std::move(start));
}

reply<done> backend_service::close_account(user_id user, visitor who, std::string current) {
    using keys = std::vector<std::string>;
    auto start = [&](const accounts::callback<keys>& answer) {
        parts_->back.people.close_account(user, parts_->identify(who), current, answer);
    };
    auto files = co_await ask_accounts<keys>(std::move(start));
    if (!files)
        co_return files.error();
    co_return co_await remove_files(std::move(*files));
}

} // namespace atelier::http
