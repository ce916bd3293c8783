// Builds the browser SDK into dist: sdk.js for a script element, which the server serves at /sdk.js, and sdk.mjs for
// bundlers.

import { defineConfig } from 'vite';

export default defineConfig({
  root: import.meta.dirname,
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2020',
    lib: {
      entry: 'src/index.ts',
      name: 'InklingSdk',
      formats: ['iife', 'es'],
      fileName: (format) => (format === 'es' ? 'sdk.mjs' : 'sdk.js'),
    },
    minify: 'oxc',
  },
});
