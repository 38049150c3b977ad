#include "actors/gateways/sandbox/journal.hpp"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>

#include <stdexcept>
#include <type_traits>

// Each record names its members once, for writing and for reading.
namespace atelier::sandbox {
namespace {

namespace json = boost::json;

template <class Record, class Visitor>
void visit_members(Record& r, Visitor& v) requires std::is_same_v<std::remove_const_t<Record>, card> {
    v("first_six", r.first_six);
    v("last_four", r.last_four);
    v("type", r.type);
    v("expires", r.expires);
    v("three_d_secure", r.three_d_secure);
    v("answer", r.answer);
    v("by_token", r.by_token);
}

template <class Record, class Visitor>
void visit_members(Record& r, Visitor& v) requires std::is_same_v<std::remove_const_t<Record>, recurrence> {
    v("unit", r.unit);
    v("period", r.period);
    v("max_periods", r.max_periods);
    v("amount", r.amount_cents);
    v("start", r.start);
}

template <class Record, class Visitor>
void visit_members(Record& r, Visitor& v) requires std::is_same_v<std::remove_const_t<Record>, order> {
    v("invoice", r.invoice_id);
    v("amount", r.amount_cents);
    v("currency", r.currency);
    v("account", r.account_id);
    v("email", r.email);
    v("name", r.name);
    v("description", r.description);
    v("data", r.data);
    v("receipt", r.receipt);
    v("two_stage", r.two_stage);
    v("recurrent", r.recurrent);
}

template <class Record, class Visitor>
void visit_members(Record& r, Visitor& v) requires std::is_same_v<std::remove_const_t<Record>, transaction> {
    v("id", r.id);
    v("type", r.type);
    v("status", r.status);
    v("original", r.original_id);
    v("what", r.what);
    v("card", r.paid_with);
    v("by_token", r.by_token);
    v("reason", r.why);
    v("refunded", r.refunded_cents);
    v("created", r.created);
    v("authorized", r.authorized);
    v("confirmed", r.confirmed);
    v("token", r.token);
    v("subscription", r.subscription_id);
    v("card_id", r.card_id);
    v("auth_code", r.auth_code);
    v("rrn", r.rrn);
}

template <class Record, class Visitor>
void visit_members(Record& r, Visitor& v) requires std::is_same_v<std::remove_const_t<Record>, card_token> {
    v("token", r.token);
    v("account", r.account_id);
    v("card", r.saved);
    v("created", r.created);
}

template <class Record, class Visitor>
void visit_members(Record& r, Visitor& v) requires std::is_same_v<std::remove_const_t<Record>, subscription> {
    v("id", r.id);
    v("account", r.account_id);
    v("token", r.token);
    v("email", r.email);
    v("description", r.description);
    v("currency", r.currency);
    v("receipt", r.receipt);
    v("amount", r.amount_cents);
    v("two_stage", r.two_stage);
    v("unit", r.unit);
    v("period", r.period);
    v("max_periods", r.max_periods);
    v("status", r.status);
    v("succeeded", r.succeeded);
    v("failed", r.failed);
    v("start", r.start);
    v("last", r.last);
    v("next", r.next);
    v("due", r.due);
}

template <class Record, class Visitor>
void visit_members(Record& r, Visitor& v) requires std::is_same_v<std::remove_const_t<Record>, chargeback> {
    v("id", r.id);
    v("transaction", r.transaction_id);
    v("amount", r.amount_cents);
    v("currency", r.currency);
    v("created", r.created);
}

template <class Record, class Visitor>
void visit_members(Record& r, Visitor& v) requires std::is_same_v<std::remove_const_t<Record>, delivery> {
    v("id", r.id);
    v("kind", r.what.kind);
    v("subject", r.what.subject);
    v("body", r.what.body);
    v("tries", r.tries);
    v("due", r.due);
    v("once", r.once);
    v("forged", r.forged);
}

template <class Record, class Visitor>
void visit_members(Record& r, Visitor& v) requires std::is_same_v<std::remove_const_t<Record>, kept_reply> {
    v("request", r.request_id);
    v("body", r.body);
    v("at", r.at);
}

template <class Record, class Visitor>
void visit_members(Record& r,
                   Visitor& v) requires std::is_same_v<std::remove_const_t<Record>, journal_entry> {
    v("transactions", r.what.transactions);
    v("tokens", r.what.tokens);
    v("subscriptions", r.what.subscriptions);
    v("chargebacks", r.what.chargebacks);
    v("deliveries", r.deliveries);
    v("delivered", r.delivered);
    v("reply", r.reply);
    v("clock_offset", r.clock_offset);
}

/// Leaves out what is empty: most members of most lines.
struct writer {
    json::object out;

    template <class T>
    void operator()(json::string_view name, const T& value) {
        if (auto written = write(value); !written.is_null())
            out[name] = std::move(written);
    }

    static json::value write(const std::string& text) {
        return text.empty() ? json::value(nullptr) : json::value(text);
    }
    static json::value write(bool yes) { return yes ? json::value(true) : json::value(nullptr); }
    static json::value write(std::int64_t number) { return number; }
    static json::value write(std::int32_t number) { return number; }
    static json::value write(instant at) { return at.time_since_epoch().count(); }
    static json::value write(microseconds span) { return span.count(); }
    template <class T>
    static json::value write(const std::optional<T>& value) {
        return value ? write(*value) : json::value(nullptr);
    }
    template <class T>
    static json::value write(const std::vector<T>& values) {
        json::array list;
        for (const auto& each : values)
            list.push_back(write(each));
        return list.empty() ? json::value(nullptr) : json::value(std::move(list));
    }
    template <class T>
    static json::value write(const T& value) {
        if constexpr (std::is_enum_v<T>) {
            return static_cast<std::int64_t>(value);
        } else {
            writer inner;
            visit_members(value, inner);
            return std::move(inner.out);
        }
    }
};

/// What is missing stays as it is; what has another type throws.
struct reader {
    const json::object& in;

    template <class T>
    void operator()(json::string_view name, T& value) const {
        if (const auto* found = in.if_contains(name))
            read(*found, value);
    }

    static void read(const json::value& from, std::string& text) {
        const auto& found = from.as_string();
        text.assign(found.data(), found.size());
    }
    static void read(const json::value& from, bool& yes) { yes = from.as_bool(); }
    static void read(const json::value& from, std::int64_t& number) { number = from.as_int64(); }
    static void read(const json::value& from, std::int32_t& number) {
        number = static_cast<std::int32_t>(from.as_int64());
    }
    static void read(const json::value& from, instant& at) { at = instant{microseconds{from.as_int64()}}; }
    static void read(const json::value& from, microseconds& span) { span = microseconds{from.as_int64()}; }
    template <class T>
    static void read(const json::value& from, std::optional<T>& value) {
        read(from, value.emplace());
    }
    template <class T>
    static void read(const json::value& from, std::vector<T>& values) {
        for (const auto& each : from.as_array())
            read(each, values.emplace_back());
    }
    template <class T>
    static void read(const json::value& from, T& value) {
        if constexpr (std::is_enum_v<T>) {
            value = static_cast<T>(from.as_int64());
        } else {
            const reader inner{from.as_object()};
            visit_members(value, inner);
        }
    }
};

} // namespace

std::string to_json(const journal_entry& entry) {
    return json::serialize(writer::write(entry));
}

std::optional<journal_entry> parse_journal_entry(std::string_view line) {
    try {
        journal_entry entry;
        reader::read(json::parse({line.data(), line.size()}), entry);
        return entry;
    } catch (const std::exception&) {
        return std::nullopt;
    }
}

} // namespace atelier::sandbox
