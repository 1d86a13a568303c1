import { execFileSync } from 'node:child_process'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { parse } from 'smol-toml'
import { describe, expect, it, onTestFinished } from 'vitest'
import { configSchema } from '../../edge/config/schema.ts'
import { checkOutputs } from '../../edge/doctor/output-check.ts'
import type { GpioSettings } from '../../edge/gpio/open-port.ts'
import type { Machine } from '../../edge/health/machine.ts'
import { ManualClock, systemClock } from '../../shared/clock.ts'
import type { LaresError } from '../../shared/errors.ts'
import { eventually } from '../edge/health/eventually.ts'
import { fakeTree } from '../edge/health/fake-tree.ts'
import { type FakePwm, fakePwm } from '../edge/outputs/fake-pwm.ts'
import { outputsBench } from '../edge/outputs/outputs-bench.ts'
import { asPattern } from './lib/as-pattern.ts'
import { found } from './lib/central.ts'
import { isInGroup, takeIntoGroup } from './lib/gpio-group.ts'
import { refusal } from './lib/refusal.ts'
import { agentFolder, removeFolders, startAgent } from './lib/running-agent.ts'

type Tables = Record<string, Record<string, unknown>>

/** A board in a folder. What it has is put there by the case. */
interface Board {
  clock: ManualClock
  pwm: FakePwm
  machine: Machine
  backend: GpioSettings['backend']
}

function board(prepare: (made: Board) => void = () => {}, options: Parameters<typeof fakePwm>[1] = {}): Board {
  const clock = new ManualClock()
  const pwm = fakePwm(clock, options)
  const made: Board = { clock, pwm, machine: pwm.machine, backend: 'gpiod' }
  prepare(made)
  return made
}

/** Starts the outputs of an agent, and says what is wrong with one of them, or `null` when every one can be switched. */
async function fault(tables: Tables, { clock, machine, backend }: Board): Promise<LaresError | null> {
  const bench = outputsBench({ tables, backend, clock, machine })
  await bench.outputs.secure()
  for (const { key } of bench.outputs.words()) {
    if (bench.outputs.failing().some((one) => one.key === key)) return refusal(() => bench.switch(key, 1))
    expect(await bench.switch(key, 1)).toMatchObject({ level: 1 })
  }
  await bench.outputs.stop()
  return null
}

/** The functions that drive a PWM, of each pin that has one: the README of the overlays. */
const FUNCTIONS: Readonly<Record<string, string>> = { 12: '4', 13: '4', 18: '2', 19: '2' }

/** What a Pi has after a restart with this line in its config.txt. */
function restarted(made: Board, line: string): void {
  const pins = [...line.matchAll(/,pin2?=(\d+),func2?=(\d)/g)]
  expect(pins.map(([, pin, func]) => [pin, func])).toEqual(pins.map(([, pin = '']) => [pin, FUNCTIONS[pin]]))
  expect(line).toMatch(pins.length === 1 ? /^dtoverlay=pwm,/ : /^dtoverlay=pwm-2chan,/)
  made.machine = made.pwm.machine
}

const withoutPwm = () =>
  board((made) => {
    made.machine = fakeTree({ clock: made.clock }).machine
  })

/** A kernel whose files of this kind belong to the group. */
function guarded(pattern: RegExp): Board {
  return board((made) => {
    const { machine, tree } = made.pwm
    const may = (path: string) => isInGroup(tree) || !pattern.test(path)
    made.machine = {
      ...machine,
      async canWrite(path) {
        if (may(path)) return machine.canWrite(path)
        // Whoever asks waits for udev, a little each time.
        setImmediate(() => made.clock.advance(5))
        return false
      },
      async writeText(path, text) {
        if (!may(path)) throw Object.assign(new Error(`EACCES: ${path}`), { code: 'EACCES' })
        await machine.writeText(path, text)
      },
    }
  })
}

/** Another program sets the channel of GPIO18 to its own pulses as long as it runs. */
function contended(): Board & { stopOther: () => void } {
  let isRunning = true
  const made = board((one) => {
    one.machine = {
      ...one.pwm.machine,
      async writeText(path, text) {
        await one.pwm.machine.writeText(path, text)
        if (isRunning && path.endsWith('pwm2/duty_cycle')) one.pwm.write(2, 'duty_cycle', '777')
      },
    }
  })
  return { ...made, stopOther: () => (isRunning = false) }
}

