#pragma once

#include "tests/support/subscription_table.hpp"

#include <rapidcheck.h>

/// What the property tests of subscriptions share.
namespace atelier::test {

/// Any number below `end`, each as often, however small the case is.
template <class Number>
Number below(Number end) {
    return *rc::gen::resize(rc::kNominalSize, rc::gen::inRange<Number>(0, end));
}

/// Periods never overlap, and leave a gap only when nothing was paid for longer than the grace.
inline void check_periods(const subscription& subject) {
    const subscription_charge* before = nullptr;
    for (const auto& charge : subject.book().charges) {
        if (charge.kind == charge_kind::upgrade)
            continue;
        RC_ASSERT(charge.period.start < charge.period.end);
        RC_ASSERT(charge.paid_at < charge.period.end);
        if (before != nullptr && charge.period.start != before->period.end) {
            RC_ASSERT(charge.period.start == charge.paid_at);
            RC_ASSERT(charge.paid_at >= before->period.end + with_grace.grace);
        }
        before = &charge;
    }
}

} // namespace atelier::test
