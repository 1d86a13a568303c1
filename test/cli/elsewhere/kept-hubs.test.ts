import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { configFolder, type KeptHub, keptNamed, readKeptHubs, writeKeptHubs } from '../../../cli/elsewhere/kept-hubs.ts'
import { meantHub } from '../../../cli/which-hub.ts'
import { asPattern } from '../../remedies/lib/as-pattern.ts'

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'lares-config-'))
  vi.stubEnv('XDG_CONFIG_HOME', folder)
  vi.stubEnv('LARES_DATA', join(folder, 'no-hub'))
  vi.stubEnv('LARES_HUB', '')
})
afterEach(() => {
  vi.unstubAllEnvs()
  rmSync(folder, { recursive: true })
})

const hub = (name: string, more: Partial<KeptHub> = {}): KeptHub => ({
  ...{ name, host: `${name}.local`, port: 8443, base: 'lares', trust: { kind: 'system' }, since: 1 },
  login: { kind: 'session', email: 'anna@example.com', cookie: 'c'.repeat(43) },
  ...more,
})
const file = () => join(configFolder(), 'hubs.json')
const mode = (path: string) => (statSync(path).mode & 0o777).toString(8)

describe('what lets this person into hubs', () => {
  it('is kept for them alone, whole, and with nothing beside it', () => {
    expect(readKeptHubs()).toEqual({ usual: null, hubs: [] })
    writeKeptHubs({ usual: 'home', hubs: [hub('home')] })
    writeKeptHubs({ usual: 'home', hubs: [hub('home'), hub('cabin')] })
    expect([mode(file()), mode(configFolder())]).toEqual(['600', '700'])
    expect(readdirSync(configFolder())).toEqual(['hubs.json'])
    expect(readKeptHubs().hubs.map(({ name }) => name)).toEqual(['home', 'cabin'])
  })

  it.each(['640', '604', '660'])('is not used where others may read it or change it: %s', (others) => {
    writeKeptHubs({ usual: null, hubs: [hub('home')] })
    chmodSync(file(), Number.parseInt(others, 8))
    expect(readKeptHubs).toThrow(
      expect.objectContaining({
        code: 'unsafe_key',
        hint: expect.stringMatching(
          asPattern('For you alone: …. Who may have read it is shut out with lares logout and another lares login.'),
        ),
      }),
    )
    expect(readKeptHubs).toThrow(expect.objectContaining({ hint: expect.stringContaining(`chmod 600 ${file()}`) }))
    chmodSync(file(), 0o600)
    expect(readKeptHubs().hubs).toHaveLength(1)
  })

  it('is not used where others may put another file in its place', () => {
    writeKeptHubs({ usual: null, hubs: [hub('home')] })
    chmodSync(configFolder(), 0o770)
    expect(readKeptHubs).toThrow(expect.objectContaining({ hint: expect.stringContaining('chmod 700') }))
  })

  it('is told to be damaged, and how one begins anew', () => {
    mkdirSync(configFolder(), { mode: 0o700 })
    for (const text of ['', '{', '{"usual":null}', JSON.stringify({ usual: null, hubs: [{ name: 'x' }] })]) {
      writeFileSync(file(), text, { mode: 0o600 })
      expect(readKeptHubs).toThrow(
        expect.objectContaining({
          code: 'bad_config',
          hint: expect.stringMatching(asPattern('Remove it and log in again: rm …, then lares login HUB.')),
        }),
      )
    }
  })

  it('lies below ~/.config where XDG_CONFIG_HOME is not set, or not whole', () => {
    vi.stubEnv('HOME', '/home/anna')
    for (const home of ['', 'relative/path']) {
      vi.stubEnv('XDG_CONFIG_HOME', home)
      expect(configFolder()).toBe('/home/anna/.config/lares')
    }
  })
})

describe('a hub that is named', () => {
  const kept = { usual: null, hubs: [hub('home'), hub('cabin'), hub('old', { host: 'home.local', port: 9443 })] }

  it('is found by its name, else by its address', () => {
    expect(keptNamed(kept, 'home').name).toBe('home')
    expect(keptNamed(kept, 'home.local:9443').name).toBe('old')
    expect(keptNamed(kept, 'CABIN.local').name).toBe('cabin')
  })

  it('is asked for where it could be two, or is none', () => {
    expect(() => keptNamed(kept, 'home.local')).toThrow(
      expect.objectContaining({
        code: 'bad_params',
        hint: expect.stringMatching(asPattern('Name one of them: --hub ….')),
      }),
    )
    expect(() => keptNamed(kept, 'cabn')).toThrow(
      expect.objectContaining({
        code: 'not_found',
        hint: expect.stringMatching(asPattern('There is …; lares logins lists all.')),
      }),
    )
    expect(() => keptNamed({ usual: null, hubs: [] }, 'home')).toThrow(
      expect.objectContaining({ hint: 'Log in first: lares login HUB.' }),
    )
  })
})

describe('the hub that is meant', () => {
  const nameOf = (call: Parameters<typeof meantHub>[0]) => {
    const meant = meantHub(call)
    return meant.kind === 'elsewhere' ? meant.hub.name : 'here'
  }
  beforeEach(() => writeKeptHubs({ usual: 'home', hubs: [hub('home'), hub('cabin')] }))

  it('is the usual login on a machine without a hub, and another one where it is named', () => {
    expect(nameOf({})).toBe('home')
    expect(nameOf({ hub: 'cabin' })).toBe('cabin')
    vi.stubEnv('LARES_HUB', 'cabin')
    expect(nameOf({})).toBe('cabin')
    expect(nameOf({ hub: 'home' })).toBe('home')
  })

  it('is the one of this machine where it has one, unless another is named', () => {
    mkdirSync(join(folder, 'no-hub'))
    writeFileSync(join(folder, 'no-hub/hub.sock'), '')
    expect(nameOf({})).toBe('here')
    expect(nameOf({ hub: 'cabin' })).toBe('cabin')
    vi.stubEnv('LARES_HUB', 'cabin')
    expect(nameOf({})).toBe('cabin')
  })

  it('is the one of a data folder or socket that is named, whatever else is', () => {
    vi.stubEnv('LARES_HUB', 'cabin')
    expect(nameOf({ data: '/x' })).toBe('here')
    expect(nameOf({ socket: '/x/hub.sock' })).toBe('here')
    expect(() => meantHub({ hub: 'home', data: '/x' })).toThrow(
      expect.objectContaining({ code: 'bad_params', hint: 'Leave out one of them.' }),
    )
  })

  it('is asked for where of several logins none is the usual one any more', () => {
    writeKeptHubs({ usual: null, hubs: [hub('home'), hub('cabin')] })
    expect(() => meantHub({})).toThrow(
      expect.objectContaining({
        code: 'bad_params',
        hint: 'Name one with --hub, or say which is asked from now on: lares logins --default NAME.',
      }),
    )
    expect(nameOf({ hub: 'cabin' })).toBe('cabin')
  })

  it('is none where nobody is logged in and none runs here: then it is told as before', () => {
    writeKeptHubs({ usual: null, hubs: [] })
    expect(nameOf({})).toBe('here')
  })
})
