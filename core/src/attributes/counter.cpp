// counter: how many events counted.

#include "attributes/aggregate.h"
#include "value/convert.h"

namespace tripline {
namespace {

class Counter final : public Aggregate {
 public:
  explicit Counter(ValueType type) : type_(type) {}

  bool update(const ValueView&, Time) override {
    ++count_;
    return true;
  }
  Value value(Time) const override {
    if (count_ == 0) return {};
    return convert(ValueView::number(static_cast<double>(count_)), type_);
  }
  void save(ByteWriter& bytes) const override { bytes.u64(count_); }
  void load(ByteReader& bytes) override { count_ = bytes.u64(); }

 private:
  std::uint64_t count_ = 0;
  ValueType type_;
};

}  // namespace

std::unique_ptr<Aggregate> make_counter(const Program::Aggregate& definition) {
  return std::make_unique<Counter>(definition.type);
}

}  // namespace tripline
