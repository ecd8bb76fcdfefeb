// ESLint over all TypeScript and JavaScript. Layout is Prettier's business.
import { fileURLToPath } from 'node:url';
import eslint from 'typescript-eslint';

const root = fileURLToPath(new URL('../..', import.meta.url));

export default eslint.config(
  { ignores: ['**/node_modules/', '**/dist/', '.build/', 'wasm/', 'tests/fuzz/', 'tests/bench/'] },
  {
    files: ['**/*.ts', '**/*.mts'],
    extends: [eslint.configs.strictTypeChecked],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: root } },
    rules: {
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true, allowBoolean: true }],
      '@typescript-eslint/no-confusing-void-expression': 'off', // `() => set.delete(x)` is how this code says it
    },
  },
);
