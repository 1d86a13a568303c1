import { describe, expect, it } from 'vitest'
import { SYNC_OFF } from '../../../../hub/sync/sync-status.ts'
import { ask, commandInput, query } from '../../engine/ask.ts'
import { openTestHouse, type TestHouse } from '../../engine/engine-in-memory.ts'
import { fleeting, gapsOf, outside, positionOf, problemOf, step } from './test-followers.ts'

interface Listed {
  followers: {
    name: string
    kind: string
    state: string
    lag_rows: number | null
    lag_seconds: number | null
    lost_rows: number
    gaps: number
    last_error: string | null
    position: number | null
  }[]
}

function houseWith(readings: number): TestHouse {
  const house = openTestHouse({ followers: [outside(), fleeting()] })
  house.device('garden-esp', 'mqtt')
  const items = Array.from({ length: readings }, (_, value) => ({ sensor: 's', kind: 'number', value }))
  house.send(['lares/garden-esp/readings', { items }])
  return house
}

const listed = (house: TestHouse, name = 'export') =>
  query<Listed>(house, 'followers/list').followers.find((one) => one.name === name)
const run = (house: TestHouse, verb: 'skip' | 'forget', params: Record<string, unknown>) =>
  ask(house, commandInput(`followers/${verb}`, params))
const TROUBLE = { code: 'unreachable', message: 'nobody answers' } as const

describe('followers/list', () => {
  it('says how far each is, in rows and in seconds', () => {
    const house = houseWith(10)
    step(house, { step: 'acknowledged', follower: 'export', from: 0, upto: 4 })
    house.now += 30_000
    expect(listed(house)).toMatchObject({ state: 'following', lag_rows: 6, lag_seconds: 30, position: 4, gaps: 0 })
    house.now += 300_000
    expect(listed(house)).toMatchObject({ state: 'behind', lag_seconds: 330 })
    step(house, { step: 'acknowledged', follower: 'export', from: 4, upto: 10 })
    expect(listed(house)).toMatchObject({ state: 'following', lag_rows: 0, lag_seconds: 0 })
    expect(listed(house, 'live')).toMatchObject({ kind: 'fleeting', lag_rows: null, position: null })
  })

  it('names what follows by machines of its own: rollups, and central', () => {
    const house = houseWith(10)
    expect(listed(house, 'rollup_5m')).toMatchObject({ kind: 'inside', position: 0, lag_rows: 10 })
    house.now += 50 * 60_000
    // An hour that is not over yet keeps nobody behind.
    expect([listed(house, 'rollup_5m')?.state, listed(house, 'rollup_1h')?.state]).toEqual(['following', 'following'])
    house.now += 20 * 60_000
    expect([listed(house, 'rollup_5m')?.state, listed(house, 'rollup_1h')?.state]).toEqual(['behind', 'behind'])
    house.now -= 20 * 60_000
    expect(listed(house, 'central')).toBeUndefined()
    house.db
      .prepare("INSERT INTO hub_settings (key, value) VALUES ('sync', ?)")
      .run(JSON.stringify({ site: 'a-site', epoch: 1 }))
    house.db
      .prepare(
        "INSERT INTO sync_streams (stream, table_name, epoch, first, upto, position, chain, history, updated_at) VALUES ('readings', 'readings', 1, 0, NULL, 7, '', '', 0)",
      )
      .run()
    expect(listed(house, 'central')).toMatchObject({ kind: 'sync', position: 7, lag_rows: 3 })
  })

  it('says what is wrong, as the health does, until rows are taken again', () => {
    const house = houseWith(10)
    step(house, { step: 'trouble', follower: 'export', error: TROUBLE })
    expect(problemOf(house, 'export')).toContain('"export" of readings does not get on: nobody answers')
    expect(listed(house)).toMatchObject({ state: 'failing', last_error: 'nobody answers' })
    house.restart()
    expect(problemOf(house, 'export')).toContain('nobody answers')
    step(house, { step: 'acknowledged', follower: 'export', from: 0, upto: 4 })
    expect(problemOf(house, 'export')).toBeNull()
    expect(listed(house)).toMatchObject({ state: 'following', last_error: null })
  })
})

