import { defineConfig } from 'vite';

// The preload of a sandboxed window must be one CommonJS file.
export default defineConfig({
  publicDir: false,
  build: {
    target: 'node24',
    outDir: 'dist/preload',
    emptyOutDir: true,
    minify: false,
    lib: { entry: 'preload/index.ts', formats: ['cjs'], fileName: () => 'index.cjs' },
    rollupOptions: { external: ['electron'] },
  },
});
