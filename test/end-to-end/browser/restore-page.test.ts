import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { LocalAdmin } from '../../../scripts/lib/bench/local-admin.ts'
import { eventually } from '../../faults/lib/fleet.ts'
import { noBrowser, OWNER, PASSWORD, PageHouse, seriousFaults } from './page-house.ts'

const PASSPHRASE = 'four words that fit'

describe.skipIf(noBrowser !== null)('a backup on the page', () => {
  let house: PageHouse

  beforeAll(async () => {
    house = await PageHouse.open((scratch) => {
      mkdirSync(join(scratch, 'stick'))
      return `log = "error"\n[backup]\nto = { stick = { folder = "${join(scratch, 'stick')}" } }\nsecret = "backup"\n`
    })
    await house.addOwner()
    await house.admin.call('secrets', 'set', { name: 'backup', secret: PASSPHRASE })
    await house.admin.call('devices', 'create', { name: 'Kitchen' })
    await house.admin.call('backups', 'make')
    await eventually(async () => {
      const { backups } = await house.admin.call<{ backups: object[] }>('backups', 'list')
      const { jobs } = await house.admin.call<{ jobs: { state: string }[] }>('jobs', 'list')
      return backups.length > 0 && jobs.every(({ state }) => state === 'done')
    }, 60_000)
    await house.admin.call('devices', 'create', { name: 'Later' })
  }, 180_000)
  afterAll(async () => {
    await house?.close()
  }, 60_000)

  it('is restored with its passphrase and the password of whoever asks, and the page comes back to that house', async () => {
    const page = await house.at('/system')
    await page.getByRole('button', { name: 'Restore', exact: true }).first().click()
    const asked = page.getByRole('dialog')
    await asked.getByLabel(/^Passphrase/).fill('another one')
    await asked.getByLabel(/^Password/).fill('wrong')
    await asked.getByRole('button', { name: 'Run' }).click()
    await asked.getByText(/The house is then as it was at/).waitFor()
    expect(await seriousFaults(page)).toEqual([])
    await asked.getByRole('button', { name: 'Run' }).click()
    await asked.getByText(/that is not your password/i).waitFor()
    await asked.getByLabel(/^Password/).fill(PASSWORD)
    await asked.getByLabel(/^Passphrase/).fill(PASSPHRASE)
    await asked.getByRole('button', { name: 'Run' }).click()
    await asked.getByText(/The house is then as it was at/).waitFor()
    await asked.getByRole('button', { name: 'Run' }).click()
    await asked.getByText('lares backups restoring').waitFor()
    // The hub starts again; nobody is logged in at the restored house.
    await page.getByLabel('E-mail').waitFor({ timeout: 60_000 })
    await house.logIn(page, '/system?list=restoring', OWNER)
    await page
      .getByText(/\.tar\.age/)
      .first()
      .waitFor()
    const admin = await LocalAdmin.open(join(house.folder, 'hub.sock'))
    const { devices } = await admin.call<{ devices: { name: string }[] }>('devices', 'list')
    admin.close()
    expect(devices.map(({ name }) => name)).toEqual(['Kitchen'])
    expect(house.complaints).toEqual([])
    await page.context().close()
  }, 150_000)
})
