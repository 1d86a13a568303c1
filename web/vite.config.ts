import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { brotliCompressSync, gzipSync } from 'node:zlib'
import { defineConfig, type Plugin } from 'vite'

const DIST = join(import.meta.dirname, 'dist')
/** What is smaller costs more packets than bytes. */
const WORTH_IT = 1_000

/** Beside each file its compressed forms: a Pi compresses nothing while somebody waits. */
function compressed(): Plugin {
  return {
    name: 'compressed',
    closeBundle() {
      for (const entry of readdirSync(DIST, { recursive: true, withFileTypes: true })) {
        if (!entry.isFile() || !/\.(js|css|html|svg|webmanifest)$/.test(entry.name)) continue
        const file = join(entry.parentPath, entry.name)
        const bytes = readFileSync(file)
        if (bytes.length < WORTH_IT) continue
        writeFileSync(`${file}.br`, brotliCompressSync(bytes))
        writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }))
      }
    },
  }
}

/** `scripts/page` builds with this into `web/dist`, which the hub serves. */
export default defineConfig({
  root: import.meta.dirname,
  plugins: [compressed()],
  // JSX is written for Preact by the compiler itself: there is no plug-in to keep.
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    target: 'es2022',
    outDir: DIST,
    emptyOutDir: true,
    // The policy for content lets nothing in that stands in the page itself.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 400,
  },
})
