#define CAF_SUITE config_load
#include "config/load.hpp"
#include "config/table.hpp"
#include "tests/support/test.hpp"

#include <cstdio>
#include <fstream>
#include <map>
#include <unistd.h>

using namespace atelier;

namespace {

using variables = std::map<std::string, std::string>;

environment environment_with(variables set) {
    return [set = std::move(set)](const std::string& name) -> std::optional<std::string> {
        const auto found = set.find(name);
        return found == set.end() ? std::nullopt : std::optional{found->second};
    };
}

load_result load_from(std::string_view text, variables set = {}) {
    return load_text(text, "a.conf", environment_with(std::move(set)));
}

settings loaded(std::string_view text, variables set = {}) {
    auto result = load_from(text, std::move(set));
    for (const auto& error : result.errors) {
        CAF_FAIL(to_string(error));
    }
    return std::move(result.values);
}

/// All errors, one after the other.
std::string errors_of(std::string_view text, variables set = {}) {
    std::string all;
    for (const auto& error : load_from(text, std::move(set)).errors) {
        all += (all.empty() ? "" : "\n") + to_string(error);
    }
    return all;
}

/// A file that is gone when the test ends.
class temporary_file {
public:
    explicit temporary_file(std::string_view content) { std::ofstream{path_, std::ios::binary} << content; }
    ~temporary_file() { std::filesystem::remove(path_); }
    temporary_file(const temporary_file&) = delete;
    temporary_file& operator=(const temporary_file&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const { return path_; }

private:
    std::filesystem::path path_ =
        std::filesystem::temp_directory_path() / ("atelier_config_" + std::to_string(::getpid()) + ".conf");
};

} // namespace

CAF_TEST(without a file and an environment everything is at its default) {
    const auto result = load(std::nullopt, environment_with({}));
    CAF_CHECK(result);
    CAF_CHECK_EQUAL(result.values.http.port, 8080u);
    CAF_CHECK_EQUAL(result.values.var.string(), "var");
}

CAF_TEST(values of every type arrive) {
    const auto values = loaded(R"(
        var = "/srv/atelier"
        http {
            port = 0
            threads = 3
            header_limit = 8KiB
            idle_timeout = 1500ms
        }
        generations.cost = 2
        payments.test_mode = false
        log.level = "debug"
    )");
    CAF_CHECK_EQUAL(values.var.string(), "/srv/atelier");
    CAF_CHECK_EQUAL(values.http.port, 0u);
    CAF_CHECK_EQUAL(values.http.threads, 3u);
    CAF_CHECK_EQUAL(values.http.header_limit, 8192u);
    CAF_CHECK(values.http.idle_timeout == milliseconds{1500});
    CAF_CHECK_EQUAL(values.generations.cost, 2);
    CAF_CHECK_EQUAL(values.payments.test_mode, false);
    CAF_CHECK_EQUAL(values.log.level, "debug");
}

CAF_TEST(directories that are not set lie in the state directory) {
    const auto values = loaded("var = \"/x\"");
    CAF_CHECK_EQUAL(storage_directory(values).string(), "/x/storage");
    CAF_CHECK_EQUAL(mail_directory(values).string(), "/x/mail");
    const auto chosen = loaded("images.storage = \"/y\"\nmail.directory = \"/z\"");
    CAF_CHECK_EQUAL(storage_directory(chosen).string(), "/y");
    CAF_CHECK_EQUAL(mail_directory(chosen).string(), "/z");
}

CAF_TEST(the environment counts more than the file) {
    const auto values = loaded("http { port = 1\n address = \"::1\" }\nlog.level = \"warn\"",
                               {{"ATELIER_HTTP_PORT", "2"},
                                {"ATELIER_VAR", "/elsewhere"},
                                {"ATELIER_HTTP_IDLE_TIMEOUT", "7s"},
                                {"ATELIER_IMAGES_UPLOAD_LIMIT", "1MiB"},
                                {"ATELIER_PAYMENTS_TEST_MODE", "false"},
                                {"ATELIER_MAIL_FROM", "Nobody <n@example.org>"},
                                {"ATELIER_UNKNOWN_THING", "somebody else's"}});
    CAF_CHECK_EQUAL(values.http.port, 2u);
    CAF_CHECK_EQUAL(values.http.address, "::1");
    CAF_CHECK_EQUAL(values.log.level, "warn");
    CAF_CHECK_EQUAL(values.var.string(), "/elsewhere");
    CAF_CHECK(values.http.idle_timeout == std::chrono::seconds{7});
    CAF_CHECK_EQUAL(values.images.upload_limit, 1024u * 1024u);
    CAF_CHECK_EQUAL(values.payments.test_mode, false);
    CAF_CHECK_EQUAL(values.mail.from, "Nobody <n@example.org>");
}

CAF_TEST(every setting has its own environment variable) {
    const settings defaults;
    for (const auto& each : setting_table()) {
        variables asked;
        const auto result = load(std::nullopt, [&](const std::string& name) -> std::optional<std::string> {
            return name == environment_name(each) ? std::optional<std::string>{"\x01"} : std::nullopt;
        });
        CAF_MESSAGE(std::string{each.name});
        CAF_REQUIRE_EQUAL(result.errors.size(), 1u);
        CAF_CHECK_EQUAL(result.errors[0].source, "environment variable " + environment_name(each));
    }
}

CAF_TEST(the database may be given by DATABASE_URL) {
    CAF_CHECK_EQUAL(loaded("", {{"DATABASE_URL", "postgres://a"}}).database.url, "postgres://a");
    CAF_CHECK_EQUAL(
        loaded("database.url = \"postgres://file\"", {{"DATABASE_URL", "postgres://a"}}).database.url,
        "postgres://a");
    CAF_CHECK_EQUAL(
        loaded("", {{"DATABASE_URL", "postgres://a"}, {"ATELIER_DATABASE_URL", "host=/run dbname=b"}})
            .database.url,
        "host=/run dbname=b");
    const auto names = environment_names();
    CAF_CHECK(std::ranges::count(names, "DATABASE_URL") == 1);
    const auto aliases =
        std::ranges::count_if(setting_table(), [](const auto& s) { return !s.alias.empty(); });
    CAF_CHECK_EQUAL(names.size(), setting_table().size() + static_cast<std::size_t>(aliases));
}

CAF_TEST(env reads a value of the right type) {
    const auto values = loaded(R"(
        http.port = env("PORT")
        http.threads = env("THREADS", "5")
        mail.from = env("FROM", "x@example.org")
    )",
                               {{"PORT", "81"}});
    CAF_CHECK_EQUAL(values.http.port, 81u);
    CAF_CHECK_EQUAL(values.http.threads, 5u);
    CAF_CHECK_EQUAL(values.mail.from, "x@example.org");
}