describe('a row that is refused', () => {
  it('is passed over as a gap with what refused it', () => {
    const house = houseWith(10)
    const error = { code: 'bad_params', message: 'not a number' } as const
    expect(step(house, { step: 'refused', follower: 'export', from: 0, upto: 1, error }).verdict).toBe('stored')
    expect(step(house, { step: 'refused', follower: 'export', from: 0, upto: 1, error }).verdict).toBe('duplicate')
    expect(listed(house)).toMatchObject({ position: 1, lost_rows: 1, gaps: 1 })
    const { gaps } = query<{ gaps: unknown[] }>(house, 'followers/gaps', { name: 'export' })
    expect(gaps).toMatchObject([{ first_id: 1, last_id: 1, rows: 1, reason: 'refused', error: 'not a number' }])
  })
})

describe('followers/skip', () => {
  it('passes over the next row, whatever is between, and says so in the audit', () => {
    const house = houseWith(10)
    house.db.prepare('DELETE FROM readings WHERE id = 1').run()
    step(house, { step: 'trouble', follower: 'export', error: TROUBLE })
    expect(run(house, 'skip', { name: 'export' })).toMatchObject({ data: { first_id: 2, last_id: 2, rows: 1 } })
    expect(house.effects).toContainEqual({ kind: 'followers_changed' })
    expect(problemOf(house, 'export')).toBeNull()
    expect(positionOf(house, 'export')).toMatchObject({ position: 2, lost_rows: 1 })
    expect(gapsOf(house, 'export')).toEqual([{ first_id: 2, last_id: 2, rows: 1, reason: 'skipped' }])
    const audit = house.all("SELECT category FROM events WHERE event_type = 'follower_skipped'")
    expect(audit).toEqual([{ category: 'audit' }])
  })

  it('passes over everything when it is told to', () => {
    const house = houseWith(10)
    expect(run(house, 'skip', { name: 'export', all: true })).toMatchObject({ data: { first_id: 1, last_id: 10 } })
    expect(positionOf(house, 'export')).toMatchObject({ position: 10, lost_rows: 10 })
  })

  it('refuses where there is nothing to pass over, and says where to look', () => {
    const house = houseWith(1)
    run(house, 'skip', { name: 'export' })
    for (const [name, code] of [
      ['export', 'bad_params'],
      ['live', 'bad_params'],
      ['nobody', 'not_found'],
    ])
      expect(run(house, 'skip', { name })).toMatchObject({ error: { code, hint: 'See lares followers list.' } })
  })
})

describe('what keeps its position itself', () => {
  it('is passed over and forgotten by nobody', () => {
    const house = houseWith(1)
    for (const verb of ['skip', 'forget'] as const)
      expect(run(house, verb, { name: 'rollup_5m' })).toMatchObject({
        error: {
          code: 'bad_params',
          hint: 'It goes on by itself. Central is looked after with lares sync status.',
        },
      })
    expect(ask(house, commandInput('sync/status', {}, { prepared: SYNC_OFF }))).toMatchObject({ status: 'ok' })
  })
})

describe('followers/forget', () => {
  it('removes one that is not wanted any more, and no other', () => {
    const house = houseWith(3)
    expect(run(house, 'forget', { name: 'export' })).toMatchObject({
      error: {
        code: 'bad_params',
        hint: 'Take it out of hub.toml first, or pass over what waits: lares followers skip NAME --all.',
      },
    })
    house.restart({ followers: [] })
    expect(listed(house)).toMatchObject({ state: 'unwanted', lag_rows: null })
    expect(run(house, 'forget', { name: 'export' })).toMatchObject({ data: { name: 'export' } })
    expect(house.effects).toContainEqual({ kind: 'followers_changed' })
    expect(listed(house)).toBeUndefined()
  })
})
