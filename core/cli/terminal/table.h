// A table for people: the first column is a name, the others are numbers.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace tripline::cli {

using Row = std::vector<std::string>;

/// Prints the rows, the first of which has the headings, on stdout. On a terminal the table is made
/// to fit: `least_important` is left out first, then names are cut.
void print_table(std::vector<Row> rows, std::optional<std::size_t> least_important = {});

}  // namespace tripline::cli
