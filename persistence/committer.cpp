#include "persistence/committer.hpp"

namespace atelier {

std::string_view to_string(verdict_kind kind) {
    switch (kind) {
    case verdict_kind::committed:
        return "committed";
    case verdict_kind::guard:
        return "guard";
    case verdict_kind::superseded:
        return "superseded";
    case verdict_kind::duplicate_key:
        return "duplicate_key";
    case verdict_kind::invalid:
        return "invalid";
    case verdict_kind::unavailable:
        return "unavailable";
    case verdict_kind::unknown:
        return "unknown";
    }
    return "unknown";
}

} // namespace atelier
