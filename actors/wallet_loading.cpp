#include "actors/runtime/roster.hpp"
#include "actors/wallet.hpp"

#include <utility>

namespace atelier {

void wallet_state::load() {
    if (std::exchange(busy().loading, true))
        return;
    if (unsettled_)
        wait_for_writer();
    else
        read();
}

/// The writer settles a user's change sets in order: once it has settled one that changes nothing, all that
/// earlier lives have sent is settled too.
void wallet_state::wait_for_writer() {
    const auto settled = [this](commit_verdict verdict) {
        if (verdict == commit_verdict::committed) {
            unsettled_ = false;
            read();
            return;
        }
        life_ = next_life(); // this one has ended with the refusal
        loaded(verdict == commit_verdict::overloaded ? errc::overloaded : errc::unavailable);
    };
    const change_set nothing{user_, context_->time.now(), life_};
    self_->request(context_->actors.writer_of(user_), caf::infinite, commit_changes{nothing})
        .then(settled, [settled](const caf::error&) { settled(commit_verdict::unavailable); });
}

void wallet_state::read() {
    self_->request(context_->actors.get<reader_actor>(), caf::infinite, load_wallet{user_})
        .then([this](outcome<std::vector<purchase_record>>& lots) { loaded(std::move(lots)); },
              [this](const caf::error&) { loaded(errc::unavailable); });
}

/// What is here may no longer be so. Nothing must be in flight.
void wallet_state::load_again() {
    busy().draining = false;
    busy().committed.reset();
    lots_.reset();
    load();
}

bool wallet_state::fresh() const {
    const auto age = context_->time.now() - loaded_at_;
    return microseconds{0} <= age && age <= context_->freshness;
}

/// Somebody else may have added tokens, or the lot of a spend that was not ours.
bool wallet_state::worth_another_look(const entry& e, const failure& why) const {
    if (e.looked_again)
        return false;
    return why.code == errc::not_found || (why.code == errc::insufficient_tokens && !fresh());
}

void wallet_state::loaded(outcome<std::vector<purchase_record>> lots) {
    auto& work = busy();
    work.loading = false;
    auto waiting = std::exchange(work.waiting, {});
    auto readers = std::exchange(work.readers, {});
    if (lots) {
        hide();
        lots_.emplace(std::move(*lots));
        loaded_at_ = context_->time.now();
        if (std::exchange(work.show, false))
            show();
    }
    // While the database is away, readers get what was read last.
    for (auto& reader : readers)
        reader.deliver(lots_ ? outcome<wallet_view>{view()} : outcome<wallet_view>{lots.error()});
    const bool known = lots_.has_value(); // the first of them may have them forgotten again
    for (auto& e : waiting) {
        if (known)
            admit(std::move(e));
        else
            e.who.deliver(lots.error());
    }
    rest();
}

} // namespace atelier
