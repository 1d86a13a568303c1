import { chmodSync, mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { connectAsync } from 'mqtt'
import { configureSource } from '../../../edge/sensors/configure.ts'
import { LaresError } from '../../../shared/errors.ts'
import { formatJoinToken, parseJoinToken } from '../../../shared/join-token.ts'
import { type FakeTree, fakeTree } from '../../edge/health/fake-tree.ts'
import { readAll } from '../../edge/sensors/read-all.ts'
import { slaveText } from '../../edge/sensors/scratchpad.ts'
import { reading } from '../../hub/engine/engine-in-memory.ts'
import { lares } from '../lib/lares.ts'
import type { RunningHub } from '../lib/running-hub.ts'
import { type Tried, tried } from './tried.ts'

/** A sensor whose machine stays the same until its remedy was taken. */
function sensor(
  table: Record<string, unknown>,
  { wrong = () => {}, mend }: { wrong?: (tree: FakeTree) => void; mend: (tree: FakeTree) => void },
): Tried {
  const measured = async (prepare: ((tree: FakeTree) => void)[]) => {
    const tree = fakeTree()
    for (const one of prepare) one(tree)
    const own = Object.fromEntries(
      Object.entries(table).map(([key, value]) => [key, Array.isArray(value) ? value.map((one) => one(tree)) : value]),
    )
    try {
      const [result] = await readAll(configureSource('it', own, tree.machine).source)
      if (result && 'error' in result && result.error instanceof LaresError) return result.error.code
      return result && 'value' in result ? 'ok' : 'nothing'
    } catch (error) {
      return error instanceof LaresError ? error.code : String(error)
    }
  }
  return tried(
    () => measured([wrong]),
    () => measured([wrong, mend]),
  )
}

const program = (name: string) => () => name

/** What a Pi meets by itself: its programs, devices and files. */
export const MACHINE_CASES = {
  missing_program: sensor(
    { driver: 'command', command: [program('measure-it')] },
    { mend: (tree) => tree.program('measure-it', 'echo 21') },
  ),
  bad_value: sensor(
    { driver: 'command', command: [program('measure-it')] },
    {
      wrong: (tree) => tree.program('measure-it', 'echo warm'),
      mend: (tree) => tree.program('measure-it', 'echo 21'),
    },
  ),
  device_busy: sensor(
    { driver: 'command', command: [program('measure-it')] },
    {
      wrong: (tree) => tree.program('measure-it', 'echo "/dev/it: Device or resource busy" >&2; exit 1'),
      mend: (tree) => tree.program('measure-it', 'echo 21'),
    },
  ),
  program_failed: sensor(
    { driver: 'command', command: [program('measure-it')] },
    {
      wrong: (tree) => tree.program('measure-it', 'exit 3'),
      mend: (tree) => tree.program('measure-it', 'echo 21'),
    },
  ),
  no_permission: sensor(
    { driver: 'command', command: [(tree: FakeTree) => join(tree.root, 'measure-it')] },
    {
      wrong: (tree) => writeFileSync(join(tree.root, 'measure-it'), '#!/bin/sh\necho 21\n', { mode: 0o644 }),
      mend: (tree) => chmodSync(join(tree.root, 'measure-it'), 0o755),
    },
  ),
  device_missing: sensor(
    { driver: 'one-wire' },
    {
      mend(tree) {
        tree.write('/sys/bus/w1/devices/w1_bus_master1/w1_master_slaves', '')
        tree.write('/sys/bus/w1/devices/28-000000000001/w1_slave', slaveText(20_000))
      },
    },
  ),
} satisfies Record<string, Tried>

async function codeOf(line: string): Promise<string | undefined> {
  const { code, err } = await lares(line)
  return code === 0 ? 'ok' : /\[(\w+)\]\n$/.exec(err)?.[1]
}

async function answer<T>(line: string): Promise<T> {
  const { out, err } = await lares(`${line} --json`)
  if (err !== '') throw new Error(err)
  return JSON.parse(out) as T
}

/** What an agent and a device meet at a hub that runs. `running` starts it where it is wanted first. */
export function hubCases(running: () => Promise<RunningHub>) {
  const agent = () => mkdtempSync(join(tmpdir(), 'lares-agent-'))
  const invite = async () => {
    const { folder } = await running()
    const { token } = await answer<{ token: string }>(`devices invite Hall --data ${folder}`)
    return token
  }
  const join_ = (token: string, data = agent()) => codeOf(`edge join ${token} --data ${data}`)
  const joined = async () => join_(await invite())
  const withToken = (
    change: (token: ReturnType<typeof parseJoinToken>) => Partial<ReturnType<typeof parseJoinToken>>,
  ) =>
    tried(async () => {
      const token = parseJoinToken(await invite())
      return join_(formatJoinToken({ ...token, ...change(token) }))
    }, joined)
  const data = agent()
  const status = async () => {
    const { out } = await lares(`edge status --data ${data}`)
    return out.startsWith('not joined: lares edge join <token>') ? 'not_joined' : 'ok'
  }
  return {
    wrong_pin: withToken(() => ({ pin: 'p'.repeat(43) })),
    bad_code: withToken(() => ({ code: 'nothing-like-it' })),
    unreachable: withToken(() => ({ addresses: ['127.0.0.1:1'] })),
    code_used: tried(async () => {
      const token = await invite()
      await join_(token)
      return join_(token)
    }, joined),
    not_joined: tried(status, async () => {
      await join_(await invite(), data)
      return status()
    }),
    not_allowed: published(running, (device) => [`lares/somebody-${device}/readings`, `lares/${device}/readings`]),
    unknown_topic: published(running, (device) => [`lares/${device}/raedings`, `lares/${device}/readings`]),
  } satisfies Record<string, Tried>
}

/** A plain MQTT device publishes to a wrong topic and to the right one. */
function published(
  running: () => Promise<RunningHub>,
  topics: (device: string) => [wrong: string, right: string],
): Tried {
  let made: { device: string; secret: string } | null = null
  const send = async (which: 0 | 1) => {
    const { folder, plain } = await running()
    made ??= await answer<{ device: string; secret: string }>(`devices create Shed --data ${folder}`)
    const { device, secret } = made
    const client = await connectAsync(`mqtt://127.0.0.1:${plain}`, {
      clientId: device,
      username: device,
      password: secret,
      reconnectPeriod: 0,
    })
    await client.publishAsync(topics(device)[which], JSON.stringify(reading(1, 20)), { qos: 1 })
    await client.endAsync()
    const stored = await answer<{ readings: unknown[] }>(`readings latest ${device} --data ${folder}`)
    if (stored.readings.length > 0) return 'ok'
    const { rejected } = await answer<{ rejected: { code: string }[] }>(`rejected list ${device} --data ${folder}`)
    return rejected[0]?.code
  }
  return tried(
    () => send(0),
    () => send(1),
  )
}
