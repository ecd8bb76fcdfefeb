#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace tripline::test {

using Texts = std::vector<std::string>;

/// Returns all strings of up to `length` letters, the shortest first.
inline Texts all_texts(const Texts& letters, std::size_t length) {
  Texts texts = {""};
  for (std::size_t begin = 0, round = 0; round < length; ++round) {
    const std::size_t end = texts.size();
    for (std::size_t i = begin; i < end; ++i) {
      for (const std::string& letter : letters) texts.push_back(texts[i] + letter);
    }
    begin = end;
  }
  return texts;
}

}  // namespace tripline::test
