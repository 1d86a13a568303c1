import { exampleFile, type Reference } from '../shared/example-settings.ts'
import { FEATURE_SECTIONS, HUB_EXAMPLES, hubSchema } from './config.ts'

/** What each key of hub.toml is for. */
const MEANINGS: ReadonlyMap<string, string> = new Map([
  ['base', 'First level of every topic.'],
  ['log', 'What is logged: debug, info, warn or error, and what is worse.'],
  ['advertise', 'What join tokens name, host:port each, where the addresses of this machine are not the ones to use.'],
  [
    'listen.tls',
    'MQTT over TLS, for agents. 0.0.0.0 opens it to the house, [::] also on IPv6; port 0 means a free one.',
  ],
  ['listen.plain', 'MQTT without TLS. Keep it on loopback: passwords cross it readable.'],
  ['listen.http', 'Health and metrics.'],
  [
    'listen.https',
    'The page and its WebSocket, over HTTPS. 0.0.0.0 opens it to the house, [::] also on IPv6; port 0 means a free one.',
  ],
  [
    'listen.socket',
    'The way in of the command line; its file rights are the credential. Default: hub.sock in the data folder.',
  ],
  ['tls.key', 'A private key of your own, PEM, readable for the user lares. Default: the hub makes one.'],
  ['tls.cert', 'Its certificate, PEM. Name both or neither.'],
  [
    'central.url',
    'Where central is, as `lares central add-site` printed it. It holds a password: rather use url_file.',
  ],
  ['central.url_file', 'A file that holds that line, mode 0600. Default: central.url in the data folder.'],
  ['central.max_kb_per_s', 'Kilobytes a second to central at most. Default: as fast as it goes.'],
  [
    'secrets.keys',
    "The folder with the keys of what is sealed in the database, mode 0700 and the hub's own. Default: keys in the data folder. " +
      'Best where no backup of that folder takes it along.',
  ],
  [
    'web.hosts',
    'Names by which the page is asked for beside localhost, lares.local, the name of this machine and the address at which a request ' +
      'arrives: those of a proxy or a domain. Requests for any other name are refused.',
  ],
  [
    'metrics.sensors',
    'Whether /metrics shows the latest value of every sensor, and how loud the last turn of every device was.',
  ],
  ...FEATURE_SECTIONS.flatMap(({ name, keys }) =>
    Object.entries(keys).map(([key, { meaning }]): [string, string] => [`${name}.${key}`, meaning]),
  ),
])

export const HUB_REFERENCE: Reference = { schema: hubSchema, meanings: MEANINGS, examples: HUB_EXAMPLES }

/** A hub.toml that says nothing yet, with every key explained. */
export function hubExample(): string {
  const head = [
    'Settings of the Lares hub: /etc/lares/hub.toml. Every key has a default, so this file may stay as it is.',
    'Take the # before a key away to set it, then: sudo systemctl restart lares-hub',
  ]
  return exampleFile(head, HUB_REFERENCE)
}
