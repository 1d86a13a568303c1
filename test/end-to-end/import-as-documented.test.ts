import { spawnSync } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { makeDataFolder } from '../faults/lib/data-folder.ts'
import { ROOT } from '../source-tree.ts'

const document = readFileSync(join(ROOT, 'docs/makers.md'), 'utf8')
const chapter = document.slice(document.indexOf('## Devices out of a list')).split(/^## /m)[1] ?? ''
const blocks = (kind: string) =>
  Array.from(chapter.matchAll(new RegExp(`^\`\`\`${kind}\\n([\\s\\S]*?)^\`\`\`$`, 'gm')), ([, text = '']) => text)

describe('the list of docs/makers.md', () => {
  const data = makeDataFolder()
  let hub: HubProcess
  beforeAll(async () => {
    hub = await startHub(data)
    writeFileSync(join(data.scratch, 'devices.csv'), blocks('csv')[0] ?? '')
  }, 120_000)
  afterAll(async () => {
    await hub.stop()
    data.remove()
  }, 60_000)

  function typed(line: string): { status: number | null; out: string } {
    const { status, stdout, stderr } = spawnSync('bash', ['-c', line], {
      cwd: data.scratch,
      env: { ...process.env, PATH: `${ROOT}:${process.env.PATH}`, LARES_DATA: hub.folder },
      encoding: 'utf8',
    })
    return { status, out: stdout + stderr }
  }

  it('is imported by its words as they stand there, once', () => {
    const said = blocks('sh').flatMap((block) => block.trim().split('\n').map(typed))
    expect(said.map(({ status }) => status)).toEqual([0, 0, 0, 0, 0, 0])
    const [dry, done, list, ...again] = said.map(({ out }) => out)
    expect(dry).toContain('4  would be imported')
    expect(done).toContain('4  imported')
    expect(done).toMatch(/smart lock +lock +nuki +90 % +1/)
    expect(done).toMatch(/gizmo +unknown +unknown +10 % +1/)
    expect(list).toMatch(/Front door.*\n.*Hall/)
    expect(again.map((out) => /^ +4 {2}(.*)$/m.exec(out)?.[1])).toEqual(Array(3).fill('there already, unchanged'))
    expect(said.map(({ out }) => out).join('')).not.toMatch(/a third|made by the bridge/)
  }, 120_000)

  it('says how each was found, and how sure it is what it is', () => {
    expect(typed('lares devices show "Old thing"').out).toMatch(/found by +legacy migration \(10 % sure what it is\)/)
  }, 60_000)
})
