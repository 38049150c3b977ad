#include "http/upload_file.hpp"

namespace atelier::http {
namespace {

constexpr std::size_t block_size = 128 * 1024;
constexpr std::string_view prefix = "upload-";

} // namespace

upload_file::upload_file(file_pool& files, const std::filesystem::path& directory, std::string_view random)
    : files_{files}, path_{directory / std::string{prefix}.append(random)} {}

boost::asio::awaitable<status> upload_file::append(std::string_view data) {
    pending_.append(data);
    if (pending_.size() < block_size)
        co_return done{};
    co_return co_await flush(false);
}

boost::asio::awaitable<status> upload_file::finish() {
    return flush(true);
}

boost::asio::awaitable<status> upload_file::flush(bool last) {
    auto write = [this, last] {
        auto written = write_pending();
        if (last)
            file_.reset();
        return written;
    };
    co_return co_await files_.run(write);
}

status upload_file::write_pending() {
    if (!file_) {
        auto created = file::create(path_);
        if (!created)
            return created.error();
        stored_ = std::make_shared<temporary_file>(path_);
        file_ = std::move(*created);
    }
    auto written = file_->append(pending_);
    pending_.clear();
    return written;
}

std::size_t remove_abandoned_uploads(const std::filesystem::path& directory) {
    std::size_t removed = 0;
    std::error_code error;
    for (std::filesystem::directory_iterator entry{directory, error}, end; !error && entry != end;
         entry.increment(error)) {
        const bool abandoned = entry->path().filename().string().starts_with(prefix);
        std::error_code kept; // one that stays does not keep the others
        if (abandoned && std::filesystem::remove(entry->path(), kept))
            ++removed;
    }
    return removed;
}

} // namespace atelier::http
