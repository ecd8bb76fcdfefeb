# How the module is compiled and linked so that it loads and runs fast: README.md beside this says what each part saves.

set(modules tripline_module tripline_runtime)
foreach(module IN LISTS modules)
  target_sources(${module} PRIVATE ${CMAKE_CURRENT_LIST_DIR}/allocator.cpp)
endforeach()
target_sources(tripline_module PRIVATE ${CMAKE_CURRENT_LIST_DIR}/c_library.cpp)

# A few lines of our own stand for embind's JavaScript side. Newer Emscriptens start it in another way and need the
# whole of theirs.
set(embind --bind)
file(STRINGS ${EMSCRIPTEN_ROOT_PATH}/system/lib/embind/bind.cpp is_known
     REGEX __embind_register_native_and_builtin_types)
if(is_known)
  set(embind "SHELL:--js-library ${CMAKE_CURRENT_LIST_DIR}/embind.js")
endif()

# Code that runs for every event is compiled for speed, all else for size; each function keeps that through
# LTO. The link must be for speed: its level decides for the hot functions, which are 2.5 times slower
# when linked at -Oz.
set(HOTTEST_SOURCES core/src/engine/update.cpp core/src/event/event_test.cpp)
set(HOT_SOURCES
  core/src/criteria/flipped_leaves.cpp
  core/src/support/hash.cpp
  core/src/support/list.cpp
  core/src/support/lru_map.cpp
  wasm/event_buffer.cpp)
foreach(source IN LISTS HOTTEST_SOURCES HOT_SOURCES)
  if(NOT EXISTS ${PROJECT_SOURCE_DIR}/${source})
    message(FATAL_ERROR "wasm/runtime/runtime.cmake compiles ${source} for speed, but there is no such file.")
  endif()
endforeach()
# em++ forbids all inlining at -Oz, though a small function takes less room inlined than called.
set(for_size -Oz -finline-functions)
# All browsers of the last years have these: they shorten the code for conversions and copies.
set(features -mnontrapping-fptoint -mbulk-memory -msign-ext)
foreach(target tripline ${modules})
  get_target_property(sources ${target} SOURCES)
  get_target_property(folder ${target} SOURCE_DIR)
  foreach(source IN LISTS sources)
    cmake_path(ABSOLUTE_PATH source BASE_DIRECTORY ${folder})
    file(RELATIVE_PATH path ${PROJECT_SOURCE_DIR} ${source})
    if(path IN_LIST HOTTEST_SOURCES)
      set(level -O2)
    elseif(path IN_LIST HOT_SOURCES)
      set(level -Os -finline-functions)  # no slower here, and less to load
    else()
      set(level ${for_size})
    endif()
    set_source_files_properties(${source} TARGET_DIRECTORY ${target} PROPERTIES COMPILE_OPTIONS "${level}")
  endforeach()
  target_compile_options(${target} PRIVATE -flto -fno-rtti -fmerge-all-constants -fno-unroll-loops ${features})
  # libc++ compiles its strings here, for size, in place of linking those that it brings along.
  target_compile_definitions(${target} PRIVATE _LIBCPP_DISABLE_EXTERN_TEMPLATE)
endforeach()
foreach(module IN LISTS modules)
  # embind does without the names of C++ types.
  target_compile_definitions(${module} PRIVATE EMSCRIPTEN_HAS_UNBOUND_TYPE_NAMES=0)
  target_link_options(${module} PRIVATE
    -O3 -flto ${features}
    ${embind}
    -Wl,-mllvm,-enable-pre=false # evaluating early what only some paths need is longer, and no faster
    -Wl,-mllvm,-inline-threshold=8
    -sMINIMAL_RUNTIME=1          # the host fetches and compiles; a third less glue
    -sMINIMAL_RUNTIME_STREAMING_WASM_COMPILATION=1  # takes what is compiled as well as bytes
    "SHELL:--pre-js ${CMAKE_CURRENT_LIST_DIR}/exports.js"
    -sWASM_BIGINT=1              # no stubs for calls with 64-bit integers: there is none
    -sMALLOC=none                # allocator.cpp has it
    -sBINARYEN_EXTRA_PASSES=--flexible-inline-max-function-size=12) # else free() is in each caller
  set_target_properties(${module} PROPERTIES
    LINK_DEPENDS "${CMAKE_CURRENT_LIST_DIR}/embind.js;${CMAKE_CURRENT_LIST_DIR}/exports.js")
endforeach()
