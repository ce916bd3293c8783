// Builds the dashboard into ui/dist, which the server serves at `/`. ECharts comes in through dynamic imports only
// and so gets its own chunk, fetched when the first chart is drawn. `vite ui` serves it with the API proxied.

import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const api = process.env.INKLING_URL ?? 'http://127.0.0.1:8020';

export default defineConfig({
  root: import.meta.dirname,
  plugins: [react()],
  build: {
    outDir: 'dist',
    emptyOutDir: true,
    target: 'es2022',
    reportCompressedSize: true,
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { '/api': api, '/v1': api } },
});
