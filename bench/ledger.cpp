#include "actors/backend.hpp"
#include "bench/arguments.hpp"
#include "bench/history.hpp"
#include "bench/journal.hpp"
#include "bench/spender.hpp"
#include "config/load.hpp"
#include "persistence/cluster.hpp"

#include <fmt/format.h>
#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>

#include <array>
#include <csignal>
#include <cstdio>
#include <fstream>
#include <malloc.h>
#include <span>
#include <string>
#include <thread>
#include <unistd.h>

using namespace atelier;
using namespace atelier::bench;

namespace {

constexpr const char* usage = R"(Usage:
  ledger cluster --directory DIRECTORY
    Runs a PostgreSQL as the service would start it for itself, until standard input ends.
  ledger spend --database CONNINFO --var DIRECTORY [--users N] [--stride N] [--spread uniform|zipf|hot]
      [--styles N] [--in-flight N] [--rate PER_SECOND] [--warm-up SECONDS] [--measure SECONDS]
    Spends tokens of the users in a freshly seeded database through the service's own backend. Prints "begin" and
    "end" when it measures, then one line of JSON. Settings come from the environment, as the service's.
)";

/// The first wallets pay for what all share; they are not counted.
constexpr std::size_t first_wallets = 1'000;

int complain(const failure& why) {
    fmt::print(stderr, "error: {}\n", why.detail.empty() ? std::string{to_string(why.code)} : why.detail);
    return 1;
}

// -- cluster ------------------------------------------------------------------------------------------------

int run_cluster(const arguments& args) {
    const std::filesystem::path directory{args.text("directory")};
    cluster::options options;
    options.directory = directory / "postgres";
    options.sockets = directory / "run";
    options.log = directory / "postgres.log";
    auto own = cluster::start(std::move(options));
    if (!own)
        return complain(own.error());
    fmt::print("{} {}\n", own->postmaster(), own->conninfo("postgres", "postgres"));
    std::fflush(stdout);
    // A signal interrupts the wait, as the end of standard input does.
    struct sigaction interrupt {};
    interrupt.sa_handler = [](int) {};
    for (const int signal : {SIGINT, SIGTERM, SIGHUP})
        sigaction(signal, &interrupt, nullptr);
    char ignored = 0;
    while (::read(STDIN_FILENO, &ignored, 1) > 0) {
    }
    const auto stopped = own->stop();
    return stopped ? 0 : complain(stopped.error());
}

// -- spend --------------------------------------------------------------------------------------------------

/// Takes the place of the generations: what was paid for is not carried out.
generations_actor spawn_idle_generations(caf::actor_system& system) {
    return system.spawn([]() -> generations_actor::behavior_type {
        return {[](start_generation) {},
                [](cancel_generation) -> outcome<generation_record> { return errc::not_found; },
                [](list_children) { return children_report{}; }, [](tick) {}};
    });
}

status start(backend& back) {
    if (auto started = back.start(); !started)
        return started;
    // The supervisor starts its children one after the other, on threads of its own; the wallets come late.
    const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (!back.actors.get<wallets_actor>() || !back.actors.get<sweeper_actor>()) {
        if (std::chrono::steady_clock::now() > until)
            return failure{errc::unavailable, "the actors do not start"};
        std::this_thread::sleep_for(std::chrono::milliseconds{1});
    }
    back.actors.set(spawn_idle_generations(back.system()));
    return done{};
}

/// Resident memory of this process, in bytes, after what is free was given back.
std::int64_t resident_memory() {
    malloc_trim(0);
    std::ifstream map{"/proc/self/smaps_rollup"};
    for (std::string word; map >> word;)
        if (std::int64_t kibibytes = 0; word == "Rss:" && map >> kibibytes)
            return kibibytes * 1024;
    return 0;
}

struct activation {
    double per_second = 0;
    double bytes_each = 0;
};

