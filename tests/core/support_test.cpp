#include <catch2/catch.hpp>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <vector>

#include "support/hash.h"
#include "support/lru_map.h"
#include "support/number_text.h"
#include "tripline/detail/list.h"
#include "value/time_text.h"

using namespace tripline;

TEST_CASE("SipHash-2-4-128 depends on every byte and on the length", "[support]") {
  CHECK(hash128("") == hash128(""));
  CHECK(!(hash128("a") == hash128("b")));
  CHECK(!(hash128(std::string_view("\0", 1)) == hash128(std::string_view("\0\0", 2))));
  CHECK(!(hash_parts("ab", "c") == hash_parts("a", "bc")));
}

TEST_CASE("a number becomes the string that JavaScript's String returns", "[support][rule1]") {
  // The right-hand sides were printed by a JavaScript engine.
  const std::pair<double, const char*> cases[] = {
      {0, "0"},
      {-0.0, "0"},
      {1, "1"},
      {-1.5, "-1.5"},
      {0.1, "0.1"},
      {0.1 + 0.2, "0.30000000000000004"},
      {24.49, "24.49"},
      {100, "100"},
      {1e21, "1e+21"},
      {1e20, "100000000000000000000"},
      {123456789012345680000.0, "123456789012345680000"},
      {1e-6, "0.000001"},
      {1e-7, "1e-7"},
      {1.5e-10, "1.5e-10"},
      {5e-324, "5e-324"},
      {1.7976931348623157e308, "1.7976931348623157e+308"},
      {2.2250738585072014e-308, "2.2250738585072014e-308"},
      {9007199254740993.0, "9007199254740992"},
      {9007199254740991.0, "9007199254740991"},
      {1.0 / 3, "0.3333333333333333"},
      {2.0 / 3, "0.6666666666666666"},
      {1e23, "1e+23"},
      {4.35, "4.35"},
      {0.000001234, "0.000001234"},
      {9.5367431640625e-7, "9.5367431640625e-7"},
      {5e-7, "5e-7"},
      {1234567.891, "1234567.891"},
      {9223372036854775807.0, "9223372036854776000"},
      // A tie between two strings goes to the even one.
      {22733894557027.3125, "22733894557027.312"},
      {1154568364232.28125, "1154568364232.2812"},
      {1056756353133885.75, "1056756353133885.8"}};
  for (const auto& [number, text] : cases) CHECK(number_text(number) == text);
}

TEST_CASE("a number in JSON becomes the nearest double", "[support][rule1]") {
  const auto reads_as_in_c = [](const std::string& text) {
    const double number = parse_number(text), expected = std::strtod(text.c_str(), nullptr);
    return std::memcmp(&number, &expected, sizeof number) == 0;
  };
  for (const char* text : {"0",
                           "-0",
                           "0.0e7",
                           "1",
                           "-1.5",
                           "1E5",
                           "1e+5",
                           "1e-5",
                           "9007199254740993",
                           "9007199254740992.5",
                           "18446744073709551616",
                           "5e-324",
                           "2.4703282292062327e-324",
                           "2.4703282292062328e-324",
                           "2.2250738585072011e-308",
                           "1.7976931348623158e308",
                           "1.7976931348623159e308",
                           "1e400",
                           "-1e99999999999",
                           "1e-99999999999"}) {
    INFO(text);
    CHECK(reads_as_in_c(text));
  }
  // Midpoints between two doubles, and numbers that exceed one in a far digit.
  const std::string zeros(900, '0');
  CHECK(reads_as_in_c("9007199254740993." + zeros));
  CHECK(reads_as_in_c("9007199254740993." + zeros + "1"));
  CHECK(reads_as_in_c("0." + zeros + "1e901"));
  CHECK(reads_as_in_c("1" + zeros + "e-900"));

  std::mt19937_64 random(1);
  for (int i = 0; i < 20'000; ++i) {
    char text[48];
    const auto digits = static_cast<long long>(random() >> (1 + random() % 60));
    const int exponent = static_cast<int>(random() % 700) - 350;
    std::snprintf(text, sizeof text, "%lld.%llde%d", digits, digits, exponent);
    INFO(text);
    CHECK(reads_as_in_c(text));
  }
}

