#pragma once

#include "actors/domain/change_set.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

/// What happened to one wallet, as its clients and its journal tell it, and the check that both are one
/// story.
namespace atelier::test {

/// A point of real time: any clock that never goes back, the same for all that is recorded.
using stamp = std::uint64_t;

/// A lot as it was opened.
struct history_lot {
    instant purchased_at;
    instant expires_at;
};

/// A row of the journal.
struct history_row {
    transaction_id id;
    purchase_id lot;
    std::optional<generation_id> generation;
    operation op{};
    tokens amount = 0;
    instant at;                     ///< the time that the decision was made on
    std::uint64_t decision = 0;     ///< rows with the same number were written by one change set
    bool foreign = false;           ///< written past the service
    std::optional<stamp> committed; ///< when, if the recorder knows: nobody may have seen it before
};

/// What a client was told.
struct history_call {
    enum class kind : std::uint8_t {
        accepted, ///< it was carried out: `last` is its last row, `amount` and `balance` belong to it
        refused,  ///< there were not `-amount` tokens
        read,     ///< the balance was `balance`
        unknown,  ///< nobody knows whether it was carried out
    };
    kind result = kind::unknown;
    stamp invoked = 0;  ///< of the first attempt
    stamp returned = 0; ///< of the answer
    transaction_id last;
    tokens amount = 0;
    tokens balance = 0;
    instant at; ///< refused: the latest that the service's clock showed meanwhile; read: time of the balance
    std::string key;    ///< "" = without Idempotency-Key
    std::string answer; ///< its bytes
};

/// Everything about one wallet.
struct wallet_history {
    std::map<purchase_id, history_lot> lots;
    std::vector<history_row> rows; ///< in the order in which they were committed
    std::vector<history_call> calls;
    microseconds reopen_grace{};
};

/// What is wrong with it; empty when calls and rows are the story of a wallet that carries out one command
/// after the other, each at some moment between its call and its answer:
/// - rows are written in the order of their ids, except by foreign writers;
/// - carried out one after the other, no row takes what is not there or has expired, lots are used in their
///   order, and refunds and expiries fit what they refer to;
/// - every accepted call has exactly its rows and no other call has them, and the balance it was told is the
/// one
///   after them; a row without an accepted call is explained by an unknown one;
/// - whoever was answered before somebody else called comes before it;
/// - refusals and balances were right at some moment while they were asked for;
/// - all answers to one key are the same.
/// What foreign writers did may be missing in what is shown and decided, until the wallet notices.
[[nodiscard]] std::vector<std::string> check(const wallet_history& history);

} // namespace atelier::test
