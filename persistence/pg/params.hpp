#pragma once

#include "actors/domain/ids.hpp"
#include "actors/domain/time.hpp"
#include "persistence/pg/types.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace atelier::pg {

/// Parameters of one statement in PostgreSQL's binary format, with their types, in one buffer that is reused
/// after `clear`. bool, int4, int8, text, bytea, timestamp and one-dimensional arrays of them; an empty
/// optional is NULL.
class params {
public:
    params() = default;

    template <class... Values>
    explicit params(const Values&... values) {
        (add(values), ...);
    }

    void add(bool value);
    void add(std::int32_t value);
    void add(std::int64_t value);
    void add(std::string_view value);
    void add(const std::string& value) { add(std::string_view{value}); }
    void add(const char* value) { add(std::string_view{value}); }
    void add(binary value);
    void add(instant value);

    template <class Tag>
    void add(id<Tag> value) {
        add(value.value);
    }

    template <class T>
    void add(const std::optional<T>& value) {
        if (value)
            return add(*value);
        add(T{});
        slots_.back().null = true;
    }

    /// An array parameter, of bool[], int4[], int8[], text[], bytea[] or timestamp[].
    template <class T>
    void add(const std::vector<T>& values) {
        begin_array(element_oid(static_cast<const T*>(nullptr)), values.size());
        for (std::size_t i = 0; i < values.size(); ++i)
            element(static_cast<const T&>(values[i]));
        end_array();
    }

    /// Forgets the parameters, keeps the memory.
    void clear();

    [[nodiscard]] std::size_t size() const { return slots_.size(); }

    /// The parallel arrays that libpq wants. The pointers hold until the next change of this object.
    struct arrays {
        std::vector<unsigned> types;
        std::vector<const char*> values;
        std::vector<int> lengths;
        std::vector<int> formats;
    };
    [[nodiscard]] arrays view() const;

private:
    struct slot {
        unsigned type = 0;
        std::size_t offset = 0;
        std::size_t length = 0;
        bool null = false;
    };

    static unsigned element_oid(const bool*);
    static unsigned element_oid(const std::int32_t*);
    static unsigned element_oid(const std::int64_t*);
    static unsigned element_oid(const std::string_view*);
    static unsigned element_oid(const std::string*);
    static unsigned element_oid(const binary*);
    static unsigned element_oid(const instant*);
    template <class Tag>
    static unsigned element_oid(const id<Tag>*) {
        return element_oid(static_cast<const std::int64_t*>(nullptr));
    }
    template <class T>
    static unsigned element_oid(const std::optional<T>*) {
        return element_oid(static_cast<const T*>(nullptr));
    }

    void element(bool value);
    void element(std::int32_t value);
    void element(std::int64_t value);
    void element(std::string_view value);
    void element(const std::string& value) { element(std::string_view{value}); }
    void element(binary value) { element(value.bytes); }
    void element(instant value);
    template <class Tag>
    void element(id<Tag> value) {
        element(value.value);
    }
    template <class T>
    void element(const std::optional<T>& value) {
        if (value)
            element(*value);
        else
            null_element();
    }

    void begin(unsigned type);
    void end();
    void begin_array(unsigned element_type, std::size_t count);
    void end_array() { end(); }
    void null_element();
    void append_int(std::uint64_t value, std::size_t width);

    std::string buffer_;
    std::vector<slot> slots_;
};

} // namespace atelier::pg
