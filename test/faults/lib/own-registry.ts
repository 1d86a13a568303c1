import { registerHooks } from 'node:module'

/** Has every thread of a hub take the features of a registry of the tests, which goes on to the real one. */
export function takeRegistry(own: URL): void {
  const real = new URL('../../../hub/features/registry.ts', import.meta.url).href
  registerHooks({
    resolve(specifier, context, next) {
      const found = next(specifier, context)
      return found.url === real && context.parentURL !== own.href ? { ...found, url: own.href } : found
    },
  })
}
