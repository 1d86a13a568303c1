import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { ROOT } from '../../source-tree.ts'

const ASKED = ['chart_24h_ms', 'chart_1y_ms', 'devices_list_ms']
const SHOWN = ['first_load_kb', 'first_paint_ms', 'live_update_p99_ms']

function bench(...args: string[]) {
  return spawnSync(join(ROOT, 'scripts/bench'), ['history', ...args], { encoding: 'utf8' })
}

describe('the benchmark of a year', () => {
  it('ends with one line of JSON; what no browser showed is null', () => {
    const { stdout, stderr, status } = bench('--quick')
    expect(status, stderr).toBe(0)
    const figures = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, number | null>
    expect(Object.keys(figures)).toEqual([...ASKED, ...SHOWN, 'ingest_slowdown'])
    for (const key of ASKED) expect(figures[key], key).toBeGreaterThan(0)
    const isShown = !stdout.includes('there is no Chromium')
    for (const key of SHOWN) expect(figures[key], key).toEqual(isShown ? expect.any(Number) : null)
  }, 600_000)

  it.each([[['--devices', '0']], [['--readings', 'many']], [['--turns', '1.5']], [['--speed', '3']]])(
    'refuses %s in one sentence',
    (args) => {
      const { stdout, stderr, status } = bench(...args)
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
      expect(stderr).toMatch(/^scripts\/bench: .*--\w+/)
    },
  )
})
