import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../../shared/clock.ts'
import { noBrowser, PageHouse, seriousFaults } from './page-house.ts'
import { besideHub, leaveTalk } from './talk-house.ts'

const NARROW = { viewport: { width: 360, height: 740 } }
const WIDE_MOST = 'document.documentElement.scrollWidth <= document.documentElement.clientWidth'

describe.skipIf(noBrowser !== null)('talking on the page', () => {
  let house: PageHouse
  let kitchen: string

  beforeAll(async () => {
    house = await PageHouse.open()
    await house.addOwner()
    kitchen = (await house.addDevice('<img src=x onerror=alert(1)> Kitchen')).device
    const { device: hall } = await house.addDevice('Hall')
    leaveTalk(house.folder, { device: kitchen, from: hall, now: systemClock.now() })
  }, 180_000)

  afterAll(async () => {
    await house?.close()
  }, 60_000)

  it('shows what was said, by whom, where, and where the time of each answer went, also on a phone', async () => {
    const page = await house.at('/conversations/talk', NARROW)
    await page.getByText('<b>How warm</b> is it?').waitFor()
    await page.getByText('understood by moonshine').waitFor()
    await page.getByText('It was interrupted').waitFor()
    await page.getByText('Where the time went').click()
    const fall = page.locator('.waterfall')
    await fall.getByText('Most of it: understanding the words, 990 ms of 1.2 s until the first sound.').waitFor()
    expect(await fall.locator('ol > li').allTextContents()).toEqual([
      ...['understanding the words990 ms', 'finding an answer10 ms', 'making the voice120 ms', 'sending2 ms'],
      'on the speaker38 ms',
    ])
    expect(await page.evaluate(WIDE_MOST)).toBe(true)
    expect(await seriousFaults(page)).toEqual([])
    await page.context().close()
  })

  it('shows what is said and done while somebody looks, pauses, resumes and ends', async () => {
    const page = await house.at('/conversations/talk')
    await page.getByText('It was interrupted').waitFor()
    const now = systemClock.now()
    besideHub(house.folder, (run) =>
      run(
        "INSERT INTO messages (id, session_id, turn_id, role, content, created_at, updated_at) VALUES ('m-3', 'talk', NULL, 'assistant', 'Dinner is ready', ?, ?)",
        ...[now, now],
      ),
    )
    await page.getByText('Dinner is ready').waitFor()
    await page.getByRole('button', { name: 'Hand over' }).click()
    await page.getByRole('dialog').getByLabel('The speaker that is to have it').selectOption({ label: 'Hall' })
    await page.getByRole('dialog').getByRole('button', { name: 'Hand over' }).click()
    await page.getByRole('dialog').getByRole('alert').waitFor()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('button', { name: 'Pause' }).click()
    await page.getByText('Session paused: somebody wanted it so').waitFor()
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.getByRole('button', { name: 'Pause' }).waitFor()
    await page.getByRole('button', { name: 'End' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'End' }).click()
    await page.locator('.tag', { hasText: 'over' }).waitFor()
    expect(house.complaints).toEqual([])
    await page.context().close()
  })

  it('answers what is typed as a speaker would, and keeps it on the screen', async () => {
    const page = await house.at('/conversations', NARROW)
    const say = async (words: string) => {
      await page.getByLabel('What do you want to say?').fill(words)
      await page.keyboard.press('Enter')
    }
    await say('what time is it')
    await page.locator('.talk .answered').first().waitFor()
    await say('wibble wobble')
    await page.getByText('not understood').waitFor()
    expect(await page.locator('.talk .asked').allTextContents()).toEqual(['what time is it', 'wibble wobble'])
    expect(await page.evaluate(WIDE_MOST)).toBe(true)
    expect(await seriousFaults(page)).toEqual([])
    expect(house.complaints).toEqual([])
    await page.context().close()
  })
})
