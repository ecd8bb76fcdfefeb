// sum and mean of a numeric property: the exact sum, or its quotient, rounded once (rule 3). Values
// that are not numbers do not count.

#include "attributes/aggregate.h"
#include "attributes/exact_sum.h"

namespace tripline {
namespace {

class Sum final : public Aggregate {
 public:
  using Aggregate::Aggregate;

  void record(Value& value, Time, Time) override {
    sum_.add(*value.as_number());
    ++count_;
  }
  Value stored(Time) const override {
    return count_ == 0 ? Value() : result(sum_.value(divisor(count_)));
  }
  void visit(Archive& archive) override {
    archive.number(count_);
    sum_.visit(archive);
  }

 private:
  ExactSum sum_;
  std::uint64_t count_ = 0;
};

}  // namespace

std::unique_ptr<Aggregate> make_sum(const Program::Aggregate& definition) {
  return std::make_unique<Sum>(definition);
}

}  // namespace tripline
