// The program in core/README.md, built by another project against the installed library, and with the library as a part
// of that project. It uses `try`, which no longer compiles if our compiler options reach it.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = join(root, '.build/install');

const readme = readFileSync(join(root, 'core/README.md'), 'utf8');
const program = blockOf('cpp');
const project = blockOf('cmake');
const output = blockOf('text');

// Compiler options of a strict project, which apply to the headers that it includes.
const strict = '\ntarget_compile_options(views PRIVATE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror)\n';

before(() => rmSync(folder, { recursive: true, force: true }));

test('a project finds the installed library, wherever it was moved to', () => {
  run('cmake', '--install', join(root, '.build/native'), '--prefix', join(folder, 'staged'));
  renameSync(join(folder, 'staged'), join(folder, 'prefix'));
  const views = build('installed', project, `-DCMAKE_PREFIX_PATH=${join(folder, 'prefix')}`);
  checkProgram(views);
  assert.match(run(join(folder, 'prefix/bin/tripline'), '--version'), /^tripline \d/);
});

test('a project that has the library as a part finds the same target', () => {
  const part = `include(FetchContent)
FetchContent_Declare(tripline SOURCE_DIR "${root}")
FetchContent_MakeAvailable(tripline)`;
  const views = build('part', project.replace(/^find_package\(tripline .*\)$/m, part) + strict);
  checkProgram(views);
  const installed = execFileSync('cmake', [
    '--install',
    join(folder, 'part/build'),
    '--prefix',
    join(folder, 'nothing'),
  ]);
  assert.doesNotMatch(String(installed), /tripline/, 'the project alone says what it installs');
});

test('the public types convert to standard ones, and nlohmann_json may throw', () => {
  const source = `#include <concepts>
#include <iostream>
#include <span>
#include <string>
#include <string_view>
#include <nlohmann/json.hpp>
#include <tripline/tripline.h>
using namespace tripline;
static_assert(std::convertible_to<Text, std::string_view> && std::convertible_to<Text, std::string>);
static_assert(std::convertible_to<const List<Diagnostic>&, std::span<const Diagnostic>>);
static_assert(std::convertible_to<List<Target>&, std::span<Target>>);
static_assert(std::convertible_to<Items<Program::Index>, std::span<const Program::Index>>);
std::size_t sum(std::string_view view, const std::string& copy, std::span<const Target> targets) {
  return view.size() + copy.size() + targets.size();
}
int main() {
  const Text text = "four";
  const List<Target> targets{{"name", "id"}};
  if (sum(text, text, targets) != 9) return 2;
  tripline::Diagnostics diagnostics;
  if (tripline::load_program("{", diagnostics)) return 1;
  try {
    (void)nlohmann::json::parse("{");
  } catch (const nlohmann::json::exception&) {
    std::cout << diagnostics.entries().size() << " diagnostic, and an exception\\n";
  }
}
`;
  const views = build('json', project, `-DCMAKE_PREFIX_PATH=${join(folder, 'prefix')}`, source);
  assert.equal(run(views), '1 diagnostic, and an exception\n');
});

function blockOf(language) {
  const blocks = [...readme.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))];
  assert.equal(blocks.length, 1, `core/README.md has one block of ${language}`);
  return blocks[0][1];
}

/** Configures and builds the project, and returns the path of the program. */
function build(name, cmakeLists, option = '', source = program) {
  const sources = join(folder, name);
  mkdirSync(sources, { recursive: true });
  writeFileSync(join(sources, 'views.cpp'), source);
  writeFileSync(join(sources, 'CMakeLists.txt'), cmakeLists);
  const tree = join(sources, 'build');
  run('cmake', '-S', sources, '-B', tree, '-G', 'Ninja', '-DCMAKE_BUILD_TYPE=Debug', ...(option ? [option] : []));
  run('cmake', '--build', tree, '--target', 'views');
  return join(tree, 'views');
}

function checkProgram(views) {
  assert.equal(run(views), output);
  assert.equal(run(views, '1'), '');
  const { status, stderr } = spawnSync(views, ['many'], { encoding: 'utf8' });
  assert.equal(status, 2);
  assert.match(stderr, /^usage: views/);
}

function run(command, ...options) {
  const { status, stdout, stderr, error } = spawnSync(command, options, { encoding: 'utf8' });
  assert.equal(status, 0, `${command} ${options.join(' ')}\n${error ?? ''}${stdout}${stderr}`);
  return stdout;
}
