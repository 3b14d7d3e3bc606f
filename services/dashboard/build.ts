/** Builds the dashboard's page into `dist`. */
import path from 'node:path';
import react from '@vitejs/plugin-react';
import { build } from 'vite';

const folder = import.meta.dirname;

await build({
  root: path.join(folder, 'web'),
  configFile: false,
  logLevel: 'warn',
  plugins: [react()],
  build: {
    outDir: path.join(folder, 'dist'),
    emptyOutDir: true,
    // A data: URL would need another rule in the content security policy.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
});
