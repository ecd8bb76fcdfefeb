#include "attributes/aggregate.h"

namespace tripline {

Time Aggregate::next_change(Time) const {
  return kNever;
}
std::optional<Time> Aggregate::ages_from(Time) const {
  return std::nullopt;
}
void Aggregate::rebase(Time) {
}

std::unique_ptr<Aggregate> make_aggregate(const Program::Aggregate& definition) {
  if (definition.is_pushed) return make_pushed(definition);
  switch (definition.aggregation) {
    case Aggregation::counter:
      return make_counter(definition);
    case Aggregation::sum:
    case Aggregation::mean:
      return make_sum(definition);
    case Aggregation::min:
    case Aggregation::max:
      return make_extreme(definition);
    case Aggregation::first:
      return make_first(definition);
    case Aggregation::last:
      return make_last(definition);
    case Aggregation::most_frequent:
    case Aggregation::least_frequent:
    case Aggregation::category_count:
      return make_frequency(definition);
    case Aggregation::approx_count_distinct:
      return make_distinct(definition);
    case Aggregation::unique_list:
      return make_unique_list(definition);
    case Aggregation::time_since_last:
    case Aggregation::time_since_first:
      return make_time_since(definition);
  }
  return nullptr;
}

}  // namespace tripline
