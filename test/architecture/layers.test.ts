import { dirname } from 'node:path'
import { describe, expect, it } from 'vitest'
import { everything, inFolder, program, source } from './program.ts'

/**
 * Which folders the files of a folder may import from, beside their own. Imports go down only, and so do type imports: a
 * layer that needs only the shape of a higher one still cannot be understood without it. `x/*` is every folder below `x`.
 * A line that begins with a file adds what that one file may import; an entry that ends in `.ts` is that one file.
 */
const MAY_IMPORT: Record<string, string> = {
  shared: 'shared/messages shared/sensors shared/terminal',
  'shared/admin': 'shared shared/messages',
  'shared/messages': 'shared',
  'shared/sensors': '',
  'shared/sqlite': 'shared',
  'shared/terminal': 'shared shared/admin shared/sensors',

  // Engines that hear and speak, for whoever has a machine for them: nothing of a hub or an agent.
  'speech/packages': 'shared',
  'speech/sound': 'shared',
  'speech/ports': 'speech/sound',
  'speech/moonshine': 'shared speech/packages speech/ports speech/sound',
  'speech/ranked': 'shared speech/ports speech/sound',
  'speech/wyoming': 'shared speech/ports speech/sound',
  'speech/voices': 'shared speech/ports speech/sound',
  speech: 'shared shared/terminal speech/*',

  // What every agent needs, from the machine upwards; parts join a driver with the settings and the outbox.
  'edge/health': 'shared shared/messages',
  'edge/control': 'shared',
  'edge/sound': 'shared',
  'edge/outbox': 'shared shared/messages shared/sqlite',
  'edge/gpio': 'edge/health shared',
  'edge/outputs': 'edge/gpio edge/health shared shared/messages',
  'edge/sensors': 'edge/health shared shared/messages shared/sensors',
  'edge/hearing': 'edge/health edge/sound shared shared/messages',
  'edge/speaking': 'edge/sound shared shared/messages',
  'edge/config': 'edge/gpio edge/health edge/outputs edge/sensors shared shared/messages',
  'edge/link': 'edge/hearing edge/outbox shared shared/messages',
  'edge/status': 'edge/control edge/link shared shared/messages',
  'edge/parts':
    'edge/config edge/control edge/gpio edge/health edge/hearing edge/link edge/outbox edge/outputs edge/sensors edge/speaking edge/status shared shared/messages',
  'edge/orders':
    'edge/config edge/control edge/health edge/outbox edge/parts edge/status shared shared/messages shared/sqlite',
  'edge/doctor':
    'edge/config edge/gpio edge/health edge/hearing edge/link edge/outbox edge/outputs edge/sensors edge/speaking edge/status shared shared/sqlite',
  edge: 'edge/* shared shared/sqlite',

  'hub/store': 'shared shared/sqlite',
  // The list of all tables is the registry that the migration kit reads; these files take it from there.
  'hub/store/declarations.ts': 'drizzle/sqlite/schema.ts',
  'hub/store/central-tables.ts': 'drizzle/sqlite/schema.ts',
  'hub/store/erasure-plan.ts': 'drizzle/sqlite/schema.ts',
  // Keys of what is sealed, and what is opened with them: every thread has its own.
  'hub/secrets': 'hub/store shared shared/sqlite',
  // Everything of a house in one file, and back: in processes of their own, and in the command that restores.
  'hub/archive': 'hub/secrets hub/store shared shared/sqlite shared/terminal',
  'hub/engine': 'hub/secrets hub/store shared shared/admin shared/messages shared/sqlite',
  // What a feature may have, and what the threads give to its parts.
  'hub/contract': 'hub/engine hub/secrets shared',
  // Reads what others publish: no input or output, no clock, no database.
  'hub/dialects': 'hub/dialects/templates shared',
  'hub/dialects/homeassistant': 'hub/dialects hub/dialects/templates shared',
  'hub/dialects/tasmota': 'hub/dialects shared',
  'hub/dialects/templates': 'shared',
  'hub/dialects/zigbee2mqtt': 'hub/dialects hub/dialects/templates shared',
  // The thread that listens at brokers of somebody else, and its end on the front.
  'hub/makers': 'hub/dialects hub/dialects/homeassistant hub/dialects/tasmota hub/dialects/zigbee2mqtt shared',
  // The thread that shows the house at brokers of somebody else, and its end on the front.
  'hub/links': 'hub/engine hub/makers shared',
  'hub/query': 'hub/engine shared shared/sqlite',
  // Sentences that people say, and what they mean: no house, no clock, no database.
  'hub/language': '',
  'hub/language/de': 'hub/language',
  'hub/language/en': 'hub/language',
  // Requests to servers that hub.toml names.
  'hub/http': 'shared',
  // Models on servers of somebody, that answer, hear and speak.
  'hub/models': 'hub/engine hub/http shared speech/ports speech/ranked speech/sound',
  // One turn from its sound to the end of its answer: it knows no database, and asks the house.
  'hub/talk':
    'hub/contract hub/engine hub/models hub/secrets shared shared/messages speech speech/packages speech/ports speech/ranked speech/sound speech/voices speech/wyoming',
  'hub/features/voice': 'hub/language hub/language/de hub/language/en hub/talk speech/ranked speech/wyoming',
  'hub/features/alerts': 'hub/http',
  'hub/features/makers': 'hub/makers',
  'hub/features/backups': 'hub/archive',
  'hub/features/homeassistant': 'hub/links hub/makers',
  // What is known of brands and kinds, in Home Assistant's words.
  'hub/integrations': '',
  'hub/features/import': 'hub/integrations',
  'hub/features': 'hub/contract hub/engine hub/features/* shared shared/messages',
  'hub/features/*':
    'hub/contract hub/engine hub/features/* hub/query hub/secrets hub/store shared shared/admin shared/messages shared/sensors shared/sqlite',
  'hub/admin': 'hub/engine hub/features hub/features/users hub/store shared shared/messages shared/sqlite',
  'hub/broker': 'hub/engine shared',
  'hub/voice': 'hub/contract hub/engine shared shared/messages',
  'hub/sync': 'hub/engine hub/store shared shared/sqlite',
  'hub/health': 'hub/broker hub/engine hub/features/retention hub/store shared shared/messages',
  'hub/listen': 'hub/broker hub/config.ts hub/store shared',
  'hub/core':
    'hub/admin hub/config.ts hub/engine hub/features hub/features/* hub/health hub/hub-options.ts hub/secrets hub/store hub/sync shared shared/sqlite',
  'hub/front':
    'hub/admin hub/broker hub/contract hub/core hub/engine hub/features hub/health hub/secrets shared shared/messages',
  'hub/web': 'hub/broker hub/contract hub/engine hub/features/users hub/listen hub/sync shared shared/messages',
  // Puts the parts of a hub together.
  'hub/composition':
    'hub/admin hub/broker hub/contract hub/core hub/engine hub/features hub/features/users hub/front hub/health hub/hub-options.ts hub/listen hub/secrets hub/store hub/sync hub/voice hub/web shared shared/messages',
  hub: 'hub/archive hub/composition hub/contract hub/core hub/engine hub/features hub/features/logins hub/health hub/listen hub/store shared',

  central: 'hub/store shared shared/admin shared/sqlite shared/terminal',

  // What a hub can be asked stands in a file that is written from the hub's list; no code of it is loaded.
  'cli/pages': 'shared shared/admin shared/terminal',
  'cli/completion': 'shared',
  // Reads a list of devices from a file and hands it over.
  'cli/import': 'cli shared shared/terminal',
  'cli/diagnose': 'cli shared shared/sqlite',
  // What goes on at a hub after a command was answered, by its answers to other commands.
  'cli/progress': '',
  // A hub on another machine: by what it is known, who is logged in there, and the way to it.
  'cli/elsewhere': 'cli shared shared/terminal',
  cli: 'cli/* shared shared/admin shared/messages shared/terminal',
  'cli/lares.ts': 'central/main.ts edge/main.ts hub/main.ts speech/main.ts',

  // A client of the admin topics in a browser: no code of the hub, only what all of them agree on.
  'web/words': 'web/hub',
  'web/hub': 'shared shared/messages',
  'web/parts': 'web/hub web/words',
  'web/answer': 'web/hub web/parts web/words',
  'web/entities': 'shared/messages web/hub web/parts web/words',
  'web/shell': 'web/hub web/screens/* web/words',
  'web/screens/*': 'web/answer web/entities web/hub web/parts web/shell/title.ts web/words',
  web: 'web/hub web/shell web/style web/words',

  'drizzle/edge': '',
  'drizzle/postgres': '',
  'drizzle/sqlite': 'hub/admin hub/features/*',

  'scripts/lib':
    'central edge edge/config edge/outputs edge/sensors hub hub/broker hub/engine hub/features hub/store shared shared/* speech',
  'scripts/lib/package': '',
  // The benchmark measures on the slow card that the fault tests model.
  'scripts/lib/bench':
    'central hub/core hub/engine hub/features/devices hub/language hub/language/de hub/language/en hub/store hub/sync scripts/lib scripts/lib/bench/history scripts/lib/bench/makers scripts/lib/bench/store scripts/lib/bench/voice shared shared/sqlite speech speech/packages test/faults/lib/shim.ts test/hub/features/voice/sentence-score.ts',
  // The speaker is the one of the tests.
  'scripts/lib/bench/voice':
    'edge/speaking scripts/lib/bench shared shared/messages speech speech/ports speech/sound speech/voices speech/wyoming test/end-to-end/speaker-in-the-room.ts',
  // The browser is the one of the tests.
  'scripts/lib/bench/history': 'hub/store scripts/lib/bench shared test/end-to-end/browser/find-chromium.ts',
  // The broker of a house that is there already is the one of the tests.
  'scripts/lib/bench/makers': 'scripts/lib/bench shared test/hub/makers/mosquitto.ts',
  // It runs the modules of two checkouts, and takes their types from this one.
  'scripts/lib/bench/store': 'hub/core hub/engine scripts/lib/bench shared shared/messages shared/sqlite',
  // The demo asks a hub as any person does, as a client of the admin topics, and makes sites as `lares central` does.
  'scripts/lib/demo':
    'central cli/admin-client.ts scripts/lib shared shared/sqlite speech/packages speech/ports speech/sound speech/voices',
}