CAF_TEST(env without the variable or with a wrong one is an error) {
    CAF_CHECK_EQUAL(
        errors_of("http.port = env(\"PORT\")"),
        "a.conf:1:13: http.port: the environment variable PORT is not set, and there is no fallback\n"
        "    http.port = env(\"PORT\")\n"
        "                ^");
    CAF_CHECK_EQUAL(
        errors_of("http.port = env(\"PORT\")", {{"PORT", "x"}}),
        "a.conf:1:13: http.port: the environment variable PORT: expected an integer from 0 to 65535, "
        "found the text \"x\"\n"
        "    http.port = env(\"PORT\")\n"
        "                ^");
    CAF_CHECK_EQUAL(errors_of("http.port = env(\"PORT\", \"99999\")"),
                    "a.conf:1:13: http.port: expected an integer from 0 to 65535, found the integer 99999\n"
                    "    http.port = env(\"PORT\", \"99999\")\n"
                    "                ^");
}

CAF_TEST(wrong types say what was expected and found) {
    CAF_CHECK_EQUAL(errors_of("http {\n    port = \"8080\"\n}"),
                    "a.conf:2:12: http.port: expected an integer from 0 to 65535, found the text \"8080\"\n"
                    "        port = \"8080\"\n"
                    "               ^");
    CAF_CHECK_EQUAL(
        errors_of("http.idle_timeout = 60"),
        "a.conf:1:21: http.idle_timeout: expected a duration from 100ms to 1h, found the integer 60\n"
        "    http.idle_timeout = 60\n"
        "                        ^");
    CAF_CHECK_EQUAL(
        errors_of("http.body_limit = 10s"),
        "a.conf:1:19: http.body_limit: expected a size from 1KiB to 64MiB, found the duration 10s\n"
        "    http.body_limit = 10s\n"
        "                      ^");
    CAF_CHECK_EQUAL(errors_of("payments.test_mode = 1KiB"),
                    "a.conf:1:22: payments.test_mode: expected true or false, found the size 1KiB\n"
                    "    payments.test_mode = 1KiB\n"
                    "                         ^");
    CAF_CHECK_EQUAL(errors_of("log.level = true"),
                    "a.conf:1:13: log.level: expected \"trace\", \"debug\", \"info\", "
                    "\"warn\" or \"error\", found true\n"
                    "    log.level = true\n"
                    "                ^");
    CAF_CHECK_EQUAL(errors_of("var = [\"a\"]"), "a.conf:1:7: var: expected a path, not empty, found a list\n"
                                                "    var = [\"a\"]\n"
                                                "          ^");
}

