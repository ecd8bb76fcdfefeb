// Enriched event JSON (the form of Snowplow's Analytics SDKs) → Event, in one pass that skips what
// the program does not read.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <tl/expected.hpp>
#include <vector>

#include "tripline/tripline.h"

namespace tripline::cli {

class EnrichedReader {
 public:
  explicit EnrichedReader(const Program& program);
  ~EnrichedReader();

  /// One event. It is valid until the next call. An event without id gets a hash of its text as
  /// one; its time is derived_tstamp, else true_tstamp, dvce_created_tstamp or collector_tstamp.
  /// The error is the reason why the line is not an event, or names a time, among these and those
  /// that the program reads, that is there but cannot be read (rule 10).
  [[nodiscard]] tl::expected<Event, std::string> read(std::string_view json);

 private:
  class Tree;
  class Handler;

  tl::expected<void, std::string> parse(std::string_view json);
  tl::expected<void, std::string> read_times();
  ValueView view(std::size_t input);

  std::unique_ptr<Tree> tree_;
  std::size_t input_count_;
  std::vector<std::string> time_fields_;  // by slot; "": not a time
  std::vector<ValueType> types_;          // by slot; none: not an atomic field
  List<Value> values_;
  std::vector<std::optional<Time>> times_;  // of the slots that have one
  std::vector<std::vector<ValueView>> lists_;
  std::vector<ValueView> views_;
  std::string id_;
};

/// The key under which enriched JSON keeps a self-describing event's data or a schema's entities:
/// `unstruct_event_com_acme_checkout_step_1`, `contexts_com_acme_product_1`.
[[nodiscard]] std::string enriched_key(std::string_view prefix, std::string_view vendor,
                                       std::string_view name, std::uint32_t major_version);

}  // namespace tripline::cli