/** A pin that does not share its channel with this one, by what the remedy says. */
function pinOfAnotherChannel(remedy: string, pin: number): number {
  const pairs = [...remedy.matchAll(/GPIO(\d+) and GPIO(\d+)/g)].map(([, one, other]) => [Number(one), Number(other)])
  const other = pairs.find((pair) => !pair.includes(pin))?.[0]
  return pairs.some((pair) => pair.includes(pin)) && other !== undefined ? other : expect.fail(remedy)
}

interface Case {
  what: string
  on: () => Board
  tables: Tables
  says: string
  hint: string
  /** Takes the remedy, one way after the other. Returns other tables where the file is to be changed. */
  mend: ((made: Board, hint: string) => Tables | undefined | Promise<undefined>)[]
}

const SHELF: Tables = { shelf: { type: 'dimmer', pin: 18 } }
const at = (pin: number, more: Record<string, unknown> = {}) => ({ type: 'dimmer', pin, ...more })
const GROUP = 'Add its account to the group: sudo usermod -aG gpio …, then start the agent again.'
const NO_SUCH = 'Name one that is there: a folder of …, and a channel from 0 on, below the number in its file npwm.'

/** A chip and a channel that the board has, found as the remedy says. */
function nameOneThatIsThere({ pwm }: Board, hint: string): Tables {
  const folder = found(hint, /a folder of (\S+),/)
  const chip = found(execFileSync('ls', [join(pwm.root, folder)], { encoding: 'utf8' }), /^(pwmchip\d+)$/m)
  const file = join(pwm.root, folder, chip, found(hint, /its file (\w+)\./))
  return { shelf: at(40, { chip, channel: Number(readFileSync(file, 'utf8')) - 1 }) }
}

const otherBoard = () =>
  board(({ pwm }) => {
    pwm.tree.write('/sys/class/pwm/pwmchip0/npwm', '2\n')
    for (const channel of [2, 3, 4]) pwm.refuse('ENODEV', channel)
  })

