// Finds phrases that a reader has to read twice, in comments, messages, documents and conformance cases. Each phrase has advice beside it;
// `tests/words.json` has the places where a phrase is right. Prints each finding, and each exception that no line needs
// any more, and then ends with exit status 1.

import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));

const anywhere = [
  [/(?<!\b[Tt]here |\b[Tt]here's )\b(?:is|are|was|were) no\b(?! longer| more\b)/, 'is not a, has no, or there is no'],
  [/\bthings?\b/, "the type's name, or item"],
  [/\bso (?:many|long|much)\b(?! as\b| that\b| ago\b)/, 'N, for N ms'],
  [/\bha(?:s|ve) the word\b/, 'wins'],
  [/`?(?:error|warning)`?(?: of the code `?\w*`?)? says\b/, 'emits an error, the message names'],
  [/\bnobody wants\b/, 'is not needed'],
  [/\bTrouble\b/, 'failures'],
];

const inComments = [
  [/^(?:What|Who|Whom|Whose|Whether|Of)\b/, 'a verb or a noun as the first word'],
  [/\banswers\b/, 'returns'],
  [/\btexts\b/, 'strings'],
  [/\bLikewise\b/, 'the sentence itself'],
];

/** In the sentences of conformance cases; the number of the rule is not a part of a name. */
const inCases = [
  ...inComments,
  [/\btext\b/, 'string'],
  [/\bpush(?:e[ds]|ing)?\b/i, 'set attributes; for the values of a list, drive out'],
  [/\bwhat (?:is|was|has|comes|came|an?|it|follows)\b/i, 'a noun: the values that, the events that'],
  [/\b(?:nobody|somebody|those who)\b/i, 'the ids, the targets or the visitors'],
];

const exceptions = JSON.parse(readFileSync(new URL('words.json', import.meta.url), 'utf8'));
const needed = new Set();
const found = [];

const programs = ['tests/run', 'demo-shop/start', 'demo-shop/sandbox/start', '.ci/*', '.setup/*'];
const patterns = [
  '*.h',
  '*.cpp',
  '*.ts',
  '*.mjs',
  '*.js',
  '*.md',
  '*.py',
  '*.css',
  '*.yml',
  'tests/conformance/cases/*.json',
  '*CMakeLists.txt',
  '*.cmake',
  ...programs,
];
const files = execFileSync('git', ['ls-files', ...patterns], { cwd: root, encoding: 'utf8' })
  .trim()
  .split('\n');
for (const file of files) {
  if (exceptions.files.some((each) => file.startsWith(each))) continue;
  const source = readFileSync(join(root, file), 'utf8');
  for (const { line, text, phrases } of read(file, source)) {
    for (const [phrase, instead] of phrases) {
      if (phrase.test(text) && !isException(file, text))
        found.push(`${file}:${line}: ${text.trim()}\n    write: ${instead}`);
    }
  }
}

for (const each of found) console.log(each);
const unneeded = exceptions.places.filter((each) => !needed.has(each));
for (const { file, text } of unneeded) console.log(`tests/words.json: no line of ${file} has "${text}" any more`);
console.log(`${files.length} files, ${found.length} phrases to be written in plain words`);
process.exitCode = found.length + unneeded.length === 0 ? 0 : 1;

function isException(file, text) {
  const exception = exceptions.places.find((each) => each.file === file && text.includes(each.text));
  if (exception !== undefined) needed.add(exception);
  return exception !== undefined;
}

function read(file, source) {
  if (file.endsWith('.json')) return sentencesOf(source);
  return file.endsWith('.md') ? linesOf(source) : [...commentsOf(source), ...stringsOf(source)];
}

/** Lists the sentences of a case file. Names that do not begin with a rule are those of definitions. */
function* sentencesOf(source) {
  const member = /"(?:name": "rules? [0-9 and]+: |(?:feature|why|as_written_only)": ")((?:\\.|[^"\\])*)"/;
  for (const [index, line] of source.split('\n').entries()) {
    const [, text] = member.exec(line) ?? [];
    if (text !== undefined) yield { line: index + 1, text, phrases: [...anywhere, ...inCases] };
  }
}

/** Lists the lines outside of code blocks. Of code in backticks only the names of the two events stay. */
function* linesOf(source) {
  let isCode = false;
  for (const [index, text] of source.split('\n').entries()) {
    if (/^\s*```/.test(text)) isCode = !isCode;
    else if (!isCode) yield { line: index + 1, text: withoutCode(text), phrases: anywhere };
  }
}

function withoutCode(text) {
  return text.replace(/`[^`]*`/g, (code) => (/^`(?:error|warning)`$/.test(code) ? code : '``'));
}

/** Lists the lines of comments. A line that continues a sentence begins with a space, so that `^` does not match it. */
function* commentsOf(source) {
  let before = '';
  for (const [index, text] of source.split('\n').entries()) {
    const comment =
      /^\s*(?:\/\/[/!]?|\/\*\*?|\*(?!\/)|#(?!include|pragma|if|else|endif|define|!))\s?(.*?)(?:\*\/)?\s*$/.exec(
        text,
      )?.[1] ?? /(?:;|\{|,|\))\s+\/\/[/!<]*\s?(.*)$/.exec(text)?.[1];
    if (comment !== undefined) {
      const isStart = before === '' || /[.:]$/.test(before);
      yield { line: index + 1, text: isStart ? comment : ` ${comment}`, phrases: [...anywhere, ...inComments] };
    }
    before = comment?.trim() ?? '';
  }
}

function* stringsOf(source) {
  for (const [index, text] of source.split('\n').entries()) {
    if (/^\s*(?:\/\/|\*|\/\*|#include|import\b)/.test(text)) continue;
    for (const [, , string] of text.matchAll(/(['"`])((?:\\.|(?!\1).){12,})\1/g))
      yield { line: index + 1, text: string, phrases: anywhere };
  }
}
