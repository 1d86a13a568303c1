import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { RestoreDesk, type RestoreDeskParts } from '../../../../hub/features/backups/restore-desk.ts'
import { BACKUP } from '../../../../hub/features/backups/settings.ts'
import { ManualClock } from '../../../../shared/clock.ts'
import { silentLog } from '../../../../shared/log.ts'
import { eventually } from '../../../faults/lib/fleet.ts'
import { houseToPack, make, PASSPHRASE } from '../../archive/house-to-pack.ts'

let base: string
let folder: string
let name: string
let house: ReturnType<typeof houseToPack>
let clock: ManualClock
let failures: object[]
let problems: Map<string, string>
let restarts: string[]

beforeEach(async () => {
  base = mkdtempSync(join(tmpdir(), 'lares-desk-'))
  folder = join(base, 'house')
  mkdirSync(join(base, 'stick'))
  house = houseToPack(folder)
  name = (await make(folder, { kind: 'folder', folder: join(base, 'stick') })).name
  clock = new ManualClock()
  failures = []
  problems = new Map()
  restarts = []
})
afterEach(() => {
  house.close()
  rmSync(base, { recursive: true, force: true })
})

function desk(changes: Partial<RestoreDeskParts> = {}): RestoreDesk {
  return new RestoreDesk({
    ...{ folder, clock, log: silentLog },
    settings: { backup: BACKUP.schema.parse({ to: { stick: { folder: join(base, 'stick') } }, plain: true }) },
    health: { raise: (of, _code, message) => problems.set(of, message), clear: (of) => problems.delete(of) },
    startAgain: (why) => restarts.push(why),
    failed: (of) => failures.push(of),
    ...changes,
  })
}

const isDecided = () => readdirSync(folder).some((one) => one.endsWith('.decided'))
const wish = (ticket: string) => ({ ticket, place: 'stick', name })

describe('the desk at which a backup is restored', () => {
  it('decides once all is checked, says so, and only then has the hub begin again', async () => {
    const at = desk()
    at.begin(wish(at.keep(PASSPHRASE)))
    expect(at.state).toMatchObject({ state: 'unpacking', name, place: 'stick' })
    expect(problems.get('restore')).toContain('is unpacked')
    expect(() => at.keep(PASSPHRASE)).toThrow(`the backup ${name} is being restored already`)
    await eventually(() => at.state.state === 'decided', 30_000)
    expect(isDecided()).toBe(true)
    expect(problems.get('restore')).toContain('the hub starts again with it')
    expect(at.state.says).toContain(
      'Its hub.toml lies in the data folder as hub.toml.restored and is not used: the present one stays in force.',
    )
    expect(restarts).toEqual([])
    clock.advance(3_000)
    expect(restarts).toEqual([`the backup ${name} was restored`])
    expect(() => at.keep(PASSPHRASE)).toThrow('already')
    expect(failures).toEqual([])
  })

  it('says what is wrong, decides nothing, and takes the next one', async () => {
    const at = desk()
    at.begin(wish(at.keep('some other words')))
    await eventually(() => at.state.state === 'failed', 30_000)
    expect(at.state).toMatchObject({
      error: `the passphrase does not open ${name}`,
      hint: expect.stringContaining('Type it again'),
    })
    expect(failures).toEqual([
      { place: 'stick', name, code: 'bad_params', error: `the passphrase does not open ${name}` },
    ])
    expect([...problems]).toEqual([])
    expect(isDecided()).toBe(false)
    at.begin(wish(at.keep(PASSPHRASE)))
    await eventually(() => at.state.state === 'decided', 30_000)
  })

  it('forgets what opens it after a minute, and says that it was', () => {
    const at = desk()
    const ticket = at.keep(PASSPHRASE)
    clock.advance(60_000)
    at.begin(wish(ticket))
    expect(at.state).toMatchObject({ state: 'failed', hint: 'Ask for it again.' })
    expect(at.keep(PASSPHRASE)).not.toBe(ticket)
  })

  it('opens nothing with the ticket of somebody else', () => {
    const at = desk()
    const first = at.keep(PASSPHRASE)
    at.keep('of another one')
    at.begin(wish(first))
    expect(at.state.state).toBe('failed')
  })

  it('refuses where the hub cannot begin again by itself', () => {
    expect(() => desk({ startAgain: null }).keep(null)).toThrow('this hub cannot begin again by itself')
  })

  it('does not ask anything of a place that hub.toml does not name', async () => {
    const at = desk({ settings: {} })
    at.begin(wish(at.keep(PASSPHRASE)))
    await eventually(() => at.state.state === 'failed')
    expect(at.state.error).toContain('names no place stick')
  })

  it('ends what is unpacked when the hub stops, and decides nothing then', async () => {
    const at = desk()
    at.begin(wish(at.keep(PASSPHRASE)))
    await at.stop()
    expect(isDecided()).toBe(false)
    expect(failures).toEqual([])
    at.begin(wish('x'))
    expect(at.state.state).toBe('unpacking')
  })
})
