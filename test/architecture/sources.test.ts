import { globSync, readFileSync, statSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT, type Source } from '../source-tree.ts'
import { everything, inFolder, program, source } from './program.ts'

/** Files whose whole purpose is to list the files of a folder. */
const REGISTRIES = [
  'drizzle/sqlite/schema.ts',
  'drizzle/edge/schema.ts',
  'hub/features/registry.ts',
  'shared/messages/registry.ts',
]

/** Files above the limit of 400 lines must not exist; these may not grow further until they are split. */
const LINES = 400

/** Timers and clocks outside of shared/clock.ts, each with its reason. */
const CLOCK_EXCEPTIONS = new Map([
  ['shared/clock.ts', 'the clock itself'],
  ['web/hub/page-clock.ts', "the browser's"],
  ['cli/awaited-answers.ts', 'a command of a person waits for one answer of a real hub and ends'],
])

/** Where the environment is read or changed outside of shared/environment.ts, each with its reason. */
const ENVIRONMENT_EXCEPTIONS = new Map([
  ['shared/environment.ts', 'the one place that reads it'],
  ['scripts/lib/demo/main.ts', 'takes the address of an administrator away from the programs that it starts'],
])

describe('a file', () => {
  it('has at most 400 lines', () => {
    const long = everything
      .map(({ path, text }) => ({ path, lines: text.split('\n').length - 1 }))
      .filter(({ path, lines }) => lines > LINES && !path.startsWith('test/'))
    expect(long).toEqual([])
  })

  it('is named in kebab-case, and not as a drawer', () => {
    const wrong = everything
      .map(({ path }) => path)
      .filter(
        (path) =>
          !/^[a-z0-9-]+(?:\.(?:test|config|d))?\.tsx?$/.test(basename(path)) ||
          /^(?:utils?|helpers?|common|misc)\.ts$|-\d+\.ts$/.test(basename(path)),
      )
    expect(wrong).toEqual([])
  })

  it('exports by name, its own things, and no enums', () => {
    const wrong = program.flatMap(({ path, code, imports }) => [
      ...(/^export default\b/m.test(code) && !/(kit|vite)\.config\.ts$/.test(path)
        ? [`${path} has a default export`]
        : []),
      ...(/^export \*/m.test(code) ? [`${path} exports everything of another`] : []),
      ...(/^(?:export )?(?:const )?enum\b/m.test(code) ? [`${path} has an enum`] : []),
      ...(/^(?:export )?namespace\b/m.test(code) ? [`${path} has a namespace`] : []),
      ...(imports.some(({ reexport }) => reexport) && !REGISTRIES.includes(path) ? [`${path} is a barrel`] : []),
      ...(/\bas any\b|: any\b|<any>/.test(code) ? [`${path} uses any`] : []),
    ])
    expect(wrong).toEqual([])
  })

  it('takes the time from the clock it is given', () => {
    const clock = /\bDate\.now\(|\bnew Date\(\)|(?<![.\w])set(?:Timeout|Interval)\((?!\w+:)|\bperformance\.now\(/
    const wrong = program.filter(({ path, code }) => clock.test(code) && !CLOCK_EXCEPTIONS.has(path))
    expect(wrong.map(({ path }) => path)).toEqual([])
    // An exception that is no longer needed is taken off the list.
    for (const path of CLOCK_EXCEPTIONS.keys()) expect(source(path).code).toMatch(clock)
  })
})

describe('the environment', () => {
  it('is read in one place, for which an empty variable is none', () => {
    const reads = /\bprocess\.env\b|\benv\??\.?\[|\benv\??\.[A-Z][A-Z\d_]+\b|\benv\b[^\n]*from 'node:process'/
    // What a program gives to those that it starts is no setting of its own.
    const given = /\boptions\.env\b/
    const lines = program.flatMap(({ path, code }) => code.split('\n').map((line) => ({ path, line })))
    const wrong = lines.filter(
      ({ path, line }) => reads.test(line) && !given.test(line) && !ENVIRONMENT_EXCEPTIONS.has(path),
    )
    expect(wrong).toEqual([])
    for (const path of ENVIRONMENT_EXCEPTIONS.keys()) expect(source(path).code).toMatch(reads)
  })

  it('is read by shell scripts with a default for what is empty too', () => {
    const scripts = ['lares', ...globSync('scripts/**/*', { cwd: ROOT })].filter(
      (path) =>
        statSync(join(ROOT, path)).isFile() && /^#!.*sh$|shellcheck/m.test(readFileSync(join(ROOT, path), 'utf8')),
    )
    expect(scripts.length).toBeGreaterThan(5)
    const wrong = scripts.filter((path) => /\$\{[A-Z_]+[-+=?]/.test(readFileSync(join(ROOT, path), 'utf8')))
    expect(wrong).toEqual([])
  })
})

/**
 * Files of edge/ that use the file system themselves, each with what it is for. What lies below /sys, /proc and /dev is asked
 * through `Machine`, where a driver that hangs costs at most one thread.
 */
const OWN_FILES = new Map([
  ['edge/config/load-settings.ts', 'our configuration'],
  ['edge/control/control-socket.ts', 'our socket'],
  ['edge/doctor/machine-checks.ts', 'whether our folder is there'],
  ['edge/doctor/outbox-check.ts', 'our outbox'],
  ['edge/doctor/service-check.ts', 'programs on the path'],
  ['edge/health/child-program.ts', 'the first line of a program that the kernel did not run'],
  ['edge/health/kernel-files.ts', 'the files of the kernel, one at a time'],
  ['edge/hearing/stale-recorder.ts', 'the number of our recorder'],
  ['edge/link/device-identity.ts', 'our identity'],
  ['edge/outbox/kept-room.ts', 'room beside our outbox'],
  ['edge/outbox/open-outbox.ts', 'our outbox'],
  ['edge/outbox/set-aside.ts', 'what lies beside our outbox'],
  ['edge/run.ts', 'our identity'],
  ['edge/status/status-file.ts', 'our word'],
])

describe('the files of the kernel', () => {
  it('are asked by the agent through one reader, which no hung driver can make hold more than one thread', () => {
    const readers = inFolder('edge').filter(({ imports }) =>
      imports.some(({ target, typeOnly }) => /^node:fs(?:\/promises)?$/.test(target) && !typeOnly),
    )
    expect(readers.map(({ path }) => path).sort()).toEqual([...OWN_FILES.keys()])
    // Words of /dev are compared with what a unit allows; only the machine is asked for one.
    const asking = readers.filter(({ code }) =>
      /['"`]\/(?:sys|proc)\b|\w\(\s*(?<!\bstartsWith\()['"`]\/dev\b/.test(code.replace(/\bmachine\.\w+\([^)]*\)/g, '')),
    )
    expect(asking.map(({ path }) => path)).toEqual([])
  })
})

/** What may be shortened to a fixed length by `slice`: lists, and texts whose every character is one UTF-16 unit. */
const LISTS_AND_ASCII = new Set([
  'hub/features/search/check-index.ts: WORDS_LOOKED_UP',
  'hub/query/search-words.ts: MOST_PIECES',
  'central/sites.ts: 30',
  'edge/orders/desired.ts: 40',
  'edge/orders/desired.ts: 64',
  'hub/listen/addresses.ts: JOIN_ADDRESSES',
  'hub/dialects/homeassistant/announced-device.ts: IDENTITIES',
  'hub/dialects/homeassistant/read-announcement.ts: ENTITIES_PER_DEVICE',
  'hub/features/devices/introduction.ts: 100',
  'hub/features/devices/joining.ts: SELECTOR_LENGTH',
  'hub/features/logins/setup-codes.ts: SELECTOR_LENGTH',
  'hub/features/makers/announced.ts: REASONS_KEPT',
  'hub/features/makers/commands.ts: AT_ONCE',
  'hub/features/makers/commands.ts: NAMES_TOLD',
  'hub/features/makers/departures.ts: NAMES_TOLD',
  'hub/features/makers/list-makers.ts: ENTITIES_SHOWN',
  'hub/features/makers/list-makers.ts: REASONS_TOLD',
  'hub/features/rejected/commands.ts: 1_000',
  'hub/features/secrets/problems-told.ts: NAMED',
  'hub/features/upkeep/mended.ts: EVENTS',
  'hub/features/upkeep/mended.ts: TOLD_RANGES',
  'hub/features/voice/voice-tools.ts: COMMANDS',
  'hub/health/hub-health.ts: PROBLEMS',
  'hub/models/held-answer.ts: CALLS_AT_ONCE',
  'scripts/lib/bench/history.ts: CONNECTIONS',
  'shared/ids.ts: 33',
  'shared/ids.ts: KEY_BASE',
  'shared/introduced-sensors.ts: SENSORS_KEPT_PER_DEVICE',
  'shared/introduced-sensors.ts: SHOWN',
  'web/screens/device/device-events.tsx: SHOWN',
  'web/screens/overview/device-cards.tsx: SHOWN',
  'web/screens/overview/latest-events.tsx: SHOWN',
])

describe('text', () => {
  it('is shortened by cutText, which cuts no character in two', () => {
    const cuts = program.flatMap(({ path, code }) =>
      [...code.matchAll(/\.(?:slice|substring|substr)\(0, ([2-9]\d|\d[\d_]{2,}|[A-Z_]{3,})\)/g)].map(
        ([, length]) => `${path}: ${length}`,
      ),
    )
    expect(cuts.filter((cut) => !LISTS_AND_ASCII.has(cut))).toEqual([])
  })
})

describe('a registry lists every file of its folder', () => {
  /** Paths of files whose code matches, and those the registry imports or exports. */
  function compare(registry: string, files: Source[], marker: RegExp) {
    const wanted = files.filter(({ code }) => marker.test(code)).map(({ path }) => path)
    const listed = new Set(source(registry).imports.map(({ target }) => target))
    return { wanted, missing: wanted.filter((path) => !listed.has(path)) }
  }

  it.each([
    ['shared/messages/registry.ts', inFolder('shared/messages'), /^export const \w+ = message\(/m, 20],
    ['shared/sensors/index.ts', inFolder('shared/sensors'), /^export const \w+ = sensorKind\(/m, 20],
    ['edge/sensors/index.ts', inFolder('edge/sensors'), /^export const \w+ = sourceDriver\(/m, 8],
    ['hub/features/registry.ts', inFolder('hub/features'), /^export const feature: FeatureParts = /m, 10],
    ['drizzle/sqlite/schema.ts', inFolder('hub'), /^export const \w+ = syncedTable\(/m, 7],
  ])('%s', (registry, files, marker, atLeast) => {
    const { wanted, missing } = compare(registry, files, marker)
    expect(missing).toEqual([])
    expect(wanted.length).toBeGreaterThanOrEqual(atLeast)
  })

  it('with every command and every table that its files export', () => {
    const named = (files: Source[], maker: string) =>
      files.flatMap(({ code }) =>
        [...code.matchAll(new RegExp(`^export const (\\w+) = ${maker}\\(`, 'gm'))].map(([, n]) => n),
      )
    const words = (text: string) => new Set(text.match(/\w+/g))
    const tables = words(source('drizzle/sqlite/schema.ts').code)
    expect(named(inFolder('hub'), 'syncedTable').filter((name) => !tables.has(name ?? ''))).toEqual([])
    const features = inFolder('hub/features').filter(({ path }) => path.endsWith('/feature.ts'))
    const unlisted = features.flatMap(({ path }) => {
      const files = inFolder(dirname(path))
      const list = files.map(({ code }) => /^export const COMMANDS = \[([^\]]*)\]/m.exec(code)?.[1] ?? '').join()
      return named(files, 'adminCommand').filter((name) => !words(list).has(name ?? ''))
    })
    expect(unlisted).toEqual([])
  })

  it('whose messages and kinds have one definition each', () => {
    const many = [...inFolder('shared/messages'), ...inFolder('shared/sensors')]
      .map(({ path, code }) => [path, [...code.matchAll(/= (?:message|sensorKind)\(/g)].length] as const)
      .filter(([, definitions]) => definitions > 1)
    expect(many).toEqual([])
  })
})
