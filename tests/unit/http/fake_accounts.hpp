#pragma once

#include "http/service.hpp"
#include "tests/unit/http/sample_records.hpp"

#include <optional>
#include <string>
#include <utility>
#include <vector>

/// The part of the service in memory that is about accounts, and how it notes what it is asked.
namespace atelier::test::endpoints {

class fake_accounts : public service {
public:
    std::vector<std::string> calls;   ///< in order, with their arguments
    std::optional<failure> refusal;   ///< what every command and question is answered with, if set
    std::optional<failure> auth_down; ///< what `authenticate` is answered with, if set
    bool signed_out = false;          ///< ann's token is dead
    visitor last_visitor;
    std::vector<listed_session> all_sessions;
    scopes key_may; ///< what ann's API key permits
    std::vector<api_key_record> all_keys;
    std::optional<std::chrono::days> last_lifetime;

    reply<done> sign_up(visitor who, std::string email, std::string password) override {
        last_visitor = std::move(who);
        co_return note("sign_up " + email + ' ' + password, done{});
    }
    reply<done> resend_confirmation(visitor who, std::string email) override {
        last_visitor = std::move(who);
        co_return note("resend_confirmation " + email, done{});
    }
    reply<user_record> confirm(std::string token) override {
        co_return note("confirm " + token, sample_user());
    }
    reply<done> request_reset(visitor who, std::string email) override {
        last_visitor = std::move(who);
        co_return note("request_reset " + email, done{});
    }
    reply<done> reset_password(visitor who, std::string token, std::string password) override {
        last_visitor = std::move(who);
        co_return note("reset_password " + token + ' ' + password, done{});
    }
    reply<new_session> sign_in(visitor who, std::string email, std::string password, bool remember) override {
        last_visitor = std::move(who);
        new_session session;
        session.token = anns_token;
        session.expires_at = noon;
        session.ends_at = noon + std::chrono::days{90};
        session.user = sample_user();
        co_return note("sign_in " + email + ' ' + password + (remember ? " remember" : ""), session);
    }
    reply<principal> authenticate(std::string token) override {
        if (auth_down)
            co_return *auth_down;
        if (token == anns_key)
            co_return principal{ann, key_may};
        if (token != anns_token || signed_out)
            co_return errc::unauthenticated;
        co_return principal{ann, scopes::all()};
    }
    reply<done> sign_out(std::string token) override { co_return note("sign_out " + token, done{}); }
    reply<done> sign_out_everywhere(user_id user) override {
        co_return note("sign_out_everywhere " + text(user), done{});
    }
    reply<std::vector<listed_session>> sessions(user_id user, std::string token) override {
        co_return note("sessions " + text(user) + ' ' + token, all_sessions);
    }
    reply<done> end_session(user_id user, session_id session) override {
        co_return note("end_session " + text(user) + ' ' + text(session), done{});
    }
    reply<new_api_key> add_api_key(user_id user, std::string name, scopes may,
                                   std::optional<std::chrono::days> lifetime) override {
        last_lifetime = lifetime;
        new_api_key made;
        made.token = anns_key;
        made.key.id = api_key_id{91};
        made.key.user = user;
        made.key.name = name;
        made.key.may = may;
        made.key.created_at = noon;
        co_return note("add_api_key " + text(user) + ' ' + name + " (" + may.text() + ')', made);
    }
    reply<std::vector<api_key_record>> api_keys(user_id user) override {
        co_return note("api_keys " + text(user), all_keys);
    }
    reply<done> remove_api_key(user_id user, api_key_id key) override {
        co_return note("remove_api_key " + text(user) + ' ' + text(key), done{});
    }
    reply<user_record> user(user_id user) override { co_return note("user " + text(user), sample_user()); }
    reply<user_record> choose_language(user_id user, std::string language) override {
        co_return note("choose_language " + text(user) + ' ' + language, sample_user());
    }
    reply<done> change_password(user_id user, visitor who, std::string token, std::string current,
                                std::string password) override {
        last_visitor = std::move(who);
        co_return note("change_password " + text(user) + ' ' + token + ' ' + current + ' ' + password,
                       done{});
    }
    reply<done> change_email(user_id user, visitor who, std::string current, std::string email) override {
        last_visitor = std::move(who);
        co_return note("change_email " + text(user) + ' ' + current + ' ' + email, done{});
    }
    reply<done> close_account(user_id user, visitor who, std::string current) override {
        last_visitor = std::move(who);
        co_return note("close_account " + text(user) + ' ' + current, done{});
    }

protected:
    template <class Id>
    static std::string text(Id id) {
        return std::to_string(id.value);
    }
    template <class Filter>
    static std::string narrowed(const Filter& filter) {
        auto only = filter_text(filter);
        return only.empty() ? only : ' ' + only;
    }
    template <class T>
    outcome<T> note(std::string call, T result) {
        calls.push_back(std::move(call));
        if (refusal)
            return *refusal;
        return result;
    }
};

} // namespace atelier::test::endpoints
