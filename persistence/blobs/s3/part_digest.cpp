#include "persistence/blobs/s3/part_digest.hpp"

#include "actors/domain/hex_text.hpp"
#include "persistence/files.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <vector>

namespace atelier {
namespace {

constexpr std::size_t chunk_size = 256UL * 1024;

struct free_digest {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};
using digest_pointer = std::unique_ptr<EVP_MD_CTX, free_digest>;

digest_pointer begun(const EVP_MD* kind) {
    digest_pointer digest{EVP_MD_CTX_new()};
    EVP_DigestInit_ex(digest.get(), kind, nullptr);
    return digest;
}

std::string finished(EVP_MD_CTX* digest) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> md{};
    unsigned size = 0;
    EVP_DigestFinal_ex(digest, md.data(), &size);
    return {reinterpret_cast<const char*>(md.data()), size};
}

} // namespace

struct growing_md5::context {
    digest_pointer digest = begun(EVP_md5());
};

growing_md5::growing_md5() : context_{std::make_unique<context>()} {}
growing_md5::~growing_md5() = default;

void growing_md5::restart() {
    EVP_DigestInit_ex(context_->digest.get(), EVP_md5(), nullptr);
}

void growing_md5::add(std::string_view bytes) {
    EVP_DigestUpdate(context_->digest.get(), bytes.data(), bytes.size());
}

std::string growing_md5::finish() {
    return finished(context_->digest.get());
}

outcome<part_digest> digest_of(const s3_file_part& part) {
    const auto md5 = begun(EVP_md5());
    const auto sha256 = begun(EVP_sha256());
    std::vector<char> chunk(chunk_size);
    for (std::uint64_t at = 0; at < part.size;) {
        const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(chunk.size(), part.size - at));
        const auto got = ::pread(part.file, chunk.data(), wanted, static_cast<off_t>(part.offset + at));
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return last_error("cannot read the file to be stored");
        if (got == 0)
            return failure{errc::unavailable, "the file to be stored has become shorter"};
        EVP_DigestUpdate(md5.get(), chunk.data(), static_cast<std::size_t>(got));
        EVP_DigestUpdate(sha256.get(), chunk.data(), static_cast<std::size_t>(got));
        at += static_cast<std::uint64_t>(got);
    }
    return part_digest{finished(md5.get()), to_hex(finished(sha256.get()))};
}

} // namespace atelier
