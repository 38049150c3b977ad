// What a mail server says: lines that begin with '>' are ours, the others its own.

#include "actors/mail/smtp_dialogue.hpp"

#include "tests/fuzz/fuzz.hpp"

using namespace atelier;
using atelier::fuzz::require;

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t length) {
    fuzz::input in{data, length};
    smtp_dialogue dialogue;
    while (!in.rest().empty()) {
        auto line = in.line();
        if (line.starts_with('>')) {
            line.remove_prefix(1);
            dialogue.sent(line);
        } else {
            dialogue.received(line);
        }
    }
    for (const auto* trouble : {"", "it broke off"}) {
        const auto judged = dialogue.judged(trouble);
        require((judged.result == mail_result::sent) == judged.trouble.empty(),
                "what went wrong has a reason");
        require(judged.trouble.size() < 200, "only codes and commands are remembered");
        require(std::ranges::all_of(judged.trouble, [](char c) { return c >= ' ' && c <= '~'; }),
                "a reason can be logged");
    }
    return 0;
}
