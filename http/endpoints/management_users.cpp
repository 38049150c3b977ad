#include "http/endpoints/endpoints.hpp"
#include "http/endpoints/lists.hpp"
#include "http/json_command.hpp"
#include "http/management.hpp"

#include <utility>

namespace atelier::http {
namespace {

constexpr std::size_t reason_bytes_max = 500;
constexpr std::size_t address_bytes_max = 255;

answer shown(reply<managed_user> asked) {
    const auto user = co_await std::move(asked);
    if (!user)
        co_return user.error();
    co_return json_response(200, managed_user_json(*user));
}

answer refused(failure why) {
    co_return why;
}

} // namespace

answer find_users(service& backend, request& r) {
    std::string prefix{r.query_value("email").value_or("")};
    const auto wanted = read_page(r, cursor_kind::managed_users, prefix);
    if (!wanted)
        co_return wanted.error();
    if (prefix.size() > address_bytes_max)
        co_return invalid_field("email", "invalid", "must be the beginning of an e-mail address");
    const auto page = co_await backend.managed().users(prefix, user_id{wanted->before}, wanted->limit);
    if (!page)
        co_return page.error();
    co_return page_response(r, *page, managed_user_json, cursor_kind::managed_users, prefix);
}

answer show_managed_user(service& backend, request& r) {
    const auto id = path_id<user_id>(r);
    return id ? shown(backend.managed().user(*id)) : refused(id.error());
}

answer block_user(service& backend, request& r) {
    const auto id = path_id<user_id>(r);
    if (!id)
        return refused(id.error());
    auto command = json_command::read(r);
    if (!command)
        return refused(command.error());
    auto reason = command->text("reason", reason_bytes_max);
    if (const auto valid = command->finish(); !valid)
        return refused(valid.error());
    return shown(backend.managed().block(*id, std::move(reason)));
}

answer unblock_user(service& backend, request& r) {
    const auto id = path_id<user_id>(r);
    return id ? shown(backend.managed().unblock(*id)) : refused(id.error());
}

} // namespace atelier::http
