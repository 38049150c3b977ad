#include "actors/gateways/sandbox/reason.hpp"

#include <algorithm>
#include <array>

namespace atelier::sandbox {
namespace {

struct row {
    reason why;
    std::string_view name;
    std::string_view message;
};

constexpr std::array rows{
    row{reason::approved, "Approved", "The payment was successful."},
    row{reason::invalid_invoice_id, "InvalidInvoiceId", "The shop does not know this order."},
    row{reason::invalid_account_id, "InvalidAccountId", "The shop says that this order is somebody else's."},
    row{reason::invalid_amount, "InvalidAmount", "The shop expects another amount for this order."},
    row{reason::out_of_date, "OutOfDate", "The time in which this order could be paid is over."},
    row{reason::format_error, "FormatError", "The shop's answer could not be understood. Try again later."},
    row{reason::unavailable, "Unavailable",
        "The shop does not take payments at the moment. Try again later."},
    row{reason::unable_to_connect, "UnableToConnect", "The shop could not be reached. Try again later."},
    row{reason::not_accepted, "NotAccepted", "The shop does not accept a payment of this order any more."},
    row{reason::invalid_card_number, "InvalidCardNumber",
        "Check the number of the card, or take another one."},
    row{reason::insufficient_funds, "InsufficientFunds", "There is not enough money on the card."},
    row{reason::authentication_failed, "AuthenticationFailed", "3-D Secure was not passed. Try once more."},
};

const row& find(reason why) {
    return *std::ranges::find(rows, why, &row::why);
}

} // namespace

std::string_view to_string(reason why) {
    return find(why).name;
}

std::string_view cardholder_message(reason why) {
    return find(why).message;
}

} // namespace atelier::sandbox
