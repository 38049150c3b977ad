#include "actors/gateways/cloudpayments.hpp"

#include "actors/gateways/cloudpayments_values.hpp"
#include "actors/gateways/json_object.hpp"

namespace atelier {
namespace {

std::string recurrent_object(const checkout_recurrence& recurrence) {
    json_object recurrent;
    recurrent.text("interval", interval_name(recurrence.interval.unit))
        .integer("period", recurrence.interval.count)
        .amount("amount", recurrence.amount_cents)
        .text("startDate", format_date_time(recurrence.second_charge_at));
    return std::move(recurrent).finish();
}

} // namespace

std::string cloudpayments::checkout_parameters(const checkout_order& order) const {
    json_object payer;
    payer.text("accountId", order.account_id).optional_text("email", order.email);

    json_object parameters;
    parameters.text("publicTerminalId", settings_.public_id)
        .text("paymentSchema", "Single")
        .amount("amount", order.amount_cents)
        .text("currency", order.currency)
        .text("description", order.description)
        .text("externalId", order.invoice_id)
        .raw("userInfo", std::move(payer).finish())
        .text("culture", settings_.culture)
        .text("skin", settings_.skin);
    if (order.recurrence)
        parameters.raw("recurrent", recurrent_object(*order.recurrence));
    return std::move(parameters).finish();
}

} // namespace atelier