CAF_TEST(values out of range are refused at both ends) {
    const auto refused = [](const std::string& assignment) { return !load_from(assignment); };
    CAF_CHECK(refused("http.port = -1"));
    CAF_CHECK(refused("http.port = 65536"));
    CAF_CHECK(refused("database.writers = 0"));
    CAF_CHECK(refused("database.writers = 17"));
    CAF_CHECK(refused("accounts.bcrypt_cost = 3"));
    CAF_CHECK(refused("accounts.bcrypt_cost = 17"));
    CAF_CHECK(refused("writer.batch_limit = 10_001"));
    CAF_CHECK(refused("wallets.idempotency_lifetime = 23h"));
    CAF_CHECK(refused("http.header_limit = 1023B"));
    CAF_CHECK(refused("http.threads = 18446744073709551617"));
    CAF_CHECK(!refused("http.port = 65535"));
    CAF_CHECK(!refused("database.writers = 16"));
    CAF_CHECK(!refused("accounts.bcrypt_cost = 4"));
    CAF_CHECK(!refused("http.header_limit = 1024B"));
}

CAF_TEST(texts with a meaning are checked) {
    const auto refused = [](const std::string& assignment) { return !load_from(assignment); };
    CAF_CHECK(refused("http.address = \"localhost\""));
    CAF_CHECK(refused("http.address = \"127.0.0.1:80\""));
    CAF_CHECK(refused("http.base_url = \"example.org\""));
    CAF_CHECK(refused("http.base_url = \"https://example.org/\""));
    CAF_CHECK(refused("database.url = \"mysql\""));
    CAF_CHECK(refused("payments.currency = \"rub\""));
    CAF_CHECK(refused("mail.from = \"nobody\""));
    CAF_CHECK(refused(R"(mail.from = "a@example.org\nBcc: b@example.org")"));
    CAF_CHECK(refused("var = \"\""));
    CAF_CHECK(!refused("http.address = \"::\""));
    CAF_CHECK(!refused("http.base_url = \"https://example.org\""));
    CAF_CHECK(!refused("database.url = \"\""));
}

CAF_TEST(choices name what there is) {
    CAF_CHECK_EQUAL(errors_of("payments.gateway = \"stripe\""),
                    "a.conf:1:20: payments.gateway: expected \"sandbox\" or \"cloudpayments\", found the "
                    "text \"stripe\"\n"
                    "    payments.gateway = \"stripe\"\n"
                    "                       ^");
}

CAF_TEST(an unknown setting is an error with a suggestion but without its value) {
    CAF_CHECK_EQUAL(errors_of("http {\n    prot = 8080\n}"),
                    "a.conf:2:5: unknown setting http.prot; did you mean http.port?\n"
                    "        prot = (hidden)\n"
                    "        ^");
    CAF_CHECK_EQUAL(errors_of("htpp { port = 1 }"),
                    "a.conf:1:8: unknown setting htpp.port; did you mean http.port?\n"
                    "    htpp { port = (hidden)\n"
                    "           ^");
    CAF_CHECK_EQUAL(errors_of("bcrypt_cost = 10"),
                    "a.conf:1:1: unknown setting bcrypt_cost; did you mean accounts.bcrypt_cost?\n"
                    "    bcrypt_cost = (hidden)\n"
                    "    ^");
    CAF_CHECK_EQUAL(errors_of("colour = \"red\""), "a.conf:1:1: unknown setting colour\n"
                                                   "    colour = (hidden)\n"
                                                   "    ^");
    const auto far = errors_of(std::string(100, 'x') + " = 1");
    CAF_CHECK(far.starts_with("a.conf:1:1: unknown setting " + std::string(60, 'x') + "...\n"));
}

CAF_TEST(an unknown block is an error even if it is empty) {
    CAF_CHECK_EQUAL(errors_of("htpp {\n}\nhttp {}"), "a.conf:1:1: unknown block htpp\n"
                                                     "    htpp {\n"
                                                     "    ^");
}

CAF_TEST(a setting given twice is an error) {
    CAF_CHECK_EQUAL(errors_of("http.port = 1\n\nhttp { port = 1 }"),
                    "a.conf:3:8: http.port is already set in line 1\n"
                    "    http { port = 1 }\n"
                    "           ^");
}

