#include "persistence/blobs/s3/s3_reply.hpp"

#include <tao/pegtl.hpp>

#include <algorithm>
#include <charconv>

namespace atelier {
namespace {

constexpr std::size_t deepest = 16;

/// Where the text of a document is, element by element.
struct document_builder {
    xml_element root;              ///< holds the document's one element
    std::vector<xml_element> open; ///< from the outermost to the innermost
};

void append_utf8(std::string& text, std::uint32_t code) {
    const auto add = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
    if (code < 0x80) {
        add(code);
    } else if (code < 0x800) {
        add(0xc0U | code >> 6U);
        add(0x80U | (code & 0x3fU));
    } else if (code < 0x10000) {
        add(0xe0U | code >> 12U);
        add(0x80U | (code >> 6U & 0x3fU));
        add(0x80U | (code & 0x3fU));
    } else {
        add(0xf0U | code >> 18U);
        add(0x80U | (code >> 12U & 0x3fU));
        add(0x80U | (code >> 6U & 0x3fU));
        add(0x80U | (code & 0x3fU));
    }
}

std::string_view without_prefix(std::string_view name) {
    return name.substr(name.rfind(':') + 1); // npos + 1 is 0
}

/// XML 1.0 as far as servers write it.
namespace grammar {

using namespace tao::pegtl; // NOLINT(google-build-using-namespace): a grammar is all PEGTL's words

struct blanks : star<space> {};
struct name_part : seq<sor<alpha, one<'_'>>, star<sor<alnum, one<'_', '-', '.'>>>> {};
struct name : seq<name_part, opt<one<':'>, name_part>> {};
struct quoted : sor<seq<one<'"'>, star<not_one<'"', '<'>>, one<'"'>>,
                    seq<one<'\''>, star<not_one<'\'', '<'>>, one<'\''>>> {};
struct attribute : seq<plus<space>, name, blanks, one<'='>, blanks, quoted> {};
struct comment : seq<TAO_PEGTL_STRING("<!--"), until<TAO_PEGTL_STRING("-->")>> {};
struct declaration : seq<TAO_PEGTL_STRING("<?xml"), until<TAO_PEGTL_STRING("?>")>> {};

struct named_entity : sor<TAO_PEGTL_STRING("amp"), TAO_PEGTL_STRING("lt"), TAO_PEGTL_STRING("gt"),
                          TAO_PEGTL_STRING("quot"), TAO_PEGTL_STRING("apos")> {};
struct decimal_code : rep_min_max<1, 7, digit> {};
struct hexadecimal_code : rep_min_max<1, 6, xdigit> {};
struct entity
    : seq<one<'&'>, sor<named_entity, seq<one<'#'>, one<'x'>, hexadecimal_code>, seq<one<'#'>, decimal_code>>,
          one<';'>> {};
struct text : plus<not_one<'<', '&'>> {};
struct raw_text_content : until<at<TAO_PEGTL_STRING("]]>")>> {};
struct raw_text : seq<TAO_PEGTL_STRING("<![CDATA["), raw_text_content, TAO_PEGTL_STRING("]]>")> {};

struct opening_name : name {};
struct closing_name : name {};
struct empty_end : TAO_PEGTL_STRING("/>") {};
struct element;
struct content : star<sor<text, entity, element, comment, raw_text>> {};
struct closing : seq<TAO_PEGTL_STRING("</"), closing_name, blanks, one<'>'>> {};
struct element
    : seq<one<'<'>, opening_name, star<attribute>, blanks, sor<empty_end, seq<one<'>'>, content, closing>>> {
};
struct outside : star<sor<space, comment>> {};
struct document : seq<opt<utf8::bom>, opt<declaration>, outside, element, outside, eof> {};

template <class Rule>
struct action : nothing<Rule> {};

/// The innermost element is whole.
inline void close(document_builder& builder) {
    auto whole = std::move(builder.open.back());
    builder.open.pop_back();
    auto& parent = builder.open.empty() ? builder.root : builder.open.back();
    parent.children.push_back(std::move(whole));
}

template <>
struct action<opening_name> {
    template <class Input>
    static bool apply(const Input& in, document_builder& builder) {
        if (builder.open.size() >= deepest)
            return false;
        builder.open.push_back({std::string{without_prefix(in.string_view())}, {}, {}});
        return true;
    }
};

template <>
struct action<empty_end> {
    static void apply0(document_builder& builder) { close(builder); }
};

template <>
struct action<closing_name> {
    template <class Input>
    static bool apply(const Input& in, document_builder& builder) {
        if (builder.open.back().name != without_prefix(in.string_view()))
            return false;
        close(builder);
        return true;
    }
};

struct append_text {
    template <class Input>
    static void apply(const Input& in, document_builder& builder) {
        builder.open.back().text += in.string_view();
    }
};

template <>
struct action<text> : append_text {};
template <>
struct action<raw_text_content> : append_text {};

template <>
struct action<named_entity> {
    template <class Input>
    static void apply(const Input& in, document_builder& builder) {
        const auto which = in.string_view();
        builder.open.back().text += which == "amp"    ? '&'
                                    : which == "lt"   ? '<'
                                    : which == "gt"   ? '>'
                                    : which == "quot" ? '"'
                                                      : '\'';
    }
};

template <int Base>
struct append_code {
    template <class Input>
    static bool apply(const Input& in, document_builder& builder) {
        const auto digits = in.string_view();
        std::uint32_t code = 0;
        std::from_chars(digits.data(), digits.data() + digits.size(), code, Base);
        if (code == 0 || code > 0x10ffff || (code >= 0xd800 && code < 0xe000))
            return false;
        append_utf8(builder.open.back().text, code);
        return true;
    }
};

template <>
struct action<decimal_code> : append_code<10> {};
template <>
struct action<hexadecimal_code> : append_code<16> {};

} // namespace grammar

failure unreadable(const char* what) {
    return {errc::unavailable, std::string{"the store answered with no "} + what};
}

std::optional<xml_element> read_root(std::string_view xml, std::string_view name) {
    auto root = read_xml(xml);
    return root && root->name == name ? std::move(root) : std::nullopt;
}

bool is_true(std::string_view text) {
    return text == "true";
}

std::optional<std::int64_t> number(std::string_view text) {
    std::int64_t value = 0;
    const auto* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, value);
    return error == std::errc{} && stop == end && value >= 0 ? std::optional{value} : std::nullopt;
}

} // namespace

