import { once } from 'node:events'
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { connectLocally } from '../../cli/admin-client.ts'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { makeDataFolder } from './lib/data-folder.ts'
import { problemsOf } from './lib/hub-health.ts'

const LETTERS = join(import.meta.dirname, 'letters/with-letters.ts')
/** More than a loaded machine takes for anything here. */
const PATIENCE = { timeout: 120_000, interval: 50 }

let data: ReturnType<typeof makeDataFolder>
let hub: HubProcess | null = null
/** Requests that wait for an answer, and the keys of all that came. */
const open: ServerResponse[] = []
const keys: string[] = []
const server = createServer((request, response) => {
  keys.push(String(request.headers['idempotency-key']))
  open.push(response)
})

beforeEach(async () => {
  data = makeDataFolder()
  open.length = 0
  keys.length = 0
  await once(server.listen(0, '127.0.0.1'), 'listening')
})
afterEach(async () => {
  await hub?.kill()
  hub = null
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
  data.remove()
})

async function start(): Promise<HubProcess> {
  hub = await startHub({ folder: data.folder, env: { NODE_OPTIONS: `--import ${LETTERS}` } })
  return hub
}

async function ask(area: string, verb: string, params: Record<string, unknown> = {}): Promise<unknown> {
  const client = await connectLocally(hub?.ports.socket ?? '')
  try {
    return await client.request(area, verb, params)
  } finally {
    await client.close()
  }
}

const send = (kind: 'letter' | 'siren') =>
  ask('letters', 'send', { kind, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` })
const came = (requests: number) => vi.waitFor(() => expect(keys).toHaveLength(requests), PATIENCE)
const becomes = (job: Record<string, unknown>) =>
  vi.waitFor(async () => expect(await ask('jobs', 'list')).toMatchObject({ jobs: [job] }), PATIENCE)

/** The engine tells its figures once a second. */
const shows = (line: string) =>
  vi.waitFor(async () => {
    const response = await fetch(`http://127.0.0.1:${hub?.ports.http}/metrics`)
    expect((await response.text()).split('\n')).toContain(line)
  }, PATIENCE)

describe('a real hub that is killed while a job runs', () => {
  it('runs it again with the same key when its kind says at least once', async () => {
    await start()
    await send('letter')
    await came(1)
    await shows('lares_jobs{kind="letter",state="running"} 1')
    await hub?.kill()
    await start()
    await came(2)
    await becomes({ state: 'running', attempts: 2 })
    open.at(-1)?.end('posted')
    await becomes({ state: 'done', attempts: 2 })
    expect(new Set(keys).size).toBe(1)
    await shows('lares_job_runs_total{kind="letter",outcome="done"} 1')
  })

  it('fails it, and says so until a person decides, when its kind says at most once', async () => {
    await start()
    await send('siren')
    await came(1)
    await hub?.kill()
    const running = await start()
    await becomes({ state: 'failed', last_code: 'outcome_unknown' })
    await vi.waitFor(async () => expect(await problemsOf(running)).toContain('job_failed'), PATIENCE)
    await ask('jobs', 'retry', { id: 1 })
    await came(2)
    await vi.waitFor(async () => expect(await problemsOf(running)).not.toContain('job_failed'), PATIENCE)
    open.at(-1)?.end('heard')
    await becomes({ state: 'done' })
  })
})

describe('a real hub that is told to stop while a job runs', () => {
  it('ends it, and begins it anew at its next start as if it had never run', async () => {
    await start()
    await send('letter')
    await came(1)
    await hub?.stop()
    await start()
    await came(2)
    open.at(-1)?.end('posted')
    await becomes({ state: 'done', attempts: 1 })
  })
})