CAF_TEST(all errors are reported together) {
    const auto result = load_from("http.port = \"a\"\nnothing = 1\nlog.level = \"loud\"\nops.port = \n",
                                  {{"ATELIER_HTTP_THREADS", "many"}});
    std::vector<std::size_t> lines;
    for (const auto& error : result.errors) {
        lines.push_back(error.at ? error.at->line : 0);
    }
    CAF_CHECK_EQUAL(lines, (std::vector<std::size_t>{1, 2, 3, 4, 0}));
    CAF_CHECK_EQUAL(to_string(result.errors.back()),
                    "environment variable ATELIER_HTTP_THREADS: expected an integer "
                    "from 1 to 64, found the text \"many\"");
}

CAF_TEST(no more than a hundred errors are reported) {
    std::string text;
    for (int i = 0; i < 5000; ++i) {
        text += "x" + std::to_string(i) + " = 1\n";
    }
    CAF_CHECK_EQUAL(load_from(text).errors.size(), max_load_errors);
}

CAF_TEST(a real gateway needs a secret) {
    CAF_CHECK_EQUAL(errors_of("payments {\n    gateway = \"cloudpayments\"\n}"),
                    "a.conf:2:15: this gateway needs payments.api_secret, without which anybody could sign a "
                    "notification\n"
                    "        gateway = \"cloudpayments\"\n"
                    "                  ^");
    CAF_CHECK_EQUAL(
        errors_of("", {{"ATELIER_PAYMENTS_GATEWAY", "cloudpayments"}}),
        "environment variable ATELIER_PAYMENTS_GATEWAY: this gateway needs payments.api_secret, without "
        "which anybody could sign a notification");
    CAF_CHECK(load_from("payments.gateway = \"cloudpayments\"", {{"ATELIER_PAYMENTS_API_SECRET", "s"}}));
}

CAF_TEST(mail does not travel in the clear by mistake) {
    const std::string server = "mail.delivery = \"smtp\"\nmail.host = \"mail.example.com\"\n";
    CAF_CHECK(load_from(server));
    CAF_CHECK(load_from(server + "mail.security = \"tls\""));
    CAF_CHECK_EQUAL(errors_of(server + "mail.security = \"none\""),
                    "a.conf:3:17: passwords and links would travel in the clear: use starttls or tls, or set "
                    "mail.allow_insecure\n    mail.security = \"none\"\n                    ^");
    CAF_CHECK(load_from(server + "mail.security = \"none\"\nmail.allow_insecure = true"));
    for (const auto* host : {"localhost", "127.0.0.1", "127.1.2.3", "::1"})
        CAF_CHECK(load_from("mail.delivery = \"smtp\"\nmail.security = \"none\"\nmail.host = \"" +
                            std::string{host} + '"'));
    for (const auto* host : {"128.0.0.1", "::2", "localhost.example.com"})
        CAF_CHECK(!load_from("mail.delivery = \"smtp\"\nmail.security = \"none\"\nmail.host = \"" +
                             std::string{host} + '"'));
}

CAF_TEST(a mail server needs a host and a user a password) {
    CAF_CHECK_EQUAL(
        errors_of("mail.delivery = \"smtp\""),
        "a.conf:1:17: this delivery needs mail.host\n    mail.delivery = \"smtp\"\n                    ^");
    CAF_CHECK(!load_from("mail.user = \"shop\""));
    CAF_CHECK(!load_from("mail.password = \"secret\""));
    CAF_CHECK(load_from("mail.user = \"shop\"", {{"ATELIER_MAIL_PASSWORD", "secret"}}));
    for (const auto* host : {"a/b", "user@host", "host:25", "[::1]", "two words", "a?b"})
        CAF_CHECK(!load_from("mail.host = \"" + std::string{host} + '"'));
}

CAF_TEST(the limit of the backoff is not below the backoff) {
    CAF_CHECK_EQUAL(errors_of("supervisor.backoff = 11s"),
                    "a.conf:1:22: supervisor.backoff_limit must not be less than supervisor.backoff\n"
                    "    supervisor.backoff = 11s\n"
                    "                         ^");
    CAF_CHECK(load_from("supervisor.backoff = 11s\nsupervisor.backoff_limit = 11s"));
}

