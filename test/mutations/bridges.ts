import type { Mutation } from './mutation.ts'

const TOPICS = 'test/hub/front/bridge-topics.test.ts'
const SHARES = 'test/hub/broker/retained-shares.test.ts'
const ADDING = 'test/hub/features/bridges/adding.test.ts'
const COMING = 'test/hub/features/bridges/coming-and-going.test.ts'

const ERASING = 'test/hub/broker/erasing.test.ts'
const NAMING = 'test/hub/features/makers/naming-sources.test.ts'
const SESSION = 'test/hub/makers/broker-session.test.ts'
const OWN = 'test/hub/makers/own-topics.test.ts'

/** Bridges that log in at the hub's own broker. */
export const BRIDGES_AT_BROKER: readonly Mutation[] = [
  {
    without: 'a bridge that publishes on its own topics alone',
    file: 'hub/front/bridge-spaces.ts',
    text: "mayPublish(principal: Principal, bridge: BridgeAtBroker): boolean {\n    if (principal.kind === 'bridge') return principal.id === bridge.id",
    becomes:
      "mayPublish(principal: Principal, bridge: BridgeAtBroker): boolean {\n    if (principal.kind === 'bridge') return bridge.id !== ''",
    test: { file: TOPICS, name: 'alone, and nobody else does' },
  },
  {
    without: 'a bridge that hears of its own house alone',
    file: 'hub/front/bridge-spaces.ts',
    text: "mayRead(principal: Principal, bridge: BridgeAtBroker): boolean {\n    if (principal.kind === 'bridge') return principal.id === bridge.id",
    becomes:
      "mayRead(principal: Principal, bridge: BridgeAtBroker): boolean {\n    if (principal.kind === 'bridge') return bridge.id !== ''",
    test: { file: TOPICS, name: 'alone, and a filter for it is held by nobody else' },
  },
  {
    without: 'showing what a bridge publishes to people of its house alone',
    file: 'hub/front/bridge-spaces.ts',
    text: "if ('rights' in principal) return has(principal.rights, bridge.house, READS)",
    becomes: "if ('rights' in principal) return bridge.house !== ''",
    test: { file: TOPICS, name: 'alone, and a filter for it is held by nobody else' },
  },
  {
    without: 'letting integrations announce where their person decides alone',
    file: 'hub/front/bridge-spaces.ts',
    text: 'return has(principal.rights, bridge.house, ANNOUNCES)',
    becomes: 'return has(principal.rights, bridge.house, READS)',
    test: { file: TOPICS, name: 'alone, and nobody else does' },
  },
  {
    without: 'keeping integrations of other houses from what a bridge has claimed',
    file: 'hub/front/house-hooks.ts',
    text: "if (principal.kind === 'integration' && isHomeAssistant(message.topic) && !bridge && !isOurs) {",
    becomes: "if (principal.kind === 'integration' && isHomeAssistant(message.topic) && !isOurs) {",
    test: { file: TOPICS, name: 'alone, and nobody else does' },
  },
  {
    without: 'telling devices of a bridge on its own topics alone',
    file: 'hub/makers/own-topics.ts',
    text: 'if (strange === undefined) return',
    becomes: 'if (strange === undefined || own !== null) return',
    test: { file: OWN, name: 'has nobody told anything on' },
  },
  {
    without: 'listening to the topics of a bridge alone for it',
    file: 'hub/makers/own-topics.ts',
    text: 'return [...listens, ...availability.topics, ...(ask ? [ask] : [])]',
    becomes: 'return [...(ask ? [ask] : [])]',
    test: { file: OWN, name: 'makes nobody listen elsewhere' },
  },
  {
    without: 'asking devices of a bridge on its own topics alone',
    file: 'hub/makers/own-topics.ts',
    text: 'return [...listens, ...availability.topics, ...(ask ? [ask] : [])]',
    becomes: 'return [...listens, ...availability.topics]',
    test: { file: OWN, name: 'has nobody asked elsewhere' },
  },
  {
    without: 'a will of a bridge on its own topics alone',
    file: 'hub/front/house-hooks.ts',
    text: 'if (bridge) return spaces.mayPublish(principal, bridge)',
    becomes: "if (bridge) return principal.kind === 'bridge'",
    test: { file: TOPICS, name: 'with a will on' },
  },
  {
    without: 'shutting out who came in with a password that was changed meanwhile',
    file: 'hub/front/house-hooks.ts',
    text: "'bridge' in who ? bridgeOwner(who.bridge) :",
    becomes: "'bridge' in who ? who.bridge :",
    test: { file: TOPICS, name: 'whose password was changed while it logged in is shut out' },
  },
  {
    without: 'counting a connection of a bridge that came alone as one that goes',
    file: 'hub/front/house-hooks.ts',
    text: 'if (!connections?.delete(connection) || connections.size > 0) return',
    becomes: 'connections?.delete(connection)\n    if (connections !== undefined && connections.size > 1) return',
    test: { file: TOPICS, name: 'is there while a connection of it is' },
  },
  {
    without: 'telling anew of bridges what was told in a transaction that was rolled back',
    file: 'hub/features/bridges/engine.ts',
    text: "isChanged = true\n      heard = ''",
    becomes: 'isChanged = true',
    test: { file: COMING, name: 'is gone all the same, when what failed was left out' },
  },
  {
    without: 'owing nobody what a bridge published that is no more',
    file: 'hub/broker/persistence.ts',
    text: 'if (below.length > 0) this.#memory.eraseBelow(below)',
    becomes: 'if (below.length > 99) this.#memory.eraseBelow(below)',
    test: { file: ERASING, name: 'is owed nothing of topics that have another owner now' },
  },
  {
    without: 'forgetting the sessions of a bridge that is no more',
    file: 'hub/broker/client-sessions.ts',
    text: 'if (isGone(ownerIn(clientId))) this.forget(clientId)',
    becomes: "if (isGone(ownerIn(clientId)) && clientId === '') this.forget(clientId)",
    test: { file: ERASING, name: 'is owed nothing of topics that have another owner now' },
  },
  {
    without: 'telling a house nothing of what a bridge had in another one',
    file: 'hub/features/makers/sources-coming.ts',
    text: 'before.house_id !== house_id && (',
    becomes: "before.house_id !== house_id && key === '' && (",
    test: { file: COMING, name: 'tells the new one nothing of what the old one had' },
  },
  {
    without: 'leaving devices of another house their entities',
    file: 'hub/features/makers/sources-coming.ts',
    text: '// What is announced in the new house under the same ids is another thing.\n      if (device_id !== null)',
    becomes: "if (device_id === '')",
    test: { file: COMING, name: 'tells the new one nothing of what the old one had' },
  },
  {
    without: 'calling no bridge away that the hub itself cannot hear yet',
    file: 'hub/features/makers/sources-coming.ts',
    text: 'if (heard?.online === false && !hasTime)',
    becomes: 'if (heard?.online === false)',
    test: { file: COMING, name: 'is not away because the hub itself cannot hear it yet' },
  },
  {
    without: 'handing over nothing of a source that is listened to no more',
    file: 'hub/makers/broker-session.ts',
    text: 'this.#isStopped ? null : source.outbound.take()',
    becomes: 'source.outbound.take()',
    test: { file: SESSION, name: 'hands over nothing more when it was stopped' },
  },
  {
    without: 'naming sources until the disk takes it',
    file: 'hub/features/makers/front.ts',
    text: 'cancel = untilTaken(front, one)',
    becomes: 'cancel()',
    test: { file: NAMING, name: 'names the sources of hub.toml until the disk takes it' },
  },
  {
    without: 'forgetting with a house what waited there',
    file: 'hub/features/erasures/removed-houses.ts',
    text: 'for (const house of forgotten) waiting.run(house)',
    becomes: 'for (const house of forgotten) if (house === "") waiting.run(house)',
    test: { file: ADDING, name: 'is gone with its house' },
  },
  {
    without: 'a bound on what a bridge retains',
    file: 'hub/broker/retained-messages.ts',
    text: 'if (!isIts && room.topics >= room.most.topics) return false',
    becomes: 'if (!isIts && room.topics >= room.most.topics + 99) return false',
    test: { file: SHARES, name: 'costs the disk nothing' },
  },
  {
    without: 'a bound on the bytes that a bridge retains',
    file: 'hub/broker/retained-messages.ts',
    text: 'return room.bytes - freed + entryBytes(topic, payload) <= room.most.bytes',
    becomes: 'return room.bytes - freed <= room.most.bytes',
    test: { file: SHARES, name: 'has room again for what replaces it' },
  },
  {
    without: 'keeping what a bridge retains off the card',
    file: 'hub/broker/retained-messages.ts',
    text: "if (room?.isJournalled) this.#parts.journal({ kind: 'retain', topic, payload: kept, qos })",
    becomes: "if (room) this.#parts.journal({ kind: 'retain', topic, payload: kept, qos })",
    test: { file: SHARES, name: 'costs the disk nothing' },
  },
  {
    without: 'forgetting on the disk what a bridge has taken the place of',
    file: 'hub/broker/retained-messages.ts',
    text: "else if (wasJournalled) this.#parts.journal({ kind: 'unretain', topic })",
    becomes: "else if (wasJournalled && qos > 2) this.#parts.journal({ kind: 'unretain', topic })",
    test: { file: SHARES, name: 'takes the place of what was kept before' },
  },
  {
    without: 'topics that are one bridge’s alone',
    file: 'hub/features/bridges/topic-prefix.ts',
    text: 'topicsOf(row).find((other) => meets(topic, other))',
    becomes: 'topicsOf(row).find((other) => topic === other)',
    test: { file: ADDING, name: 'has topics of its own alone' },
  },
  {
    without: 'the hub’s own topics',
    file: 'hub/features/bridges/topic-prefix.ts',
    text: 'if (meets(topic, base))',
    becomes: 'if (meets(topic, `${base}/x`))',
    test: { file: ADDING, name: 'has topics of its own alone' },
  },
  {
    without: 'looking at the password of a bridge',
    file: 'hub/features/bridges/login.ts',
    text: '(password !== null && !sameHash(row.secret_hash, hashSecret(password)))',
    becomes: 'row.secret_hash === ""',
    test: { file: ADDING, name: 'is let in with its password alone' },
  },
  {
    without: 'shutting a bridge out with its house',
    file: 'hub/features/erasures/removed-houses.ts',
    text: "'DELETE FROM bridges WHERE house_id = ? RETURNING id'",
    becomes: "'SELECT id FROM bridges WHERE house_id = ? AND 0'",
    test: { file: ADDING, name: 'is gone with its house' },
  },
  {
    without: 'time for bridges to come back after a start',
    file: 'hub/features/makers/sources-coming.ts',
    text: 'const hasTime = this.#startedAt !== null && !this.#came.has(id)',
    becomes: "const hasTime = id === '' && !this.#came.has(id)",
    test: { file: COMING, name: 'that came back within that minute was never away' },
  },
  {
    without: 'listening to a bridge with its own rights alone',
    file: 'hub/features/users/authentication.ts',
    text: 'if (bridge !== null) return admitBridge(context, { name: bridge, clientId, password: null })',
    becomes: '',
    test: {
      file: ADDING,
      name: 'is listened to by the hub itself, which may do there what the bridge may and no more',
    },
  },
  {
    without: 'telling the hub that listens from the bridge',
    file: 'hub/front/house-hooks.ts',
    text: "return listener === 'local'",
    becomes: "return listener === ''",
    test: { file: TOPICS, name: 'is not there because the hub listens to it' },
  },
]
