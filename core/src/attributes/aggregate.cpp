#include "attributes/aggregate.h"

namespace tripline {

Time Aggregate::next_change(Time) const {
  return kNever;
}

std::unique_ptr<Aggregate> make_aggregate(const Program::Aggregate& definition) {
  switch (definition.aggregation) {
    case Aggregation::counter:
      return make_counter(definition);
    case Aggregation::sum:
      return make_sum(definition);
    case Aggregation::last:
      return make_last(definition);
    default:
      return nullptr;  // compile() lets no other through
  }
}

}  // namespace tripline