namespace {

constexpr Time kMidnight = 1795392000000;  // 2026-11-23T00:00:00Z
constexpr Time kMinute = 60'000, kHour = 60 * kMinute, kDay = 24 * kHour;

}  // namespace

TEST_CASE("a time is read as Snowplow, warehouses and Spark print it", "[support][rule10]") {
  const Time time = kMidnight + kHour + 41 * kMinute + 24'367;
  for (const char* text : {"2026-11-23T01:41:24.367Z",
                           "2026-11-23t01:41:24.367z",
                           "2026-11-23 01:41:24.367",
                           "2026-11-23 01:41:24.367 UTC",
                           "2026-11-23 01:41:24.367UTC",
                           "2026-11-23 01:41:24.367 Z",
                           "2026-11-23 01:41:24.367+00",
                           "2026-11-23 01:41:24.367 +00",
                           "2026-11-23 01:41:24.367 +0000",
                           "2026-11-23 01:41:24.367-00:00",
                           "2026-11-23T01:41:24.367",
                           "2026-11-23T02:41:24.367+01:00",
                           "2026-11-23 07:26:24.367+0545",
                           "2026-11-22 17:41:24.367 -0800",
                           "2026-11-22 17:41:24.367-08",
                           "2026-11-24T01:40:24.367+23:59",
                           "2026-11-23 01:41:24.3670",
                           "2026-11-23 01:41:24.367999 UTC",
                           "2026-11-23 01:41:24.367999999 +0000",
                           "2026-11-23T01:41:24,367Z",
                           "+2026-11-23T01:41:24.367Z",
                           "+002026-11-23T01:41:24.367Z"}) {
    INFO(text);
    CHECK(parse_time(text) == time);
  }
  CHECK(parse_time("2026-11-23") == kMidnight);
  CHECK(parse_time("2026-11-23T01:41") == kMidnight + kHour + 41 * kMinute);
  CHECK(parse_time("2026-11-23 01:41+01") == kMidnight + 41 * kMinute);
  CHECK(parse_time("2026-11-23T00:00:01Z") == kMidnight + 1000);
  CHECK(parse_time("2026-11-23T00:00:00.9Z") == kMidnight + 900);
  CHECK(parse_time("2026-11-23T00:00:00.0009Z") == kMidnight);
  CHECK(parse_time("1969-12-31T23:59:59.9999Z") == -1);
}

TEST_CASE("a string is a time only as a whole", "[support][rule10]") {
  for (const char* wrong : {"",
                            "now",
                            "2026",
                            "2026-11",
                            "20261123",
                            "26-11-23",
                            "x026-11-23",
                            " 2026-11-23",
                            "2026-11-23 ",
                            "2026-11-23T",
                            "2026-11-23Z",
                            "2026-11-23 UTC",
                            "2026-11-23+01:00",
                            "2026-11-23x01:41:24Z",
                            "2026-11-23  01:41:24Z",
                            "2026-11-23T01",
                            "2026-11-23T01Z",
                            "2026-11-23T0141",
                            "2026-11-23T01:41:24.Z",
                            "2026-11-23T01:41:24.",
                            "2026-11-23T01:41:24.-5Z",
                            "2026-11-23T01:41:24 ",
                            "2026-11-23T01:41:24  UTC",
                            "2026-11-23T01:41:24 utc",
                            "2026-11-23T01:41:24UT",
                            "2026-11-23T01:41:24 GMT",
                            "2026-11-23T01:41:24.367ZZ",
                            "2026-11-23T01:41:24.367Z ",
                            "2026-11-23T01:41:24+",
                            "2026-11-23T01:41:24+1",
                            "2026-11-23T01:41:24+01:",
                            "2026-11-23T01:41:24+01:0",
                            "2026-11-23T01:41:24+01:000",
                            "2026-11-23T01:41:24+24:00",
                            "2026-11-23T01:41:24+01:60",
                            "2026-11-23T01:41:24+-1:00",
                            "2026-11-23T01:41:24Z+01:00",
                            "2026-11-23T1:41:24Z",
                            "2026-11-23T01:60:24Z",
                            "2026-11-23T01:41:61Z",
                            "2026-11-23T25:00:00Z",
                            "2026-1-23",
                            "2026-00-23",
                            "2026-13-01",
                            "2026-11-00",
                            "2026-11-31",
                            "2026-04-31T00:00:00Z",
                            "1795398084367",
                            "--2026-11-23",
                            "-0000-01-01",
                            "-000000-01-01",
                            "0002026-11-23",
                            "Mon, 23 Nov 2026 01:41:24 GMT",
                            "11/23/2026 01:41:24"}) {
    INFO(wrong);
    CHECK(parse_time(wrong) == std::nullopt);
  }
  CHECK(parse_time(std::string_view("2026-11-23\0", 11)) == std::nullopt);
  CHECK(parse_time("2026-11-23T00:00:00." + std::string(1'000'000, '9') + "Z") == kMidnight + 999);
}

