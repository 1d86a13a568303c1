import { takeRegistry } from '../lib/own-registry.ts'

/** Preloaded into a hub: two of its features fail beside the broker. */
takeRegistry(new URL('./registry.ts', import.meta.url))
