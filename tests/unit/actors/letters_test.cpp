#define CAF_SUITE mail_letters

#include "actors/mail/letters.hpp"
#include "tests/support/test.hpp"

#include <set>
#include <string>

using namespace atelier;

namespace {

constexpr std::string_view value = "x/?a=1&b=<2>\"";
constexpr std::string_view escaped_value = "x/?a=1&amp;b=&lt;2&gt;&quot;";

/// A value for each placeholder of a letter.
mail_values values_of(const letter& each) {
    mail_values values;
    for (const auto name : each.values)
        values.emplace(name, value);
    return values;
}

/// What stands between braces.
std::set<std::string_view> placeholders(std::string_view text) {
    std::set<std::string_view> names;
    for (auto open = text.find('{'); open != std::string_view::npos; open = text.find('{', open + 1))
        names.insert(text.substr(open + 1, text.find('}', open) - open - 1));
    return names;
}

std::set<std::string_view> placeholders(const letter_text& text) {
    std::set<std::string_view> names = placeholders(text.subject);
    for (const auto paragraph : text.paragraphs)
        names.merge(placeholders(paragraph));
    return names;
}

bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

} // namespace

CAF_TEST(letters are known by their names) {
    std::set<mail_template> kinds;
    for (const auto& each : all_letters()) {
        CAF_CHECK(kinds.insert(each.which).second);
        CAF_CHECK_EQUAL(to_string(each.which), each.name);
        CAF_CHECK(mail_template_named(each.name) == each.which);
    }
    CAF_CHECK_EQUAL(kinds.size(), static_cast<std::size_t>(mail_template::sign_in_blocked) + 1);
    CAF_CHECK(!mail_template_named("unheard_of"));
    CAF_CHECK(!mail_template_named(""));
}

CAF_TEST(the texts of a letter use its values and no others) {
    for (const auto& each : all_letters()) {
        CAF_MESSAGE(std::string{each.name});
        const std::set<std::string_view> declared{each.values.begin(), each.values.end()};
        CAF_CHECK(placeholders(each.english) == declared);
        CAF_CHECK(placeholders(each.russian) == declared);
        CAF_CHECK(placeholders(each.english.subject).empty()); // only paragraphs are filled in
        CAF_CHECK(placeholders(each.russian.subject).empty());
    }
}

CAF_TEST(each letter can be written in each language) {
    for (const auto& each : all_letters())
        for (const auto language : {mail_language::english, mail_language::russian}) {
            CAF_MESSAGE(std::string{each.name} + " " + std::string{to_string(language)});
            const auto mail = render_mail(each.which, language, values_of(each));
            CAF_REQUIRE(mail);
            CAF_CHECK(!mail->subject.empty());
            CAF_CHECK(!has(mail->text, "{") && !has(mail->text, "}"));
            CAF_CHECK(!has(mail->html, "{") && !has(mail->html, "}"));
            CAF_CHECK_EQUAL(has(mail->text, value), !each.values.empty());
            CAF_CHECK_EQUAL(has(mail->html, escaped_value), !each.values.empty());
            CAF_CHECK(!has(mail->html, value));
            const bool russian = language == mail_language::russian;
            CAF_CHECK_EQUAL(mail->text.starts_with("Здравствуйте!\n\n"), russian);
            CAF_CHECK_EQUAL(has(mail->html, "<p>Здравствуйте!</p>"), russian);
            CAF_CHECK_EQUAL(has(mail->html, "<html lang=\"ru\">"), russian);
        }
}

CAF_TEST(links can be opened) {
    for (const auto& each : all_letters()) {
        CAF_MESSAGE(std::string{each.name});
        const auto mail = render_mail(each.which, mail_language::english, values_of(each));
        CAF_REQUIRE(mail);
        const bool linked = placeholders(each.english).contains("link");
        CAF_CHECK_EQUAL(has(mail->text, "\n" + std::string{value} + "\n"), linked);
        CAF_CHECK_EQUAL(has(mail->html, "<a href=\"" + std::string{escaped_value} + "\">"), linked);
    }
}

CAF_TEST(a letter is not sent with a gap in it) {
    for (const auto& each : all_letters())
        for (const auto missing : each.values) {
            auto values = values_of(each);
            values.erase(values.find(missing));
            const auto mail = render_mail(each.which, mail_language::russian, values);
            CAF_REQUIRE(!mail);
            CAF_CHECK(mail.error().code == errc::internal);
        }
}
