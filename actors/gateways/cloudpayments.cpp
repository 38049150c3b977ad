#include "actors/gateways/cloudpayments.hpp"

#include "actors/domain/money.hpp"

#include <boost/json/serialize.hpp>

namespace atelier {
namespace {

/// Writes a JSON object member by member, because an amount has to keep its decimal text.
class object_writer {
public:
    object_writer& text(std::string_view name, std::string_view value) {
        return raw(name, boost::json::serialize(boost::json::string_view{value.data(), value.size()}));
    }
    object_writer& raw(std::string_view name, std::string_view json) {
        out_ += out_.empty() ? "{\"" : ",\"";
        out_.append(name).append("\":").append(json);
        return *this;
    }
    [[nodiscard]] std::string finish() && { return std::move(out_) + "}"; }

private:
    std::string out_;
};

} // namespace

std::string cloudpayments::checkout_parameters(const checkout_order& order) const {
    object_writer payer;
    payer.text("accountId", order.account_id);
    if (!order.email.empty())
        payer.text("email", order.email);

    object_writer parameters;
    parameters.text("publicTerminalId", settings_.public_id)
        .text("paymentSchema", "Single")
        .raw("amount", format_amount(order.amount_cents))
        .text("currency", order.currency)
        .text("description", order.description)
        .text("externalId", order.invoice_id)
        .raw("userInfo", std::move(payer).finish())
        .text("culture", settings_.culture)
        .text("skin", settings_.skin);
    return std::move(parameters).finish();
}

} // namespace atelier
