import jupyter from '@jupyter/eslint-plugin';
import prettier from 'eslint-config-prettier';
import tseslint from 'typescript-eslint';

// lowest first; a folder may import only folders before it
const ORDER = ['wire', 'dag', 'api', 'models', 'components', 'notebook', 'panels', 'plugins'];

const layer = (name, i) => ({
  files: [`src/${name}/**/*.{ts,tsx}`],
  rules: {
    'no-restricted-imports': [
      'error',
      {
        patterns: [
          {
            group: ORDER.slice(i + 1).map(up => `**/${up}/**`),
            message: `${name}/ may not import a folder above it`
          },
          ...(name === 'dag'
            ? [
                {
                  group: ['@jupyterlab/*', '@lumino/*'],
                  message: 'dag/ also runs inside the notebook widget'
                }
              ]
            : [])
        ]
      }
    ]
  }
});

export default tseslint.config(
  { ignores: ['lib', 'node_modules'] },
  ...tseslint.configs.recommended,
  { plugins: { jupyter } },
  ...jupyter.configs.recommended,
  ...ORDER.slice(0, -1).map(layer),
  {
    files: ['src/**/*.ts', 'tests/**/*.ts'],
    rules: {
      curly: ['error', 'all'],
      eqeqeq: 'error',
      'prefer-arrow-callback': 'error',
      // tests build whole values and look into them
      '@typescript-eslint/no-non-null-assertion': 'off'
    }
  },
  {
    // these have no translator: they also run in the widget, or pass on the server's words
    files: ['src/{dag,api,models}/**/*.ts', 'tests/**/*.ts'],
    rules: { 'jupyter/no-untranslated-string': 'off' }
  },
  {
    // small, and needed as soon as the application starts
    files: ['src/plugins/**/*.ts'],
    rules: { 'jupyter/prefer-lazy-imports': 'off' }
  },
  prettier
);
