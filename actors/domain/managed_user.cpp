#include "actors/domain/managed_user.hpp"

#include "actors/domain/json_values.hpp"
#include "actors/domain/views.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

namespace atelier {

std::string managed_user_json(const managed_user& user) {
    namespace json = boost::json;
    json::value block = nullptr;
    if (user.blocked_at)
        block = json::object{{"reason", user.blocked_for}, {"at", to_iso8601(*user.blocked_at)}};
    return json::serialize(json::object{{"id", user.id.value},
                                        {"email", user.email},
                                        {"balance", user.balance},
                                        {"blocked", std::move(block)},
                                        {"confirmed_at", time_or_null(user.confirmed_at)},
                                        {"deleted_at", time_or_null(user.deleted_at)},
                                        {"sessions", user.sessions},
                                        {"api_keys", user.api_keys},
                                        {"created_at", to_iso8601(user.created_at)}});
}

} // namespace atelier
