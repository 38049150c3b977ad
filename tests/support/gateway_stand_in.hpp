#pragma once

#include "actors/gateways/cloudpayments_client.hpp"
#include "tests/support/recording_server.hpp"

#include <future>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace atelier::test {

inline const std::string api_secret = "api_secret_9f3c";

/// A reply of the gateway that it did what it was asked.
inline std::string success(std::string_view model = "null") {
    return http_answer("200 OK", R"({"Success":true,"Message":null,"Model":)" + std::string{model} + "}");
}

/// A reply that it did not; `message` is JSON.
inline std::string no_success(std::string_view message, std::string_view model = "null") {
    return http_answer("200 OK", R"({"Success":false,"Message":)" + std::string{message} + R"(,"Model":)" +
                                     std::string{model} + "}");
}

inline cloudpayments_client_settings client_settings(std::string url) {
    cloudpayments_client_settings settings;
    settings.access.base_url = std::move(url);
    settings.access.public_id = "pk_test";
    settings.access.secret = api_secret;
    settings.connections = 2;
    settings.timeout = std::chrono::hours{1};
    settings.attempts = 3;
    settings.first_pause = std::chrono::milliseconds{1};
    settings.longest_pause = std::chrono::milliseconds{2};
    return settings;
}

/// The answer to one call of a client.
template <class T>
class pending {
public:
    [[nodiscard]] gateway_client::callback<T> callback() const {
        return [promise = promise_](outcome<T> result) { promise->set_value(std::move(result)); };
    }
    [[nodiscard]] bool is_ready() const {
        return future_.wait_for(std::chrono::seconds{0}) == std::future_status::ready;
    }
    [[nodiscard]] outcome<T> get() {
        if (future_.wait_for(patience) != std::future_status::ready)
            throw std::runtime_error{"a call was not answered"};
        return future_.get();
    }

private:
    std::shared_ptr<std::promise<outcome<T>>> promise_ = std::make_shared<std::promise<outcome<T>>>();
    std::future<outcome<T>> future_ = promise_->get_future();
};

/// A client and the server that plays the gateway's API for it.
struct gateway_stand_in {
    explicit gateway_stand_in(recording_server::answerer answer)
        : gateway_stand_in{std::move(answer), client_settings("")} {}
    /// Its base URL is filled in.
    gateway_stand_in(recording_server::answerer answer, cloudpayments_client_settings settings)
        : server{std::move(answer)}, client{at(server.url(), std::move(settings)), meters} {}

    /// What `call`, which is given a callback, comes to.
    template <class T, class Call>
    outcome<T> ask(const Call& call) {
        pending<T> answer;
        call(answer.callback());
        return answer.get();
    }

    static cloudpayments_client_settings at(std::string url, cloudpayments_client_settings settings) {
        settings.access.base_url = std::move(url);
        return settings;
    }

    recording_server server;
    metrics meters;
    cloudpayments_client client;
};

} // namespace atelier::test