outcome<activation> activate(spender& load, const std::vector<user_id>& all) {
    using steady = std::chrono::steady_clock;
    const auto first = all.begin() + static_cast<std::ptrdiff_t>(std::min(first_wallets, all.size()));
    if (auto read = load.activate({all.begin(), first}); !read)
        return read.error();
    const std::vector<user_id> rest{first, all.end()};
    activation result;
    if (rest.empty())
        return result;
    const auto memory = resident_memory();
    const auto since = steady::now();
    if (auto read = load.activate(rest); !read)
        return read.error();
    const auto count = static_cast<double>(rest.size());
    result.per_second = count / std::chrono::duration<double>{steady::now() - since}.count();
    result.bytes_each = static_cast<double>(resident_memory() - memory) / count;
    return result;
}

load_plan plan_of(const arguments& args) {
    load_plan plan;
    plan.rate = args.number("rate", 0.0);
    plan.in_flight = args.number<std::size_t>("in-flight", 1'024);
    plan.warm_up = std::chrono::duration<double>{args.number("warm-up", 1.0)};
    plan.measured = std::chrono::duration<double>{args.number("measure", 3.0)};
    const auto tell = [](const char* what) {
        return [what] {
            std::puts(what);
            std::fflush(stdout);
        };
    };
    plan.on_begin = tell("begin");
    plan.on_end = tell("end");
    return plan;
}

users users_of(const arguments& args) {
    const auto name = args.text("spread", "uniform");
    const auto how = name == "hot" ? spread::hot : name == "zipf" ? spread::zipf : spread::uniform;
    return users{how, args.number<std::size_t>("users", 10'000), args.number<std::int64_t>("stride", 1)};
}

/// A sound history, or the reason why nothing that was measured counts.
status check_history(const std::string& conninfo, std::vector<acknowledged_spend> replies) {
    pg::connect_options options;
    options.conninfo = conninfo;
    auto database = pg::connection::open(pg::without_limits(std::move(options)));
    if (!database)
        return database.error();
    history h;
    h.replies = std::move(replies);
    if (auto read = read_journal(*database, h); !read)
        return read;
    if (const auto anomaly = find_anomaly(h))
        return failure{errc::internal, "the history is wrong: " + *anomaly};
    return done{};
}

int run_spend(const arguments& args) {
    auto config = load(std::nullopt, process_environment);
    if (!config)
        return complain({errc::internal, to_string(config.errors.front())});
    backend_options options;
    options.config = std::move(config.values);
    options.config.var = args.text("var");
    options.config.wallets.idle_timeout = std::chrono::hours{1};
    options.conninfo = args.text("database");
    options.node = "bench";
    options.temporary = options.config.var / "tmp";
    options.base_url = [] { return std::string{}; };
    options.fatal = [](const std::string& why) { spdlog::critical("{}", why); };
    const auto conninfo = options.conninfo;
    backend back{std::move(options)};
    if (const auto started = start(back); !started)
        return complain(started.error());

    const auto who = users_of(args);
    spender load{back.system(), back.actors.get<wallets_actor>(), who,
                 args.number<std::int64_t>("styles", 1)};
    const auto active = activate(load, who.all());
    if (!active)
        return complain(active.error());
    const auto report = load.run(plan_of(args));
    if (!report)
        return complain(report.error());
    auto replies = load.take_replies();
    back.stop();
    if (const auto sound = check_history(conninfo, std::move(replies)); !sound)
        return complain(sound.error());
    fmt::print(R"({{"per_second":{:.1f},"p50_ms":{:.3f},"p99_ms":{:.3f},"longest_ms":{:.3f},"measured":{},)"
               R"("acknowledged":{},"refused":{},"refusal":"{}","activations_per_second":{:.0f},)"
               R"("bytes_per_wallet":{:.0f}}})"
               "\n",
               report->per_second, report->p50, report->p99, report->longest, report->measured,
               report->acknowledged, report->refused, report->refusal, active->per_second,
               active->bytes_each);
    return 0;
}

} // namespace

int main(int argc, char** argv) {
    spdlog::set_default_logger(spdlog::stderr_logger_mt("bench"));
    spdlog::set_level(spdlog::level::warn);
    const std::string_view command{argc < 2 ? "" : argv[1]};
    const auto args = arguments::parse(argc - 2, argv + 2);
    if (command == "cluster" && args)
        return run_cluster(*args);
    if (command == "spend" && args)
        return run_spend(*args);
    std::fputs(usage, stderr);
    return 2;
}
