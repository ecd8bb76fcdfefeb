// Compares the engine with its slow twin.
//
//   tripline-oracle random [--steps N] [--seed S]
//       runs random sessions of at least N steps in total
//   tripline-oracle exhaustive [--length N]
//       runs all sequences of N steps over a small alphabet
//   tripline-oracle record [--steps N] [--seed S]
//       prints random sessions and the engine's results as NDJSON, for replay.mjs
//   tripline-oracle run FILE
//       runs a session that was printed before
//
// Ends with the line `N passed, M failed`, which counts sessions. The status is 1 if any failed.
#include <chrono>
#include <fstream>
#include <iostream>
#include <iterator>

#include "comparison.h"
#include "generator.h"
#include "shrinker.h"

namespace {

using oracle::json;
using oracle::Session;

constexpr std::size_t kStepsOfSession = 24;
constexpr int kMostFailures = 3;

struct Tally {
  std::size_t steps = 0;
  int passed = 0;
  int failed = 0;

  int report() const {
    std::cout << steps << " steps\n" << passed << " passed, " << failed << " failed\n";
    return failed == 0 && passed > 0 ? 0 : 1;
  }
};

void print_failure(const Session& session, const std::string& name) {
  Session small = oracle::shrink(session);
  const auto mismatch = oracle::compare(small);
  std::cout << "FAILED: " << name << "\n  step " << mismatch->step << ": " << mismatch->what << '\n'
            << oracle::conformance_case(small, "found by the oracle: " + name).dump(2) << std::endl;
}

void try_session(Session session, const std::string& name, Tally& tally,
                 std::ostream* record = nullptr) {
  tally.steps += session.steps.size();
  const auto mismatch = oracle::compare(session, record);
  if (!mismatch) {
    ++tally.passed;
    return;
  }
  ++tally.failed;
  session.steps.resize(mismatch->step + 1);
  print_failure(session, name);
}

/// Returns the features that the engine loads. Each refused feature counts as a failure.
oracle::Repertoire repertoire(Tally& tally) {
  std::vector<std::string> missing;
  const oracle::Repertoire supported = oracle::supported_repertoire(missing);
  for (const std::string& each : missing) {
    std::cerr << "FAILED: the engine does not load it: " << each << '\n';
    ++tally.failed;
  }
  return supported;
}

void run_random(std::uint64_t seed, std::size_t steps, Tally& tally, std::ostream* record) {
  const oracle::Repertoire known = repertoire(tally);
  const int most_failures = tally.failed + kMostFailures;
  for (; tally.steps < steps && tally.failed < most_failures; ++seed) {
    oracle::Generator generator(seed, known);
    const json source = generator.definitions();
    const std::string name = "seed " + std::to_string(seed);
    const auto definitions = oracle::load(source);
    if (!definitions) {
      ++tally.failed;
      std::cout << "FAILED: " << name << ": " << definitions.error() << '\n'
                << source.dump(2) << '\n';
      continue;
    }
    try_session({*definitions, generator.steps(source, kStepsOfSession)}, name, tally, record);
  }
}

/// A step of the exhaustive comparison. Seconds are relative to the step before.
struct Letter {
  int advance;
  int late;
  const char* text;  // null: no event
  int number;
};
constexpr Letter kAlphabet[] = {{0, 0, "a", 1}, {1, 0, "a", 1},     {1, 0, "b", 2},
                                {0, 1, "b", 0}, {1, 0, nullptr, 0}, {2, 0, nullptr, 0}};

std::vector<json> spell(std::size_t word, std::size_t length) {
  oracle::Time clock = 1767225600000;
  std::vector<json> steps;
  for (std::size_t i = 0; i < length; ++i, word /= std::size(kAlphabet)) {
    const Letter& letter = kAlphabet[word % std::size(kAlphabet)];
    clock += letter.advance * 1000;
    const std::string now = oracle::time_text(clock);
    if (letter.text == nullptr) {
      steps.push_back({{"advance", now}});
      continue;
    }
    json event = {{"event_id", std::to_string(i)},
                  {"user_id", "u"},
                  {"derived_tstamp", oracle::time_text(clock - letter.late * 1000)}};
    event["unstruct_event_acme_probe_1"] = {{"s", letter.text}, {"n", letter.number}};
    steps.push_back({{"event", event}, {"now", now}});
  }
  return steps;
}

void run_exhaustive(std::size_t length, Tally& tally) {
  const oracle::Repertoire known = repertoire(tally);
  const int most_failures = tally.failed + kMostFailures;
  std::size_t words = 1;
  for (std::size_t i = 0; i < length; ++i) words *= std::size(kAlphabet);
  for (const std::string& aggregation : known.aggregations) {
    for (const std::string how : {"", "period", "ttl"}) {
      if ((how == "period" && !known.period) || (how == "ttl" && !known.ttl)) continue;
      const json source = oracle::one_attribute(aggregation, how, known);
      const auto definitions = oracle::load(source);
      if (!definitions) {
        ++tally.failed;
        std::cout << "FAILED: " << aggregation << ' ' << how << ": " << definitions.error() << '\n';
        continue;
      }
      for (std::size_t word = 0; word < words && tally.failed < most_failures; ++word) {
        try_session({*definitions, spell(word, length)},
                    aggregation + " " + how + ", word " + std::to_string(word), tally);
      }
    }
  }
}

int run_file(const char* path) {
  std::ifstream stream(path);
  const std::string text(std::istreambuf_iterator<char>(stream), {});
  const json test = json::parse(text, nullptr, false);
  if (test.is_discarded()) {
    std::cerr << path << " is not JSON\n";
    return 2;
  }
  const auto definitions = oracle::load(test["definitions"]);
  if (!definitions) {
    std::cerr << definitions.error() << '\n';
    return 1;
  }
  Session session{*definitions, {}};
  for (const json& step : test["steps"]) {
    if (!step.contains("attributes")) session.steps.push_back(step);
  }
  const auto mismatch = oracle::compare(session);
  if (mismatch) std::cout << "step " << mismatch->step << ": " << mismatch->what << '\n';
  return mismatch ? 1 : 0;
}

}  // namespace

int main(int count, char** arguments) {
  const std::vector<std::string> words(arguments + 1, arguments + count);
  const auto option = [&](const std::string& name, unsigned long long otherwise) {
    const auto found = std::find(words.begin(), words.end(), name);
    return found == words.end() || found + 1 == words.end() ? otherwise : std::stoull(found[1]);
  };
  const std::string mode = words.empty() ? "" : words[0];
  if (mode == "run" && words.size() == 2) return run_file(words[1].c_str());
  Tally tally;
  if (mode == "random" || mode == "record") {
    const auto clock = std::chrono::system_clock::now().time_since_epoch().count();
    const auto seed = option("--seed", static_cast<unsigned long long>(clock) % 1'000'000'000);
    if (mode == "random") std::cout << "first seed: " << seed << std::endl;
    run_random(seed, option("--steps", 20'000), tally, mode == "record" ? &std::cout : nullptr);
    if (mode == "record") return tally.failed == 0 ? 0 : 1;
    return tally.report();
  }
  if (mode == "exhaustive") {
    run_exhaustive(option("--length", 3), tally);
    return tally.report();
  }
  std::cerr
      << "usage: tripline-oracle random|exhaustive|record [--steps N] [--seed S] [--length N]\n"
         "       tripline-oracle run FILE\n";
  return 2;
}
