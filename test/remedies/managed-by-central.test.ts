import { describe, expect, it } from 'vitest'
import { useCentral } from '../central/postgres-servers.ts'
import { ask, commandInput } from '../hub/engine/ask.ts'
import { type HouseWithScopes, useHouses } from '../hub/sync/scopes-at-central.ts'
import { asPattern } from './lib/as-pattern.ts'
import { central, found } from './lib/central.ts'

const begin = useHouses(useCentral('18'))

/** A house that has taken, or refused, one row of central's; `before` runs in it. */
async function withRow(
  table: string,
  row: { id: string } & Record<string, unknown>,
  before = '',
): Promise<HouseWithScopes> {
  const home = await begin()
  home.house.db.exec(before)
  await home.grant('care')
  await home.put('care', table, row)
  home.pump.start()
  await home.taken('care')
  return home
}

function refused(home: HouseWithScopes, verb: `${string}/${string}`, params: Record<string, unknown>): string {
  const { error } = ask(home.house, commandInput(verb, params))
  return error?.hint ?? expect.fail(`${verb} was not refused`)
}

async function done(home: HouseWithScopes, line: string, input = ''): Promise<void> {
  expect(await central({ url: home.admin, line: `${line} --yes`, input })).toMatchObject({ code: 0, err: '' })
}

const GROUP = { id: 'g', name: 'Day', owner_id: 'u-bert' }
const YIELD = { table: 'device_groups', key: 'g' }

describe('a row that central manages', () => {
  it('is changed there, by the line that is told', async () => {
    const home = await withRow('users', { id: 'u-bert', email: 'bert@example.org' })
    const hint = refused(home, 'users/update', { email: 'bert@example.org', role: 'admin' })
    expect(hint).toMatch(asPattern('Change it there: lares central put … … FILE.'))
    const row = { id: 'u-bert', email: 'bert@example.org', role: 'admin' }
    await done(home, found(hint, /there: (lares .*)\.$/).replace('FILE', '-'), JSON.stringify(row))
    await home.taken('care')
    await home.soon('the change is here', () => home.one<{ role: string }>('SELECT role FROM users')?.role === 'admin')
  })

  it('is erased here once it was taken out there', async () => {
    const home = await withRow('users', { id: 'u-bert', email: 'bert@example.org' })
    const hint = refused(home, 'users/erase', { email: 'bert@example.org' })
    expect(hint).toMatch(asPattern('Take the person out there first: lares central remove … users …. Then erase here.'))
    await done(home, found(hint, /first: (lares .*)\. Then/))
    await home.taken('care')
    await home.soon('it has left', () => home.one('SELECT 1 FROM managed_rows') === undefined)
    expect(ask(home.house, commandInput('users/erase', { email: 'bert@example.org' })).status).toBe('ok')
  })

  it('and was refused for what it says is taken out there by the line that is told', async () => {
    const home = await withRow('device_groups', GROUP)
    const hint = refused(home, 'sync/yield', YIELD)
    expect(hint).toMatch(
      asPattern('Only central can change that: lares central conflicts says how, or take it out there: ….'),
    )
    await done(home, found(hint, /: (lares central conflicts) says/))
    await done(home, found(hint, /out there: (lares .*)\.$/))
    expect(await home.taken('care')).toMatchObject({ refused: [] })
  })

  it('and would be refused still when an own row made room is mended there, and then takes its place', async () => {
    const own = "INSERT INTO device_groups (id, name, created_at, updated_at) VALUES ('g', 'Own', 1, 1)"
    const home = await withRow('device_groups', GROUP, own)
    const hint = refused(home, 'sync/yield', YIELD)
    expect(home.one('SELECT name, managed_by FROM device_groups')).toEqual({ name: 'Own', managed_by: 'site' })
    expect(hint).toMatch(asPattern('Only central can change that: lares central conflicts says how.'))
    const { out } = await central({ url: home.admin, line: found(hint, /: (lares central conflicts) says/) })
    expect(out).toContain('refused g of device_groups from care')
    await done(home, 'put care users -', JSON.stringify({ id: 'u-bert', email: 'bert@example.org' }))
    await home.taken('care')
    expect(ask(home.house, commandInput('sync/yield', YIELD)).error).toBeUndefined()
    expect(home.one('SELECT name, owner_id FROM device_groups')).toEqual({ name: 'Day', owner_id: 'u-bert' })
  })
})
