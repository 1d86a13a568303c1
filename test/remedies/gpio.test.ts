import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'smol-toml'
import { describe, expect, it } from 'vitest'
import { configSchema } from '../../edge/config/schema.ts'
import { checkGpio } from '../../edge/doctor/machine-checks.ts'
import { openGpio } from '../../edge/gpio/open-port.ts'
import { PinPort } from '../../edge/gpio/pin-port.ts'
import type { Machine } from '../../edge/health/machine.ts'
import { Pins } from '../../edge/parts/pins.ts'
import { systemClock } from '../../shared/clock.ts'
import { LaresError } from '../../shared/errors.ts'
import { type LogFields, silentLog } from '../../shared/log.ts'
import { fakeGpiod } from '../edge/gpio/fake-gpiod.ts'
import { type FakeOnoff, fakeOnoff } from '../edge/gpio/fake-onoff.ts'
import { type FakeTree, fakeTree } from '../edge/health/fake-tree.ts'
import { asPattern } from './lib/as-pattern.ts'
import { groupFile, isInGroup, takeIntoGroup } from './lib/gpio-group.ts'
import { agentFolder, removeFolders, startAgent } from './lib/running-agent.ts'

type Settings = Record<string, unknown>

/** A Pi in a folder. What it has is put there by the case. */
interface Pi {
  tree: FakeTree
  machine: Machine
  onoff?: FakeOnoff
  loadOnoff?: FakeOnoff['load']
}

const BUTTON = { talk_button: 17 }
const ON_GPIOD = { ...BUTTON, backend: 'gpiod' }
const ON_ONOFF = { ...BUTTON, backend: 'onoff' }

/** What the agent says of its pins with this table [gpio], or `null` when they work. */
async function said(pi: Pi, table: Settings): Promise<{ reason: string; remedy: string } | null> {
  const config = configSchema.parse({ gpio: table }).gpio
  const { backend, base, chip } = config
  const settings = { backend, ...(base === undefined ? {} : { base }), ...(chip === undefined ? {} : { chip }) }
  const { machine, loadOnoff } = pi
  const options = { machine, clock: systemClock, log: silentLog, ...(loadOnoff ? { loadOnoff } : {}) }
  const port = await openGpio(settings, options)
  try {
    if (port.reason !== null) return { reason: port.reason, remedy: port.remedy ?? '' }
    if (config.talk_button)
      await port.watch(config.talk_button.pin, { activeLow: true, pull: 'up', debounceMs: 0 }, () => {})
    return null
  } catch (error) {
    if (error instanceof LaresError) return { reason: error.message, remedy: error.hint }
    throw error
  } finally {
    await port.close()
  }
}

function pi(prepare: (tree: FakeTree) => unknown = () => undefined): Pi {
  const tree = fakeTree()
  const made = prepare(tree)
  if (!isOnoff(made)) return { tree, machine: tree.machine }
  return { tree, machine: made.machine, onoff: made, loadOnoff: made.load }
}

const isOnoff = (made: unknown): made is FakeOnoff => typeof made === 'object' && made !== null && 'load' in made

/** A kernel whose files belong to the group. */
function guarded(tree: FakeTree, isGuarded: (path: string) => boolean): FakeOnoff {
  const kernel = fakeOnoff(tree)
  const may = (path: string) => isInGroup(tree) || !isGuarded(path)
  const machine: Machine = {
    ...kernel.machine,
    canWrite: async (path) => may(path) && (await kernel.machine.canWrite(path)),
    async writeText(path, text) {
      if (!may(path)) throw Object.assign(new Error(`EACCES: ${path}`), { code: 'EACCES' })
      await kernel.machine.writeText(path, text)
    },
  }
  return { ...kernel, machine }
}

const otherBoard = (tree: FakeTree) => {
  fakeGpiod(tree, 2)
  tree.program(
    'gpiodetect',
    '[ "$1" = --version ] && echo "gpiodetect (libgpiod) v2.2.1" || echo "gpiochip0 [sunxi] (32 lines)"',
  )
}
const sunxi = { gpiochip512: { label: 'sunxi', ngpio: 32 } } as Parameters<typeof fakeOnoff>[1]

/** The line of [gpio] that a remedy has. */
const lineOf = (remedy: string): Settings =>
  parse(/\b(?:backend|chip) = "[^"]*"/.exec(remedy)?.[0] ?? expect.fail(remedy)) as Settings

