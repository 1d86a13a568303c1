import { describe, expect, it } from 'vitest'
import { findAdminCommand } from '../../../hub/features/commands.ts'
import { accountOf } from '../callers.ts'
import { ask, authorizedFor, commandInput } from '../engine/ask.ts'
import { openTestHouse, START, type TestHouse } from '../engine/engine-in-memory.ts'

const NO_OWNER = 'No owner is left in Home: only an administrator can change it then.'
const NO_ADMINISTRATOR = 'No administrator is left: only the local socket of this machine administers then.'

/** What a call would take away, or `null`. */
function danger(house: TestHouse, verb: `${string}/${string}`, params: Record<string, unknown>): string | null {
  const [area = '', name = ''] = verb.split('/')
  const command = findAdminCommand(area, name)
  if (!command?.danger) throw new Error(`${verb} is not dangerous`)
  return command.danger({ db: house.db, caller: authorizedFor(verb), now: house.now }, command.params.parse(params))
}

/** A house of Ann, who administers, and of people who are this in it. */
function houseOf(...others: [name: string, account: 'admin' | 'user', role: string][]): TestHouse {
  const house = openTestHouse()
  for (const [name, account, role] of [['ann', 'admin', 'owner'] as const, ...others]) {
    house.db
      .prepare('INSERT INTO users (id, email, role, created_at, updated_at) VALUES (?, ?, ?, ?, ?)')
      .run(name, `${name}@example.org`, account, START, START)
    house.db
      .prepare(
        'INSERT INTO people (id, house_id, user_id, name, role, created_at, updated_at) SELECT ?, id, ?, ?, ?, 1, 1 FROM houses',
      )
      .run(name, name, name, role)
  }
  return house
}

const email = 'ann@example.org'

describe('the last owner of a house, who is the last administrator too', () => {
  it('is told so before the account is closed or deleted, the role taken, or the house left', () => {
    const house = houseOf(['paul', 'user', 'resident'])
    expect(danger(house, 'users/update', { email, is_active: false })).toContain(`${NO_OWNER} ${NO_ADMINISTRATOR}`)
    expect(danger(house, 'users/delete', { email })).toContain(`${NO_OWNER} ${NO_ADMINISTRATOR}`)
    expect(danger(house, 'users/update', { email, role: 'user' })).toBe(
      `${email} will administer nothing. ${NO_ADMINISTRATOR}`,
    )
    expect(danger(house, 'people/remove', { email })).toBe(`${email} will belong to this house no longer. ${NO_OWNER}`)
  })

  it('is not, where another one is left who can log in', () => {
    const house = houseOf(['eve', 'admin', 'owner'])
    expect(danger(house, 'users/update', { email, is_active: false })).not.toMatch(/is left/)
    expect(danger(house, 'users/delete', { email })).not.toMatch(/is left/)
    expect(danger(house, 'users/update', { email, role: 'user' })).toBeNull()
    expect(danger(house, 'people/remove', { email })).toBeNull()
    house.db.exec("UPDATE users SET is_active = 0 WHERE id = 'eve'")
    expect(danger(house, 'users/delete', { email })).toContain(`${NO_OWNER} ${NO_ADMINISTRATOR}`)
    expect(danger(house, 'people/remove', { email })).toContain(NO_OWNER)
  })

  it('is nobody who is a resident, or a person without an account', () => {
    const house = houseOf(['paul', 'user', 'resident'])
    house.db.exec(
      "INSERT INTO people (id, house_id, name, role, created_at, updated_at) SELECT 'x', id, 'Grandma', 'owner', 1, 1 FROM houses",
    )
    expect(danger(house, 'people/remove', { email: 'paul@example.org' })).toBeNull()
    expect(danger(house, 'people/remove', { email })).toContain(NO_OWNER)
    expect(danger(house, 'users/update', { email: 'paul@example.org', role: 'admin' })).toBeNull()
  })
})

describe('two who are the last, each of whom takes the other away at the same time', () => {
  const EVE = 'eve@example.org'
  /** Both were found to take nothing away before either was run. */
  const atOnce = (
    house: TestHouse,
    verb: `${string}/${string}`,
    params: (email: string) => Record<string, unknown>,
  ) => {
    const requests = [
      { by: 'ann', about: EVE },
      { by: 'eve', about: email },
    ].map(({ by, about }) => {
      expect(danger(house, verb, params(about))).toBeNull()
      const request = { id: `by-${by}`, params: params(about) }
      return commandInput(verb, params(about), { caller: accountOf(by, 'all'), request })
    })
    house.send(...requests)
    const answersTo = (by: string) => house.published(`/admin/response/${by}.1/${verb}`)
    return [...answersTo('ann'), ...answersTo('eve')]
  }

  it('leave an administrator: the second is told what is true by then, and asked', () => {
    const house = houseOf(['eve', 'admin', 'owner'])
    expect(atOnce(house, 'users/update', (address) => ({ email: address, role: 'user' }))).toMatchObject([
      { status: 'ok' },
      { error: { code: 'confirm_needed', message: `${email} will administer nothing. ${NO_ADMINISTRATOR}` } },
    ])
    expect(house.all("SELECT id FROM users WHERE role = 'admin'")).toEqual([{ id: 'ann' }])
  })

  it('leave an owner, likewise', () => {
    const house = houseOf(['eve', 'admin', 'owner'])
    expect(atOnce(house, 'people/remove', (address) => ({ email: address }))).toMatchObject([
      { status: 'ok' },
      { error: { code: 'confirm_needed', message: expect.stringContaining(NO_OWNER) } },
    ])
    expect(house.all("SELECT user_id FROM people WHERE role = 'owner'")).toEqual([{ user_id: 'ann' }])
  })

  it('are answered again as before when a request that was run comes once more', () => {
    const house = houseOf(['eve', 'admin', 'owner'])
    const params = { email, role: 'user' }
    const demote = commandInput('users/update', params, { request: { id: 'one', params } })
    const first = ask(house, demote)
    expect(first.status).toBe('ok')
    // By now it would be asked: she administers again, and nobody else does.
    house.db.exec("UPDATE users SET role = iif(id = 'ann', 'admin', 'user')")
    expect(ask(house, demote)).toEqual(first)
  })
})
