// Scalars in snapshots.
#pragma once

#include "support/bytes.h"
#include "tripline/value.h"

namespace tripline {

/// Writes a null, a boolean, a number or a string.
void save_scalar(const Value& value, ByteWriter& bytes);
/// Reads one; fails the reader where the bytes are none.
[[nodiscard]] Value load_scalar(ByteReader& bytes);

}  // namespace tripline
