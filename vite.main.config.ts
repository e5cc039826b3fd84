import { cpSync, globSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { dirname, join } from 'node:path';
import { defineConfig, type Plugin } from 'vite';

// The desktop's main process as plain JavaScript, one file per module, so that paths beside a module (SQL, the server
// of a child process, a worker) stay what they are in the sources.
const entries = [
  'main/app.ts',
  'main/worker.ts',
  'main/view-worker.ts',
  'main/sandbox/clickhouse/server.ts',
  'main/sandbox/clickhouse/watch-owner.ts',
];

/** SQL, and the cases and scenarios that come with Tieout, are read from beside their modules. */
const copyTexts = (): Plugin => ({
  name: 'copy-texts',
  closeBundle() {
    for (const file of globSync(['main/**/*.{sql,yaml}', 'main/scenarios/*.json']))
      cpSync(file, join('dist', dirname(file), file.slice(dirname(file).length + 1)));
  },
});

export default defineConfig({
  publicDir: false,
  build: {
    ssr: true,
    target: 'node24',
    outDir: 'dist',
    emptyOutDir: false,
    minify: false,
    rollupOptions: {
      input: entries,
      external: [/^node:/, ...builtinModules, /^[^./](?!:)/],
      output: { format: 'es', preserveModules: true, preserveModulesRoot: '.', entryFileNames: '[name].js' },
    },
  },
  plugins: [copyTexts()],
});