CAF_TEST(no error shows a secret) {
    for (const auto* text : {
             R"(payments.api_secret = ["SECRET"])",         // wrong type
             "payments.api_secret = [\n \"SECRET\" 7\n]",   // syntax error in a later line of it
             R"(payments { api_secret = "SECRET })",        // not closed
             R"(payments { api_secret: "SECRET" })",        // no assignment
             R"("api_secret" = "SECRET")",                  // no name
             R"(payments.api_secrt = "SECRET)",             // misspelt and not closed
             R"(payments.api_secrt = "SECRET")",            // misspelt
             R"(payments { api_secret = "SECRET" } x = 1)", // unknown setting behind it
             "payments.api_secret = \"SECRET\"\npayments.api_secret = \"SECRET\"", // given twice
             R"(database.url = "SECRET")",                                         // not a database
             R"(accounts.pepper = "SECRET\n")",                                    // control character
             R"(accounts.pepper = env("P", "SECRET")", // syntax error in a fallback
         }) {
        const auto errors = errors_of(text);
        CAF_MESSAGE(errors);
        CAF_CHECK(!errors.empty());
        CAF_CHECK_EQUAL(errors.find("SECRET"), std::string::npos);
    }
    for (const auto* name : {"ATELIER_DATABASE_URL", "DATABASE_URL"}) {
        const auto errors = errors_of("", {{name, "SECRET"}});
        CAF_CHECK_EQUAL(errors,
                        "environment variable " + std::string{name} +
                            ": expected a libpq connection URI or key=value text, or \"\", found a text");
    }
    CAF_CHECK_EQUAL(errors_of("payments.api_secret = 42"),
                    "a.conf:1:23: payments.api_secret: expected a text, found "
                    "an integer\n"
                    "    payments.api_secret = (hidden)\n"
                    "                          ^");
}

CAF_TEST(files are read and named in errors) {
    const temporary_file file{"http.port = 81\nlog.level = 7\n"};
    const auto result = load(file.path(), environment_with({}));
    CAF_CHECK_EQUAL(result.values.http.port, 81u);
    CAF_REQUIRE_EQUAL(result.errors.size(), 1u);
    CAF_CHECK(to_string(result.errors[0]).starts_with(file.path().string() + ":2:13: log.level: expected"));
}

CAF_TEST(files that cannot be read are an error) {
    const auto error_for = [](const std::filesystem::path& path) {
        const auto result = load(path, environment_with({}));
        return result.errors.empty() ? "no error" : to_string(result.errors[0]);
    };
    CAF_CHECK_EQUAL(error_for("/nonexistent/a.conf"),
                    "/nonexistent/a.conf: cannot be read: No such file or directory");
    CAF_CHECK_EQUAL(error_for("/"), "/: cannot be read: it is a directory");
    const temporary_file large{std::string(max_file_size + 1, '\n')};
    CAF_CHECK_EQUAL(error_for(large.path()),
                    large.path().string() + ": cannot be read: it is larger than 1 MiB");
}

CAF_TEST(the environment of the process can be looked up) {
    CAF_CHECK(process_environment("PATH").has_value());
    CAF_CHECK(!process_environment("ATELIER_NO_SUCH_VARIABLE"));
}

CAF_TEST(lists of addresses and the URL of the gateway are checked) {
    const auto values = loaded(R"(
        http.trusted_proxies = "10.0.0.0/8, ::1"
        payments {
            notification_addresses = "185.98.81.0/28,87.251.91.160/27"
            notification_encoding = "windows-1251"
            api_url = "http://127.0.0.1:8080"
        }
    )");
    CAF_CHECK_EQUAL(values.http.trusted_proxies, "10.0.0.0/8, ::1");
    CAF_CHECK_EQUAL(values.payments.notification_encoding, "windows-1251");
    CAF_CHECK_EQUAL(values.payments.api_url, "http://127.0.0.1:8080");
    CAF_CHECK_EQUAL(errors_of("http.trusted_proxies = \"10.0.0.0/33\""),
                    "a.conf:1:24: http.trusted_proxies: expected IP addresses and ranges, as \"192.0.2.7, "
                    "2001:db8::/32\", or \"\", found the text \"10.0.0.0/33\"\n"
                    "    http.trusted_proxies = \"10.0.0.0/33\"\n"
                    "                           ^");
    CAF_CHECK_EQUAL(
        errors_of("payments.api_url = \"http://api.cloudpayments.ru\""),
        "a.conf:1:20: payments.api_url: expected a URL that begins with https://, or http:// and a "
        "loopback address, found the text \"http://api.cloudpayments.ru\"\n"
        "    payments.api_url = \"http://api.cloudpayments.ru\"\n"
        "                       ^");
}