const CASES: Case[] = [
  ...[12, 13, 18, 19].map((pin) => ({
    what: `at GPIO${pin}, of which the kernel has no PWM`,
    on: withoutPwm,
    tables: { shelf: at(pin) },
    says: `the kernel has no PWM for GPIO${pin}`,
    hint: 'Put dtoverlay=pwm,pin=…,func=… into config.txt and restart the Pi; for two dimmers see docs/operations.md',
    mend: [
      (made: Board, hint: string) => {
        expect(hint).toContain(`,pin=${pin},`)
        return restarted(made, found(hint, /Put (\S+) into/)) ?? undefined
      },
    ],
  })),
  {
    what: 'and another, where the kernel has no PWM',
    on: withoutPwm,
    tables: { shelf: at(12), hall: at(13) },
    says: 'the kernel has no PWM for GPIO12',
    hint: 'for two dimmers see docs/operations.md, "Dimmers".',
    mend: [
      (made, hint) => {
        const guide = readFileSync(join(import.meta.dirname, '../..', found(hint, /see (\S+),/)), 'utf8')
        const [, section = ''] = guide.split(`\n### ${found(hint, /"(.*)"/)}\n`)
        return restarted(made, found(section, /^(dtoverlay=pwm-2chan\S+)/m)) ?? undefined
      },
    ],
  },
  {
    what: 'whose channel may not be asked for',
    on: () => guarded(/\/export$/),
    tables: SHELF,
    says: 'channel 2 of /sys/class/pwm/pwmchip0 may not be exported',
    hint: GROUP,
    mend: [({ pwm }, hint) => takeIntoGroup(pwm.tree, hint)],
  },
  {
    what: 'whose files may not be written',
    on: () => guarded(/\/pwm2\//),
    tables: SHELF,
    says: 'the files in /sys/class/pwm/pwmchip0/pwm2 may not be written',
    hint: GROUP,
    mend: [({ pwm }, hint) => takeIntoGroup(pwm.tree, hint)],
  },
  {
    what: 'whose channel the kernel uses',
    on: () => board(({ pwm }) => pwm.refuse('EBUSY', 0), { board: 'Pi 4' }),
    tables: { shelf: at(12) },
    says: 'channel 0 of /sys/class/pwm/pwmchip0 is used by the kernel',
    hint: 'A fan, a backlight or an overlay uses it. Use another channel: that of another pin',
    mend: [(_, hint) => ({ shelf: at(pinOfAnotherChannel(hint, 12)) })],
  },
  {
    what: 'whose channel another program drives',
    on: contended,
    tables: SHELF,
    says: '/sys/class/pwm/pwmchip0/pwm2/duty_cycle keeps 777 instead of 0',
    hint: 'Another program drives this channel. Stop it. Or: Use another channel: that of another pin',
    mend: [
      (made) => void (made as ReturnType<typeof contended>).stopOther(),
      (_, hint) => ({ shelf: at(pinOfAnotherChannel(hint, 18)) }),
    ],
  },
  {
    what: 'that has the channel of another',
    on: () => board(() => {}, { board: 'Pi 4' }),
    tables: { 'Küche unten': at(13), hall: at(19) },
    says: 'GPIO19 has the PWM channel of [outputs."Küche unten"]',
    hint: 'Both would shine alike. Use another channel: that of another pin, in the table and in its dtoverlay',
    mend: [(_, hint) => ({ 'Küche unten': at(13), hall: at(pinOfAnotherChannel(hint, 19)) })],
  },
  {
    what: 'that names the channel of another',
    on: otherBoard,
    tables: { shelf: at(40, { chip: 'pwmchip0', channel: 0 }), hall: at(41, { chip: 'pwmchip0', channel: 0 }) },
    says: 'GPIO41 has the PWM channel of [outputs.shelf]',
    hint: 'or another number where the table has channel.',
    mend: [
      (_, hint) => ({
        shelf: at(40, { chip: 'pwmchip0', channel: 0 }),
        hall: at(41, { chip: 'pwmchip0', [found(hint, /where the table has (\w+)\./)]: 1 }),
      }),
    ],
  },
  {
    what: 'that names a channel that its chip has not',
    on: otherBoard,
    tables: { shelf: at(40, { chip: 'pwmchip0', channel: 4 }) },
    says: 'channel 4 of /sys/class/pwm/pwmchip0 could not be exported',
    hint: NO_SUCH,
    mend: [nameOneThatIsThere],
  },
  {
    what: 'that names a chip that is not there',
    on: otherBoard,
    tables: { shelf: at(40, { chip: 'pwmchip7', channel: 0 }) },
    says: 'channel 0 of /sys/class/pwm/pwmchip7 could not be exported',
    hint: NO_SUCH,
    mend: [nameOneThatIsThere],
  },
  {
    what: 'where no pin is to be touched',
    on: () => ({ ...board(), backend: 'none' }),
    tables: SHELF,
    says: '[gpio] backend is none',
    hint: 'Set [gpio] backend = "auto", or remove ….',
    mend: [
      (made, hint) => void Object.assign(made, parse(found(hint, /(backend = "\w+")/))),
      (_, hint) =>
        Object.fromEntries(Object.entries(SHELF).filter(([key]) => !hint.includes(`remove [outputs.${key}]`))),
    ],
  },
]

describe('a dimmer', () => {
  it.each(CASES)('$what: what it says, taken literally, works', async ({ on, tables, says, hint, mend }) => {
    for (const way of mend) {
      const made = on()
      const met = await fault(tables, made)
      expect(met?.message).toContain(says)
      expect(met?.hint).toMatch(asPattern(hint))
      const mended = (await way(made, met?.hint ?? '')) ?? tables
      expect(await fault(mended, made)).toBeNull()
    }
  })

  it('is told of the channels because another pin alone may have the same one', async () => {
    const made = board(({ pwm }) => pwm.refuse('EBUSY', 0), { board: 'Pi 4' })
    expect(await fault({ shelf: at(18) }, made)).toMatchObject({
      message: expect.stringContaining('used by the kernel'),
    })
  })
})

describe('an output that hangs', () => {
  const HANGS = 'Its driver or cable hangs. Unplug what is connected there, or restart the machine.'

  it('goes on by itself when what is connected there is unplugged', async () => {
    const { pwm, ...made } = board()
    const bench = outputsBench({ tables: SHELF, ...made })
    await bench.outputs.secure()
    const file = join(pwm.root, 'sys/class/pwm/pwmchip0/pwm2/duty_cycle')
    rmSync(file)
    execFileSync('mkfifo', [file])
    const hanging = refusal(() => bench.switch('shelf', 80))
    await eventually(() => {
      made.clock.advance(100)
      expect(bench.outputs.failing()).toHaveLength(1)
    })
    expect((await hanging).hint).toBe(HANGS)
    rmSync(file)
    pwm.write(2, 'duty_cycle', '0')
    await eventually(() => {
      made.clock.advance(50)
      expect(bench.outputs.failing()).toEqual([])
    })
    expect(await bench.switch('shelf', 80)).toMatchObject({ level: 80 })
  })

  it('works after a restart of the machine', async () => {
    const made = board()
    const hung: Machine = { ...made.machine, writeText: () => new Promise(() => {}) }
    const bench = outputsBench({ tables: SHELF, ...made, machine: hung })
    const securing = bench.outputs.secure()
    await new Promise((resolve) => setImmediate(resolve))
    made.clock.advance(5_000)
    await securing
    const met = await refusal(() => bench.switch('shelf', 1))
    expect(met).toMatchObject({ message: expect.stringContaining('did not answer within 5 s'), hint: HANGS })
    expect(await fault(SHELF, made)).toBeNull()
  })
})

describe('who reads of an output', () => {
  const doctor = (
    tables: Tables,
    { machine }: Pick<Board, 'machine'>,
    status: Parameters<typeof checkOutputs>[0]['status'],
  ) =>
    checkOutputs({
      ...{ dataFolder: '/nowhere', configFile: null, clock: systemClock, machine, status },
      config: configSchema.parse({ outputs: tables }),
    })

  /** An agent with these outputs, that runs until the test is over. */
  async function running({ machine }: Pick<Board, 'machine'>, text: string) {
    const folder = agentFolder()
    const file = join(folder, 'edge.toml')
    writeFileSync(file, `[agent]\ndefault_sensors = false\n${text}`)
    const agent = await startAgent(folder, { file, machine })
    onTestFinished(async () => {
      await agent.stop()
      removeFolders([folder])
    })
    return agent
  }

  it('from the doctor while no agent runs hears how the service may drive it', async () => {
    const made = guarded(/\/export$/)
    const [met] = await doctor(SHELF, made, null)
    expect(met).toMatchObject({ state: 'problem', says: '/sys/class/pwm/pwmchip0/export may not be written' })
    await takeIntoGroup(made.pwm.tree, met?.mend ?? '')
    expect(await doctor(SHELF, made, null)).toMatchObject([{ state: 'ok' }])
  })

  it('that a running agent cannot drive reads its remedy, in the status and from the doctor', async () => {
    const made = withoutPwm()
    const shelf = '[outputs.shelf]\ntype = "dimmer"\npin = 18\n'
    const before = await running(made, shelf)
    const [met] = await doctor(SHELF, made, before.agent.status())
    expect(met).toMatchObject({ state: 'problem', says: 'the kernel has no PWM for GPIO18 in /sys/class/pwm' })
    expect(before.missing('output shelf')).toMatchObject({ reason: met?.says, hint: met?.mend })
    restarted(made, found(met?.mend ?? '', /Put (\S+) into/))
    const after = await running(made, shelf)
    expect(await doctor(SHELF, made, after.agent.status())).toMatchObject([{ state: 'ok' }])
  })

  it('that a running agent does not know yet is told to restart it', async () => {
    const made = board()
    const gpio = '[gpio]\nbackend = "simulated"\n'
    const pump = `${gpio}[outputs.pump]\ntype = "relay"\npin = 17\n`
    const { outputs: tables } = parse(pump) as { outputs: Tables }
    const before = await running(made, gpio)
    const [met] = await doctor(tables, made, before.agent.status())
    expect(met?.mend).toBe('Restart the agent: sudo systemctl restart lares-edge')
    const command = found(met?.mend ?? '', /^Restart the agent: (.*)$/)
    made.pwm.tree.program('sudo', `echo "$*" > ${made.pwm.root}/restarted`)
    await made.machine.run(command.split(' '), { timeoutMs: 5_000 })
    expect(readFileSync(join(made.pwm.root, 'restarted'), 'utf8')).toBe('systemctl restart lares-edge\n')
    const after = await running(made, pump)
    expect(await doctor(tables, made, after.agent.status())).toMatchObject([{ state: 'ok' }])
  })
})
