import { join } from 'node:path'

const MUTATE = join(import.meta.dirname, 'mutate.ts')

/** What mutate.ts can take out of a hub. */
export type Safeguard = 'synchronous-normal' | 'synchronous-off' | 'ack-first'

/** The environment of a hub that misses it. Not as an argument: the engine's thread gets its own. */
export function withoutSafeguard(safeguard: Safeguard): NodeJS.ProcessEnv {
  return { NODE_OPTIONS: `--import ${MUTATE}`, LARES_TEST_MUTATION: safeguard }
}
