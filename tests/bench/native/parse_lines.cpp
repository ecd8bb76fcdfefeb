// The limit for a native replay: parses each line of a file into nlohmann_json's DOM, looks at
// nothing in it, and prints how many there were.

#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

int main(int argc, char** argv) {
  std::FILE* file = argc == 2 ? std::fopen(argv[1], "rb") : nullptr;
  if (file == nullptr) {
    std::fputs("usage: tripline-parse-lines EVENTS.ndjson\n", stderr);
    return 2;
  }
  char* line = nullptr;
  std::size_t capacity = 0;
  long objects = 0;
  for (ssize_t size; (size = getline(&line, &capacity, file)) >= 0;) {
    objects += nlohmann::json::parse(line, line + size).is_object() ? 1 : 0;
  }
  std::free(line);
  std::fclose(file);
  std::printf("%ld\n", objects);
  return 0;
}
