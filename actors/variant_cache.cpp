#include "actors/variant_cache.hpp"

#include "actors/runtime/metrics.hpp"
#include "actors/runtime/worker_pool.hpp"
#include "persistence/files.hpp"

#include <algorithm>
#include <charconv>
#include <chrono>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <system_error>
#include <utility>

namespace atelier {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view partial_suffix = ".partial";

void remove_all(const std::vector<fs::path>& files) {
    std::error_code ignored; // what stays is taken over at the next start
    for (const auto& file : files)
        fs::remove(file, ignored);
}

/// Makes a new file durable under its final name: after a crash no half of it may be served.
status publish(const fs::path& draft, const fs::path& file) {
    const unique_fd fd{::open(draft.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!fd || ::fdatasync(fd.get()) != 0 || ::rename(draft.c_str(), file.c_str()) != 0)
        return last_error("cannot keep " + file.filename().string());
    return done{};
}

struct found_file {
    fs::path path;
    std::uint64_t size = 0;
    std::int64_t used = 0; ///< seconds since 1970
};

/// The files of a directory, those unused for longest first.
outcome<std::vector<found_file>> read_directory(const fs::path& directory) {
    std::vector<found_file> all;
    std::error_code error;
    for (fs::directory_iterator at{directory, error}, end; !error && at != end; at.increment(error)) {
        struct stat s {};
        if (::lstat(at->path().c_str(), &s) == 0 && S_ISREG(s.st_mode))
            all.push_back({at->path(), static_cast<std::uint64_t>(s.st_size),
                           std::max<std::int64_t>(s.st_atim.tv_sec, s.st_mtim.tv_sec)});
    }
    if (error)
        return failure{errc::unavailable, "cannot read " + directory.string() + ": " + error.message()};
    std::ranges::sort(all, {}, &found_file::used);
    return all;
}

} // namespace

struct variant_cache::entry {
    fs::path path;
    std::uint64_t size = 0;
    bool complete = false;
    std::list<std::string>::iterator place;
    std::vector<callback> waiting; ///< until it is complete
};

variant_cache::variant_cache(variant_cache_options options, worker_pool& pool, metrics& meters)
    : options_{std::move(options)}, pool_{pool}, meters_{meters} {}

variant_cache::~variant_cache() = default;

status variant_cache::open() {
    std::error_code error;
    fs::create_directories(options_.directory, error);
    fs::permissions(options_.directory, fs::perms::owner_all, error);
    if (error)
        return failure{errc::unavailable,
                       "cannot make " + options_.directory.string() + ": " + error.message()};
    const auto files = read_directory(options_.directory);
    if (!files)
        return files.error();
    for (const auto& file : *files)
        adopt(file.path, file.size);
    std::vector<fs::path> victims;
    {
        const std::lock_guard lock{mutex_};
        victims = make_room();
    }
    remove_all(victims);
    return done{};
}

/// Names are "<blob key>-<variant>-<number>".
void variant_cache::adopt(const fs::path& file, std::uint64_t size) {
    const auto text = file.filename().string();
    const auto dash = text.rfind('-');
    std::uint64_t number = 0;
    const char* const end = text.data() + text.size();
    const bool ours = dash != std::string::npos && text.find('-') != dash &&
                      std::from_chars(text.data() + dash + 1, end, number).ptr == end;
    const auto name = text.substr(0, dash);
    const std::lock_guard lock{mutex_};
    if (!ours || size == 0 || entries_.contains(name)) {
        remove_all({file});
        return;
    }
    auto known = std::make_shared<entry>();
    known->path = file;
    known->size = size;
    known->complete = true;
    by_use_.push_front(name);
    known->place = by_use_.begin();
    bytes_ += size;
    last_number_ = std::max(last_number_, number);
    entries_.emplace(name, std::move(known));
}

cached_file variant_cache::held(const std::shared_ptr<entry>& each) {
    return {each->path, each->size, each};
}

void variant_cache::fetch(std::string_view blob_key, std::string_view variant, maker make, callback answer) {
    const auto name = std::string{blob_key}.append("-").append(variant);
    std::optional<cached_file> there;
    bool refused = false;
    {
        const std::lock_guard lock{mutex_};
        const auto known = entries_.find(name);
        if (known != entries_.end() && !known->second->complete) {
            known->second->waiting.push_back(std::move(answer));
            return;
        }
        if (known != entries_.end()) {
            by_use_.splice(by_use_.begin(), by_use_, known->second->place);
            there = held(known->second);
        } else if (working_ >= options_.work_max) {
            refused = true;
        } else {
            ++working_;
            auto fresh = std::make_shared<entry>();
            fresh->waiting.push_back(answer);
            entries_.emplace(name, std::move(fresh));
        }
    }
    if (there) {
        meters_.variants_served.Increment();
        answer(*std::move(there));
    } else if (refused) {
        meters_.variants_refused.Increment();
        answer(failure{errc::overloaded, "Too many copies of images are being made."});
    } else if (!pool_.submit([this, name, make = std::move(make)] { work(name, make); })) {
        meters_.variants_refused.Increment();
        settle(name, failure{errc::overloaded, "Too much work on images is waiting."});
    }
}

void variant_cache::work(const std::string& name, const maker& make) {
    const auto begun = std::chrono::steady_clock::now();
    auto made = make_file(name, make);
    if (made) {
        meters_.variants_made.Increment();
        meters_.variant_seconds.Observe(
            std::chrono::duration<double>(std::chrono::steady_clock::now() - begun).count());
    }
    settle(name, std::move(made));
}

outcome<cached_file> variant_cache::make_file(const std::string& name, const maker& make) {
    std::uint64_t number = 0;
    {
        const std::lock_guard lock{mutex_};
        number = ++last_number_;
    }
    cached_file file;
    file.path = options_.directory / (name + '-' + std::to_string(number));
    auto draft = file.path;
    draft += partial_suffix;
    auto made = make(draft);
    std::error_code error;
    if (made)
        file.size = fs::file_size(draft, error);
    if (made && error)
        made = failure{errc::unavailable, "a copy of an image was not written: " + error.message()};
    if (made)
        made = publish(draft, file.path);
    if (made)
        return file;
    fs::remove(draft, error);
    return made.error();
}

void variant_cache::settle(const std::string& name, outcome<cached_file> made) {
    std::vector<callback> waiting;
    std::vector<fs::path> victims;
    {
        const std::lock_guard lock{mutex_};
        --working_;
        const auto which = entries_.find(name);
        auto& each = *which->second;
        waiting = std::move(each.waiting);
        if (made) {
            each.path = made->path;
            each.size = made->size;
            each.complete = true;
            by_use_.push_front(name);
            each.place = by_use_.begin();
            bytes_ += each.size;
            made = held(which->second);
        } else {
            entries_.erase(which);
        }
        victims = make_room();
    }
    remove_all(victims);
    // The last one takes ours: once it lets go, nothing holds the file any more.
    for (std::size_t i = 0; i + 1 < waiting.size(); ++i)
        waiting[i](made);
    if (!waiting.empty())
        waiting.back()(std::move(made));
}

/// Forgets what is too much; the caller removes the files, without the lock.
std::vector<fs::path> variant_cache::make_room() {
    std::vector<fs::path> files;
    for (auto at = by_use_.end(); bytes_ > options_.bytes_max && at != by_use_.begin();) {
        const auto which = entries_.find(*--at);
        // Only this map and those who hold the file know its entry; nobody new can while we have the lock.
        if (which->second.use_count() > 1)
            continue;
        ++at;
        drop(which, files);
    }
    meters_.variant_cache_bytes.Set(static_cast<double>(bytes_));
    return files;
}

void variant_cache::drop(entries::iterator which, std::vector<fs::path>& files) {
    const auto& each = *which->second;
    bytes_ -= each.size;
    files.push_back(each.path);
    by_use_.erase(each.place);
    entries_.erase(which);
}

void variant_cache::forget(std::string_view blob_key) {
    const auto prefix = std::string{blob_key} + '-';
    std::vector<fs::path> files;
    {
        const std::lock_guard lock{mutex_};
        for (auto at = entries_.lower_bound(prefix); at != entries_.end() && at->first.starts_with(prefix);) {
            const auto which = at++;
            if (which->second->complete && which->second.use_count() == 1)
                drop(which, files);
        }
        meters_.variant_cache_bytes.Set(static_cast<double>(bytes_));
    }
    remove_all(files);
}

std::vector<std::string> variant_cache::blob_keys() const {
    std::vector<std::string> keys;
    const std::lock_guard lock{mutex_};
    for (const auto& [name, each] : entries_) {
        auto key = name.substr(0, name.find('-'));
        if (each->complete && (keys.empty() || keys.back() != key))
            keys.push_back(std::move(key));
    }
    return keys;
}

std::uint64_t variant_cache::size() const {
    const std::lock_guard lock{mutex_};
    return bytes_;
}

} // namespace atelier