interface Case {
  what: string
  on: () => Pi
  table: Settings
  reason: string
  remedy: string
  /** Takes the remedy. Returns another table where the file is to be changed. */
  mend: (pi: Pi, remedy: string) => Settings | undefined | Promise<undefined>
}

const GROUP = 'Add its account to the group: sudo usermod -aG gpio …, then start the agent again.'

const CASES: Case[] = [
  {
    what: 'without the programs of libgpiod',
    on: () => pi(),
    table: ON_GPIOD,
    reason: 'gpiod: the program gpiodetect is not installed',
    remedy: 'Install the one of this system: sudo apt install gpiod.',
    mend({ tree }) {
      fakeGpiod(tree, 2)
      return undefined
    },
  },
  {
    what: 'with programs of another generation',
    on: () => pi((tree) => tree.program('gpiodetect', 'echo "gpiodetect (libgpiod) v3.0.0"')),
    table: ON_GPIOD,
    reason: 'libgpiod is of an unknown version: gpiodetect (libgpiod) v3.0.0',
    remedy: 'Only 1 and 2 are known here. …',
    mend({ tree }) {
      fakeGpiod(tree, 1)
      return undefined
    },
  },
  {
    what: 'whose chips may not be opened',
    on: () =>
      pi((tree) => {
        fakeGpiod(tree, 2)
        const gpiodetect = readFileSync(join(tree.root, 'bin/gpiodetect'), 'utf8')
        const denied = "gpiodetect: unable to open chip '/dev/gpiochip0': Permission denied"
        tree.program(
          'gpiodetect',
          `[ "$1" = --version ] || [ -e ${groupFile(tree)} ] || { echo "${denied}" >&2; exit 1; }\n${gpiodetect}`,
        )
      }),
    table: ON_GPIOD,
    reason: 'Permission denied',
    remedy: GROUP,
    mend: ({ tree }, remedy) => takeIntoGroup(tree, remedy),
  },
  {
    what: 'of another make, through libgpiod',
    on: () => pi(otherBoard),
    table: ON_GPIOD,
    reason: 'no GPIO chip of a Raspberry Pi',
    remedy: 'Write below [gpio] which has your pins: ….',
    mend: (_, remedy) => ({ ...ON_GPIOD, ...lineOf(remedy) }),
  },
  {
    what: 'of another make, through the files of the kernel',
    on: () => pi((tree) => fakeOnoff(tree, sunxi)),
    table: { ...ON_ONOFF, chip: 'sunx' },
    reason: 'no GPIO chip with the label sunx in /sys/class/gpio',
    remedy: 'Write below [gpio] which has your pins: ….',
    mend: (_, remedy) => ({ ...ON_ONOFF, ...lineOf(remedy) }),
  },
  {
    what: 'that shows no pins',
    on: () =>
      pi((tree) => tree.program('gpiodetect', '[ "$1" = --version ] && echo "gpiodetect (libgpiod) v1.6.3"; exit 0')),
    table: ON_GPIOD,
    reason: 'no GPIO chip of a Raspberry Pi',
    remedy:
      'This machine shows no pins at all: remove talk_button, mute_switch, buttons and status_led from [gpio], and relays from [outputs].',
    mend: () => ({ backend: 'none' }),
  },
  {
    what: 'whose kernel has no files for pins',
    on: () => pi(),
    table: ON_ONOFF,
    reason: 'onoff: the kernel has no /sys/class/gpio',
    remedy: 'Set [gpio] backend = "gpiod" and install its programs: sudo apt install gpiod.',
    mend({ tree }, remedy) {
      fakeGpiod(tree, 2)
      return { ...BUTTON, ...lineOf(remedy) }
    },
  },
  {
    what: 'where pins may not be asked for',
    on: () => pi((tree) => guarded(tree, (path) => path.endsWith('/export'))),
    table: ON_ONOFF,
    reason: '/sys/class/gpio/export may not be written',
    remedy: GROUP,
    mend: ({ tree }, remedy) => takeIntoGroup(tree, remedy),
  },
  {
    what: 'where the files of a pin may not be written',
    on: () => pi((tree) => guarded(tree, (path) => path.endsWith('/gpio529/value'))),
    table: ON_ONOFF,
    reason: 'the files of GPIO17 in /sys/class/gpio/gpio529 may not be written',
    remedy: GROUP,
    mend: ({ tree }, remedy) => takeIntoGroup(tree, remedy),
  },
  {
    what: 'where onoff was not built',
    on: () => ({
      ...pi((tree) => {
        fakeGpiod(tree, 2)
        return fakeOnoff(tree)
      }),
      loadOnoff: () => Promise.reject(new Error('Module did not self-register')),
    }),
    table: ON_ONOFF,
    reason: 'onoff is not installed or not built for this Node',
    remedy: 'Set [gpio] backend = "gpiod", or build it: sudo apt install build-essential, then npm install onoff in ….',
    mend(_, remedy) {
      const [, folder = ''] = / in (.*)\.$/.exec(remedy) ?? []
      expect(JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))).toHaveProperty(
        'optionalDependencies.onoff',
      )
      return { ...BUTTON, ...lineOf(remedy) }
    },
  },
  {
    what: 'whose pins begin at another number than [gpio] says',
    on() {
      const made = pi((tree) => fakeOnoff(tree))
      // What the kernel knows begins at 512: it has no 49.
      made.onoff?.refuse(49 - 512, 'EINVAL')
      return made
    },
    table: { ...ON_ONOFF, base: 32 },
    reason: 'the kernel has no GPIO17 (its number 49)',
    remedy: 'Where [gpio] base is set, remove it, so that it is looked up. Otherwise choose another pin.',
    mend: () => ON_ONOFF,
  },
  {
    what: 'one of whose pins the kernel has not',
    on() {
      const made = pi((tree) => fakeOnoff(tree))
      made.onoff?.refuse(17, 'EINVAL')
      return made
    },
    table: ON_ONOFF,
    reason: 'the kernel has no GPIO17 (its number 529)',
    remedy: 'Otherwise choose another pin.',
    mend: () => ({ ...ON_ONOFF, talk_button: 27 }),
  },
  {
    what: 'one of whose pins an overlay has',
    on() {
      const made = pi((tree) => fakeOnoff(tree))
      made.onoff?.refuse(17, 'EBUSY')
      return made
    },
    table: ON_ONOFF,
    reason: 'GPIO17 is used by the kernel',
    remedy: 'A dtoverlay in config.txt uses it. Remove the overlay or choose another pin.',
    mend: () => ({ ...ON_ONOFF, talk_button: 27 }),
  },
  {
    what: 'one of whose pins another program set',
    on() {
      const made = pi((tree) => fakeOnoff(tree))
      made.onoff?.freeze(17, 'direction', 'out')
      return made
    },
    table: ON_ONOFF,
    reason: 'GPIO17 refuses its direction',
    remedy: 'Another program or a dtoverlay uses it. Look at …, or choose another pin.',
    mend(_, remedy) {
      expect(remedy).toContain(' /sys/class/gpio/gpio529,')
      return { ...ON_ONOFF, talk_button: 27 }
    },
  },
  {
    what: 'that is to have none',
    on: () => pi((tree) => fakeGpiod(tree, 2)),
    table: { ...BUTTON, backend: 'none' },
    reason: 'GPIO17 cannot be used: [gpio] backend is "none"',
    remedy: 'Set [gpio] backend = "auto", or remove the button, light or output that has this pin.',
    mend: (_, remedy) => ({ ...BUTTON, ...lineOf(remedy) }),
  },
]

