// Random definitions and what happens under them. Alphabets are small and times lie on a coarse
// grid, so that values collide, events tie, and boundaries are hit.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "values.h"

namespace oracle {

/// What the engine can do. Whatever is not in here is not generated.
struct Repertoire {
  std::vector<std::string> aggregations;
  std::vector<std::string> operators;         // of interventions
  std::vector<std::string> filter_operators;  // of event filters
  bool period = true;
  bool ttl = true;
  bool date_part = true;
  bool push = true;
};

/// Everything there is.
Repertoire full_repertoire();

/// What of it the engine loads. The names of all else go to `missing`.
Repertoire supported_repertoire(std::vector<std::string>& missing);

class Generator {
 public:
  Generator(std::uint64_t seed, Repertoire repertoire);

  json definitions();
  /// The definitions with a few changes, as an author makes them.
  json changed(const json& definitions);
  /// Steps of a session (comparison.h), for definitions that this generator made.
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
  json push(const json& group);
  json known_id(const json& group);
  /// What a page might hold.
  json held(const json& groups);

  std::mt19937_64 random_;
  Repertoire repertoire_;
  Time scale_ = 1000;  // the grid, ms
  Time clock_ = 0;
  int events_ = 0;
};

/// Definitions with one attribute of each way of aggregating, for the exhaustive comparison: `how`
/// is "", "period" or "ttl". Interventions try every operator.
json one_attribute(const std::string& aggregation, const std::string& how,
                   const Repertoire& repertoire);

}  // namespace oracle
