// ESLint over all TypeScript and JavaScript, the latter without types. Layout is Prettier's business.
import { fileURLToPath } from 'node:url';
import eslint from 'typescript-eslint';

const root = fileURLToPath(new URL('../..', import.meta.url));
const unusedVariables = ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }];

export default eslint.config(
  { ignores: ['**/node_modules/', '**/dist/', '.build/', 'wasm/', 'tests/fuzz/'] },
  {
    files: ['**/*.mjs', '**/*.js'],
    extends: [eslint.configs.strict],
    rules: {
      '@typescript-eslint/no-unused-vars': unusedVariables,
      // Cases and events are plain objects, from which a test takes a field away.
      '@typescript-eslint/no-dynamic-delete': 'off',
    },
  },
  {
    files: ['**/*.ts', '**/*.mts'],
    extends: [eslint.configs.strictTypeChecked],
    languageOptions: {
      parserOptions: {
        projectService: {
          allowDefaultProject: [
            'demo-shop/vite.config.ts',
            'js/vitest.config.ts',
            'tests/chromium.d.mts',
            'tests/conformance/layout.d.mts',
          ],
        },
        tsconfigRootDir: root,
      },
    },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-unused-vars': unusedVariables,

      // A caught error is passed on as it came.
      '@typescript-eslint/prefer-promise-reject-errors': ['error', { allowThrowingUnknown: true }],

      // `() => set.delete(x)` is short, and nobody reads what it returns.
      '@typescript-eslint/no-confusing-void-expression': 'off',
      // `noUncheckedIndexedAccess` is on, so `!` stands where the lines above it guarantee an element; a check that
      // can never fail would be downloaded by every page.
      '@typescript-eslint/no-non-null-assertion': 'off',
      // The DOM's types promise what a worker, Node or an older browser does not have, and a caller in JavaScript
      // passes what the types forbid.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      // `async` without `await` turns an exception into a rejection, which is what the caller handles.
      '@typescript-eslint/require-await': 'off',
      // Values from outside are written as `String` writes them (rule 1).
      '@typescript-eslint/no-base-to-string': 'off',
      // Records by id are plain objects, as JSON and the store have them.
      '@typescript-eslint/no-dynamic-delete': 'off',
      // A handler may return nothing or a promise: `void | Promise<void>`.
      '@typescript-eslint/no-invalid-void-type': 'off',
      // `[...string]` is by code point, as it is meant here.
      '@typescript-eslint/no-misused-spread': 'off',
      // `await null` lets the caller go on first.
      '@typescript-eslint/await-thenable': 'off',
      // A caller in JavaScript passes something other than a string where the types say one.
      '@typescript-eslint/no-unnecessary-type-conversion': 'off',
    },
  },
  {
    files: ['tests/**'],
    rules: {
      // Tests do what callers in JavaScript do, and worse.
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      '@typescript-eslint/only-throw-error': 'off',
      // They replace functions of the browser, and run the examples of documents.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/no-implied-eval': 'off',
      '@typescript-eslint/no-unsafe-call': 'off',
      // A type test names a member to have it compiled.
      '@typescript-eslint/no-unused-expressions': 'off',
      '@typescript-eslint/no-meaningless-void-operator': 'off',
    },
  },
);