TEST_CASE("leap years are those of the Gregorian calendar", "[support][rule10]") {
  CHECK(parse_time("2024-02-29") == 1709164800000);
  CHECK(parse_time("2000-02-29") == 951782400000);
  CHECK(parse_time("0000-02-29") == parse_time("0000-03-01").value_or(0) - kDay);
  CHECK(parse_time("-0004-02-29") == parse_time("-0004-03-01").value_or(0) - kDay);
  CHECK(parse_time("10000-02-29") == parse_time("10000-03-01").value_or(0) - kDay);
  for (const char* wrong :
       {"2023-02-29", "2100-02-29", "1900-02-29", "-0001-02-29", "2024-02-30"}) {
    INFO(wrong);
    CHECK(parse_time(wrong) == std::nullopt);
  }
}

TEST_CASE("24:00 is the end of the day, :60 the start of the next minute", "[support][rule10]") {
  CHECK(parse_time("2026-11-23T24:00:00.000Z") == kMidnight + kDay);
  CHECK(parse_time("2026-11-23 24:00") == kMidnight + kDay);
  CHECK(parse_time("2026-11-23T24:00:00+01:00") == kMidnight + 23 * kHour);
  CHECK(parse_time("2016-12-31T23:59:60Z") == parse_time("2017-01-01"));
  CHECK(parse_time("2016-12-31 15:59:60.999 -0800") == parse_time("2017-01-01").value_or(0) + 999);
  for (const char* wrong : {"2026-11-23T24:00:01Z", "2026-11-23T24:01:00Z",
                            "2026-11-23T24:00:00.001Z", "2026-11-23T24:00:60Z"}) {
    INFO(wrong);
    CHECK(parse_time(wrong) == std::nullopt);
  }
}

