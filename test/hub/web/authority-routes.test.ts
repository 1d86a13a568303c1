import { afterEach, describe, expect, it } from 'vitest'
import { authorityRoutes } from '../../../hub/web/authority-routes.ts'
import { askHttps, type PageRig, pageRig } from './page-rig.ts'

let rig: PageRig | null = null
afterEach(async () => {
  await rig?.close()
  rig = null
})

describe('the authority of the house', () => {
  it('is there for phones and laptops to trust', async () => {
    const der = Buffer.from('the certificate in DER '.repeat(20))
    rig = await pageRig({ routes: authorityRoutes(() => der) })
    const plain = await askHttps(rig.port, '/ca.crt')
    expect([plain.status, plain.headers['content-type'], plain.body]).toEqual([200, 'application/x-x509-ca-cert', der])
    expect(plain.headers['content-disposition']).toBe('attachment; filename="lares.crt"')
    const profile = await askHttps(rig.port, '/ca.mobileconfig')
    expect(profile.headers['content-type']).toBe('application/x-apple-aspen-config')
    const [, data = ''] = /<data>([^<]*)<\/data>/.exec(profile.text) ?? []
    expect(Buffer.from(data, 'base64')).toEqual(der)
    // One that is installed again takes the place of itself.
    expect((await askHttps(rig.port, '/ca.mobileconfig')).text).toBe(profile.text)
  })

  it('is not there where the page has a certificate of its own', async () => {
    rig = await pageRig({ routes: authorityRoutes(() => null) })
    expect(await askHttps(rig.port, '/ca.crt')).toMatchObject({
      status: 404,
      text: expect.stringContaining('no authority'),
    })
  })
})
