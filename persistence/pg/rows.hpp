#pragma once

#include "actors/domain/ids.hpp"
#include "actors/domain/time.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

struct pg_result;

namespace atelier::pg {

/// One row of a result in binary format; valid as long as its `rows`.
class row {
public:
    row(const pg_result* result, int number) : result_{result}, number_{number} {}

    /// Reads the columns from the first on into `fields`, in the order of the SELECT list. NULL becomes an
    /// empty optional, or the type's empty value ("", 0, false) where the field is not optional.
    template <class... Fields>
    void read(Fields&... fields) const {
        int column = 0;
        (get(column++, fields), ...);
    }

    /// One column.
    template <class T>
    [[nodiscard]] T at(int column) const {
        T value{};
        get(column, value);
        return value;
    }

    [[nodiscard]] bool is_null(int column) const;

private:
    void get(int column, bool& to) const;
    void get(int column, std::int32_t& to) const;
    void get(int column, std::int64_t& to) const;
    void get(int column, std::string& to) const;
    void get(int column, instant& to) const;
    template <class Tag>
    void get(int column, id<Tag>& to) const {
        get(column, to.value);
    }
    template <class T>
    void get(int column, std::optional<T>& to) const {
        to.reset();
        if (!is_null(column))
            get(column, to.emplace());
    }

    [[nodiscard]] std::string_view bytes(int column) const;
    [[nodiscard]] std::int64_t integer(int column) const;

    const pg_result* result_;
    int number_;
};

/// The result of one statement.
class rows {
public:
    rows() = default;
    /// Takes ownership.
    explicit rows(pg_result* result) : result_{result} {}

    [[nodiscard]] std::size_t size() const;
    [[nodiscard]] bool empty() const { return size() == 0; }
    [[nodiscard]] row operator[](std::size_t i) const { return {result_.get(), static_cast<int>(i)}; }
    /// Number of rows that an INSERT, UPDATE or DELETE touched (for a SELECT: that it returned).
    [[nodiscard]] std::size_t affected() const;

    class iterator {
    public:
        iterator(const rows* of, std::size_t i) : of_{of}, i_{i} {}
        row operator*() const { return (*of_)[i_]; }
        iterator& operator++() {
            ++i_;
            return *this;
        }
        bool operator!=(const iterator& other) const { return i_ != other.i_; }

    private:
        const rows* of_;
        std::size_t i_;
    };
    [[nodiscard]] iterator begin() const { return {this, 0}; }
    [[nodiscard]] iterator end() const { return {this, size()}; }

private:
    struct clear {
        void operator()(pg_result* result) const;
    };
    std::unique_ptr<pg_result, clear> result_;
};

} // namespace atelier::pg
