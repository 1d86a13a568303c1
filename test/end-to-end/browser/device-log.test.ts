import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { joinHub } from '../../../edge/link/join.ts'
import { systemClock } from '../../../shared/clock.ts'
import { logBoard } from '../../../shared/log-board.ts'
import { agentFolder, type RunningAgent, removeFolders, startAgent } from '../../remedies/lib/running-agent.ts'
import { noBrowser, PageHouse, seriousFaults } from './page-house.ts'

const WICKED = '<img src=x onerror=alert(1)> Küche'
const line = (level: number, msg: string) =>
  JSON.stringify({ level, time: systemClock.now(), part: 'link', msg, hub: 'a-name-without-an-end'.repeat(20) })

describe.skipIf(noBrowser !== null)('the page of a device with an agent', () => {
  let house: PageHouse
  let agent: RunningAgent
  let device: string
  const folder = agentFolder()

  beforeAll(async () => {
    house = await PageHouse.open()
    await house.addOwner()
    const { token } = await house.admin.call<{ token: string }>('devices', 'invite', { name: 'Kitchen Pi' })
    const identity = await joinHub(token, {
      ...{ dataFolder: folder, clock: systemClock, agent: '0.1.0', hardware: null },
    })
    device = identity.device
    agent = await startAgent(folder)
    logBoard.keep(line(30, 'all is quiet'))
    logBoard.keep(line(40, WICKED))
  }, 180_000)

  afterAll(async () => {
    await agent?.stop()
    await house?.close()
    removeFolders([folder])
  }, 60_000)

  it('shows the last lines of its log when somebody asks, from a level on, as the text that they are, also on a phone', async () => {
    const look = { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true, colorScheme: 'dark' } as const
    const page = await house.at(`/devices/${device}`, look)
    await page.getByText('online').first().waitFor()
    await page.getByRole('button', { name: 'Ask for it' }).click()
    await page.getByText('all is quiet').waitFor()
    await page.getByText(WICKED).waitFor()
    expect(await page.locator('img[src="x"]').count()).toBe(0)
    expect(await page.evaluate('document.documentElement.scrollWidth')).toBe(360)
    expect(await seriousFaults(page)).toEqual([])
    await page.getByRole('combobox').selectOption('warn')
    await page.getByRole('button', { name: 'Ask again' }).click()
    await page.getByText('all is quiet').waitFor({ state: 'detached' })
    expect(await page.getByText(WICKED).count()).toBe(1)
    expect(house.complaints).toEqual([])
    await page.context().close()
  })

  it('says that a device that is away cannot be asked', async () => {
    const page = await house.at(`/devices/${device}`)
    await page.getByText('online').first().waitFor()
    await agent.stop()
    await page.getByText('offline').first().waitFor()
    await page.getByRole('button', { name: 'Ask for it' }).click()
    await page.getByText('cannot be reached: its log can be read when it is back').waitFor()
    await page.context().close()
  })

  it('says how old the figures of its machine are', async () => {
    // A heartbeat costs the card nothing: the hub writes it down once a minute, and when it stops.
    await house.stopHub()
    await house.startHub()
    const page = await house.at(`/devices/${device}`)
    await page.locator('.card header', { hasText: 'How the device is' }).locator('time').waitFor()
    await page.context().close()
  }, 120_000)
})
