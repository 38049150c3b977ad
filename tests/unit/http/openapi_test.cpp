#define CAF_SUITE http_openapi
#include "actors/domain/webhook_events.hpp"
#include "tests/support/source_directory.hpp"
#include "tests/support/test.hpp"
#include "tests/unit/http/endpoints_harness.hpp"

#include <boost/json.hpp>

#include <map>
#include <set>

using namespace atelier;
using namespace atelier::test::endpoints;

/// The document of the API against the tables that it describes, in both directions.
namespace {

namespace json = boost::json;

/// A part of the document.
const json::value& at(std::string_view pointer) {
    static const auto document = json::parse(read_file(test::source_directory() / "http/openapi.json"));
    return document.at_pointer(pointer);
}

/// An object, or what it refers to.
const json::object& followed(const json::value& value) {
    const auto& object = value.as_object();
    const auto* const reference = object.if_contains("$ref");
    return reference == nullptr ? object : at(reference->as_string().subview(1)).as_object();
}

std::string lower(std::string_view text) {
    std::string result{text};
    for (auto& c : result)
        c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    return result;
}

using place = std::pair<std::string, std::string>; ///< method, path

struct operation {
    const json::object* path;
    const json::object* own;
};

/// The operations of one listener: those of the operator's name their server.
std::map<place, operation> operations(bool operators) {
    static constexpr std::array<std::string_view, 5> methods{"get", "post", "put", "patch", "delete"};
    std::map<place, operation> found;
    for (const auto& [path, item] : at("/paths").as_object()) {
        if (item.as_object().contains("servers") != operators)
            continue;
        for (const auto method : methods)
            if (const auto* const own = item.as_object().if_contains(method))
                found.emplace(place{method, path}, operation{&item.as_object(), &own->as_object()});
    }
    return found;
}

std::map<place, operation> operations() {
    auto all = operations(false);
    all.merge(operations(true));
    return all;
}

std::set<std::string> parameters_in_path(const operation& described) {
    std::set<std::string> names;
    for (const auto* part : {described.path, described.own})
        if (const auto* const list = part->if_contains("parameters"))
            for (const auto& parameter : list->as_array())
                if (followed(parameter).at("in") == "path")
                    names.emplace(followed(parameter).at("name").as_string());
    return names;
}

std::set<std::string> parameters_of(std::string_view pattern) {
    std::set<std::string> names;
    for (auto open = pattern.find('{'); open != std::string_view::npos; open = pattern.find('{', open + 1))
        names.emplace(pattern.substr(open + 1, pattern.find('}', open) - open - 1));
    return names;
}

/// The codes with which an operation can fail, each with its status.
std::map<std::string, unsigned> codes_of(const operation& described) {
    std::map<std::string, unsigned> codes;
    for (const auto& [status, reply] : described.own->at("responses").as_object()) {
        const auto* const content = followed(reply).if_contains("content");
        if (content == nullptr || !content->as_object().contains("application/problem+json"))
            continue;
        const json::value& problem = content->at("application/problem+json");
        for (const auto& code : problem.at_pointer("/schema/allOf/1/properties/code/enum").as_array())
            codes.emplace(code.as_string(), static_cast<unsigned>(std::stoul(status)));
    }
    return codes;
}

std::set<std::string> texts(const json::value& list) {
    std::set<std::string> all;
    for (const auto& text : list.as_array())
        all.emplace(text.as_string());
    return all;
}

void check_routes(const std::vector<route>& routes, const std::map<place, operation>& described) {
    std::set<place> served;
    for (const auto& route : routes) {
        const place here{lower(to_string(route.verb)), std::string{route.pattern}};
        CAF_MESSAGE(here.first << " " << here.second);
        served.insert(here);
        const auto found = described.find(here);
        CAF_CHECK(found != described.end());
        if (found == described.end())
            continue;
        CAF_CHECK(parameters_in_path(found->second) == parameters_of(route.pattern));
        CAF_CHECK_EQUAL(found->second.own->contains("requestBody"), route.body != body_mode::none);
    }
    for (const auto& [where, ignored] : described) {
        CAF_MESSAGE(where.first << " " << where.second);
        CAF_CHECK(served.contains(where));
    }
}

std::string concrete(std::string path) {
    for (auto open = path.find('{'); open != std::string::npos; open = path.find('{'))
        path.replace(open, path.find('}') - open + 1, "5");
    return path;
}

} // namespace

