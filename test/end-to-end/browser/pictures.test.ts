import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { variable } from '../../../shared/environment.ts'
import { ROOT } from '../../source-tree.ts'
import { fillHouse } from './filled-house.ts'
import { answered, noBrowser, PageHouse } from './page-house.ts'

const FOLDER = join(ROOT, 'docs/pictures')
/** scripts/pictures sets it; otherwise pictures are made, and thrown away. */
const KEEPS = variable('LARES_PICTURES') !== undefined

const DESKTOP = { viewport: { width: 1_280, height: 860 } }
const PHONE = { viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true, deviceScaleFactor: 2 }

describe.skipIf(noBrowser !== null)('the pictures of the documents', () => {
  it('show a house that somebody lives in', async () => {
    const house = await PageHouse.open()
    try {
      const { thermometer, sensor, chart } = await fillHouse(house)
      const shots = [
        { name: 'overview', path: '/', until: '.sparkline path', look: { ...DESKTOP, colorScheme: 'light' as const } },
        {
          name: 'overview-phone',
          path: '/',
          until: '.sparkline path',
          look: { ...PHONE, colorScheme: 'dark' as const },
        },
        { name: 'readings', path: chart, until: '.chart canvas', look: { ...DESKTOP, colorScheme: 'dark' as const } },
        {
          name: 'trace-phone',
          path: `/trace?device=${thermometer}&sensor=${sensor}`,
          until: '.trace li',
          look: { ...PHONE, colorScheme: 'light' as const },
        },
      ]
      for (const { name, path, until, look } of shots) {
        const page = await house.at(path, look)
        await page.locator(until).first().waitFor()
        await answered(page)
        if (KEEPS) mkdirSync(FOLDER, { recursive: true })
        const bytes = await page.screenshot(KEEPS ? { path: join(FOLDER, `${name}.png`) } : {})
        expect(bytes.length).toBeGreaterThan(10_000)
        expect({ name, isThere: existsSync(join(FOLDER, `${name}.png`)) }).toEqual({ name, isThere: true })
        await page.context().close()
      }
      expect(house.complaints).toEqual([])
    } finally {
      await house.close()
    }
  }, 180_000)
})
