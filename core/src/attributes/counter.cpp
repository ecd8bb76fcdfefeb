// counter: how many events counted.

#include "attributes/aggregate.h"

namespace tripline {
namespace {

class Counter final : public Aggregate {
 public:
  using Aggregate::Aggregate;

  void record(Value&, Time, Time) override { ++count_; }
  Value stored(Time) const override {
    return count_ == 0 ? Value() : result(static_cast<double>(count_));
  }
  void visit(Archive& archive) override { archive.number(count_); }

 private:
  std::uint64_t count_ = 0;
};

}  // namespace

std::unique_ptr<Aggregate> make_counter(const Program::Aggregate& definition) {
  return std::make_unique<Counter>(definition);
}

}  // namespace tripline
