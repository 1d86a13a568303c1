import { basename, dirname } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { readSources } from '../source-tree.ts'
import { HouseCopy } from './features/house-copy.ts'
import { startCopy } from './features/running-copy.ts'

const REGISTRY = 'hub/features/registry.ts'
/** What other files may know of a feature that can be taken away: rows of other tables stand on its own. */
const KNOWN = new Set(['feature.ts', 'tables.ts'])

const program = readSources(['hub/**/*.ts', 'drizzle/**/*.ts', 'scripts/**/*.ts'])
const features = program
  .filter(({ path }) => /^hub\/features\/[^/]+\/feature\.ts$/.test(path))
  .map(({ path }) => basename(dirname(path)))

/** Imports of a feature's files by others, as the file that imports and the one that it imports. */
function usesOf(feature: string): { by: string; file: string }[] {
  const own = `hub/features/${feature}/`
  return program
    .filter(({ path }) => !path.startsWith(own))
    .flatMap(({ path, imports }) =>
      imports
        .filter(({ target }) => target.startsWith(own))
        .map(({ target }) => ({ by: path, file: basename(target) })),
    )
}

const removable = features.filter((feature) => usesOf(feature).every(({ file }) => KNOWN.has(file)))

describe('the features of this hub', () => {
  it('are known to their registries by a line each, and those that others need to them too', () => {
    for (const feature of features) {
      const uses = usesOf(feature)
      const lines = uses.filter(({ file }) => KNOWN.has(file)).filter(({ by }) => /registry|schema/.test(by)).length
      const others = new Set(uses.filter(({ file }) => !KNOWN.has(file)).map(({ by }) => by)).size
      process.stdout.write(`${feature}: ${lines} lines in registries, needed by ${others} files outside its folder\n`)
      expect(lines).toBeGreaterThanOrEqual(1)
      expect(lines).toBeLessThanOrEqual(2)
    }
    expect(removable.length).toBeGreaterThanOrEqual(4)
  })
})

describe('a hub without the line of', () => {
  const copy = new HouseCopy()
  const whole = copy.read(REGISTRY)
  afterAll(() => copy.remove())

  interface Described {
    commands: { area: string; verb: string }[]
  }
  const verbsOf = ({ commands }: Described) => commands.map(({ area, verb }) => `${area}/${verb}`)

  /** Not every feature has verbs: some only keep something in order. */
  async function verbsWithin(feature: string): Promise<string[]> {
    if (!program.some(({ path }) => path === `hub/features/${feature}/commands.ts`)) return []
    const { COMMANDS } = (await import(`../../hub/features/${feature}/commands.ts`)) as {
      COMMANDS: Described['commands']
    }
    return verbsOf({ commands: COMMANDS })
  }

  it.each(removable)('%s has nothing of it, and works', async (feature) => {
    const line = whole.split('\n').find((one) => one.includes(`'./${feature}/feature.ts'`)) ?? ''
    const gone = await verbsWithin(feature)
    copy.write(REGISTRY, whole.replace(`${line}\n`, ''))
    const hub = await startCopy(copy, 'log = "warn"\n')
    try {
      const verbs = verbsOf(hub.ask('admin', 'describe') as Described)
      expect(verbs.filter((verb) => gone.includes(verb))).toEqual([])
      expect(verbs).toContain('devices/list')
      const { device } = hub.ask('devices', 'create', 'Garden') as { device: string }
      expect(hub.ask('devices', 'list')).toMatchObject({ devices: [{ name: 'Garden', id: device }] })
    } finally {
      await hub.stop()
    }
  })
})
