import { describe, expect, it } from 'vitest'
import { keepRecord } from '../../../../hub/features/backups/place-book.ts'
import { BACKUP } from '../../../../hub/features/backups/settings.ts'
import { ask, commandInput, data } from '../../engine/ask.ts'
import { openTestHouse, type TestHouse } from '../../engine/engine-in-memory.ts'

const SEALED = 'lares-home-1a2b3c4d-20261130T023000Z.tar.age'
const OLDER = 'lares-home-1a2b3c4d-20261129T023000Z.tar'

function house(place: object): TestHouse {
  const made = openTestHouse({ settings: { backup: BACKUP.schema.parse({ to: { there: place }, plain: true }) } })
  const archive = { bytes: 1, verified_at: 1, opened_at: 1, fault: null }
  const archives = [
    { ...archive, name: SEALED, made_at: 2 },
    { ...archive, name: OLDER, made_at: 1, opened_at: null },
  ]
  keepRecord(made.db, 'there', { archives, due_at: null, since: 0 })
  return made
}

const shown = (made: TestHouse, params: Record<string, unknown> = {}) =>
  data<{ type: string[]; before: string[]; name: string }>(ask(made, commandInput('backups/how-to-restore', params)))
const restoring = ({ type }: { type: string[] }) => type.find((line) => line.includes('hub restore'))

describe('how a backup is restored', () => {
  it('is said as what to type, with the newest in its place, and the hub stopped around it', () => {
    const { type, name } = shown(house({ folder: '/mnt/my nas' }))
    expect(name).toBe(SEALED)
    expect(type).toEqual([
      'sudo systemctl stop lares-hub',
      expect.stringMatching(`^sudo lares hub restore --from '/mnt/my nas/${SEALED}' --replace --data `),
      'sudo systemctl start lares-hub',
    ])
  })

  it('finds a stick wherever it is mounted', () => {
    const made = shown(house({ usb: 'MY STICK' }))
    expect(restoring(made)).toContain(`--from "$(findmnt -fno TARGET -S 'LABEL=MY STICK')"/lares/${SEALED} `)
  })

  it('brings what lies behind a command here first', () => {
    const { type } = shown(house({ command: ['/bin/put', '{name}'], fetch: ['/bin/get', 'a b/{name}'] }))
    expect(type[0]).toBe(`/bin/get 'a b/${SEALED}' > ${SEALED}`)
    expect(restoring({ type })).toContain(`--from ${SEALED} `)
  })

  it('says of one that nobody has opened that it is to be opened first, and of a sealed one that it asks for its passphrase', () => {
    const made = house({ folder: '/mnt/nas' })
    expect(shown(made, { name: OLDER }).before.join()).toContain(`lares backups verify ${OLDER}`)
    expect(shown(made, { name: OLDER }).before.join()).not.toContain('passphrase')
    expect(shown(made).before.join()).toContain('passphrase')
  })

  it('leaves out one that is damaged, and says so of it when it is named', () => {
    const made = house({ folder: '/mnt/nas' })
    const archive = { bytes: 1, verified_at: 1, opened_at: 1 }
    const archives = [
      { ...archive, name: SEALED, made_at: 2, fault: 'readings has 1 row of 2' },
      { ...archive, name: OLDER, made_at: 1, fault: null },
    ]
    keepRecord(made.db, 'there', { archives, due_at: null, since: 0 })
    expect(shown(made).name).toBe(OLDER)
    expect(shown(made, { name: SEALED }).before[0]).toContain('readings has 1 row of 2')
  })

  it('of none is an error that says what to do', () => {
    const made = house({ folder: '/mnt/nas' })
    keepRecord(made.db, 'there', { archives: [], due_at: null, since: 0 })
    const { error } = ask(made, commandInput('backups/how-to-restore'))
    expect(error).toMatchObject({ code: 'not_found', hint: 'Make one: lares backups make' })
  })
})
