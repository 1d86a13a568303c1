import { takeRegistry } from '../lib/own-registry.ts'

/** Preloaded into a hub: its list of features is the tests' own. */
takeRegistry(new URL('./registry.ts', import.meta.url))
