import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readBridgeDevices } from '../../../hub/dialects/zigbee2mqtt/bridge-devices.ts'
import { quantile } from '../../../scripts/lib/bench/makers/stored-states.ts'
import { zigbeeList } from '../../../scripts/lib/bench/makers/zigbee-list.ts'
import { noMosquitto } from '../../hub/makers/mosquitto.ts'
import { ROOT } from '../../source-tree.ts'

const KEYS = [
  ...['z2m_100_devices_live_s', 'state_to_row_p99_ms', 'command_p99_ms', 'messages_per_s', 'rss_added_mb'],
  'ingest_slowdown',
]

if (noMosquitto !== null) console.warn(`skipped: ${noMosquitto}`)

function bench(...args: string[]) {
  return spawnSync(join(ROOT, 'scripts/bench'), ['makers', ...args], { encoding: 'utf8' })
}

describe('the benchmark of other makers', () => {
  it.skipIf(noMosquitto !== null)(
    'ends with one line of JSON in which every figure is a number',
    () => {
      const { stdout, stderr, status } = bench('--quick')
      expect(status, stderr).toBe(0)
      const figures = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, number>
      expect(Object.keys(figures)).toEqual(KEYS)
      for (const key of KEYS) expect(figures[key], key).toEqual(expect.any(Number))
      // Neither memory nor intake has to be more or less in a run as short as this; the others take some time.
      for (const key of KEYS.slice(0, 4)) expect(figures[key], key).toBeGreaterThan(0)
    },
    600_000,
  )

  it.each([[['--devices', '0']], [['--devices', 'many']], [['--rate', '0']], [['--turns', '1.5']], [['--speed', '3']]])(
    'refuses %s in one sentence',
    (args) => {
      const { stdout, stderr, status } = bench(...args)
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' })
      expect(stderr).toMatch(/^scripts\/bench: .*--\w+/)
    },
  )

  it('announces devices of ten entities, all of them connected', () => {
    const { announcements, trouble } = readBridgeDevices('zigbee2mqtt', Buffer.from(JSON.stringify(zigbeeList(200))))
    const [coordinator, ...plugs] = announcements
    expect({ trouble, coordinator: coordinator?.entities.length, plugs: plugs.length }).toEqual({
      ...{ trouble: null, coordinator: 0, plugs: 200 },
    })
    expect(new Set(plugs.map(({ entities, notConnected }) => `${entities.length} ${notConnected.length}`))).toEqual(
      new Set(['10 0']),
    )
    expect(new Set(plugs.flatMap(({ entities }) => entities.map(({ uniqueId }) => uniqueId))).size).toBe(2_000)
  })

  it('finds the 99th of a hundred', () => {
    const sorted = Array.from({ length: 100 }, (_, n) => n + 1)
    expect([quantile(sorted, 0.99), quantile(sorted, 0.5), quantile([7], 0.99)]).toEqual([99, 50, 7])
  })
})