CAF_TEST(every route is described and every description is a route) {
    front_end front;
    check_routes(public_routes(front.context), operations(false));
    check_routes(operator_routes(front.backend, front.room), operations(true));
}

CAF_TEST(operations need the token and the scope that they name) {
    front_end front;
    const auto described = operations(false);
    for (const auto& route : public_routes(front.context)) {
        const auto found = described.find({lower(to_string(route.verb)), std::string{route.pattern}});
        if (found == described.end())
            continue; // another test says so
        const bool guarded = !found->second.own->at("security").as_array().empty();
        const auto r = make_request(route.verb, concrete(std::string{route.pattern}));
        CAF_MESSAGE(route.pattern);
        CAF_CHECK_EQUAL(is_problem(front.send(r), errc::unauthenticated), guarded);
        if (!guarded)
            continue;
        const json::value security = found->second.own->at("security");
        const std::string_view needed = security.at_pointer("/0/bearer/0").as_string();
        for (const auto only : {scope::read, scope::generate, scope::pay}) {
            front.backend.key_may = {only};
            const auto by_key = front.send(with(r, "authorization", "Bearer " + anns_key));
            CAF_CHECK_EQUAL(is_problem(by_key, errc::insufficient_scope), to_string(only) != needed);
        }
    }
    const auto of_operators = operations(true);
    for (const auto& route : operator_routes(front.backend, front.room)) {
        const auto found = of_operators.find({lower(to_string(route.verb)), std::string{route.pattern}});
        if (found == of_operators.end())
            continue;
        const auto r = make_request(route.verb, concrete(std::string{route.pattern}));
        CAF_MESSAGE(route.pattern);
        CAF_CHECK_EQUAL(is_problem(front.send_to_operator(with(r, "authorization", "Bearer nobody")),
                                   errc::unauthenticated),
                        !found->second.own->at("security").as_array().empty());
    }
}

CAF_TEST(operations have names of their own) {
    std::set<std::string_view> names;
    for (const auto& [where, described] : operations())
        CAF_CHECK(names.insert(described.own->at("operationId").as_string()).second);
}

CAF_TEST(the document knows every error code with its status and where it can occur) {
    std::set<std::string> all;
    for (const auto code : all_error_codes())
        all.emplace(to_string(code));
    CAF_CHECK(texts(at("/components/schemas/ErrorCode/enum")) == all);

    std::map<std::string, unsigned> statuses;
    for (const auto code : all_error_codes())
        statuses.emplace(to_string(code), status_of(code));
    std::set<std::string> occur{"method_not_allowed"}; // where there is no operation
    occur.merge(texts(at("/components/schemas/GenerationError/properties/code/enum")));
    for (const auto& [where, described] : operations())
        for (const auto& [code, status] : codes_of(described)) {
            CAF_MESSAGE(where.first << " " << where.second << " " << code);
            CAF_CHECK_EQUAL(statuses.at(code), status);
            occur.insert(code);
        }
    for (const auto& code : all) {
        CAF_MESSAGE(code);
        CAF_CHECK(occur.contains(code));
    }
}

CAF_TEST(every code of a field is explained) {
    const auto page = read_file(test::source_directory() / "http/errors.md");
    const auto codes = page.substr(page.find("## Codes of fields"));
    for (const auto& code : texts(at("/components/schemas/FieldError/properties/code/enum"))) {
        CAF_MESSAGE(code);
        CAF_CHECK(contains(codes, '`' + code + '`'));
    }
}

CAF_TEST(the document knows every event of which webhooks tell) {
    std::set<std::string> types;
    for (const auto type : webhook_event_types())
        types.emplace(type);
    CAF_CHECK(texts(at("/components/schemas/WebhookEventType/enum")) == types);
    types.insert("ping");
    std::set<std::string> described;
    for (const auto& [type, ignored] : at("/webhooks").as_object())
        described.emplace(type);
    CAF_CHECK(described == types);
}
