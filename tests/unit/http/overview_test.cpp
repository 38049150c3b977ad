#define CAF_SUITE overview
#include "http/control_room/overview.hpp"
#include "tests/support/test.hpp"

#include <boost/json.hpp>

using namespace atelier;
using namespace atelier::http;

namespace {

namespace json = boost::json;

constexpr std::string_view earlier = R"(# HELP atelier_actors_live Actors alive, by kind.
atelier_actors_live{kind="wallet"} 2
atelier_http_request_seconds_count{listener="public",method="GET",route="/v1/images/{id}"} 10
atelier_http_request_seconds_sum{listener="public",method="GET",route="/v1/images/{id}"} 1
atelier_http_request_seconds_bucket{listener="public",method="GET",route="/v1/images/{id}",le="0.1"} 10
atelier_http_request_seconds_bucket{listener="public",method="GET",route="/v1/images/{id}",le="+Inf"} 10
)";

constexpr std::string_view later = R"(
atelier_actors_live{kind="wallet"} 3
atelier_http_request_seconds_count{listener="public",method="GET",route="/v1/images/{id}"} 30
atelier_http_request_seconds_sum{listener="public",method="GET",route="/v1/images/{id}"} 2
atelier_http_request_seconds_bucket{listener="public",method="GET",route="/v1/images/{id}",le="0.1"} 20
atelier_http_request_seconds_bucket{listener="public",method="GET",route="/v1/images/{id}",le="0.2"} 30
atelier_http_request_seconds_bucket{listener="public",method="GET",route="/v1/images/{id}",le="+Inf"} 30
atelier_http_requests_total{listener="public",method="GET",route="/v1/images/{id}",status="200"} 27
atelier_http_requests_total{listener="public",method="GET",route="/v1/images/{id}",status="503"} 3
atelier_webhooks_total{type="pay",verdict="credited"} 4
atelier_webhooks_total{type="pay",verdict="bad_signature"} 0
atelier_generations_running{engine="preview"} 1
atelier_audit_timestamp_seconds 0
)";

json::object overview(const overview_facts& facts) {
    return json::parse(overview_json(exposition{later}, exposition{earlier}, facts)).as_object();
}

} // namespace

CAF_TEST(samples are summed by name and labels whatever they quote) {
    const exposition e{
        "a{x=\"1\",y=\"q\\\"}{\\\\ \\n\"} 2\na{x=\"2\"} 3.5\nb 1e3\n# a 9\nbroken{x=\"1\nc{} 4"};
    CAF_CHECK_EQUAL(e.sum("a"), 5.5);
    CAF_CHECK_EQUAL(e.sum("a", {{"x", "1"}}), 2.0);
    CAF_CHECK_EQUAL(e.sum("a", {{"y", "q\"}{\\ \n"}}), 2.0);
    CAF_CHECK_EQUAL(e.sum("a", {{"z", "1"}}), 0.0);
    CAF_CHECK_EQUAL(e.sum("b"), 1000.0);
    CAF_CHECK_EQUAL(e.sum("broken"), 0.0);
    CAF_CHECK_EQUAL(e.sum("c"), 4.0);
    CAF_CHECK_EQUAL(e.values("a", {"x"}).size(), 2u);
}

CAF_TEST(quantiles are interpolated inside their bucket) {
    const exposition e{
        "t_bucket{le=\"1\"} 10\nt_bucket{le=\"2\"} 20\nt_bucket{le=\"+Inf\"} 21\nt_count 21\nt_sum 30\n"};
    const auto t = e.histogram("t");
    CAF_CHECK_EQUAL(t.quantile(5.0 / 21), 0.5);
    CAF_CHECK_EQUAL(t.quantile(15.0 / 21), 1.5);
    CAF_CHECK_EQUAL(t.quantile(1), 2.0);
    CAF_CHECK_EQUAL(histogram_reading{}.quantile(0.5), 0.0);
    CAF_CHECK_EQUAL(t.since(t).count, 0.0);
    CAF_CHECK_EQUAL(t.since(t).quantile(0.5), 0.0);
}

CAF_TEST(an overview has rates of its window and totals since the start) {
    overview_facts facts;
    facts.window = std::chrono::seconds{10};
    const auto all = overview(facts);
    const auto& route = all.at("http").at("routes").at(0);
    CAF_CHECK_EQUAL(route.at("route").as_string(), "/v1/images/{id}");
    CAF_CHECK_EQUAL(route.at("requests").as_int64(), 30);
    CAF_CHECK_EQUAL(route.at("per_second").as_double(), 2.0);
    CAF_CHECK_EQUAL(route.at("errors").as_int64(), 3);
    CAF_CHECK_EQUAL(all.at("http").at("requests").as_int64(), 30);
    CAF_CHECK_EQUAL(all.at("actors").at(0).at("live").as_int64(), 3);
    CAF_CHECK_EQUAL(all.at("webhooks").as_array().size(), 1u);
    CAF_CHECK_EQUAL(all.at("generations").at("engines").at(0).at("running").as_int64(), 1);
    CAF_CHECK(all.at("audit").at("finished_at").is_null());
}

CAF_TEST(what the database does not say is null) {
    auto all = overview({});
    CAF_CHECK(all.at("today").is_null());
    CAF_CHECK(all.at("generations").at("users").is_null());
    CAF_CHECK_EQUAL(all.at("http").at("per_second").to_number<double>(), 0.0);

    overview_facts facts;
    facts.takings.emplace();
    facts.takings->amount_cents = 99'000;
    facts.takings->tokens.resize(1);
    facts.takings->tokens[0].operation = "spend";
    facts.takings->tokens[0].amount = -12;
    facts.users.emplace(1);
    facts.restarts.emplace_back(instant{}, "wallet", "unhandled exception");
    all = overview(facts);
    CAF_CHECK_EQUAL(all.at("today").at("amount_cents").as_int64(), 99'000);
    CAF_CHECK_EQUAL(all.at("today").at("tokens").at("spend").as_int64(), -12);
    CAF_CHECK_EQUAL(all.at("generations").at("users").as_array().size(), 1u);
    CAF_CHECK_EQUAL(all.at("restarts").at(0).at("kind").as_string(), "wallet");
}
