import { registerHooks } from 'node:module'

/**
 * Takes one safeguard out of the hub's source while it is loaded, so that a test can prove that it would notice.
 * Preload it with `NODE_OPTIONS=--import …`; LARES_TEST_MUTATION names the mutation. The program itself knows nothing of it.
 */
const MUTATIONS: Record<string, { file: string; from: string; to: string }> = {
  /** A commit returns before it is on the disk. */
  'synchronous-normal': {
    file: '/shared/sqlite/open.ts',
    from: "expect(db, 'synchronous', 'FULL', 2)",
    to: "expect(db, 'synchronous', 'NORMAL', 1)",
  },
  /** Nothing is ever told to go to the disk. */
  'synchronous-off': {
    file: '/shared/sqlite/open.ts',
    from: "expect(db, 'synchronous', 'FULL', 2)",
    to: "expect(db, 'synchronous', 'OFF', 0)",
  },
  /** A device's message is acknowledged when it arrives and stored afterwards. */
  'ack-first': {
    file: '/hub/front/house-hooks.ts',
    from: 'this.#parts.store(message.topic, message.payload, (verdict) => {',
    to: "settle('absorb'); this.#parts.store(message.topic, message.payload, (verdict) => {",
  },
}

const name = process.env.LARES_TEST_MUTATION ?? ''
const mutation = MUTATIONS[name]
if (!mutation) throw new Error(`LARES_TEST_MUTATION=${name} is none of ${Object.keys(MUTATIONS).join(', ')}`)

registerHooks({
  load(url, context, nextLoad) {
    const loaded = nextLoad(url, context)
    if (!url.endsWith(mutation.file)) return loaded
    const source = Buffer.from(loaded.source as Uint8Array).toString()
    if (source.split(mutation.from).length !== 2)
      throw new Error(`${mutation.file} does not have "${mutation.from}" exactly once: mend the mutation ${name}`)
    return { ...loaded, source: source.replace(mutation.from, mutation.to) }
  },
})
