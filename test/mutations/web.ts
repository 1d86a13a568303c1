import type { Mutation } from './mutation.ts'

const HOSTS = 'test/hub/web/answered-hosts.test.ts'
const PAGE = 'test/hub/web/page-server.test.ts'
const UPGRADE = 'test/hub/web/mqtt-upgrade.test.ts'

/** The page, its WebSocket and what is fetched beside it. */
export const WEB: readonly Mutation[] = [
  {
    without: 'answering to its own names alone',
    file: 'hub/web/answered-hosts.ts',
    text: 'return ALWAYS.has(host) || own.includes(host) ? { host, authority } : null',
    becomes: 'return ALWAYS.has(host) || own.length > 0 ? { host, authority } : null',
    test: { file: HOSTS, name: 'answers nobody who asks for' },
  },
  {
    without: 'refusing a page by the name of somebody else',
    file: 'hub/web/page-server.ts',
    text: '    if (asked === null) {\n',
    becomes: '    if (asked === null && path === null) {\n',
    test: { file: PAGE, name: 'is shown to nobody who asks by a name of somebody else' },
  },
  {
    without: 'refusing a WebSocket by the name of somebody else',
    file: 'hub/web/mqtt-upgrade.ts',
    text: "  if (asked === null) return { status: '421 Misdirected Request', says: 'this hub is not called so' }\n",
    becomes: '  if (asked === null) return null\n',
    test: { file: UPGRADE, name: 'in nowhere' },
  },
  {
    without: 'taking a WebSocket from its own page alone',
    file: 'hub/web/mqtt-upgrade.ts',
    text: 'return origin !== undefined && origin.toLowerCase() === `https://${asked.authority}`',
    becomes: 'return origin !== asked.authority',
    test: { file: UPGRADE, name: 'in nowhere' },
  },
  {
    without: 'ending with a client that sends text',
    file: 'hub/web/mqtt-upgrade.ts',
    text: '        if (isBinary) return\n',
    becomes: '        if (isBinary || peer.isPaused !== null) return\n',
    test: { file: UPGRADE, name: 'ends with a client that says something else than MQTT' },
  },
  {
    without: 'a bound of the messages of a WebSocket',
    file: 'hub/web/mqtt-upgrade.ts',
    text: 'maxPayload: PACKET_BYTES.afterConnect,',
    becomes: 'maxPayload: 100 * PACKET_BYTES.afterConnect,',
    test: { file: UPGRADE, name: 'ends with a message that is larger than any packet may be' },
  },
  {
    without: 'a page that lies in no frame',
    file: 'hub/web/security-headers.ts',
    text: `    "frame-ancestors 'none'",\n`,
    becomes: '',
    test: { file: PAGE, name: 'lies in no frame, loads nothing from elsewhere' },
  },
  {
    without: 'sparing localhost what browsers remember of names',
    file: 'hub/web/security-headers.ts',
    text: "return isHostName(host) && host !== 'localhost'",
    becomes: 'return isHostName(host)',
    test: { file: PAGE, name: 'is kept to HTTPS where it has a name' },
  },
  {
    without: 'levels of a page that begin with no dot',
    file: 'hub/web/page-files.ts',
    text: 'if (!PATH.test(path)) return null',
    becomes: 'if (path === String(PATH)) return null',
    test: { file: PAGE, name: 'lets nobody out of its folder by' },
  },
  {
    without: 'taking a packed file only where it is not older',
    file: 'hub/web/page-files.ts',
    text: 'if (stats !== null && stats.mtimeMs >= found.stats.mtimeMs)',
    becomes: 'if (stats !== null)',
    test: { file: PAGE, name: 'is sent from the file where what was packed of it is older' },
  },
  {
    without: 'a place before the handshake of a page',
    file: 'hub/web/page-server.ts',
    text: "server.prependListener('connection', (peer: Socket) => void this.#handshakes.begin(peer))",
    becomes: "server.prependListener('connection', (peer: Socket) => void this.#handshakes.end(peer))",
    test: { file: PAGE, name: 'gives the place of a connection back when it ends' },
  },
  {
    without: 'closing handshakes when the page stops',
    file: 'hub/web/page-server.ts',
    text: 'closed: () => this.#handshakes.close(),',
    becomes: 'closed: () => undefined,',
    test: { file: PAGE, name: 'stops while somebody is in the middle of asking' },
  },
]
