#include "persistence/references.hpp"

#include <optional>
#include <unordered_set>

namespace atelier {
namespace {

/// Collects the ids that are mentioned and not yet proven.
template <class Id>
class unproven {
public:
    explicit unproven(std::vector<Id>& to) : to_{to} {}

    void prove(const std::vector<Id>& ids) { seen_.insert(ids.begin(), ids.end()); }
    /// Whether it was news.
    bool mention(Id id) {
        const bool fresh = seen_.insert(id).second;
        if (fresh)
            to_.push_back(id);
        return fresh;
    }
    void mention(const std::vector<Id>& ids) {
        for (const auto id : ids)
            mention(id);
    }
    void mention(const std::vector<std::optional<Id>>& ids) {
        for (const auto& id : ids)
            if (id)
                mention(*id);
    }
    void prove(Id id) { seen_.insert(id); }
    [[nodiscard]] bool knows(Id id) const { return seen_.contains(id); }

private:
    std::vector<Id>& to_;
    std::unordered_set<Id> seen_;
};

} // namespace

references::references(const batch& data) {
    unproven lots{purchases};
    lots.prove(data.purchases.id);
    unproven owners{users};
    for (std::size_t i = 0; i < data.lots.id.size(); ++i)
        if (!lots.knows(data.lots.id[i])) // that the batch creates a lot says nothing about its user
            owners.prove(data.lots.user[i]);
    lots.prove(data.lots.id);

    unproven pictures{images.id};
    pictures.prove(data.images.id);
    const auto belongs = [&](image_id image, user_id owner) {
        if (!pictures.mention(image))
            return;
        images.owner.push_back(owner);
        owners.prove(owner);
    };
    for (std::size_t i = 0; i < data.generations.id.size(); ++i)
        belongs(data.generations.input_image[i], data.generations.user[i]);
    for (std::size_t i = 0; i < data.generation_changes.id.size(); ++i)
        if (const auto& output = data.generation_changes.output_image[i])
            belongs(*output, data.generation_changes.user[i]);
    owners.mention(data.generations.user);
    owners.mention(data.images.user);
    owners.mention(data.purchases.user);
    owners.mention(data.payments.user);
    owners.mention(data.journal.user);
    owners.mention(data.idempotency.user);
    owners.mention(data.subscriptions.user);

    unproven looks{styles};
    looks.mention(data.generations.style);
    unproven offers{packages};
    offers.mention(data.purchases.package);
    offers.mention(data.payments.package);

    unproven jobs{generations};
    jobs.prove(data.generations.id);
    jobs.prove(data.generation_changes.id);
    lots.mention(data.journal.purchase);
    lots.mention(data.debts.id);
    jobs.mention(data.journal.generation);

    unproven orders{payments};
    orders.prove(data.payments.id);
    orders.prove(data.payment_changes.id);
    orders.mention(data.purchases.payment);
    orders.mention(data.notifications.payment);
    orders.mention(data.refund_applications.payment);

    unproven offered{plans};
    offered.mention(data.subscriptions.plans());
}

} // namespace atelier
