import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { systemClock } from '../../../shared/clock.ts'
import { ROOT } from '../../source-tree.ts'
import { noBrowser, PageHouse, seriousFaults } from './page-house.ts'
import { besideHub, leaveTalk } from './talk-house.ts'
import { WyomingStandIn } from './wyoming-stand-in.ts'

const NARROW = { viewport: { width: 360, height: 740 } }
/** Whoever sits at the browser lets it listen, and says one sentence. */
const SPOKEN = [
  '--use-fake-ui-for-media-stream',
  '--use-fake-device-for-media-stream',
  `--use-file-for-fake-audio-capture=${join(ROOT, 'speech/sound/sentence.wav')}%noloop`,
]
const WIDE_MOST = 'document.documentElement.scrollWidth <= document.documentElement.clientWidth'

describe.skipIf(noBrowser !== null)('talking on the page', () => {
  let house: PageHouse
  let kitchen: string
  let engines: WyomingStandIn

  beforeAll(async () => {
    engines = await WyomingStandIn.open({ hears: 'what time is it' })
    house = await PageHouse.open(() => engines.settings, SPOKEN)
    await house.addOwner()
    kitchen = (await house.addDevice('<img src=x onerror=alert(1)> Kitchen')).device
    const { device: hall } = await house.addDevice('Hall')
    leaveTalk(house.folder, { device: kitchen, from: hall, now: systemClock.now() })
  }, 180_000)

  afterAll(async () => {
    await house?.close()
    engines?.close()
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
    besideHub(house.folder, (run) => run('UPDATE devices SET capabilities = ?', '["audio_input","audio_output"]'))
    await page.getByRole('dialog').getByRole('button', { name: 'Hand over' }).click()
    await page.getByText('It goes on at Hall.').waitFor()
    await page.getByRole('heading', { name: 'Hall', level: 1 }).waitFor()
    await page.getByRole('button', { name: /Take it back/ }).click()
    await page.getByRole('heading', { name: 'Kitchen', level: 1 }).waitFor()
    await page.getByText('From Hall to').waitFor()
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
      const input = page.getByLabel('What do you want to say?')
      await input.fill(words)
      await input.press('Enter')
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

  it('hears what is said into the microphone of the browser, and answers aloud', async () => {
    const page = await house.at('/conversations')
    await page.getByRole('button', { name: 'Speak' }).click()
    await page.getByText('Listening').waitFor()
    await page.waitForTimeout(1_200)
    await page.getByRole('button', { name: 'That was it' }).click()
    await page.getByText('understood by whisper').waitFor()
    await page.locator('.talk .answered').getByText('It is').waitFor()
    const { seconds, loudest } = engines.heard()
    expect(seconds).toBeGreaterThan(0.8)
    expect(seconds).toBeLessThan(5)
    expect(loudest).toBeGreaterThan(1_000)
    await page.locator('.talk audio').waitFor()
    await expect.poll(() => page.evaluate("document.querySelector('.talk audio').duration")).toBeCloseTo(0.5, 1)
    expect(engines.spoken).toMatch(/^It is /)
    expect(await seriousFaults(page)).toEqual([])
    expect(house.complaints).toEqual([])
    await page.context().close()
  })

  it('shows how each engine is, and has all of them tried', async () => {
    const page = await house.at('/engines', NARROW)
    const hearing = page.locator('section', { hasText: 'Hearing' })
    await hearing.getByText('whisper').waitFor()
    await hearing.getByText('works', { exact: true }).waitFor()
    await page.getByLabel('The sentence').fill('what time is it')
    await page.getByRole('button', { name: 'Try them' }).click()
    await page.getByText('piper, heard by whisper').waitFor()
    await page.getByText('every word was right').waitFor()
    expect(await page.evaluate(WIDE_MOST)).toBe(true)
    expect(await seriousFaults(page)).toEqual([])
    expect(house.complaints).toEqual([])
    await page.context().close()
  })

  it('says what is wrong where the engines are away, and goes on with what is typed', async () => {
    engines.close()
    const page = await house.at('/conversations')
    await page.getByRole('button', { name: 'Speak' }).click()
    await page.getByText('Listening').waitFor()
    await page.waitForTimeout(500)
    await page.getByRole('button', { name: 'That was it' }).click()
    await page.getByRole('alert').getByText('whisper').waitFor()
    await page.getByLabel('What do you want to say?').fill('what time is it')
    await page.getByLabel('What do you want to say?').press('Enter')
    await page.locator('.talk .answered').getByText('It is').waitFor()
    await page.getByRole('button', { name: 'Read it aloud' }).click()
    await page.getByRole('alert').getByText('piper').waitFor()
    expect(house.complaints).toEqual([])
    await page.context().close()
  })

  it('changes a persona as a draft, says what is wrong beside the field, publishes it and goes back', async () => {
    const page = await house.at('/personas', NARROW)
    await page.getByRole('link', { name: 'Companion', exact: true }).click()
    const sentences = page.getByLabel('Sentences of an answer at most')
    await sentences.fill('99')
    await page.getByLabel('Description').fill('<b>kind</b>')
    await page.getByRole('button', { name: 'Keep the draft' }).click()
    await page.locator('.fault').waitFor()
    expect(await sentences.getAttribute('aria-invalid')).toBe('true')
    expect(await seriousFaults(page)).toEqual([])
    await sentences.fill('2')
    await page.getByRole('button', { name: 'Keep the draft' }).click()
    const changed = page.locator('.differences')
    await changed.getByText('behavior_config.max_sentences').waitFor()
    await changed.getByText('<b>kind</b>').waitFor()
    await page.getByLabel('What is other, and why').fill('Shorter.')
    expect(await page.evaluate(WIDE_MOST)).toBe(true)
    expect(await seriousFaults(page)).toEqual([])
    await page.getByRole('button', { name: 'Publish' }).click()
    await page.getByText('This is version 1.0.1, which is in force').waitFor()
    await page.getByText('Shorter.').waitFor()
    await page.getByRole('button', { name: 'Compare with 1.0.1' }).click()
    await page.getByText('behavior_config.max_sentences').waitFor()
    await page.getByRole('button', { name: 'Back to this one' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Back to this one' }).click()
    await page.getByText('This is version 1.0.2, which is in force').waitFor()
    expect(house.complaints).toEqual([])
    await page.context().close()
  })

  it('begins a persona, tries it, has it speak on a device, saves it as a file and takes that in', async () => {
    const page = await house.at('/personas')
    await page.getByRole('button', { name: 'New persona' }).click()
    await page.getByLabel('An id that stays').fill('butler')
    await page.getByLabel('What it is told before').fill('You are a butler.')
    await page.getByRole('dialog').getByRole('button', { name: 'New persona' }).click()
    await page.getByText('Nobody hears it before it is published.').waitFor()
    await page.getByLabel('What somebody says to it').fill('Good evening')
    await page.getByRole('button', { name: 'Try', exact: true }).click()
    await page.getByText('What a model is given').click()
    await page.locator('.given').getByText('You are a butler.').waitFor()
    await page.getByRole('button', { name: 'Publish' }).click()
    await page.getByLabel('On a device').selectOption({ label: 'Hall' })
    await page.getByRole('button', { name: 'Have it speak there' }).first().click()
    await page.getByText('It speaks on Hall').waitFor()
    const saved = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save as a file' }).click()
    const file = await (await saved).path()
    expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ persona: 'butler', current_version: '1.0.0' })
    await page.getByRole('link', { name: 'All personas' }).click()
    await page.getByText('1 device has it').waitFor()
    await page.locator('input[type=file]').setInputFiles(file)
    await page.getByText('butler 1.0.0 was taken in.').waitFor()
    await page.locator('input[type=file]').setInputFiles(join(ROOT, 'README.md'))
    await page.getByRole('alert').getByText('no file of a persona').waitFor()
    expect(await seriousFaults(page)).toEqual([])
    expect(house.complaints).toEqual([])
    await page.context().close()
  })
})
