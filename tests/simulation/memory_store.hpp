#pragma once

#include "persistence/blobs/blob_store.hpp"
#include "tests/simulation/dice.hpp"

#include <fstream>
#include <set>
#include <string>

namespace atelier::test {

/// A store of files that keeps their keys alone, and fails now and then.
class memory_store final : public blob_store {
public:
    /// `elsewhere`: as a bucket, whose files have to be fetched.
    memory_store(dice& chance, bool elsewhere) : chance_{chance}, elsewhere_{elsewhere} {}

    [[nodiscard]] outcome<blob_digest> put(std::string_view key,
                                           const std::filesystem::path& source) override {
        if (chance_.chance(failures))
            return failure{errc::unavailable, "the store is full"};
        if (!keys_.emplace(key).second)
            return failure{errc::internal, "a key is used twice"};
        std::error_code ignored;
        std::filesystem::remove(source, ignored);
        return blob_digest{1, "digest"};
    }
    [[nodiscard]] std::filesystem::path path(std::string_view key) const override {
        return elsewhere_ ? std::filesystem::path{} : std::filesystem::path{key};
    }
    [[nodiscard]] outcome<bool> compare(std::string_view key, std::string_view /*checksum*/,
                                        std::int64_t /*size*/) const override {
        return keys_.contains(std::string{key});
    }
    [[nodiscard]] outcome<blob_digest> fetch(std::string_view /*key*/,
                                             const std::filesystem::path& target) const override {
        if (chance_.chance(failures))
            return failure{errc::unavailable, "the store is away"};
        std::ofstream{target} << "photo";
        return blob_digest{};
    }
    bool remove(std::string_view key) override { return keys_.erase(std::string{key}) > 0; }
    void for_each_older_than(instant /*before*/,
                             const std::function<bool(const std::string& key)>& /*visit*/) override {}
    [[nodiscard]] status check() override { return done{}; }

    [[nodiscard]] bool elsewhere() const { return elsewhere_; }

    int failures = 0; ///< in percent

private:
    dice& chance_;
    bool elsewhere_;
    std::set<std::string> keys_;
};

} // namespace atelier::test
