import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type HubProcess, startHub } from '../../scripts/lib/bench/hub-process.ts'
import { LocalAdmin } from '../../scripts/lib/bench/local-admin.ts'
import { makeDataFolder } from '../faults/lib/data-folder.ts'
import { eventually } from '../faults/lib/fleet.ts'
import { healthOf } from '../faults/lib/hub-health.ts'

describe('a hub whose central is wrong', () => {
  const open: { hub: HubProcess; admin: LocalAdmin; remove: () => void }[] = []
  afterEach(async () => {
    for (const { hub, admin, remove } of open.splice(0)) {
      admin.close()
      await hub.stop()
      remove()
    }
  })

  const nowhere = 'postgres://site:canary@127.0.0.1:1/lares'
  it.each([
    ['a number instead of an address', '[central]\nurl = 5', {}, 'bad_central', /central\.url/],
    ['a file that is not there', '[central]\nurl_file = "/nonexistent/central"', {}, 'bad_central', /ENOENT/],
    ['a line that is none', '', { LARES_CENTRAL_URL: 'canary' }, 'bad_central', /LARES_CENTRAL_URL/],
    [
      'an address that cannot be read',
      `[central]\nurl = "postgres://site:canary#x@central.example.org/lares"`,
      {},
      'bad_central',
      /cannot be read/,
    ],
    [
      'a certificate file of another machine',
      `[central]\nurl = "${nowhere}?sslrootcert=/nonexistent/ca"`,
      {},
      'central_away',
      /ca.*cannot be read on this machine/,
    ],
    ['nobody there', `[central]\nurl = "${nowhere}"`, {}, 'central_away', /does not listen/],
  ])(
    'starts, stores, and names the fault in its health and in sync status: %s',
    async (_what, toml, env, code, words) => {
      const data = makeDataFolder()
      const hub = await startHub({
        ...data,
        config: `log = "error"\n${toml}\n`,
        env: { LARES_CENTRAL_URL: '', ...env },
      })
      const admin = await LocalAdmin.open(hub.ports.socket)
      open.push({ hub, admin, remove: data.remove })
      await eventually(async () => (await healthOf(hub)).problems.some((problem) => problem.code === code))
      const problem = (await healthOf(hub)).problems.find((one) => one.code === code)
      expect(problem?.message).toMatch(words)
      const { live } = await admin.call<{ live: { last_error: string } }>('sync', 'status')
      expect(live.last_error).toMatch(words)
      expect(JSON.stringify([problem, live])).not.toContain('canary')
      await admin.call('devices', 'create', { name: 'Garden' })
    },
  )

  it('takes what add-site of an older version printed, pasted into central.url', async () => {
    const data = makeDataFolder()
    mkdirSync(data.folder)
    writeFileSync(join(data.folder, 'central.url'), `[central]\nurl = "${nowhere}"\n`)
    const hub = await startHub({ ...data, env: { LARES_CENTRAL_URL: '' } })
    const admin = await LocalAdmin.open(hub.ports.socket)
    open.push({ hub, admin, remove: data.remove })
    await eventually(async () =>
      (await healthOf(hub)).problems.some(({ message = '' }) => /does not listen/.test(message)),
    )
  })
})
