#include "persistence/blobs/s3/s3_store.hpp"

#include "actors/domain/active_storage.hpp"
#include "actors/domain/base64_text.hpp"
#include "actors/domain/hex_text.hpp"
#include "persistence/blobs/s3/s3_multipart.hpp"
#include "persistence/blobs/s3/s3_reply.hpp"
#include "persistence/files.hpp"

#include <charconv>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace atelier {
namespace {

namespace fs = std::filesystem;

/// No key, so that nobody takes it for an image.
constexpr std::string_view probe = "atelier-probe";
constexpr std::chrono::seconds regret_time{5};

s3_call call_for(std::string_view method, std::string_view key) {
    s3_call call;
    call.method = method;
    call.key = key;
    return call;
}

failure malformed_key() {
    return {errc::internal, "malformed blob key"};
}

outcome<std::int64_t> length_of(const s3_http_response& response) {
    const auto text = response.header("content-length");
    std::int64_t size = -1;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), size);
    if (error != std::errc{} || end != text.data() + text.size() || size < 0)
        return failure{errc::unavailable, "the store does not say how large the file is"};
    return size;
}

bool write_all(int file, std::string_view bytes) {
    while (!bytes.empty()) {
        const auto put = ::write(file, bytes.data(), bytes.size());
        if (put < 0 && errno == EINTR)
            continue;
        if (put <= 0)
            return false;
        bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
}

/// Takes an object as it comes: counts, digests and, if there is a file, writes it.
struct download {
    int file = -1;
    std::uint64_t limit = 0;
    std::uint64_t size = 0;
    bool too_large = false;
    bool unwritable = false;
    growing_md5 md5;

    void restart() {
        size = 0;
        too_large = false;
        unwritable = file >= 0 && (::ftruncate(file, 0) != 0 || ::lseek(file, 0, SEEK_SET) != 0);
        md5.restart();
    }

    bool take(std::string_view bytes) {
        size += bytes.size();
        too_large = size > limit;
        unwritable = unwritable || (!too_large && file >= 0 && !write_all(file, bytes));
        md5.add(bytes);
        return !too_large && !unwritable;
    }
};

outcome<blob_digest> receive(s3_client& client, std::string_view key, download& into,
                             s3_client::steady::time_point deadline) {
    auto call = call_for("GET", key);
    call.restart = [&into] { into.restart(); };
    call.sink = [&into](std::string_view bytes) { return into.take(bytes); };
    const auto got = client.send(call, deadline);
    if (!got && into.unwritable)
        return failure{errc::unavailable, "the file from the store cannot be written"};
    if (!got)
        return got.error();
    const auto md5 = into.md5.finish();
    if (is_md5_etag(*got) && etag_of(*got) != to_hex(md5))
        return failure{errc::unavailable, "the file did not come as it was stored"};
    return blob_digest{static_cast<std::int64_t>(into.size), to_base64(md5)};
}

} // namespace

outcome<std::unique_ptr<s3_store>> s3_store::open(s3_settings settings, const clock& time) {
    auto target = locate(settings.place);
    if (!target)
        return target.error();
    if (settings.credentials.access_key_id.empty() || settings.credentials.secret_access_key.empty())
        return failure{errc::internal, "the store's credentials are missing"};
    auto client = std::make_unique<s3_client>(std::move(settings), std::move(*target), time);
    return std::unique_ptr<s3_store>{new s3_store{std::move(client)}};
}

s3_client::steady::time_point s3_store::soon() const {
    return s3_client::steady::now() + client_->settings().timeout;
}

s3_client::steady::time_point s3_store::later() const {
    return s3_client::steady::now() + client_->settings().transfer_timeout;
}

outcome<blob_digest> s3_store::put(std::string_view key, const fs::path& source) {
    if (!is_blob_key(key))
        return malformed_key();
    const unique_fd file{::open(source.c_str(), O_RDONLY | O_CLOEXEC)};
    struct stat s {};
    if (!file || ::fstat(file.get(), &s) != 0)
        return last_error("cannot read " + source.filename().string());
    if (!S_ISREG(s.st_mode))
        return failure{errc::unavailable, source.filename().string() + " is no file"};
    const s3_file_part whole{file.get(), 0, static_cast<std::uint64_t>(s.st_size)};
    if (whole.size > client_->settings().size_limit)
        return failure{errc::payload_too_large, "the file is larger than the store takes"};
    const auto there = size(key);
    if (there)
        return failure{errc::internal, "blob key in use"};
    if (there.error().code != errc::not_found)
        return there.error();
    const auto digest = digest_of(whole);
    if (!digest)
        return digest.error();
    const std::string name{key};
    const auto stored = whole.size < client_->settings().multipart_threshold
                            ? put_whole(name, whole, *digest)
                            : put_in_parts(*client_, name, whole, later());
    if (!stored) {
        auto call = call_for("DELETE", key); // an answer may have been lost
        call.attempts = 1;
        static_cast<void>(client_->send(call, s3_client::steady::now() + regret_time));
        return stored.error();
    }
    std::error_code ignored; // it is stored; a file that stays is swept with other temporary ones
    fs::remove(source, ignored);
    return blob_digest{static_cast<std::int64_t>(whole.size), to_base64(digest->md5)};
}

status s3_store::put_whole(const std::string& key, const s3_file_part& whole, const part_digest& digest) {
    auto call = call_for("PUT", key);
    call.headers = {{"Content-MD5", to_base64(digest.md5)}};
    call.part = whole;
    call.payload_hash = digest.sha256_hex;
    const auto sent = client_->send(call, later());
    if (!sent)
        return sent.error();
    if (is_md5_etag(*sent) && etag_of(*sent) != to_hex(digest.md5))
        return failure{errc::unavailable, "the file was not stored as it was sent"};
    return done{};
}

