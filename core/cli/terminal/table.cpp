#include "terminal/table.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

#include "terminal/terminal.h"

namespace tripline::cli {
namespace {

constexpr std::size_t kGap = 2;  // between the columns
constexpr std::size_t kLeastName = 12;

/// The width of a column and of all behind it, with gaps before each but the first.
std::size_t width_from(const std::vector<std::size_t>& widths, std::size_t first) {
  std::size_t width = 0;
  for (std::size_t i = first; i < widths.size(); ++i) width += widths[i] + (i == 0 ? 0 : kGap);
  return width;
}

std::vector<std::size_t> widths_of(const std::vector<Row>& rows) {
  std::vector<std::size_t> widths(rows.front().size());
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  return widths;
}

void fit(std::vector<Row>& rows, std::size_t columns, std::optional<std::size_t> least_important) {
  if (least_important && width_from(widths_of(rows), 1) + kLeastName > columns) {
    for (Row& row : rows) row.erase(row.begin() + static_cast<std::ptrdiff_t>(*least_important));
  }
  const std::size_t others = width_from(widths_of(rows), 1);
  const std::size_t name = std::max(kLeastName, columns - std::min(columns, others));
  for (Row& row : rows) {
    if (row[0].size() > name) row[0] = row[0].substr(0, name - 3) + "...";
  }
}

}  // namespace

void print_table(std::vector<Row> rows, std::optional<std::size_t> least_important) {
  if (const auto columns = terminal_width(STDOUT_FILENO)) fit(rows, *columns, least_important);
  const std::vector<std::size_t> widths = widths_of(rows);
  for (const Row& row : rows) {
    std::printf("%-*s", static_cast<int>(widths[0]), row[0].c_str());
    for (std::size_t i = 1; i < row.size(); ++i) {
      std::printf("%*s", static_cast<int>(kGap + widths[i]), row[i].c_str());
    }
    std::puts("");
  }
}

}  // namespace tripline::cli
