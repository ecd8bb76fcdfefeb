#include "event/identifier.h"

#include "support/number_text.h"

namespace tripline {
namespace {

bool is_hexadecimal(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

}  // namespace

bool is_canonical_uuid(std::string_view text) {
  if (text.size() != 36) return false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool dash = i == 8 || i == 13 || i == 18 || i == 23;
    if (dash ? text[i] != '-' : !is_hexadecimal(text[i])) return false;
  }
  return true;
}

std::string normal_id(std::string_view id) {
  std::string normal(id);
  if (!is_canonical_uuid(id)) return normal;
  for (char& c : normal) {
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
  }
  return normal;
}

std::string id_of(const ValueView& input) {
  if (input.kind() == ValueView::Kind::string) return normal_id(input.text());
  if (input.kind() == ValueView::Kind::number) return number_text(input.number());
  return {};
}

}  // namespace tripline