describe('the layers', () => {
  it('import only downwards, from folders that their own may use', () => {
    const wrong = program.flatMap(({ path, imports }) =>
      imports
        .filter(({ own, target }) => own && dirname(target) !== dirname(path))
        .filter(({ target }) => !linesOf(path).some((line) => entriesOf(line).some((entry) => covers(entry, target))))
        .map(({ target }) => `${path} → ${target}`),
    )
    expect(wrong).toEqual([])
  })

  it('have a line for every folder, and none that nothing uses', () => {
    const unnamed = program.map(({ path }) => path).filter((path) => linesOf(path).length === 0)
    expect(unnamed).toEqual([])
    const unused = Object.keys(MAY_IMPORT).flatMap((line) => {
      const targets = program
        .filter(({ path }) => linesOf(path).includes(line))
        .flatMap(({ imports }) => imports.map(({ target }) => target))
      return entriesOf(line)
        .filter((entry) => !targets.some((target) => covers(entry, target)))
        .map((entry) => `${line} → ${entry}`)
    })
    expect(unused).toEqual([])
  })

  it('never reach into the tests, and nobody but the demo imports the command line', () => {
    const installed = program.filter(({ path }) => !path.startsWith('scripts/lib/bench/'))
    const wrong = installed.flatMap(({ path, imports }) =>
      imports
        .filter(
          ({ target }) =>
            /^test\//.test(target) || (/^cli\//.test(target) && !/^(?:cli|scripts\/lib\/demo)\//.test(path)),
        )
        .map(({ target }) => `${path} → ${target}`),
    )
    expect(wrong).toEqual([])
  })

  it('import only files that exist', () => {
    const known = new Set(everything.map(({ path }) => path))
    const missing = everything.flatMap(({ path, imports }) =>
      imports
        .filter(({ own, target }) => own && target.endsWith('.ts') && !known.has(target))
        .map(({ target }) => `${path} → ${target}`),
    )
    expect(missing).toEqual([])
  })

  it('have no cycle at run time', () => {
    expect(cycles()).toEqual([])
  })

  // drizzle-orm costs each thread that loads it memory, and a tenth of the time of a start.
  it.each([
    'hub/main.ts',
    'hub/run.ts',
    'hub/sync/sync-worker.ts',
    'hub/admin/reader-worker.ts',
    'hub/store/backup-process.ts',
    ...inFolder('hub/features')
      .map(({ path }) => path)
      .filter((path) => /\/(?:feature|commands|front|settings)\.ts$/.test(path)),
  ])('let %s do without the declared tables, which only the engine needs', (entry) => {
    expect(chainTo('hub/store/drizzle.ts', entry)).toBeNull()
  })

  // It begins the engine's thread first: what it loads before that, the thread waits for.
  it.each(['hub/hub.ts', 'shared/codec.ts', 'shared/log.ts'])('let the words of the hub do without %s', (heavy) => {
    expect(chainTo(heavy, 'hub/main.ts')).toBeNull()
  })

  it('let a feature name its engine, its commands and its front part without loading them', () => {
    const features = inFolder('hub/features').filter(({ path }) => path.endsWith('/feature.ts'))
    const loaded = features.flatMap(({ path, imports }) =>
      imports
        .filter(
          ({ own, typeOnly, later, target }) =>
            own && !typeOnly && !later && !/\/(?:settings|event-types|problems)\.ts$/.test(target),
        )
        .map(({ target }) => `${path} → ${target}`),
    )
    expect(features.length).toBeGreaterThan(8)
    expect(loaded).toEqual([])
  })
})

