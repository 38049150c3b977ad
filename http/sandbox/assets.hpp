#pragma once

#include <string_view>

/// The files in http/sandbox/assets, which travel inside the program.
namespace atelier::http::sandbox {

extern const std::string_view asset_checkout_css;
extern const std::string_view asset_checkout_html;
extern const std::string_view asset_checkout_js;
extern const std::string_view asset_widget_js;

} // namespace atelier::http::sandbox
