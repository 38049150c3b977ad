#pragma once

#include "actors/gateways/sandbox/terminal.hpp"
#include "http/sandbox/parameters.hpp"

#include <span>
#include <string>
#include <string_view>

/// What the gateway's API can be asked: each call reads its parameters, does one thing at the terminal and
/// writes the reply. Source: CloudPayments developer documentation, "API".
namespace atelier::http::sandbox {

struct call_context {
    atelier::sandbox::terminal& terminal;
    instant now;
    const parameters& given;
    std::string_view public_id;
};

struct call {
    std::string_view path;
    std::string (*run)(const call_context& c);
};
[[nodiscard]] std::span<const call> payment_calls();
[[nodiscard]] std::span<const call> subscription_calls();

/// A charge by token, which is no simple call: it asks the shop. Problems are left in `given`.
[[nodiscard]] atelier::sandbox::token_order read_token_order(const parameters& given, bool two_stage);

/// How a payment ended: Success only if it was not declined.
[[nodiscard]] std::string payment_reply(const outcome<atelier::sandbox::transaction>& ended,
                                        std::string_view public_id);

} // namespace atelier::http::sandbox