describe('the pins of a machine', () => {
  it.each(CASES)('$what: what it says, taken literally, works', async ({ on, table, reason, remedy, mend }) => {
    const made = on()
    const met = await said(made, table)
    expect(met?.reason).toContain(reason)
    expect(met?.remedy).toMatch(asPattern(remedy))
    const mended = (await mend(made, met?.remedy ?? '')) ?? table
    expect(await said(made, mended)).toBeNull()
  })

  it('without a program for resistors has another way to them, which is told', async () => {
    const warnings: LogFields[] = []
    const { tree, machine, loadOnoff } = pi((one) => fakeOnoff(one))
    const log = { ...silentLog, warn: (fields: LogFields) => void warnings.push(fields) }
    const options = { machine, clock: systemClock, log, ...(loadOnoff ? { loadOnoff } : {}) }
    const pull = async (backend: 'onoff' | 'gpiod') => {
      const port = await openGpio({ backend }, options)
      await port.watch(17, { activeLow: true, pull: 'up', debounceMs: 0 }, () => {})
      await port.close()
    }
    await pull('onoff')
    const remedy = String(warnings[0]?.remedy)
    expect(remedy).toMatch(
      asPattern('Set [gpio] backend = "gpiod", which sets it by itself, or put gpio=…=p… into config.txt'),
    )
    expect(remedy).toContain('gpio=17=pu ')
    const gpiod = fakeGpiod(tree, 2)
    const { backend } = lineOf(remedy)
    await pull(backend as 'gpiod')
    expect(warnings).toHaveLength(1)
    expect(gpiod.calls().some((call) => call.startsWith('gpiomon') && call.includes('--bias=pull-up'))).toBe(true)
  })
})

