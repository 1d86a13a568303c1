import { type Browser, chromium, type Page } from 'playwright-core'
import { systemClock } from '../../../../shared/clock.ts'
import { findChromium } from '../../../../test/end-to-end/browser/find-chromium.ts'

export interface LookedAt {
  /** Compressed, until the overview is there. */
  firstLoadKb: number
  /** With a processor that is a quarter as fast. */
  firstPaintMs: number
}

interface Account {
  email: string
  password: string
}

const SLOWER = 4

/** `null`: there is no browser. */
export function openBrowser(): Promise<Browser> | null {
  const program = findChromium()
  return program === null ? null : chromium.launch({ executablePath: program, args: ['--no-sandbox'] })
}

/** The page from nothing, as somebody who is logged in opens it again. */
export async function lookAt(browser: Browser, port: number, account: Account): Promise<LookedAt> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true })
  try {
    await loggedIn(await context.newPage(), port, account)
    const page = await context.newPage()
    const devTools = await context.newCDPSession(page)
    await devTools.send('Network.enable')
    await devTools.send('Network.setCacheDisabled', { cacheDisabled: true })
    await devTools.send('Emulation.setCPUThrottlingRate', { rate: SLOWER })
    let bytes = 0
    devTools.on('Network.loadingFinished', ({ encodedDataLength }) => {
      bytes += encodedDataLength
    })
    await page.goto(`https://127.0.0.1:${port}/`)
    await page.locator('.card.device').first().waitFor()
    const painted = await page.evaluate('performance.getEntriesByName("first-contentful-paint")[0]?.startTime ?? 0')
    return { firstLoadKb: bytes / 1_000, firstPaintMs: Number(painted) }
  } finally {
    await context.close()
  }
}

/** How long a reading takes from being sent until it stands on the screen: for each, milliseconds. */
export async function liveUpdates(
  browser: Browser,
  {
    port,
    account,
    device,
    times,
    say,
  }: { port: number; account: Account; device: string; times: number; say: (value: number) => Promise<void> },
): Promise<number[]> {
  const context = await browser.newContext({ ignoreHTTPSErrors: true, locale: 'en-GB' })
  try {
    const page = await context.newPage()
    await loggedIn(page, port, account)
    await page.goto(`https://127.0.0.1:${port}/devices/${device}`)
    await page.locator('.entity output').first().waitFor()
    const took: number[] = []
    for (let n = 0; n < times; n++) {
      // After a quiet second the next value is sent on at once.
      await page.waitForTimeout(1_100)
      const value = 30 + n / 4
      const shown = page.getByText(`${value}\u202f°C`, { exact: true }).first().waitFor()
      const began = systemClock.mono()
      await say(value)
      await shown
      took.push(systemClock.mono() - began)
    }
    return took
  } finally {
    await context.close()
  }
}

async function loggedIn(page: Page, port: number, { email, password }: Account): Promise<void> {
  await page.goto(`https://127.0.0.1:${port}/`)
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Log in' }).click()
  await page.locator('main#main h1').first().waitFor({ state: 'attached' })
}
