#pragma once

#include "persistence/batch.hpp"

#include <vector>

namespace atelier {

/// The rows outside a batch that its rows refer to, each once, and whose existence the batch does not itself
/// show by inserting or updating them. A session that skips the foreign keys' row-by-row triggers locks
/// exactly these FOR KEY SHARE, one statement for each table, and so keeps the same promise.
///
/// A webhook needs none: the statement that queues it takes its endpoint from the table, under such a lock.
///
/// A user needs no lock of their own where a lot or an input image of theirs has one: the update of a lot and
/// the lock of an image name the owner, and neither row can outlive its user.
struct references {
    explicit references(const batch& data);

    std::vector<user_id> users;
    struct {
        std::vector<image_id> id;
        std::vector<user_id> owner; ///< whose it must be
    } images;
    std::vector<style_id> styles;
    std::vector<token_package_id> packages;
    std::vector<purchase_id> purchases;
    std::vector<generation_id> generations;
    std::vector<payment_id> payments;
    std::vector<plan_id> plans;
};

} // namespace atelier