describe('who asks about pins', () => {
  it('reads the remedy of each way in the status of the agent, and nothing more once one was taken', async () => {
    const folder = agentFolder()
    const tree = fakeTree()
    try {
      const file = join(folder, 'edge.toml')
      writeFileSync(file, '[agent]\ndefault_sensors = false\n[gpio]\ntalk_button = 17\n')
      const without = await startAgent(folder, { file, machine: tree.machine })
      const { reason, hint } = without.missing('gpio') ?? {}
      expect(reason).toContain('talk: GPIO17 cannot be used')
      expect(hint).toBe(
        'Set [gpio] backend = "gpiod" and install its programs: sudo apt install gpiod. ' +
          'Or: Install the one of this system: sudo apt install gpiod.',
      )
      await without.stop()
      fakeGpiod(tree, 2)
      const mended = await startAgent(folder, { file, machine: tree.machine })
      expect(mended.missing('gpio')).toBeUndefined()
      await mended.stop()
    } finally {
      removeFolders([folder])
    }
  })

  it('reads it from the doctor too, also while an agent runs', async () => {
    const { tree, machine } = pi()
    const options = { dataFolder: tree.root, configFile: null, clock: systemClock, machine, status: null }
    const config = configSchema.parse({ gpio: ON_GPIOD })
    expect(await checkGpio({ ...options, config })).toMatchObject([
      { state: 'problem', mend: 'Install the one of this system: sudo apt install gpiod.' },
    ])
    const none = { ...options, config: configSchema.parse({ gpio: { ...BUTTON, backend: 'none' } }) }
    const [found] = await checkGpio(none)
    expect(found?.mend).toBe(
      'Set [gpio] backend = "auto", or remove talk_button, mute_switch, buttons and status_led, and relays from [outputs].',
    )
    const left = (outputs: object) => ({
      ...options,
      config: configSchema.parse({ gpio: { backend: 'none' }, outputs }),
    })
    expect(await checkGpio(left({ pump: { type: 'relay', pin: 22 } }))).toMatchObject([{ mend: found?.mend }])
    expect(await checkGpio(left({}))).toMatchObject([{ state: 'skipped' }])
    fakeGpiod(tree, 2)
    const auto = { ...none, config: configSchema.parse({ gpio: { ...BUTTON, ...lineOf(found?.mend ?? '') } }) }
    expect(await checkGpio(auto)).toMatchObject([{ state: 'ok' }])
  })

  it('reads it from the doctor also where only relays need pins and the running agent has none', async () => {
    const { tree, machine } = pi()
    const config = configSchema.parse({ outputs: { pump: { type: 'relay', pin: 22 } } })
    const options = { dataFolder: tree.root, configFile: null, clock: systemClock, machine, config }
    const of = (backend: 'none' | 'gpiod', reason: string | null) =>
      checkGpio({
        ...options,
        status: { missing: [], heartbeat: { gpio: { backend, base: null, reason } } },
      } as unknown as Parameters<typeof checkGpio>[0])
    expect(await of('none', 'there is no GPIO chip')).toMatchObject([
      { state: 'problem', says: 'there is no GPIO chip' },
    ])
    expect(await of('gpiod', null)).toMatchObject([{ state: 'ok' }])
  })

  it('hears of a button and of a light that have one pin, from the status and in the log', async () => {
    const warnings: LogFields[] = []
    const config = configSchema.parse({ gpio: { backend: 'simulated', talk_button: 17, status_led: 17 } }).gpio
    const log = { ...silentLog, warn: (fields: LogFields) => void warnings.push(fields) }
    const port = new PinPort({ settings: config, machine: fakeTree().machine, clock: systemClock, log })
    const pins = new Pins({
      ...{ config, port, clock: systemClock, log, outbox: { event: () => 'stored' as const } },
      ...{ onTalk: () => {}, onMute: () => {} },
    })
    await pins.start()
    await pins.stop()
    await port.stop()
    expect(warnings).toMatchObject([{ hint: 'Give each button and light its own pin.' }])
  })
})
