#include "http/sandbox/intent.hpp"

#include "actors/gateways/sandbox/decimal.hpp"
#include "http/media_type.hpp"

#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <cmath>

namespace atelier::http::sandbox {
namespace {

namespace json = boost::json;
using namespace atelier::sandbox;

/// The members of a JSON object, read with their complaints.
class object_reader {
public:
    object_reader(const json::object& in, std::string path, failure& why)
        : in_{in}, path_{std::move(path)}, why_{why} {}

    /// The first of the names that is there and not null.
    [[nodiscard]] const json::value* find(std::initializer_list<std::string_view> names) const {
        for (const auto name : names)
            if (const auto* found = in_.if_contains({name.data(), name.size()});
                found != nullptr && !found->is_null())
                return found;
        return nullptr;
    }
    /// "" if it is missing; a number is taken for its digits.
    [[nodiscard]] std::string text(std::initializer_list<std::string_view> names) const {
        const auto* found = find(names);
        if (found == nullptr)
            return {};
        if (const auto* text = found->if_string())
            return {text->data(), text->size()};
        if (found->is_int64())
            return std::to_string(found->get_int64());
        refuse(*names.begin(), "wrong_type", "must be a string");
        return {};
    }
    [[nodiscard]] std::optional<std::int64_t> cents(std::string_view name) const {
        const auto* found = find({name});
        if (found == nullptr)
            return std::nullopt;
        const auto amount = cents_of(*found);
        if (!amount || *amount <= 0)
            refuse(name, "invalid", "must be a number above 0 with at most two decimals");
        return amount;
    }
    [[nodiscard]] std::optional<std::int32_t> count(std::string_view name) const {
        const auto* found = find({name});
        if (found == nullptr)
            return std::nullopt;
        if (found->is_int64() && found->get_int64() >= 1 && found->get_int64() <= 100'000)
            return static_cast<std::int32_t>(found->get_int64());
        refuse(name, "invalid", "must be a whole number above 0");
        return std::nullopt;
    }
    /// Any JSON, as text; "" if it is missing.
    [[nodiscard]] std::string raw(std::initializer_list<std::string_view> names) const {
        const auto* found = find(names);
        return found == nullptr ? std::string{} : json::serialize(*found);
    }
    void refuse(std::string_view name, std::string code, std::string detail) const {
        why_.fields.push_back({path_ + std::string{name}, std::move(code), std::move(detail)});
    }

private:
    static std::optional<std::int64_t> cents_of(const json::value& amount) {
        constexpr std::int64_t most = 1'000'000'000;
        if (const auto* text = amount.if_string())
            return parse_decimal({text->data(), text->size()});
        if (amount.is_int64())
            return amount.get_int64() < most ? std::optional{amount.get_int64() * 100} : std::nullopt;
        if (!amount.is_double() || !(std::abs(amount.get_double()) < static_cast<double>(most)))
            return std::nullopt;
        const auto scaled = amount.get_double() * 100;
        const auto whole = std::llround(scaled);
        return std::abs(scaled - static_cast<double>(whole)) < 1e-4 ? std::optional<std::int64_t>{whole}
                                                                    : std::nullopt;
    }

    const json::object& in_;
    std::string path_;
    failure& why_;
};

recurrence read_recurrence(const object_reader& in) {
    recurrence wanted;
    const auto unit = parse_interval(in.text({"interval"}));
    if (!unit)
        in.refuse("interval", "invalid", "must be Day, Week or Month");
    wanted.unit = unit.value_or(interval::month);
    const auto period = in.count("period");
    if (!period)
        in.refuse("period", "required", "is required");
    wanted.period = period.value_or(1);
    wanted.max_periods = in.count("maxPeriods");
    wanted.amount_cents = in.cents("amount");
    if (const auto start = in.text({"startDate"}); !start.empty()) {
        wanted.start = parse_date_time(start);
        if (!wanted.start)
            in.refuse("startDate", "invalid", "must be a date");
    }
    return wanted;
}

void read_user(const object_reader& in, order& what) {
    what.account_id = in.text({"accountId"});
    what.email = in.text({"email"});
    what.name = in.text({"fullName"});
    if (const auto first = in.text({"firstName"}); what.name.empty() && !first.empty())
        what.name = first + ' ' + in.text({"lastName"});
}

order read_order(const object_reader& in, failure& why) {
    order what;
    const auto amount = in.cents("amount");
    if (!amount && in.find({"amount"}) == nullptr)
        in.refuse("amount", "required", "is required");
    what.amount_cents = amount.value_or(0);
    what.currency = in.text({"currency"});
    if (what.currency.size() != 3)
        in.refuse("currency", "invalid", "must be a code of three letters");
    what.invoice_id = in.text({"externalId", "invoiceId"});
    what.description = in.text({"description"});
    what.data = in.raw({"metadata", "data"});
    what.receipt = in.raw({"receipt"});
    const auto schema = in.text({"paymentSchema"});
    if (!schema.empty() && schema != "Single" && schema != "Dual")
        in.refuse("paymentSchema", "invalid", "must be Single or Dual");
    what.two_stage = schema == "Dual";
    if (const auto* user = in.find({"userInfo"}); user != nullptr && user->is_object())
        read_user(object_reader{user->get_object(), "userInfo.", why}, what);
    if (const auto* recurrent = in.find({"recurrent"}); recurrent != nullptr && recurrent->is_object()) {
        what.recurrent = read_recurrence(object_reader{recurrent->get_object(), "recurrent.", why});
        if (what.account_id.empty())
            in.refuse("userInfo.accountId", "required", "is required for a subscription");
    }
    return what;
}

authentication read_authentication(const object_reader& in) {
    const auto answer = in.text({"three_d_secure"});
    if (answer == "reject")
        return authentication::reject;
    if (answer == "ask")
        return authentication::ask;
    if (!answer.empty() && answer != "confirm")
        in.refuse("three_d_secure", "invalid", R"(must be "confirm", "reject" or "ask")");
    return authentication::confirm;
}

} // namespace

outcome<card_payment> read_card_payment(const request& r, std::string_view public_id) {
    if (media_type(r.header("content-type")) != "application/json")
        return failure{errc::unsupported_media_type, "the Content-Type must be application/json"};
    json::error_code error;
    const auto body = json::parse(r.body, error);
    if (error || !body.is_object())
        return failure{errc::malformed_json, "the body must be a JSON object"};
    failure why{errc::validation_failed};
    const object_reader in{body.get_object(), "", why};
    card_payment wanted;
    wanted.what = read_order(in, why);
    wanted.card = in.text({"card"});
    wanted.holder = read_authentication(in);
    if (in.text({"publicTerminalId", "publicId"}) != public_id)
        in.refuse("publicTerminalId", "unknown", "is not the Public ID of this sandbox");
    if (!why.fields.empty()) {
        why.detail = why.fields.front().field + ": " + why.fields.front().detail;
        return why;
    }
    return wanted;
}

} // namespace atelier::http::sandbox