const xml_element* xml_element::find(std::string_view child) const {
    const auto found = std::ranges::find(children, child, &xml_element::name);
    return found == children.end() ? nullptr : &*found;
}

std::string_view xml_element::text_of(std::string_view child) const {
    const auto* const found = find(child);
    return found == nullptr ? std::string_view{} : std::string_view{found->text};
}

std::optional<xml_element> read_xml(std::string_view document) {
    document_builder builder;
    tao::pegtl::memory_input in{document.data(), document.data() + document.size(), "reply"};
    if (!tao::pegtl::parse<grammar::document, grammar::action>(in, builder))
        return std::nullopt;
    return std::move(builder.root.children.front());
}

std::optional<instant> read_s3_time(std::string_view text) {
    constexpr std::string_view form = "0000-00-00T00:00:00";
    if (text.size() <= form.size() || !text.ends_with('Z'))
        return std::nullopt;
    for (std::size_t i = 0; i < form.size(); ++i)
        if (form[i] == '0' ? text[i] < '0' || text[i] > '9' : text[i] != form[i])
            return std::nullopt;
    const auto part = [&](std::size_t begin, std::size_t size) {
        return static_cast<int>(number(text.substr(begin, size)).value_or(0));
    };
    const std::chrono::year_month_day date{std::chrono::year{part(0, 4)},
                                           std::chrono::month{static_cast<unsigned>(part(5, 2))},
                                           std::chrono::day{static_cast<unsigned>(part(8, 2))}};
    if (!date.ok())
        return std::nullopt;
    return std::chrono::sys_days{date} + std::chrono::hours{part(11, 2)} + std::chrono::minutes{part(14, 2)} +
           std::chrono::seconds{part(17, 2)};
}

outcome<s3_object_page> read_objects(std::string_view xml) {
    const auto root = read_root(xml, "ListBucketResult");
    if (!root)
        return unreadable("list of objects");
    s3_object_page page;
    for (const auto& each : root->children) {
        if (each.name != "Contents")
            continue;
        const auto modified = read_s3_time(each.text_of("LastModified"));
        const auto size = number(each.text_of("Size"));
        if (!modified || !size)
            return unreadable("readable list of objects");
        page.objects.push_back({std::string{each.text_of("Key")}, *modified, *size});
    }
    if (is_true(root->text_of("IsTruncated"))) {
        page.next = root->text_of("NextContinuationToken");
        if (page.next.empty())
            return unreadable("way to the rest of its list");
    }
    return page;
}

outcome<s3_upload_page> read_uploads(std::string_view xml) {
    const auto root = read_root(xml, "ListMultipartUploadsResult");
    if (!root)
        return unreadable("list of uploads");
    s3_upload_page page;
    for (const auto& each : root->children) {
        if (each.name != "Upload")
            continue;
        const auto begun = read_s3_time(each.text_of("Initiated"));
        if (!begun)
            return unreadable("readable list of uploads");
        page.uploads.push_back(
            {std::string{each.text_of("Key")}, std::string{each.text_of("UploadId")}, *begun});
    }
    if (is_true(root->text_of("IsTruncated"))) {
        page.next_key = root->text_of("NextKeyMarker");
        page.next_id = root->text_of("NextUploadIdMarker");
        if (page.next_key.empty())
            return unreadable("way to the rest of its list");
    }
    return page;
}

outcome<std::string> read_upload_id(std::string_view xml) {
    const auto root = read_root(xml, "InitiateMultipartUploadResult");
    if (!root || root->text_of("UploadId").empty())
        return unreadable("id for an upload");
    return std::string{root->text_of("UploadId")};
}

std::string read_error_code(std::string_view xml) {
    const auto root = read_root(xml, "Error");
    if (!root)
        return "";
    std::string code{root->text_of("Code").substr(0, 64)};
    const auto strange = [](char c) {
        return !((c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'));
    };
    std::erase_if(code, strange);
    return code;
}

} // namespace atelier
