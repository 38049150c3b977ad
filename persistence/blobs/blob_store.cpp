#include "persistence/blobs/blob_store.hpp"

#include "actors/domain/base64_text.hpp"
#include "persistence/files.hpp"

#include <openssl/evp.h>

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <memory>
#include <vector>

namespace atelier {
namespace {

constexpr std::size_t key_length = 28;
constexpr std::string_view base36 = "0123456789abcdefghijklmnopqrstuvwxyz";
constexpr std::size_t chunk_size = 256UL * 1024;

struct free_digest {
    void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

} // namespace

outcome<blob_digest> file_digest(const std::filesystem::path& file) {
    const unique_fd in{::open(file.c_str(), O_RDONLY | O_CLOEXEC)};
    if (!in)
        return last_error("cannot read " + file.filename().string());
    const std::unique_ptr<EVP_MD_CTX, free_digest> context{EVP_MD_CTX_new()};
    if (!context || EVP_DigestInit_ex(context.get(), EVP_md5(), nullptr) != 1)
        return failure{errc::internal, "MD5 is not available"};
    blob_digest digest;
    std::vector<char> chunk(chunk_size);
    for (;;) {
        const auto got = ::read(in.get(), chunk.data(), chunk.size());
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0)
            return last_error("cannot read " + file.filename().string());
        if (got == 0)
            break;
        digest.byte_size += got;
        EVP_DigestUpdate(context.get(), chunk.data(), static_cast<std::size_t>(got));
    }
    std::array<unsigned char, EVP_MAX_MD_SIZE> md{};
    unsigned length = 0;
    EVP_DigestFinal_ex(context.get(), md.data(), &length);
    digest.checksum = to_base64({reinterpret_cast<const char*>(md.data()), length});
    return digest;
}

bool is_blob_key(std::string_view text) {
    const auto allowed = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    };
    return text.size() >= 20 && text.size() <= 64 && std::ranges::all_of(text, allowed);
}

std::string new_blob_key(random_source& random) {
    std::string key;
    std::array<std::byte, 64> bytes{};
    while (key.size() < key_length) {
        random.fill(bytes);
        for (const auto b : bytes) {
            const auto value = std::to_integer<unsigned>(b);
            // 252 is the largest multiple of 36 in a byte: above it the first characters would come more
            // often.
            if (value < 252 && key.size() < key_length)
                key += base36[value % base36.size()];
        }
    }
    return key;
}

} // namespace atelier