TEST_CASE("a year has four to six digits, and a time lies within the range of JavaScript's Date",
          "[support][rule10]") {
  CHECK(parse_time("0000-01-01T00:00:00Z") == -62167219200000);
  CHECK(parse_time("-0001-12-31T23:59:59.999Z") == -62167219200001);
  CHECK(parse_time("-000001-12-31T23:59:59.999Z") == -62167219200001);
  CHECK(parse_time("9999-12-31T23:59:59.999Z") == 253402300799999);
  CHECK(parse_time("10000-01-01T00:00:00Z") == 253402300800000);
  CHECK(parse_time("+10014-03-09 00:00:00") == 253849939200000);
  CHECK(parse_time("275760-09-13T00:00:00.000Z") == 8'640'000'000'000'000);
  CHECK(parse_time("275760-09-13T00:00:00.001Z") == std::nullopt);
  CHECK(parse_time("275760-09-13T01:00:00+01:00") == 8'640'000'000'000'000);
  CHECK(parse_time("-271821-04-20T00:00:00.000Z") == -8'640'000'000'000'000);
  CHECK(parse_time("-271821-04-19T23:59:59.999Z") == std::nullopt);
  CHECK(parse_time("999999-12-31T23:59:59.999Z") == std::nullopt);
  CHECK(parse_time("1000000-01-01") == std::nullopt);
}

TEST_CASE("a written time reads back as itself", "[support]") {
  for (const Time time : {Time{0}, Time{1795398084367}, Time{-1}, Time{951782400000},
                          Time{-62135596800000}, Time{-62167219200001}, Time{253850000000000},
                          Time{8'640'000'000'000'000}, Time{-8'640'000'000'000'000}}) {
    CHECK(parse_time(format_time(time)) == time);
  }
  CHECK(format_time(1795398084367) == "2026-11-23T01:41:24.367Z");
  CHECK(format_time(-62167219200001) == "-0001-12-31T23:59:59.999Z");
}

TEST_CASE("durations are read as the Python SDK writes them", "[support][rule14]") {
  const std::int64_t day = 86'400'000;
  CHECK(parse_duration("PT10M") == 600'000);
  CHECK(parse_duration("PT1H30M") == 5'400'000);
  CHECK(parse_duration("P1D") == day);
  CHECK(parse_duration("PT1.5S") == 1'500);
  CHECK(parse_duration("P1DT12H5M7S") == day + 12 * 3'600'000 + 307'000);
  CHECK(parse_duration("P1Y") == 365 * day);
  CHECK(parse_duration("P1Y35D") == 400 * day);
  CHECK(parse_duration("P1M") == 30 * day);
  CHECK(parse_duration("P2W") == 14 * day);
  CHECK(parse_duration("-PT5S") == -5'000);
  CHECK(parse_duration("PT0S") == 0);
  for (const char* wrong :
       {"", "P", "PT", "10", "PT10", "P1S", "PT1D", "P1D1Y", "PT-5S", "P99999999999Y"}) {
    CHECK(parse_duration(wrong) == std::nullopt);
  }
}

TEST_CASE("an LRU map drops the entry used longest ago", "[support]") {
  // Not char: Catch would print a char* as a string.
  LruMap<std::uint64_t, int> map(2);
  map.add(1, 10);
  map.add(2, 20);
  REQUIRE(map.touch(std::uint64_t{1}) != nullptr);
  map.add(3, 30);
  CHECK(map.find(std::uint64_t{2}) == nullptr);
  CHECK(map.size() == 2);
  std::vector<int> order;
  map.for_each([&](std::uint64_t, int value) { order.push_back(value); });
  CHECK(order == std::vector{10, 30});
}

namespace {

/// Applies the same steps to a list and to a std::vector; `item(n)` makes the nth item.
template <typename Item>
void compare_with_vector(Item item) {
  using T = decltype(item(0));
  List<T> list;
  std::vector<T> twin;
  std::mt19937 random(1);
  for (int step = 0; step < 2000; ++step) {
    const std::size_t at = random() % (list.size() + 1);
    switch (random() % 7) {
      case 0:
        list.insert(list.begin() + at, item(step));
        twin.insert(twin.begin() + static_cast<std::ptrdiff_t>(at), item(step));
        break;
      case 1:
        list.erase(list.begin() + at, list.end());
        twin.erase(twin.begin() + static_cast<std::ptrdiff_t>(at), twin.end());
        break;
      case 2:
        list.erase(list.begin(), list.begin() + at / 2);
        twin.erase(twin.begin(), twin.begin() + static_cast<std::ptrdiff_t>(at / 2));
        break;
      case 3:
        list.resize(at * 3);
        twin.resize(at * 3);
        break;
      case 4:
        list = List<T>(list);
        erase_if(list, [&](const T& each) { return each == item(step / 2); });
        std::erase_if(twin, [&](const T& each) { return each == item(step / 2); });
        break;
      default:
        list.push_back(item(step));
        twin.push_back(item(step));
    }
    REQUIRE(std::equal(list.begin(), list.end(), twin.begin(), twin.end()));
  }
}

}  // namespace

TEST_CASE("a list behaves as a std::vector", "[support]") {
  compare_with_vector([](int number) { return number % 100; });
  compare_with_vector([](int number) { return Text(std::to_string(number % 100)); });
  compare_with_vector([](int number) { return Text(std::string(50, char('a' + number % 10))); });
  compare_with_vector([](int number) { return List<int>{number % 10, number % 3}; });
}
