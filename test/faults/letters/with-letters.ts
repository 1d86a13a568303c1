import { registerHooks } from 'node:module'

/** Preloaded into a hub: its list of features is the tests' own, which goes on to the real one. */
const own = new URL('./registry.ts', import.meta.url).href
const real = new URL('../../../hub/features/registry.ts', import.meta.url).href

registerHooks({
  resolve(specifier, context, next) {
    const found = next(specifier, context)
    return found.url === real && context.parentURL !== own ? { ...found, url: own } : found
  },
})
