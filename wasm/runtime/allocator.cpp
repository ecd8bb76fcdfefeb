// malloc and free for one engine in one page: the smallest that keeps its promise. Emscripten's own
// smallest weighs 0.9 KB more, with the glue by which it asks JavaScript for memory.
//
// A block belongs to a size class, four to a doubling, so at most a quarter of it is spare. What is
// freed waits for the next block of its class; nothing is split or joined. So a class keeps what it
// once held at the same time, and memory is at most the sum of that: an engine's lists, which
// double as they grow, leave behind no more than they have.

#include <cstddef>
#include <cstdint>
#include <cstdlib>

extern "C" char __heap_base;

namespace {

constexpr std::size_t kPage = 65536;
constexpr std::size_t kUnit = 8;  // bytes, and what blocks are aligned to

/// Stands before what malloc() returns.
union Header {
  std::size_t size_class;  // of a block in use
  Header* next;            // of a free one: it has its class from the list that it is in
  double alignment;
};

Header* free_blocks[128];     // by class
char* unused = &__heap_base;  // from here to the memory's end nothing was ever in use

/// More memory, by a quarter of what there is or as much as is needed. Traps if there is none: the
/// engine could not go on.
void grow(std::size_t bytes) {
  const std::size_t needed = bytes / kPage + 1;
  const std::size_t quarter = __builtin_wasm_memory_size(0) / 4;
  if (__builtin_wasm_memory_grow(0, needed + quarter) == SIZE_MAX &&
      __builtin_wasm_memory_grow(0, needed) == SIZE_MAX) {
    __builtin_trap();
  }
}

}  // namespace

extern "C" {

[[gnu::noinline]] void* malloc(std::size_t bytes) {
  // Counted in units. All but the first three bits of the count are rounded up; those bits and the
  // number of the others are the class.
  std::size_t count = (bytes + sizeof(Header) + kUnit - 1) / kUnit;
  std::size_t rounded = 0;
  for (; count > 7; ++rounded) count = (count + 1) / 2;
  const std::size_t size_class = 4 * rounded + count;
  Header* block = free_blocks[size_class];
  if (block != nullptr) {
    free_blocks[size_class] = block->next;
  } else {
    const std::size_t size = (count << rounded) * kUnit;
    char* const end = reinterpret_cast<char*>(__builtin_wasm_memory_size(0) * kPage);
    if (size > static_cast<std::size_t>(end - unused)) grow(size);
    block = reinterpret_cast<Header*>(unused);
    unused += size;
  }
  block->size_class = size_class;
  return block + 1;
}

[[gnu::noinline]] void free(void* address) {
  if (address == nullptr) return;
  Header* const block = static_cast<Header*>(address) - 1;
  Header*& others = free_blocks[block->size_class];
  block->next = others;
  others = block;
}

/// The C++ library's way out. Emscripten's own would be a function of the glue.
void abort() {
  __builtin_trap();
}

}  // extern "C"
