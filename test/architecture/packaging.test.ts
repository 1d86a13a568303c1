import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { hubSchema, readHubConfig } from '../../hub/config.ts'
import { ROOT } from '../source-tree.ts'

const read = (path: string) => readFileSync(join(ROOT, path), 'utf8')
const addOn = (name: string) => read(`packaging/home-assistant/${name}`)
const defaults = hubSchema.parse({}).listen
const portOf = (address: string) => address.slice(address.lastIndexOf(':') + 1)
/** Where devices and people come in. */
const PORTS = [portOf(defaults.tls), portOf(defaults.https)].toSorted()

/** Ports of `8883/tcp:` keys, each once. */
const named = (text: string) => [...new Set([...text.matchAll(/^\s+(\d+)\/tcp:/gm)].map(([, port]) => port))].toSorted()

describe('the Dockerfile, which no Docker has tried', () => {
  const text = read('Dockerfile')

  it('opens the ports of the hub, and the hub listens there', () => {
    expect(/^EXPOSE (.*)$/m.exec(text)?.[1]?.split(' ').toSorted()).toEqual(PORTS)
    for (const port of PORTS) expect(text).toContain(`"0.0.0.0:${port}"`)
  })

  it('runs as the account lares, with the data in a volume, and says how it is', () => {
    const last = text.slice(text.lastIndexOf('\nFROM '))
    expect(last).toMatch(/^USER lares$/m)
    expect(last).toMatch(/^VOLUME \/var\/lib\/lares$/m)
    expect(last).toMatch(/^HEALTHCHECK .* CMD lares hub health/m)
    expect(last).toContain('"--data", "/var/lib/lares"')
  })
})

describe('the add-on of Home Assistant, which no Home Assistant has tried', () => {
  it('opens the ports of the hub, with words for each in every language', () => {
    for (const file of ['config.yaml', 'translations/en.yaml', 'translations/de.yaml'])
      expect(named(addOn(file)), file).toEqual(PORTS)
  })

  it('has the version of the program', () => {
    const { version } = JSON.parse(read('package.json')) as { version: string }
    expect(addOn('config.yaml')).toContain(`\nversion: "${version}"\n`)
  })

  it('offers the levels that hub.toml takes, and writes a hub.toml that the hub reads', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lares-add-on-'))
    const write = /^printf '(.*)' "\$\{level:-info\}"/m.exec(addOn('run.sh'))?.[1] ?? ''
    const levels = /log: list\((.*)\)/.exec(addOn('config.yaml'))?.[1]?.split('|') ?? []
    try {
      expect(levels).toContain('info')
      for (const level of levels) {
        const file = join(folder, 'hub.toml')
        writeFileSync(file, spawnSync('bash', ['-c', `printf '${write}' ${level}`], { encoding: 'utf8' }).stdout)
        const { log, listen } = readHubConfig(file)
        expect([log, ...[portOf(listen.tls), portOf(listen.https)].toSorted()]).toEqual([level, ...PORTS])
      }
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

/** Folders at the top that serve the making of the program, and are not part of it. */
const NOT_PACKED = ['packaging', 'scripts', 'test', 'web']

describe('the Debian package', () => {
  it('has every folder that the program is made of, and looks there for the npm packages that it needs', () => {
    const tracked = spawnSync('git', ['-C', ROOT, 'ls-tree', '-d', '--name-only', 'HEAD'], { encoding: 'utf8' }).stdout
    const folders = tracked.split('\n').filter((name) => /^[a-z]/.test(name) && !NOT_PACKED.includes(name))
    const packed = /readonly shipped=\(([^)]*)\)/.exec(read('scripts/lib/package/program.sh'))?.[1]?.split(/\s+/) ?? []
    const searched = read('scripts/lib/package/imported-packages.ts')
    expect(folders.length).toBeGreaterThan(5)
    expect(folders.filter((name) => !packed.includes(name))).toEqual([])
    expect(folders.filter((name) => name !== 'docs' && !searched.includes(`'${name}'`))).toEqual([])
  })

  it('runs nothing that a shell cannot read', () => {
    for (const script of ['preinst', 'postinst', 'prerm', 'postrm']) {
      const { status, stderr } = spawnSync('sh', ['-n', join(ROOT, 'packaging/debian', script)], { encoding: 'utf8' })
      expect([script, status, stderr]).toEqual([script, 0, ''])
    }
  })
})
