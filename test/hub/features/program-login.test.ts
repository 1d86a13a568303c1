import { expect, it } from 'vitest'
import type { Admission } from '../../../hub/engine/principal.ts'
import { ask, commandInput, data } from '../engine/ask.ts'
import { openTestHouse } from '../engine/engine-in-memory.ts'

it('lets the hub itself in as a program over the local socket alone, with the rights of its newest token', () => {
  const house = openTestHouse()
  const login = (username: string, listener = 'local', password: string | null = null) =>
    house.input<Admission>({ kind: 'authenticate', credentials: { clientId: 'lares-1', username, password, listener } })
      .value
  expect(login('ha@programs')).toMatchObject({ refuse: 4 })
  const params = { name: 'ha', rights: 'control' }
  const { token } = data<{ token: string }>(ask(house, commandInput('programs/create', params, { prepared: [] })))
  house.now += 1_000
  const more = { name: 'ha', token_name: 'less', rights: 'see' }
  data(ask(house, commandInput('programs/token', more, { prepared: [] })))
  const accepted = login('ha@programs')
  expect(accepted).toMatchObject({ accept: { kind: 'integration' } })
  expect(Object.values((accepted as { accept: { rights: object } }).accept.rights)).toEqual([[{ right: 'see' }]])
  for (const listener of ['plain', 'tls']) {
    expect(login('ha@programs', listener)).toMatchObject({ refuse: 4 })
    expect(login('ha@programs', listener, token)).toMatchObject({ refuse: 4 })
  }
  house.db.exec('UPDATE users SET is_active = 0')
  expect(login('ha@programs')).toMatchObject({ refuse: 4 })
})
