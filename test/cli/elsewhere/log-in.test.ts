import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { type KeptHub, readKeptHubs, writeKeptHubs } from '../../../cli/elsewhere/kept-hubs.ts'
import { lares } from '../../remedies/lib/lares.ts'
import { answeringAll } from './house-broker.ts'
import { asHub, COOKIE_OF_LOGIN, type HouseServer, newAuthority, startHouse } from './house-server.ts'

const OLD = 'o'.repeat(43)
let folder: string
let house: HouseServer
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lares-config-'))
  vi.stubEnv('XDG_CONFIG_HOME', folder)
  vi.stubEnv('LARES_DATA', join(folder, 'no-hub'))
  vi.stubEnv('LARES_HUB', '')
  house = await startHouse()
})
afterEach(async () => {
  vi.unstubAllEnvs()
  await house.stop()
  rmSync(folder, { recursive: true })
})

/** A login at this house, by an authority. */
function keep(pem: string, name = 'home'): void {
  const hub: KeptHub = {
    ...{
      name,
      host: 'localhost',
      port: house.port,
      base: 'lares',
      trust: { kind: 'authority', pem },
      since: 1,
    },
    login: { kind: 'session', email: 'anna@example.com', cookie: OLD },
  }
  writeKeptHubs({ usual: name, hubs: [hub] })
}
const own = () => house.authority.certificate.toString()
const logIn = (more = '') =>
  lares(
    `login localhost:${house.port} --fingerprint ${house.authority.certificate.fingerprint256} ${more}`,
    'a password\n',
  )
const cookies = () =>
  house.asked.filter(({ what }) => what.startsWith('POST')).map(({ what, cookie }) => [what, cookie])

describe('lares login', () => {
  it('gives up at the hub the login that it takes the place of', async () => {
    keep(own())
    await logIn()
    expect(cookies()[0]).toEqual(['POST /login', `__Host-lares=${OLD}`])
  })

  it('shows the cookie of a hub to no other that is there by now', async () => {
    keep((await newAuthority()).certificate.toString())
    await logIn()
    expect(cookies()[0]).toEqual(['POST /login', undefined])
  })

  it('keeps a login that came while somebody typed, and is the usual one only where there is none', async () => {
    await house.stop()
    house = await startHouse({
      socket: answeringAll({ status: 'ok', data: { email: 'anna@example.com' } }),
      answer: (request, response) => {
        if (request.url === '/login') keep(own(), 'other')
        asHub(request, response)
      },
    })
    expect(await logIn('--user anna@example.com --name mine')).toMatchObject({ code: 0, err: '' })
    expect(readKeptHubs()).toMatchObject({ usual: 'other', hubs: [{ name: 'other' }, { name: 'mine' }] })
    expect(await lares('logins --default mine')).toMatchObject({ code: 0, out: expect.stringContaining('mine') })
    expect(readKeptHubs().usual).toBe('mine')
    expect(await lares('logout mine')).toMatchObject({ code: 0, out: 'mine: logged out\n' })
    expect(readKeptHubs()).toMatchObject({ usual: 'other', hubs: [{ name: 'other' }] })
  })

  it('leaves no login behind that cannot be used, and keeps what was', async () => {
    keep(own())
    // This house lets nobody open a WebSocket.
    expect(await logIn()).toMatchObject({ code: 4, err: expect.stringContaining('[unreachable]') })
    expect(cookies()[1]).toEqual(['POST /logout', `__Host-lares=${COOKIE_OF_LOGIN}`])
    expect(readKeptHubs().hubs[0]?.login).toMatchObject({ cookie: OLD })
  })
})

describe('lares logout', () => {
  it('ends the login at its hub', async () => {
    keep(own())
    expect(await lares('logout')).toMatchObject({ code: 0, out: 'home: logged out\n' })
    expect(cookies()).toEqual([['POST /logout', `__Host-lares=${OLD}`]])
    expect(readKeptHubs()).toEqual({ usual: null, hubs: [] })
  })

  it('forgets it here also where the hub is another one by now, which is told nothing', async () => {
    keep((await newAuthority()).certificate.toString())
    const { code, out } = await lares('logout home')
    expect([code, out]).toEqual([0, expect.stringContaining('could not be told')])
    expect(house.asked).toEqual([])
    expect(readKeptHubs().hubs).toEqual([])
  })
})
