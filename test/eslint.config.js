import js from '@eslint/js';
import { defineConfig, globalIgnores } from 'eslint/config';
import ts from 'typescript-eslint';

export default defineConfig(globalIgnores(['*/test-results/']), js.configs.recommended, ts.configs.strict, {
  rules: {
    // The compiler knows every name.
    'no-undef': 'off',
    '@typescript-eslint/no-explicit-any': 'error',
    '@typescript-eslint/no-dynamic-delete': 'off',
    // What runs inside the page can be given no helper of the test.
    '@typescript-eslint/no-non-null-assertion': 'off',
    // What stands in for the page under test may be as bare as what it stands for.
    '@typescript-eslint/no-extraneous-class': 'off',
    '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_' }],
    // Playwright reads from the pattern what a fixture needs, also where it is nothing.
    'no-empty-pattern': 'off',
    '@typescript-eslint/consistent-type-imports': 'error',
  },
});
