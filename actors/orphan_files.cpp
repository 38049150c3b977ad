#include "actors/orphan_files.hpp"

#include "actors/variant_cache.hpp"
#include "persistence/blobs/blob_store.hpp"
#include "persistence/queries/images.hpp"

#include <algorithm>
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace atelier {
namespace {

/// How many keys the database is asked about at once.
constexpr std::size_t page_size = 500;

/// Collects keys, and hands over those without a row, a page at a time.
class orphan_finder {
public:
    using removal = std::function<void(const std::string& key)>;

    orphan_finder(pg::connection& database, removal remove)
        : database_{database}, remove_{std::move(remove)} {}

    /// False when the database does not answer.
    bool add(const std::string& key) {
        keys_.push_back(key);
        return keys_.size() < page_size || look();
    }

    bool look() {
        if (!trouble_ && !keys_.empty()) {
            auto unknown = queries::list_keys_without_blob(database_, std::exchange(keys_, {}));
            if (!unknown)
                trouble_ = std::move(unknown).error();
            else
                std::ranges::for_each(*unknown, remove_);
        }
        return !trouble_;
    }

    [[nodiscard]] const std::optional<failure>& trouble() const { return trouble_; }

private:
    pg::connection& database_;
    removal remove_;
    std::vector<std::string> keys_;
    std::optional<failure> trouble_;
};

} // namespace

outcome<std::size_t> remove_orphan_files(pg::connection& database, blob_store& blobs, variant_cache& variants,
                                         instant before) {
    std::size_t removed = 0;
    orphan_finder stored{database, [&](const std::string& key) {
                             if (blobs.remove(key))
                                 ++removed;
                         }};
    blobs.for_each_older_than(before, [&](const std::string& key) { return stored.add(key); });
    stored.look();
    // A copy is made of what has a row: however young, without one nobody may see it any more.
    orphan_finder kept{database, [&](const std::string& key) { variants.forget(key); }};
    for (const auto& key : variants.blob_keys())
        if (!kept.add(key))
            break;
    kept.look();
    for (const auto* finder : {&stored, &kept})
        if (finder->trouble())
            return *finder->trouble();
    return removed;
}

} // namespace atelier
