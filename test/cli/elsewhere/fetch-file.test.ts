import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { fetchFile } from '../../../cli/elsewhere/fetch-file.ts'
import { NewFile } from '../../../cli/elsewhere/new-file.ts'
import { systemClock } from '../../../shared/clock.ts'
import { type HouseParts, type HouseServer, send, startHouse } from './house-server.ts'

let folder: string
let house: HouseServer | null = null
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-fetch-'))
})
afterEach(async () => {
  await house?.stop()
  rmSync(folder, { recursive: true })
})

const LINK = { path: '/files/abc', name: 'x.csv' }

async function fetched(answer: NonNullable<HouseParts['answer']>, { path = LINK.path, file = 'x.csv' } = {}) {
  house = await startHouse({ answer })
  const pem = house.authority.certificate.toString()
  const place = { host: 'localhost', port: house.port, trust: { kind: 'authority', pem } } as const
  const outlet = { write: () => {} }
  return await fetchFile({ ...LINK, path }, join(folder, file), { place, cookie: 'c', clock: systemClock, outlet })
}

describe('a file that a hub hands out', () => {
  it('is fetched with the cookie of the login, for this user alone', async () => {
    expect(await fetched((_request, response) => response.end('a,b\n'))).toEqual({
      file: join(folder, 'x.csv'),
      bytes: 4,
    })
    expect(readFileSync(join(folder, 'x.csv'), 'utf8')).toBe('a,b\n')
    expect(statSync(join(folder, 'x.csv')).mode & 0o777).toBe(0o600)
    expect(house?.asked).toMatchObject([{ what: 'GET /files/abc', cookie: '__Host-lares=c' }])
    expect(readdirSync(folder)).toEqual(['x.csv'])
  })

  it('that breaks off leaves nothing', async () => {
    const broken = fetched((_request, response) => {
      response.writeHead(200, { 'Content-Length': 100 })
      response.write('half', () => response.destroy())
    })
    await expect(broken).rejects.toMatchObject({ code: 'unreachable', hint: 'Call it again: each link is good once.' })
    expect(readdirSync(folder)).toEqual([])
  })

  it('that is refused is told in the words of the hub, of which no terminal obeys any', async () => {
    const error = { code: 'not_found', message: 'nothing \u001b[2J there', hint: 'Ask again.\u0007' }
    const refused = fetched((_request, response) => send(response, 404, { error }))
    await expect(refused).rejects.toMatchObject({ code: 'not_found', message: 'nothing  there', hint: 'Ask again.' })
    expect(readdirSync(folder)).toEqual([])
  })

  it('takes the place of none that is there, also of one that came meanwhile', async () => {
    const exists = { code: 'already_exists', hint: 'Name another place: --file FILE.' }
    writeFileSync(join(folder, 'there.csv'), 'mine')
    await expect(fetched((_request, response) => response.end('x'), { file: 'there.csv' })).rejects.toMatchObject(
      exists,
    )
    expect(house?.asked).toEqual([])
    await house?.stop()
    const late = fetched(
      (_request, response) => {
        writeFileSync(join(folder, 'late.csv'), 'mine')
        response.end('x')
      },
      { file: 'late.csv' },
    )
    await expect(late).rejects.toMatchObject(exists)
    expect(readFileSync(join(folder, 'late.csv'), 'utf8')).toBe('mine')
    expect(readdirSync(folder).sort()).toEqual(['late.csv', 'there.csv'])
  })

  it.each(['https://example.com/files/abc', '//example.com/files/x', '/files/../login', '/login'])(
    'is not looked for where no file of a hub can be: %s',
    async (path) => {
      await expect(fetched((_request, response) => response.end('x'), { path })).rejects.toMatchObject({
        code: 'internal',
      })
      expect(house?.asked).toEqual([])
    },
  )
})

describe('the name of such a file', () => {
  it.each([
    ['readings.csv', 'readings.csv'],
    ['../../.bashrc', '_.._.bashrc'],
    ['/etc/passwd', '_etc_passwd'],
    ['.profile', 'profile'],
    ['--help', 'help'],
    ['a\u001b]0;x\u0007b', 'a ]0;x b'],
    ['', 'lares-file'],
    ['..', 'lares-file'],
    ['x'.repeat(300), 'lares-file'],
  ])('%j is %j', (given, made) => expect(NewFile.nameOf(given)).toBe(made))
})