/** The lines of the table that speak for a file. */
function linesOf(path: string): string[] {
  return Object.keys(MAY_IMPORT).filter((line) => covers(line, path))
}

function entriesOf(line: string): string[] {
  return (MAY_IMPORT[line] ?? '').split(' ').filter((entry) => entry !== '')
}

/** Whether an entry of the table means this file: a file, a folder, or every folder below one. */
function covers(entry: string, path: string): boolean {
  if (entry.endsWith('.ts')) return path === entry
  return entry.endsWith('/*') ? dirname(path).startsWith(entry.slice(0, -1)) : dirname(path) === entry
}

/** How `from` comes to load `target` when it starts, as the chain of their files; `null` when it does not. */
function chainTo(target: string, from: string, seen = new Set<string>()): string | null {
  if (from === target) return from
  seen.add(from)
  for (const { own, typeOnly, later, target: next } of source(from).imports) {
    if (!own || typeOnly || later || !next.endsWith('.ts') || seen.has(next)) continue
    const chain = chainTo(target, next, seen)
    if (chain !== null) return `${from} → ${chain}`
  }
  return null
}

/** Every cycle of imports that are more than types, each once, as the chain of its files. */
function cycles(): string[] {
  const graph = new Map(
    program.map(({ path, imports }) => [
      path,
      imports.filter(({ own, typeOnly }) => own && !typeOnly).map(({ target }) => target),
    ]),
  )
  const done = new Set<string>()
  const found: string[] = []
  const walk = (path: string, trail: string[]) => {
    const seen = trail.indexOf(path)
    if (seen >= 0) found.push([...trail.slice(seen), path].join(' → '))
    if (seen >= 0 || done.has(path)) return
    for (const next of graph.get(path) ?? []) walk(next, [...trail, path])
    done.add(path)
  }
  for (const path of graph.keys()) walk(path, [])
  return found
}
