import { chmodSync, existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, statSync } from 'node:fs'
import { createServer, Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { isMainThread } from 'node:worker_threads'
import { afterEach, describe, expect, it, vi } from 'vitest'
import { askAgent, ControlSocket, controlSocket } from '../../../edge/control/control-socket.ts'
import { answerLogLevel, askLogLevel } from '../../../edge/control/log-level-command.ts'
import { AGENT_LOG_PARTS, LogLevels } from '../../../edge/control/log-levels.ts'
import { deviceCommands } from '../../../edge/orders/device-commands.ts'
import { ManualClock } from '../../../shared/clock.ts'
import { LaresError } from '../../../shared/errors.ts'
import { silentLog } from '../../../shared/log.ts'
import { LogBoard } from '../../../shared/log-board.ts'
import { readSources } from '../../source-tree.ts'

const NOBODY = 65_534

const stops: (() => Promise<void> | void)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0).reverse()) await stop()
})

function scratch(): string {
  const folder = mkdtempSync(join(tmpdir(), 'lares-levels-'))
  stops.push(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

/** The part of a running agent that answers, with its levels. */
async function running() {
  const clock = new ManualClock()
  const board = new LogBoard()
  board.open('info')
  let changes = 0
  const onChange = () => {
    changes += 1
  }
  const levels = new LogLevels({ clock, board, onChange })
  const folder = scratch()
  const answer = (question: unknown) => answerLogLevel(question, levels, 'info')
  const socket = new ControlSocket({ file: controlSocket(folder), clock, log: silentLog, answer })
  await socket.start()
  stops.push(() => socket.stop())
  const ask = (part?: string, level?: string, minutes?: number) =>
    askLogLevel([folder], {
      ...(part === undefined ? {} : { part }),
      ...(level === undefined ? {} : { level }),
      ...(minutes === undefined ? {} : { minutes }),
      json: false,
    })
  return { clock, board, levels, folder, ask, changes: () => changes }
}

/** A socket that nobody listens at, as a killed agent leaves it. */
async function leaveSocket(folder: string): Promise<void> {
  const server = createServer().listen(controlSocket(folder))
  await new Promise((resolve) => server.once('listening', resolve))
  // Renamed away while it closes, and back: else it would be removed.
  renameSync(controlSocket(folder), join(folder, 'left'))
  await new Promise((resolve) => server.close(resolve))
  renameSync(join(folder, 'left'), controlSocket(folder))
}

const thrown = (asked: Promise<unknown>) => asked.then(String, (error: unknown) => error as LaresError)

describe('the log level of a part of a running agent', () => {
  it('is changed until the agent ends, and shown with what all others say', async () => {
    const { board, ask, changes } = await running()
    expect(await ask()).toMatch(/^all others: info, as the configuration has it\nparts: all, agent, audio, /)
    expect(await ask('sensors', 'debug')).toMatch(/^sensors: debug, until the agent ends\n/)
    expect([board.allows('sensors', 'debug'), board.allows('link', 'debug')]).toEqual([true, false])
    expect(await ask('sensors')).toBe('sensors: debug, until the agent ends\n')
    expect(await ask('link')).toBe('link: info, as the configuration has it\n')
    expect(changes()).toBe(1)
  })

  it('is changed for a given time and is then as before', async () => {
    const { clock, board, ask, changes } = await running()
    expect(await ask('link', 'debug', 10)).toMatch(/^link: debug, until \d{4}-\d\d-\d\d /)
    clock.advance(9 * 60_000)
    expect(board.allows('link', 'debug')).toBe(true)
    clock.advance(60_000)
    expect(board.allows('link', 'debug')).toBe(false)
    expect(await ask('link')).toBe('link: info, as the configuration has it\n')
    expect(changes()).toBe(2)
    await ask('link', 'debug', 10)
    await ask('link', 'debug')
    clock.advance(3_600_000)
    expect(board.allows('link', 'debug')).toBe(true)
  })

  it('is that of all parts at once, which takes single ones back', async () => {
    const { board, ask } = await running()
    await ask('link', 'debug')
    expect(await ask('all', 'error')).toMatch(/^all: error, until the agent ends\nparts: /)
    expect([board.allows('link', 'warn'), board.allows('outbox', 'warn')]).toEqual([false, false])
    expect(await ask('link')).toBe('link: error, until the agent ends\n')
  })

  it('can be changed by the hub too, with the same words', async () => {
    const { levels, board, clock } = await running()
    const nothing = {} as never
    const commands = deviceCommands({
      clock,
      pins: nothing,
      hearing: nothing,
      outputs: nothing,
      status: nothing,
      levels,
      board: nothing,
      restart: null,
    })
    const command = commands.find(({ name }) => name === 'log_level')
    const until = clock.now() + 60_000
    expect(await command?.run({ part: 'gpio', level: 'debug', minutes: 1 }, { deadline: clock.mono() })).toEqual({
      levels: [{ part: 'gpio', level: 'debug', until }],
    })
    expect(board.allows('gpio', 'debug')).toBe(true)
    await expect(command?.run({ part: 'gpoi', level: 'debug' }, { deadline: clock.mono() })).rejects.toMatchObject({
      code: 'bad_params',
    })
  })

  it('has a name for every part that writes lines', () => {
    const named = readSources(['edge/**/*.ts']).flatMap(({ text }) =>
      Array.from(text.matchAll(/\.part\('([a-z-]+)'\)/g), ([, name]) => name),
    )
    expect(named.length).toBeGreaterThan(6)
    for (const name of named) expect(AGENT_LOG_PARTS).toContain(name)
  })
})

describe('a wrong question', () => {
  it('names the nearest part and level, whether or not an agent runs', async () => {
    const nobody = [scratch()]
    const ask = (part: string, level: string, more = {}) => askLogLevel(nobody, { part, level, json: false, ...more })
    expect(await thrown(ask('sensor', 'debug'))).toMatchObject({
      code: 'bad_params',
      message: 'there is no part sensor',
      hint: expect.stringMatching(/^Did you mean sensors\? It is one of all, /),
    })
    expect(await thrown(ask('sensors', 'debgu'))).toMatchObject({
      code: 'bad_params',
      message: 'there is no level debgu',
      hint: expect.stringMatching(/^Did you mean debug\?/),
    })
    expect(await thrown(ask('sensors', 'debug', { minutes: -1 }))).toMatchObject({ code: 'bad_params' })
    expect(await thrown(askLogLevel(nobody, { part: 'link', minutes: 5, json: false }))).toMatchObject({
      code: 'bad_params',
      message: expect.stringContaining('no level was named'),
    })
  })

  it('is answered with its remedy where no agent runs, also where one was killed', async () => {
    const { folder } = await running()
    const away = { code: 'unreachable', hint: expect.stringContaining('--data') }
    expect(await thrown(askAgent([scratch()], { ask: 'log_level' }))).toMatchObject(away)
    const killed = scratch()
    await leaveSocket(killed)
    expect(await thrown(askAgent([killed], { ask: 'log_level' }))).toMatchObject(away)
    for (const before of [join(killed, 'none'), killed])
      await expect(askAgent([before, folder], { ask: 'log_level' })).resolves.toMatchObject({})
  })

  it('of another user is refused: the socket is the own user’s alone', async ({ skip }) => {
    const { folder } = await running()
    expect(statSync(controlSocket(folder)).mode & 0o777).toBe(0o600)
    const isRoot = process.getuid?.() === 0
    if (isRoot && !isMainThread) skip('root may open everything, and a thread cannot become somebody else')
    chmodSync(controlSocket(folder), 0)
    if (isRoot) process.seteuid?.(NOBODY)
    const refused = { code: 'no_permission', hint: expect.stringContaining('sudo') }
    try {
      expect(await thrown(askAgent([folder], { ask: 'log_level' }))).toMatchObject(refused)
    } finally {
      if (isRoot) process.seteuid?.(0)
    }
  })

  it('that is none is refused, and the next one is answered', async () => {
    const { folder, ask } = await running()
    expect(await thrown(askAgent([folder], { ask: 'secrets' }))).toBeInstanceOf(LaresError)
    expect(await ask()).toContain('all others')
  })
})

describe('the socket of a running agent', () => {
  it('takes the place of one that was left behind, and goes with the agent', async () => {
    const { folder, ask, clock } = await running()
    const again = new ControlSocket({ file: controlSocket(folder), clock, log: silentLog, answer: () => 'second' })
    await again.start()
    expect(await askAgent([folder], {})).toBe('second')
    await again.stop()
    expect(await thrown(ask())).toMatchObject({ code: 'unreachable' })
  })

  it('that cannot be made leaves the agent without, and the log says so', async () => {
    const lines: string[] = []
    const log = { ...silentLog, warn: (_: object, line: string) => void lines.push(line) }
    const file = join(scratch(), 'no', 'such', 'folder', 'agent.sock')
    const socket = new ControlSocket({ file, clock: new ManualClock(), log, answer: () => null })
    await socket.start()
    expect(lines).toEqual([expect.stringContaining('cannot be asked')])
    await socket.stop()
  })

  it('is left out where something else lies in its place, which stays', async () => {
    const lines: string[] = []
    const log = { ...silentLog, warn: (_: object, line: string) => void lines.push(line) }
    const folder = scratch()
    mkdirSync(controlSocket(folder))
    const socket = new ControlSocket({ file: controlSocket(folder), clock: new ManualClock(), log, answer: () => null })
    await socket.start()
    expect(lines).toEqual([expect.stringContaining('cannot be asked')])
    expect(existsSync(controlSocket(folder))).toBe(true)
    await socket.stop()
  })

  it('outlives questions that it cannot take, as when descriptors run out', async () => {
    const listen = vi.spyOn(Server.prototype, 'listen')
    stops.push(() => listen.mockRestore())
    const { ask } = await running()
    const server = listen.mock.contexts[0] as Server
    for (let failure = 0; failure < 3; failure += 1) server.emit('error', new Error('accept EMFILE'))
    expect(await ask()).toContain('all others')
  })
})
