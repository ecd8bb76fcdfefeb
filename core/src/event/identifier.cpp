#include "event/identifier.h"

#include <algorithm>

#include "support/number_text.h"

namespace tripline {
namespace {

bool is_hexadecimal(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/// RFC 9562 calls it the nil UUID.
constexpr std::string_view kNilUuid = "00000000-0000-0000-0000-000000000000";

}  // namespace

bool is_canonical_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hexadecimal(text[i])) return false;
  }
  return true;
}

std::string_view normal_id(std::string_view id, Text& scratch) {
  const auto is_capital = [](char c) { return static_cast<unsigned char>(c - 'A') < 6; };
  if (id.size() != kNilUuid.size()) return id;
  if (id == kNilUuid) return {};
  // Most ids have no capitals, and then it does not matter whether they are UUIDs.
  if (std::none_of(id.begin(), id.end(), is_capital) || !is_canonical_uuid(id)) return id;
  scratch = id;
  for (char& c : scratch) {
    if (is_capital(c)) c = static_cast<char>(c - 'A' + 'a');
  }
  return scratch;
}

std::string_view id_of(const ValueView& input, Text& scratch) {
  if (input.kind() == ValueView::Kind::string) return normal_id(input.text(), scratch);
  if (input.kind() == ValueView::Kind::number) return scratch = number_text(input.number());
  return {};
}

}  // namespace tripline
