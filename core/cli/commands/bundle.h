// Files of definitions as one bundle.
#pragma once

#include <map>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace tripline::cli {

class Bundle {
 public:
  using Json = nlohmann::ordered_json;

  /// A place in a file, as a JSON Pointer.
  struct Place {
    std::string path;
    std::string pointer;
  };

  /// Adds the objects of a file, but those that an earlier file has in the same words. With
  /// `published_only` it leaves out objects whose `is_published` is false. False if the text is not
  /// a JSON object with lists of objects in it: compiling it alone tells why.
  [[nodiscard]] bool add(const std::string& path, const std::string& text, bool published_only);

  /// Leaves out what visitors need not read: owners, descriptions, and the names of warehouse
  /// tables and columns. Does what forPages() of the npm package does.
  void strip();

  [[nodiscard]] std::string json() const;

  /// Where a place in json() came from, before strip().
  [[nodiscard]] Place origin_of(const std::string& pointer) const;

 private:
  void add_list(const std::string& path, const std::string& name, const Json& list,
                bool published_only);

  Json bundle_ = Json::object();
  std::map<std::string, std::vector<Place>> origins_;  // of the items of each list
  std::map<std::string, std::string> paths_;           // of the other members
};

}  // namespace tripline::cli
