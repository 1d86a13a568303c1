import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { answered, FAMILY, noBrowser, OWNER, PASSWORD, PageHouse, seriousFaults } from './page-house.ts'

if (noBrowser !== null) console.log(`The page is looked at in no browser: ${noBrowser}.`)

const WICKED = '<img src=x onerror=alert(1)>"\'&amp; Küche'
/** Every page that an owner has. */
const PAGES = [
  ...[
    '/',
    '/devices',
    '/join',
    '/readings',
    '/events',
    '/trace',
    '/conversations',
    '/personas',
    '/engines',
    '/me',
    '/trust',
    '/console',
    '/console?command=devices%20rename',
  ],
  ...[
    '/house?list=rooms',
    '/house?list=people',
    '/access?list=users',
    '/access?list=tokens',
    '/access?list=logins',
    '/system?list=wear',
  ],
  ...['/system?list=retention', '/system?list=sync', '/nowhere'],
]

describe.skipIf(noBrowser !== null)('the page in a browser', () => {
  let house: PageHouse
  let kitchen: Awaited<ReturnType<PageHouse['addDevice']>>
  let cabin: Awaited<ReturnType<PageHouse['addDevice']>>

  beforeAll(async () => {
    house = await PageHouse.open()
    await house.addPeople()
    kitchen = await house.addDevice(WICKED)
    cabin = await house.addDevice('Cabin Pi', 'Cabin')
    await kitchen.say('hall_temperature', 20.5)
    await cabin.say('cabin_temperature', 7)
  }, 180_000)

  afterAll(async () => {
    await house?.close()
  }, 60_000)

  it('lets nobody in with a wrong password, says so, and shows the house with the right one', async () => {
    const page = await house.visitor()
    await page.goto(house.url)
    await page.getByLabel('E-mail').fill(OWNER)
    await page.getByLabel('Password').fill('guessed it is')
    await page.getByRole('button', { name: 'Log in' }).click()
    await page.getByRole('alert').getByText('nobody has this e-mail address').waitFor()
    await page.getByLabel('Password').fill(PASSWORD)
    await page.getByRole('button', { name: 'Log in' }).click()
    await page.getByText('2 of 2 devices online').waitFor()
    await page.reload()
    await page.getByText('2 of 2 devices online').waitFor()
    expect(house.complaints).toEqual([])
    await page.context().close()
  })

  it('says before anybody logs in how a phone comes to trust the hub, with what the hub itself says to compare', async () => {
    const page = await house.visitor()
    await page.goto(`${house.url}/trust`)
    const shown = await page.locator('code').first().textContent()
    const { front } = await house.admin.call<{ front: { page: { fingerprint: string } } }>('hub', 'status')
    expect(shown).toBe(front.page.fingerprint)
    await page.locator('svg.qr').waitFor()
    expect(await seriousFaults(page)).toEqual([])
    await page.context().close()
  })

  it('shows what the hub does not understand while somebody looks, with the reason', async () => {
    const page = await house.at('/system?list=rejected')
    await page.getByText('Everything that came was understood.').waitFor()
    await kitchen.mumble()
    await page.getByText('bad_json').waitFor()
    await page.context().close()
  })

  it('shows what a device says as soon as it says it', async () => {
    const page = await house.at(`/devices/${kitchen.device}`)
    await page.getByText('20.5\u202f°C').waitFor()
    await kitchen.say('hall_temperature', 23.25)
    await page.getByText('23.25\u202f°C').waitFor()
    await page.context().close()
  })

  it('loads 150 kB at most until the house is there, and a chart what draws it only then', async () => {
    const page = await house.visitor()
    const loaded = new Map<string, number>()
    page.on('response', (response) => {
      const count = async () => {
        const { responseBodySize, responseHeadersSize } = await response.request().sizes()
        loaded.set(new URL(response.url()).pathname, responseBodySize + responseHeadersSize)
      }
      void count().catch(() => {})
    })
    await house.logIn(page, '/')
    await page.getByText('2 of 2 devices online').waitFor()
    const bytes = [...loaded.values()].reduce((sum, size) => sum + size, 0)
    expect([...loaded.keys()].filter((path) => path.includes('chart'))).toEqual([])
    expect(bytes).toBeGreaterThan(50_000)
    expect(bytes).toBeLessThanOrEqual(150_000)
    await page.context().close()
  })

  it('says how long ago something was by the clock of the hub, whatever the browser believes', async () => {
    const page = await house.visitor()
    await page.addInitScript('const now = Date.now; Date.now = () => now() - 86400000')
    await house.logIn(page, `/devices/${cabin.device}`)
    await cabin.say('cabin_temperature', 7.5)
    await page.getByText('7.5\u202f°C').waitFor()
    await page.locator('.entity time', { hasText: /just now|\d+ s ago/ }).waitFor()
    await page.context().close()
  })

  it('shows a device that joins, and takes away one that is revoked, without being opened again', async () => {
    const page = await house.at('/devices')
    await page.getByRole('link', { name: 'Cabin Pi' }).waitFor()
    const { device } = await house.addDevice('Passing Pi')
    await page.getByRole('link', { name: 'Passing Pi' }).waitFor()
    await house.admin.call('devices', 'revoke', { device })
    await page.getByRole('link', { name: 'Passing Pi' }).waitFor({ state: 'detached' })
    await page.context().close()
  })

  it('shows a name full of HTML as the text that it is', async () => {
    const page = await house.at('/devices')
    await page.getByRole('link', { name: WICKED, exact: true }).click()
    await page.getByRole('heading', { name: WICKED, exact: true }).waitFor()
    expect(await page.locator('img[src="x"]').count()).toBe(0)
    expect(house.complaints).toEqual([])
    await page.context().close()
  })

  it('lets somebody say that they have seen an event, with what they found, and no longer shows it as open', async () => {
    await kitchen.tell('sensor_failing')
    const overview = await house.at('/')
    await overview.locator('.events').getByText('A sensor cannot be read.').waitFor()
    const page = await house.at('/events')
    await page.getByLabel('Only what nobody has seen').check()
    await page.getByLabel('From').selectOption('warning')
    await page.getByRole('button', { name: 'I have seen it: Sensor failing' }).click()
    await page.getByLabel(/What did you find/).fill(WICKED)
    expect(await seriousFaults(page)).toEqual([])
    await page.getByRole('dialog').getByRole('button', { name: 'I have seen it' }).click()
    await page.getByText('A sensor cannot be read.').waitFor({ state: 'detached' })
    await page.getByLabel('Only what nobody has seen').uncheck()
    await page.getByText(`Seen by ${OWNER}`).waitFor()
    expect(await page.getByText(WICKED).count()).toBeGreaterThan(0)
    await overview.reload()
    await overview.getByText('2 of 2 devices online').waitFor()
    expect(await overview.locator('.events').getByText('A sensor cannot be read.').count()).toBe(0)
    expect(house.complaints).toEqual([])
    await overview.context().close()
    await page.context().close()
  })

  it('shows people of another house nothing of this one, and refuses what they ask for by name', async () => {
    const page = await house.at('/devices', { as: FAMILY })
    await page.getByRole('link', { name: 'Cabin Pi' }).waitFor()
    expect(await page.getByText('Küche').count()).toBe(0)
    await page.goto(`${house.url}/devices/${kitchen.device}`)
    await page.getByRole('alert').waitFor()
    expect(await page.getByText('20.5').count()).toBe(0)
    await page.goto(`${house.url}/trace?device=${kitchen.device}&sensor=hall_temperature`)
    await page.getByRole('alert').waitFor()
    await page.context().close()
  })

  it.each(['light', 'dark'] as const)(
    'has nothing serious that somebody stumbles over who hears it or has no mouse, %s',
    async (colorScheme) => {
      const page = await house.at('/', { colorScheme })
      for (const path of [
        ...PAGES,
        `/devices/${kitchen.device}`,
        `/trace?device=${kitchen.device}&sensor=hall_temperature`,
      ]) {
        await page.goto(house.url + path)
        await page.locator('main#main h1').first().waitFor({ state: 'attached' })
        await answered(page)
        expect({ path, faults: await seriousFaults(page) }).toEqual({ path, faults: [] })
      }
      expect(house.complaints).toEqual([])
      await page.context().close()
    },
    180_000,
  )

  it('fits a phone, whatever stands on it', async () => {
    const page = await house.at('/', { viewport: { width: 360, height: 740 }, isMobile: true, hasTouch: true })
    for (const path of [...PAGES, `/devices/${kitchen.device}`]) {
      await page.goto(house.url + path)
      await page.locator('main#main h1').first().waitFor({ state: 'attached' })
      const width = await page.evaluate('document.documentElement.scrollWidth')
      expect({ path, width }).toEqual({ path, width: 360 })
    }
    await page.context().close()
  }, 120_000)

  it('speaks German to those whose browser does, and keeps what they choose', async () => {
    const page = await house.at('/', { locale: 'de-DE' })
    await page.getByText('2 von 2 Geräten erreichbar').waitFor()
    await page.locator('.mine summary').click()
    await page.getByLabel('Sprache').selectOption('en')
    await page.getByText('2 of 2 devices online').waitFor()
    await page.reload()
    await page.getByText('2 of 2 devices online').waitFor()
    expect(await page.locator('html').getAttribute('lang')).toBe('en')
    await page.context().close()
  })

  it('is used with the keyboard alone: the first stop leads to the page, a device is renamed with Enter', async () => {
    const page = await house.at(`/devices/${cabin.device}`)
    await page.keyboard.press('Tab')
    const first = page.locator(':focus')
    expect(await first.textContent()).toBe('Skip to the page')
    await page.getByRole('button', { name: 'Rename' }).focus()
    await page.keyboard.press('Enter')
    await page.getByLabel('New name').fill('Cabin stove')
    await page.keyboard.press('Enter')
    await page.getByRole('heading', { name: 'Cabin stove' }).waitFor()
    await page.getByRole('button', { name: 'Rename' }).click()
    await page.keyboard.press('Escape')
    expect(await page.getByRole('dialog').count()).toBe(0)
    await page.context().close()
  })

  it('asks before something is taken away, with what the hub says would go', async () => {
    const page = await house.at('/house?list=rooms')
    await page.getByRole('button', { name: 'Add' }).click()
    await page.getByLabel('Name', { exact: true }).fill('Pantry')
    await page.getByRole('button', { name: 'Run' }).click()
    await page.getByRole('alert').getByText('which house?').waitFor()
    await page.getByRole('combobox', { name: 'House' }).fill('Home')
    await page.getByRole('button', { name: 'Run' }).click()
    await page.locator('.answer').getByText('Pantry').waitFor()
    await page.getByRole('button', { name: 'Close' }).click()
    await page.getByRole('cell', { name: 'Pantry' }).waitFor()
    await page.getByRole('button', { name: 'Remove' }).click()
    await page.getByRole('dialog').getByRole('button', { name: 'Cancel' }).click()
    await page.getByRole('cell', { name: 'Pantry' }).waitFor()
    await page.context().close()
  })

  it('invites a device with a code to scan and a command to type, and sees it come', async () => {
    const page = await house.at('/join')
    await page.getByLabel('What is it to be called?').fill('Hall Pi')
    await page.getByRole('button', { name: 'Make the invitation' }).click()
    const code = page.locator('.copy code')
    await code.waitFor()
    expect(await code.textContent()).toMatch(/^lares edge join lares1\./)
    await page.locator('svg.qr').waitFor()
    await page.getByText(/good for \d+ min/).waitFor()
    await house.addDevice('Hall Pi')
    await page.getByText('Hall Pi has joined.').waitFor()
    await page.context().close()
  })

  it('draws a chart of what was measured, and reads a command of the console', async () => {
    const page = await house.at(`/readings?s=${kitchen.device}/hall_temperature&span=hour`)
    await page.locator('.chart canvas').waitFor()
    const saved = page.waitForEvent('download')
    await page.getByRole('button', { name: 'Save as CSV' }).click()
    const file = await (await saved).createReadStream()
    expect(String(await file.setEncoding('utf8').reduce((text, piece) => text + piece, ''))).toContain('20.5')
    await page.goto(`${house.url}/console?command=houses%20list`)
    await page.getByRole('button', { name: 'Run' }).click()
    await page.locator('.answer').getByText('Cabin').first().waitFor()
    expect(house.complaints).toEqual([])
    await page.context().close()
  })

  it('gives somebody another password for the present one, and logs their other browsers out', async () => {
    const other = await house.at('/', { as: FAMILY })
    const page = await house.at('/me', { as: FAMILY })
    await page.getByText('this browser').waitFor()
    await page.getByLabel('The present password').fill('not the present one')
    await page.getByLabel('The new one').fill(`${PASSWORD}, and longer`)
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByRole('alert').waitFor()
    await page.getByLabel('The present password').fill(PASSWORD)
    await page.getByLabel('The new one').fill(`${PASSWORD}, and longer`)
    await page.getByRole('button', { name: 'Save' }).click()
    await page.getByText(/\d+ other browsers? (was|were) logged out/).waitFor()
    await other.getByText('You were logged out.').waitFor()
    await other.context().close()
    await page.context().close()
  })

  it('shows the login when somebody ended it from elsewhere', async () => {
    const page = await house.at('/')
    await house.admin.call('tokens', 'revoke', { email: OWNER, all: true })
    await page.getByText('You were logged out.').waitFor()
    await page.context().close()
  })

  it('says since when the hub is away, and goes on by itself when it is back, with what came meanwhile', async () => {
    const page = await house.at(`/devices/${kitchen.device}`)
    await page.getByText('°C').first().waitFor()
    await house.stopHub()
    await page.getByText('The hub is away since').waitFor()
    await house.startHub()
    await page.getByText('The hub is away since').waitFor({ state: 'detached' })
    await kitchen.say('hall_temperature', 17.75)
    await page.getByText('17.75\u202f°C').waitFor()
    await page.context().close()
  }, 120_000)
})
