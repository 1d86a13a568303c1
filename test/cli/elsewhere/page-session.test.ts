import { afterEach, describe, expect, it } from 'vitest'
import { postLogin, postLogout } from '../../../cli/elsewhere/page-session.ts'
import { systemClock } from '../../../shared/clock.ts'
import { exitCodeOf } from '../../../shared/exit-code.ts'
import { COOKIE_OF_LOGIN, type HouseParts, type HouseServer, newAuthority, send, startHouse } from './house-server.ts'

let house: HouseServer | null = null
afterEach(async () => {
  await house?.stop()
  house = null
})

async function placeOf(parts: HouseParts = {}) {
  house = await startHouse(parts)
  const pem = house.authority.certificate.toString()
  return { host: 'localhost', port: house.port, trust: { kind: 'authority', pem } } as const
}
const anna = { email: 'anna@example.com', password: 'a password of hers', clock: systemClock }

describe('logging in', () => {
  it('sends what the page sends, and keeps the cookie alone', async () => {
    const place = await placeOf()
    expect(await postLogin(place, anna)).toBe(COOKIE_OF_LOGIN)
    const [{ what, body } = { what: '', body: '' }] = house?.asked ?? []
    expect([what, JSON.parse(body)]).toEqual(['POST /login', { email: anna.email, password: anna.password }])
    expect(await postLogout(place, COOKIE_OF_LOGIN, systemClock)).toBe(true)
    expect(house?.asked[1]).toMatchObject({ what: 'POST /logout', cookie: `__Host-lares=${COOKIE_OF_LOGIN}` })
  })

  it('says neither password nor cookie to a server that is not the one of the login', async () => {
    const place = await placeOf()
    const known = {
      ...place,
      trust: { kind: 'authority', pem: (await newAuthority()).certificate.toString() },
    } as const
    const changed = { code: 'wrong_pin', message: expect.stringContaining('nothing was sent') }
    await expect(postLogin(known, anna)).rejects.toMatchObject(changed)
    await expect(postLogout(known, COOKIE_OF_LOGIN, systemClock)).rejects.toMatchObject(changed)
    await expect(postLogin({ ...place, trust: { kind: 'system' } }, anna)).rejects.toMatchObject(changed)
    expect(house?.asked).toEqual([])
  })

  it('is told how long to wait, in one line of plain text', async () => {
    const error = { code: 'too_many_tries', message: 'there were too\nmany tries', hint: 'Try again in 8 s.\u001b[31m' }
    const place = await placeOf({ answer: (_request, response) => send(response, 429, { error, retry_after_s: 8 }) })
    const refused = await postLogin(place, anna).catch((thrown: unknown) => thrown)
    expect(refused).toMatchObject({
      code: 'too_many_tries',
      message: 'there were too many tries',
      hint: 'Try again in 8 s.',
    })
    expect(exitCodeOf(refused)).toBe(5)
  })

  it('follows no redirect, with or without its password', async () => {
    const elsewhere = await startHouse()
    const location = `https://localhost:${elsewhere.port}/login`
    const place = await placeOf({ answer: (_request, response) => response.writeHead(307, { location }).end() })
    await expect(postLogin(place, anna)).rejects.toMatchObject({ code: 'unreachable' })
    expect(elsewhere.asked).toEqual([])
    await elsewhere.stop()
  })

  it.each([
    ['none', undefined],
    ['one of another name', `other=${COOKIE_OF_LOGIN}`],
    ['one that would end its line', '__Host-lares=x%0d%0aEvil: 1'],
  ])('takes no other cookie: %s', async (_says, cookie) => {
    const place = await placeOf({
      answer: (_request, response) => {
        if (cookie !== undefined) response.setHeader('Set-Cookie', `${cookie}; Path=/`)
        send(response, 200, {})
      },
    })
    await expect(postLogin(place, anna)).rejects.toMatchObject({ code: 'unreachable' })
  })

  it('is told by a hub that is not called so what it is called', async () => {
    const place = await placeOf({
      answer: (_request, response) => response.writeHead(421).end('This hub is not called so\n'),
    })
    await expect(postLogin(place, anna)).rejects.toMatchObject({
      message: 'This hub is not called so',
      hint: 'Log in by a name that it has: lares.local, the name of its machine, or its address.',
    })
  })
})
