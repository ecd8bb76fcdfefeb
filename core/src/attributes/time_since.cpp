// time_since_last, time_since_first: how long ago the latest or earliest event was. What is stored
// is its time; the value grows by itself.

#include <algorithm>

#include "attributes/age.h"
#include "attributes/aggregate.h"
#include "attributes/window.h"

namespace tripline {
namespace {

class TimeSince final : public Aggregate {
 public:
  explicit TimeSince(const Program::Aggregate& definition)
      : definition_(definition), window_(definition.period, Window::Kind::first) {}

  bool update(const ValueView&, Time time, Time now) override {
    if (is_windowed()) {
      // For the latest one alone no more than it need be kept.
      if (!is_first() && time_ && *time_ >= time) return time > now - definition_.period;
      if (is_first()) return window_.add(time, {}, now);
      if (time <= now - definition_.period) return false;
      time_ = time;
      return true;
    }
    if (!time_ || (is_first() ? time < *time_ : time > *time_)) time_ = time;
    return true;
  }

  Value value(Time now) const override {
    const auto from = ages_from(now);
    return from ? age_value(*from, now, definition_) : Value();
  }
  Value stored(Time now) const override {
    const auto from = ages_from(now);
    return from ? Value::number(static_cast<double>(*from)) : Value();
  }
  std::optional<Time> ages_from(Time now) const override {
    if (is_windowed() && is_first()) {
      const auto entries = window_.at(now);
      return entries.empty() ? std::nullopt : std::optional(entries.front().first);
    }
    if (is_windowed() && time_ && *time_ <= now - definition_.period) return std::nullopt;
    return time_;
  }
  Time next_change(Time now) const override {
    if (!is_windowed()) return kNever;
    if (is_first()) return window_.next_leaving(now);
    return ages_from(now) ? *time_ + definition_.period : kNever;
  }
  void rebase(Time now) override {
    window_.rebase(now);
    if (time_) time_ = std::min(*time_, now);
  }

  void save(ByteWriter& bytes) const override {
    bytes.u8(time_.has_value());
    bytes.i64(time_.value_or(0));
    window_.save(bytes);
  }
  void load(ByteReader& bytes) override {
    const bool has_time = bytes.u8() != 0;
    const Time time = bytes.time();
    if (has_time) time_ = time;
    window_.load(bytes);
  }

 private:
  bool is_first() const { return definition_.aggregation == Aggregation::time_since_first; }
  bool is_windowed() const { return definition_.period != 0; }

  const Program::Aggregate& definition_;
  std::optional<Time> time_;
  Window window_;  // of time_since_first with a period
};

}  // namespace

std::unique_ptr<Aggregate> make_time_since(const Program::Aggregate& definition) {
  return std::make_unique<TimeSince>(definition);
}

}  // namespace tripline
