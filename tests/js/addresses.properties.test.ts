// Compares the parts of an address with those of a slow scanner that reads one character at a time.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bindInputs, type InputValue } from '../../js/src/event/inputs.js';
import { duration } from './properties.js';

type Parts = Record<'scheme' | 'host' | 'port' | 'path' | 'query' | 'fragment', InputValue>;

const names = ['scheme', 'host', 'port', 'path', 'query', 'fragment'] as const;
const bind = bindInputs(
  names.flatMap((part) => [`page_url${part}`, `refr_url${part}`]).map((name) => ({ kind: 'atomic', name })),
);

const piece = fc.oneof(
  fc.constantFrom(
    ...[
      '://',
      ':',
      '/',
      '//',
      '?',
      '#',
      '@',
      '[',
      ']',
      '[::1]',
      '.',
      '&',
      ';',
      '=',
      '%',
      '%20',
      ' ',
      '\t',
      '\r\n',
      '\0',
      '\x7f',
    ],
    ...[
      '\u2028',
      '\u2029',
      '\u0085',
      '\ufeff',
      '\ud800',
      '80',
      ':443',
      ':8443',
      ':0',
      ':9999999999999999999999',
      'http',
      'https',
      'HTTPS',
    ],
    ...['a.example', 'user:word@', 'utm_source=x', '_sp=a.1'],
  ),
  fc.string({ unit: 'binary', maxLength: 4 }),
);
const pieces = fc.array(piece, { maxLength: 12 }).map((all) => all.join(''));
const address = fc.oneof(
  pieces,
  pieces.map((rest) => `http://${rest}`),
  pieces.map((rest) => `https://a.example/${rest}`),
);

test('rule 26: an address has the parts that a scan of its characters finds', () => {
  fc.assert(
    fc.property(address, address, (url, refr) => {
      const { values } = bind({ url, refr });
      const page = slowParts(url);
      const referrer = slowParts(refr);
      expect(values).toEqual(names.flatMap((part) => [page?.[part], referrer?.[part]]));
    }),
    duration(),
  );
});

/** The scheme ends at the first of `:/?#`, the authority at the next of `/?#`, the path at `?` or `#`, the query at `#`. */
function slowParts(text: string): Parts | undefined {
  const characters = [...clean(text)];
  const take = (ends: string): string => {
    let taken = '';
    while (characters[0] !== undefined && !ends.includes(characters[0])) taken += characters.shift()!;
    return taken;
  };
  const skip = (expected: string): boolean => characters[0] === expected && characters.shift() !== undefined;
  const scheme = take(':/?#');
  if (scheme === '' || !skip(':') || !skip('/') || !skip('/')) return undefined;
  const authority = take('/?#');
  const path = take('?#');
  const query = skip('?') ? take('#') : '';
  const fragment = skip('#') ? take('') : '';
  const { host, port } = hostAndPort(authority);
  return {
    scheme,
    host: host || undefined,
    port: port === '' ? (scheme === 'https' ? 443 : 80) : Number(port),
    path: path || undefined,
    query: query || undefined,
    fragment: fragment || undefined,
  };
}

/** Removes control characters, and replaces a tab by four spaces and each space by `%20`. */
function clean(text: string): string {
  let result = '';
  for (const character of text) {
    const code = character.codePointAt(0) ?? 0;
    if (character === '\t') result += '%20%20%20%20';
    else if (character === ' ') result += '%20';
    else if (code > 0x1f && code !== 0x7f) result += character;
  }
  return result;
}

/** The host is after the last `@`. The port is the digits at the end, if a colon precedes them. */
function hostAndPort(authority: string): { host: string; port: string } {
  let host = '';
  for (const character of authority) host = character === '@' ? '' : host + character;
  let digits = '';
  while (/[0-9]/.test(host.charAt(host.length - digits.length - 1)))
    digits = host.charAt(host.length - digits.length - 1) + digits;
  const beforeDigits = host.slice(0, host.length - digits.length);
  return beforeDigits.endsWith(':') ? { host: beforeDigits.slice(0, -1), port: digits } : { host, port: '' };
}
