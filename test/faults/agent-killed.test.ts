import type { ChildProcess } from 'node:child_process'
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, afterEach, describe, expect, it } from 'vitest'
import { writeDeviceIdentity } from '../../edge/link/device-identity.ts'
import { makeCertificate } from '../edge/certificate.ts'
import { HubDouble } from '../edge/hub-double.ts'

const SECRET = 'canary7'.repeat(7).slice(0, 43)
const DEVICE = 'kitchen-x7k2m9'
const program = fileURLToPath(new URL('./agent-process.ts', import.meta.url))
const certificate = makeCertificate()
const folder = mkdtempSync(join(tmpdir(), 'lares-agent-killed-'))
const config = join(folder, 'edge.toml')
writeFileSync(
  config,
  `[agent]
log_level = "debug"
default_sensors = false
[sensors.room]
driver = "simulated"
period_s = 7
interval_s = 0.1
`,
)
afterAll(() => rmSync(folder, { recursive: true }))

interface Running {
  child: ChildProcess
  log: () => string
  ended: Promise<{ code: number | null; signal: string | null }>
}

const running: Running[] = []
afterEach(() => {
  for (const { child } of running.splice(0)) child.kill('SIGKILL')
})

function runAgent(verb: string, dataFolder: string): Running {
  const words = [program, verb, '--data', dataFolder, '--config', config]
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'pipe'] })
  let log = ''
  child.stdout.on('data', (text) => {
    log += String(text)
  })
  child.stderr.on('data', (text) => {
    log += String(text)
  })
  const ended = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal })),
  )
  const agent = { child, log: () => log, ended }
  running.push(agent)
  return agent
}

async function setUp(name: string) {
  const dataFolder = join(folder, name)
  const hub = new HubDouble({ certificate, device: DEVICE, secret: SECRET })
  await hub.start()
  mkdirSync(dataFolder, { mode: 0o700 })
  const where = { addresses: [hub.address], pin: certificate.pin, base: 'lares' }
  writeDeviceIdentity(dataFolder, { device: DEVICE, secret: SECRET, name: 'Kitchen', joined_at: 0, ...where })
  return { hub, dataFolder }
}

const LONG_MS = 60_000

describe('the agent as a process', () => {
  it('goes on after kill -9 where it was: no reading twice, connects counted, the will told', async () => {
    const { hub, dataFolder } = await setUp('killed')
    for (let round = 1; round <= 3; round += 1) {
      const agent = runAgent('run', dataFolder)
      const before = hub.values('readings').length
      await hub.until('readings come', () => hub.values('readings').length >= before + 5, LONG_MS)
      agent.child.kill('SIGKILL')
      await agent.ended
      await hub.until('the will was told', () => hub.wills.length === round, LONG_MS)
    }
    expect(hub.values('birth').map(({ connects }) => connects)).toEqual([1, 2, 3])
    expect(hub.wills).toEqual([{ connects: 1 }, { connects: 2 }, { connects: 3 }])
    expect(new Set(hub.values('birth').map(({ epoch }) => epoch)).size).toBe(1)
    const seqs = hub.received.filter(({ lane, duplicate }) => lane === 'live' && !duplicate).map(({ seq }) => seq ?? 0)
    expect(seqs).toEqual([...seqs].sort((a, b) => a - b))
    await hub.stop()
  })

  it('stops on SIGTERM within five seconds, with exit code 0 and no will, and never logs its secret', async () => {
    const { hub, dataFolder } = await setUp('stopped')
    const agent = runAgent('run', dataFolder)
    await hub.until('readings come', () => hub.values('readings').length >= 3, LONG_MS)
    const rss = /VmRSS:\s+(\d+) kB/.exec(readFileSync(`/proc/${agent.child.pid}/status`, 'utf8'))?.[1]
    process.stdout.write(`the agent's resident memory: ${Math.round(Number(rss) / 1024)} MB\n`)
    const second = runAgent('run', dataFolder)
    expect((await second.ended).code).toBe(5)
    expect(second.log()).toContain('[already_running]')
    const startedAt = performance.now()
    agent.child.kill('SIGTERM')
    expect(await agent.ended).toEqual({ code: 0, signal: null })
    expect(performance.now() - startedAt).toBeLessThan(5_000)
    expect(hub.wills).toEqual([])
    expect(agent.log()).toContain('the agent stops')
    expect(agent.log()).not.toContain(SECRET)
    await hub.stop()
  })

  it('finds the hub, its key and its credential by the doctor, and says with an exit code when one is wrong', async () => {
    const { hub, dataFolder } = await setUp('doctor')
    const well = runAgent('doctor', dataFolder)
    expect((await well.ended).code).toBe(0)
    expect(well.log()).toContain('the hub accepts this device')
    await hub.stop()
    const ill = runAgent('doctor', dataFolder)
    expect((await ill.ended).code).toBe(1)
    expect(ill.log()).toMatch(/PROBLEM +hub .*cannot reach/)
    expect(ill.log()).not.toContain(SECRET)
  })
})
