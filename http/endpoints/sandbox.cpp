#include "http/endpoints/endpoints.hpp"
#include "http/json_command.hpp"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <utility>

namespace atelier::http {
namespace {

constexpr std::size_t card_bytes_max = 32; ///< 19 digits and their spaces

std::string checkout_json(const checkout_result& result) {
    return boost::json::serialize(boost::json::object{{"transaction_id", result.transaction_id},
                                                      {"status", result.status},
                                                      {"reason", result.reason},
                                                      {"reason_code", result.reason_code}});
}

} // namespace

answer pay_at_sandbox(const endpoint_context& context, request& r) {
    auto command = json_command::read(r);
    if (!command)
        co_return command.error();
    auto card = command->text("card", card_bytes_max);
    if (const auto valid = command->finish(); !valid)
        co_return valid.error();
    auto invoice = r.path_parameters.front();
    const auto result = co_await context.backend.pay_at_sandbox(std::move(invoice), std::move(card));
    if (!result)
        co_return result.error();
    co_return json_response(200, checkout_json(*result));
}

} // namespace atelier::http
