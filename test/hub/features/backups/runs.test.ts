import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import type { HubFiles, JobShare } from '../../../../hub/engine/job-run.ts'
import { makeBackup } from '../../../../hub/features/backups/make-run.ts'
import { BACKUP } from '../../../../hub/features/backups/settings.ts'
import { Keyring } from '../../../../hub/secrets/keyring.ts'
import { StoredSecrets } from '../../../../hub/secrets/stored-secrets.ts'
import { storeFile } from '../../../../hub/store/places.ts'
import { systemClock } from '../../../../shared/clock.ts'
import { silentLog } from '../../../../shared/log.ts'
import { houseToPack, PASSPHRASE, placesOf } from '../../archive/house-to-pack.ts'

let base: string
let store: ReturnType<typeof houseToPack>
const shares: JobShare[] = []

beforeEach(() => {
  base = mkdtempSync(join(tmpdir(), 'lares-runs-'))
  mkdirSync(join(base, 'stick'))
  store = houseToPack(join(base, 'house'))
  shares.length = 0
})
afterEach(() => {
  store.close()
  rmSync(base, { recursive: true, force: true })
})

function run(section: object) {
  const folder = join(base, 'house')
  const hub: HubFiles = { ...placesOf(folder), version: '0.1.0' }
  const backup = BACKUP.schema.parse({ to: { stick: { folder: join(base, 'stick') } }, ...section })
  return makeBackup(
    { place: 'stick' },
    {
      ...{ hub, settings: { backup }, secrets: new StoredSecrets(storeFile(folder), new Keyring(() => [])) },
      ...{ signal: new AbortController().signal, idempotencyKey: 'k', attempt: 1, clock: systemClock, log: silentLog },
      progress: (share) => void shares.push(share),
    },
  )
}

describe('the run of a backup', () => {
  it('makes none without a passphrase unless the owner says so', async () => {
    await expect(run({})).rejects.toMatchObject({
      code: 'bad_config',
      message: '[backup] of hub.toml has places and no passphrase',
    })
    expect(readdirSync(join(base, 'stick'))).toEqual([])
    expect((await run({ plain: true })).name).toMatch(/\.tar$/)
  })

  it('takes the passphrase out of a file, and says how far it is', async () => {
    const file = join(base, 'passphrase')
    writeFileSync(file, `${PASSPHRASE}\n`, { mode: 0o600 })
    expect((await run({ secret_file: file })).name).toMatch(/\.tar\.age$/)
    expect(new Set(shares.map(({ phase }) => phase))).toEqual(new Set(['checking', 'packing', 'reading']))
    const last = shares.filter(({ phase }) => phase === 'reading').at(-1)
    expect(last?.done).toBeGreaterThan(0)
    expect(last?.done).toBeLessThanOrEqual(last?.total ?? 0)
  })

  it('says which secret is missing', async () => {
    await expect(run({ secret: 'backup' })).rejects.toMatchObject({ code: 'not_found' })
  })
})