outcome<std::int64_t> s3_store::size(std::string_view key) const {
    if (!is_blob_key(key))
        return malformed_key();
    const auto found = client_->send(call_for("HEAD", key), soon());
    if (!found)
        return found.error();
    return length_of(*found);
}

outcome<bool> s3_store::compare(std::string_view key, std::string_view checksum, std::int64_t size) const {
    if (!is_blob_key(key))
        return malformed_key();
    const auto found = client_->send(call_for("HEAD", key), soon());
    if (!found && found.error().code == errc::not_found)
        return false;
    if (!found)
        return found.error();
    const auto length = length_of(*found);
    if (!length)
        return length.error();
    if (*length != size)
        return false;
    download content;
    content.limit = static_cast<std::uint64_t>(size);
    if (is_md5_etag(*found)) {
        unsigned char md5[16];
        const auto etag = etag_of(*found);
        for (std::size_t i = 0; i < 16; ++i)
            std::from_chars(etag.data() + 2 * i, etag.data() + 2 * i + 2, md5[i], 16);
        return to_base64({reinterpret_cast<const char*>(md5), sizeof md5}) == checksum;
    }
    const auto received = receive(*client_, key, content, later());
    if (!received)
        return received.error();
    return received->byte_size == size && received->checksum == checksum;
}

outcome<blob_digest> s3_store::fetch(std::string_view key, const fs::path& target) const {
    if (!is_blob_key(key))
        return malformed_key();
    const unique_fd file{::open(target.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, S_IRUSR | S_IWUSR)};
    if (!file)
        return last_error("cannot write " + target.filename().string());
    download content;
    content.file = file.get();
    content.limit = client_->settings().size_limit;
    auto received = receive(*client_, key, content, later());
    if (!received) {
        std::error_code ignored; // the first error counts
        fs::remove(target, ignored);
    }
    return received;
}

outcome<std::string> s3_store::read(std::string_view key, std::uint64_t offset, std::size_t length) const {
    if (!is_blob_key(key))
        return malformed_key();
    if (length == 0)
        return std::string{};
    if (length > client_->settings().limits.reply_limit)
        return failure{errc::payload_too_large, "the range is too large to be kept"};
    auto call = call_for("GET", key);
    call.headers = {{"Range", "bytes=" + std::to_string(offset) + "-" + std::to_string(offset + length - 1)}};
    auto got = client_->send(call, soon());
    if (!got)
        return got.error();
    if ((got->status != 206 && offset != 0) || got->body.size() > length)
        return failure{errc::unavailable, "the store did not keep to the range"};
    return std::move(got->body);
}

bool s3_store::remove(std::string_view key) {
    if (!is_blob_key(key))
        return false;
    const auto gone = client_->send(call_for("DELETE", key), soon());
    return gone || gone.error().code == errc::not_found;
}

void s3_store::for_each_older_than(instant before, const std::function<bool(const std::string&)>& visit) {
    abandon_uploads(before);
    std::string next;
    do {
        auto call = call_for("GET", "");
        call.query = {{"list-type", "2"}};
        if (!next.empty())
            call.query.push_back({"continuation-token", next});
        const auto got = client_->send(call, soon());
        const auto page = got ? read_objects(got->body) : outcome<s3_object_page>{got.error()};
        if (!page)
            return;
        for (const auto& object : page->objects)
            if (is_blob_key(object.key) && object.modified < before && !visit(object.key))
                return;
        next = page->next;
    } while (!next.empty());
}

void s3_store::abandon_uploads(instant before) {
    std::string next_key;
    std::string next_id;
    do {
        auto call = call_for("GET", "");
        call.query = {{"uploads", ""}};
        if (!next_key.empty())
            call.query.push_back({"key-marker", next_key});
        if (!next_id.empty())
            call.query.push_back({"upload-id-marker", next_id});
        const auto got = client_->send(call, soon());
        const auto page = got ? read_uploads(got->body) : outcome<s3_upload_page>{got.error()};
        if (!page)
            return;
        for (const auto& open : page->uploads)
            if (is_blob_key(open.key) && open.begun < before && !abort_upload(*client_, open.key, open.id))
                return;
        next_key = page->next_key;
        next_id = page->next_id;
    } while (!next_key.empty());
}

status s3_store::check() {
    auto write = call_for("PUT", probe);
    write.body = "ok";
    const auto written = client_->send(write, soon());
    if (!written)
        return written.error();
    const auto removed = client_->send(call_for("DELETE", probe), soon());
    if (!removed)
        return removed.error();
    return done{};
}

std::string s3_store::link(std::string_view key, const blob_link& what) const {
    if (!is_blob_key(key))
        return "";
    return client_->presigned(
        "GET", std::string{key},
        {{"response-content-disposition", content_disposition(what.content_type, what.filename)},
         {"response-content-type", std::string{served_type(what.content_type)}}},
        {}, what.valid);
}

s3_upload_link s3_store::upload_link(std::string_view key, const std::string& content_type,
                                     const blob_digest& content, std::chrono::seconds valid) const {
    s3_upload_link link;
    if (!is_blob_key(key))
        return link;
    link.headers = {{"Content-Type", content_type}, {"Content-MD5", content.checksum}};
    std::vector<aws_field> fields{{"Content-Length", std::to_string(content.byte_size)}};
    for (const auto& [name, value] : link.headers)
        fields.push_back({name, value});
    link.url = client_->presigned("PUT", std::string{key}, {}, std::move(fields), valid);
    return link;
}

} // namespace atelier
