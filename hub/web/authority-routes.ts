import { createHash } from 'node:crypto'
import { sendText, type WebRequest, type WebRoute } from './web-route.ts'

/** The certificate of the house's authority, for phones and laptops to trust. `authority`: in DER, `null`: there is none. */
export function authorityRoutes(authority: () => Buffer | null): ReadonlyMap<string, WebRoute> {
  const answering = (send: (asked: WebRequest, der: Buffer) => void): WebRoute => ({
    methods: ['GET', 'HEAD'],
    answer(asked) {
      const der = authority()
      if (der === null)
        sendText(asked.response, 404, 'This hub has a certificate of its own, and no authority that must be trusted.')
      else send(asked, der)
    },
  })
  return new Map([
    [
      'ca.crt',
      answering(({ response }, der) => file(response, { name: 'lares.crt', type: 'application/x-x509-ca-cert' }, der)),
    ],
    [
      'ca.mobileconfig',
      answering(({ response }, der) =>
        file(
          response,
          { name: 'lares.mobileconfig', type: 'application/x-apple-aspen-config' },
          Buffer.from(profileOf(der)),
        ),
      ),
    ],
  ])
}

function file(response: WebRequest['response'], { name, type }: { name: string; type: string }, content: Buffer): void {
  response.writeHead(200, {
    'Content-Type': type,
    'Content-Disposition': `attachment; filename="${name}"`,
    'Content-Length': content.length,
  })
  response.end(content)
}

/** A profile that iOS and macOS install: the same one for the same authority, so that it takes the place of itself. */
function profileOf(der: Buffer): string {
  const id = (what: string) => {
    const hex = createHash('sha256').update(what).update(der).digest('hex')
    return [
      hex.substring(0, 8),
      hex.substring(8, 12),
      hex.substring(12, 16),
      hex.substring(16, 20),
      hex.substring(20, 32),
    ].join('-')
  }
  const lines = der.toString('base64').match(/.{1,68}/g) ?? []
  return `<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
<dict>
  <key>PayloadContent</key>
  <array>
    <dict>
      <key>PayloadCertificateFileName</key><string>lares.crt</string>
      <key>PayloadContent</key>
      <data>
${lines.join('\n')}
      </data>
      <key>PayloadDisplayName</key><string>Lares, the authority of this house</string>
      <key>PayloadIdentifier</key><string>lares.authority.${id('certificate')}</string>
      <key>PayloadType</key><string>com.apple.security.root</string>
      <key>PayloadUUID</key><string>${id('certificate')}</string>
      <key>PayloadVersion</key><integer>1</integer>
    </dict>
  </array>
  <key>PayloadDescription</key><string>Lets this device trust the page of the house.</string>
  <key>PayloadDisplayName</key><string>Lares</string>
  <key>PayloadIdentifier</key><string>lares.${id('profile')}</string>
  <key>PayloadType</key><string>Configuration</string>
  <key>PayloadUUID</key><string>${id('profile')}</string>
  <key>PayloadVersion</key><integer>1</integer>
</dict>
</plist>
`
}
