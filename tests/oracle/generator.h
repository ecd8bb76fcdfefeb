// Generates random definitions and steps. Alphabets are small and times lie on a coarse grid, so
// that values collide, events tie, and boundaries are hit.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "values.h"

namespace oracle {

/// The features that the generator uses.
struct Repertoire {
  std::vector<std::string> aggregations;
  std::vector<std::string> operators;         // of interventions
  std::vector<std::string> filter_operators;  // of event filters
  bool period = true;
  bool ttl = true;
  bool date_part = true;
  bool set_attributes = true;
  bool event_specification = true;
  bool calculated = true;
};

/// All features.
Repertoire full_repertoire();

/// The features that the engine loads. Adds the names of the other features to `missing`.
Repertoire supported_repertoire(std::vector<std::string>& missing);

class Generator {
 public:
  Generator(std::uint64_t seed, Repertoire repertoire);

  json definitions();
  /// Returns the definitions with a few changes that an author might make.
  json changed(const json& definitions);
  /// Returns the steps of a session (comparison.h) for definitions of this generator.
  std::vector<json> steps(const json& definitions, std::size_t count);

 private:
  std::size_t below(std::size_t bound) { return random_() % bound; }
  bool chance(int percent) { return below(100) < static_cast<std::size_t>(percent); }
  template <typename T>
  const T& pick(const std::vector<T>& from) {
    return from[below(from.size())];
  }
  json one_of(std::initializer_list<json> from) { return from.begin()[below(from.size())]; }

  json element(const json& list) { return list[below(list.size())]; }

  std::string duration();
  json property(const std::vector<std::string>& kinds);
  json attribute(const std::string& name);
  json filter();
  json atomic_criterion(const std::string& op);
  json timed_property();
  json operand();
  json calculated_property();
  json calculated_criterion(const std::string& op);
  json date_part_criterion(const std::string& op);
  json attribute_key();
  json field(const std::string& name);
  json external_group();
  json group(const std::string& name, int version);
  json default_for(const json& attribute);
  json literal_for(const json& attribute, bool text);
  json leaf(const json& definitions, bool may_change);
  json criteria(const json& definitions, int depth, bool may_change);
  json intervention(const json& definitions, const std::string& name);
  json scalar();
  std::string printed(Time time);
  json event_id();
  json event();
  json attribute_update(const json& group);
  json known_id(const json& group);
  /// Returns ids that a page might hold.
  json held(const json& groups);

  std::mt19937_64 random_;
  Repertoire repertoire_;
  Time scale_ = 1000;  // the grid, ms
  Time clock_ = 0;
  int events_ = 0;
};

/// Returns definitions with one attribute, for the exhaustive comparison. `how` is "", "period" or
/// "ttl". The interventions use every operator.
json one_attribute(const std::string& aggregation, const std::string& how,
                   const Repertoire& repertoire);

}  // namespace oracle
