#include "http/commands/operator_call.hpp"

#include "actors/credentials.hpp"
#include "actors/domain/random.hpp"
#include "http/commands/recorded.hpp"
#include "persistence/queries/operators.hpp"

#include <boost/json/object.hpp>
#include <boost/json/parse.hpp>
#include <curl/curl.h>

#include <cstdio>
#include <memory>
#include <unistd.h>

namespace atelier::commands {
namespace {

constexpr long connect_timeout_ms = 2'000;
constexpr long timeout_ms = 40'000; ///< longer than any deadline of the service
constexpr std::chrono::minutes token_lifetime{2};
constexpr std::size_t reply_bytes_max = 1'000'000;

struct answer {
    long status = 0;
    std::string body;
};

std::size_t append(const char* data, std::size_t, std::size_t size, void* to) {
    auto& body = *static_cast<std::string*>(to);
    if (body.size() + size > reply_bytes_max)
        return 0;
    body.append(data, size);
    return size;
}

std::string base_url(const operator_listener& where) {
    if (!where.url.empty())
        return where.url;
    const auto& ops = where.config->ops;
    auto host = ops.address == "0.0.0.0" ? "127.0.0.1" : ops.address == "::" ? "::1" : ops.address;
    if (host.find(':') != std::string::npos)
        host = "[" + host + "]";
    return "http://" + host + ":" + std::to_string(ops.port);
}

outcome<answer> post(const std::string& url, const std::string& token) {
    const std::unique_ptr<CURL, decltype(&curl_easy_cleanup)> call{curl_easy_init(), curl_easy_cleanup};
    const auto authorization = "Authorization: Bearer " + token;
    const std::unique_ptr<curl_slist, decltype(&curl_slist_free_all)> headers{
        curl_slist_append(nullptr, authorization.c_str()), curl_slist_free_all};
    answer got;
    auto* const c = call.get();
    curl_easy_setopt(c, CURLOPT_URL, url.c_str());
    curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, "http");
    curl_easy_setopt(c, CURLOPT_NOPROXY, "*");
    curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
    curl_easy_setopt(c, CURLOPT_POST, 1L);
    curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, 0L);
    curl_easy_setopt(c, CURLOPT_POSTFIELDS, "");
    curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers.get());
    curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT_MS, connect_timeout_ms);
    curl_easy_setopt(c, CURLOPT_TIMEOUT_MS, timeout_ms);
    curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, append);
    curl_easy_setopt(c, CURLOPT_WRITEDATA, &got.body);
    const auto result = curl_easy_perform(c);
    if (result != CURLE_OK)
        return failure{errc::unavailable, std::string{"no service answers at its operator's listener: "} +
                                              curl_easy_strerror(result)};
    curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &got.status);
    return got;
}

/// What a problem document says (RFC 9457).
failure refusal(const answer& got) {
    boost::system::error_code bad;
    const auto document = boost::json::parse(got.body, bad);
    const auto* const object = bad ? nullptr : document.if_object();
    for (const auto* name : {"detail", "title"})
        if (const auto* text = object ? object->if_contains(name) : nullptr; text && text->is_string())
            return {errc::unavailable, std::string{text->get_string()}};
    return {errc::unavailable, "the service answered " + std::to_string(got.status)};
}

} // namespace

outcome<std::string> post_as_operator(pg::connection& database, const operator_listener& where,
                                      const std::string& path) {
    system_random random;
    const auto token = new_bearer_token(random, token_kind::operator_);
    operator_record me;
    me.name = operator_here() + ':' + std::to_string(::getpid());
    me.digest = digest_of(token, token_kind::operator_).value().hex();
    me.created_at = system_clock{}.now();
    me.expires_at = me.created_at + token_lifetime;
    static_cast<void>(
        queries::delete_operator(database, me.name)); // of a process that had this number before
    if (const auto made = queries::insert_operator(database, me); !made)
        return made.error();
    const auto got = post(base_url(where) + path, token);
    if (const auto ended = queries::delete_operator(database, me.name); !ended)
        return ended.error();
    if (!got)
        return got.error();
    if (got->status / 100 != 2)
        return refusal(*got);
    return got->body;
}

status print_answer(pg::connection& database, const settings& config, const parsed_words& words,
                    const std::string& path) {
    const auto answer = post_as_operator(database, {words.option("url").value_or(""), &config}, path);
    if (!answer)
        return answer.error();
    std::printf("%s\n", answer->c_str());
    return done{};
}

} // namespace atelier::commands
