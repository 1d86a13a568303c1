import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { Postgres } from '../../scripts/lib/postgres.ts'
import { query } from '../central/postgres-servers.ts'

const stops: (() => Promise<void>)[] = []

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

function server(options: ConstructorParameters<typeof Postgres>[0] = {}): Postgres {
  const made = new Postgres(options)
  stops.push(() => made.stop('immediate'))
  return made
}

describe('the PostgreSQL of tests and demo', () => {
  it.each(['15', '18'] as const)('is version %s, with settings of one’s own, on loopback only', async (version) => {
    const postgres = server({ version, settings: { work_mem: '5MB' } })
    await postgres.start()
    const [row] = await query(
      postgres.url(),
      "SELECT split_part(current_setting('server_version'), '.', 1) AS version, current_setting('work_mem') AS work_mem, current_setting('listen_addresses') AS listen, current_setting('fsync') AS fsync",
    )
    expect(row).toEqual({ version, work_mem: '5MB', listen: '127.0.0.1', fsync: 'on' })
    await expect(query(postgres.url('postgres', 'postgres', 'wrong'), 'SELECT 1')).rejects.toThrow(/password/)
  })

  it('keeps what was committed when it is killed, and leaves no process behind', async () => {
    const postgres = server()
    await postgres.start()
    const url = postgres.url(await postgres.freshDatabase())
    await query(url, 'CREATE TABLE kept AS SELECT 1 AS n')
    const { pid } = postgres
    await postgres.kill()
    expect(postgres.pid).toBeNull()
    expect(existsSync(`/proc/${pid}`)).toBe(false)
    await expect(query(url, 'SELECT 1')).rejects.toThrow()
    await postgres.start()
    expect(await query(url, 'SELECT n FROM kept')).toEqual([{ n: 1 }])
    await postgres.restart('immediate')
    expect(await query(url, 'SELECT n FROM kept')).toEqual([{ n: 1 }])
  })

  it('runs in a folder where only its owner may go', async () => {
    const closed = mkdtempSync(join(tmpdir(), 'lares-closed-'))
    stops.push(async () => rmSync(closed, { recursive: true }))
    const postgres = server({ folder: join(closed, 'central') })
    await postgres.start()
    expect(await query(postgres.url(), 'SELECT 1 AS n')).toEqual([{ n: 1 }])
    await postgres.stop()
  })

  it('starts again in the folder of a program that died', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lares-kept-'))
    const program = `
      import { Postgres } from '${join(import.meta.dirname, '../../scripts/lib/postgres.ts')}'
      const postgres = new Postgres({ folder: process.argv[1] })
      await postgres.start()
      process.kill(process.pid, 'SIGKILL')`
    const died = spawn(process.execPath, ['--input-type=module', '--eval', program, folder], { stdio: 'inherit' })
    await new Promise((resolve) => died.once('exit', resolve))
    expect(readFileSync(join(folder, 'data/PG_VERSION'), 'utf8').trim()).toBe('18')
    const postgres = server({ folder })
    await postgres.start()
    expect(await query(postgres.url(), 'SELECT 1 AS n')).toEqual([{ n: 1 }])
    await postgres.stop()
    expect(existsSync(folder)).toBe(true)
    rmSync(folder, { recursive: true })
  })

  it('has a temporary folder from its start to its stop, and none when all tests that it is for are skipped', async () => {
    const postgres = server()
    expect(existsSync(postgres.folder)).toBe(false)
    await postgres.start()
    await postgres.stop()
    expect(existsSync(postgres.folder)).toBe(false)
  })
})
