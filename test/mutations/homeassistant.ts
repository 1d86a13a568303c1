import type { Mutation } from './mutation.ts'

const ANNOUNCEMENTS = 'test/hub/front/announcements.test.ts'
const ANNOUNCING = 'test/hub/features/homeassistant/announcing.test.ts'
const END_TO_END = 'test/end-to-end/homeassistant.test.ts'
const FAR = 'test/hub/links/far-topics.test.ts'
const LEDGER = 'test/hub/features/homeassistant/link-ledger.test.ts'
const LOGIN = 'test/hub/features/program-login.test.ts'
const SESSION = 'test/hub/links/link-session.test.ts'
const READ_BACK = 'test/hub/features/homeassistant/read-back.test.ts'

/** What Home Assistant sees and tells. */
export const SEEN_BY_HOME_ASSISTANT: readonly Mutation[] = [
  {
    without: 'showing how a device is announced to who may see it alone',
    file: 'hub/front/house-hooks.ts',
    text: 'if (announced !== null) return mayReadAnnouncement(principal, announced)',
    becomes: "if (announced !== null && principal.kind === 'bridge') return mayReadAnnouncement(principal, announced)",
    test: { file: ANNOUNCEMENTS, name: 'is read by integrations of its house and by administrators' },
  },
  {
    without: 'announcements of the hub that a bridge with the same prefix does not write',
    file: 'hub/front/house-hooks.ts',
    text: 'if (bridge && houseAnnounced(message.topic) === null && this.#parts.spaces.mayPublish(admitted.principal, bridge)) {',
    becomes: 'if (bridge && this.#parts.spaces.mayPublish(admitted.principal, bridge)) {',
    test: { file: ANNOUNCEMENTS, name: 'is published by nobody else' },
  },
  {
    without: 'announcements of the hub that no integration writes',
    file: 'hub/front/house-hooks.ts',
    text: '&& !bridge && !isOurs) {',
    becomes: '&& !bridge) {',
    test: { file: ANNOUNCEMENTS, name: 'is published by nobody else' },
  },
  {
    without: 'refusing orders that were retained',
    file: 'hub/front/house-hooks.ts',
    text: '...{ retained: message.retain, caller: callerOf(admitted.principal, connection) },',
    becomes: '...{ retained: false, caller: callerOf(admitted.principal, connection) },',
    test: { file: ANNOUNCEMENTS, name: 'is refused as an order when it is none' },
  },
  {
    without: 'taking back again what nobody heard before a start that it is gone',
    file: 'hub/features/homeassistant/discovery-announcer.ts',
    text: 'if (topics.empty(one, context.now) || !this.#told.has(one.topic)) this.#publish',
    becomes: 'if (topics.empty(one, context.now)) this.#publish',
    test: { file: ANNOUNCING, name: 'leaves no ghost when the hub was killed' },
  },
  {
    without: 'a note of what changed that stands in no way',
    file: 'hub/features/homeassistant/changed-devices.ts',
    text: ' AND ${device} NOT IN (SELECT device FROM lares_announce);`',
    becomes: ';`',
    test: { file: ANNOUNCING, name: 'is announced anew with what its bridge says of it in one go' },
  },
  {
    without: 'a ledger of what was announced',
    file: 'hub/features/homeassistant/discovery-announcer.ts',
    text: 'for (const { device } of topics.at(OWN_PLACE)) changed.note(device)',
    becomes: 'if (topics.at(OWN_PLACE).length < 0) changed.noteAll()',
    test: { file: ANNOUNCING, name: 'leaves no ghost when the last of it is gone' },
  },
  {
    without: 'taking parts back that a device has no more',
    file: 'hub/features/homeassistant/announced-topics.ts',
    text: 'const gone = Object.entries(before?.parts ?? {}).map',
    becomes: 'const gone = Object.entries(before?.parts ?? {}).filter(() => now < 0).map',
    test: { file: ANNOUNCING, name: 'has a part taken back that it has no more' },
  },
  {
    without: 'a moment in which Home Assistant forgets what it had',
    file: 'hub/features/homeassistant/discovery-announcer.ts',
    text: 'if (isForgotten || isRecent(known?.emptied_at ?? null, context.now)) this.#waiting',
    becomes: 'if (isRecent(known?.emptied_at ?? null, context.now)) this.#waiting',
    test: { file: ANNOUNCING, name: 'is taken back in the house that it leaves' },
  },
  {
    without: 'leaving to a bridge what it announces itself',
    file: 'hub/features/homeassistant/shown-devices.ts',
    text: 'const shown = entities.filter(({ source }) => !twins.has(source))',
    becomes: 'const shown = entities.filter(({ source }) => !twins.has(`${source}?`))',
    test: { file: ANNOUNCING, name: 'is announced by the hub or by its bridge' },
  },
  {
    without: 'announcing a large house a part at a time',
    file: 'hub/features/homeassistant/discovery-announcer.ts',
    text: 'return this.#pace.has(now, PACE) ? this.#taken(now) : null',
    becomes: 'return this.#taken(now)',
    test: { file: ANNOUNCING, name: 'is announced a part at a time' },
  },
  {
    without: 'knowing as told only what was committed',
    file: 'hub/features/homeassistant/discovery-announcer.ts',
    text: 'context.committed(() => this.#told.set(topic, payload))',
    becomes: 'this.#told.set(topic, payload)',
    test: { file: ANNOUNCING, name: 'is told what a transaction was to tell' },
  },
  {
    without: 'classes that have the unit',
    file: 'hub/features/homeassistant/components/measured-classes.ts',
    text: 'if (deviceClass === null || !known?.units.has(unit)) return',
    becomes: 'if (deviceClass === null) return',
    test: { file: ANNOUNCING, name: 'is announced with what its maker says of each entity' },
  },
  {
    without: 'announcements that one message can hold',
    file: 'hub/features/homeassistant/discovery-config.ts',
    text: 'return bytes <= MOST_BYTES',
    becomes: 'return bytes > 0',
    test: { file: ANNOUNCING, name: 'is announced as far as one message goes' },
  },
  {
    without: 'announcements that cost the card nothing',
    file: 'hub/front/front.ts',
    text: 'topic.startsWith(base) || houseAnnounced(topic) !== null',
    becomes: 'topic.startsWith(base)',
    test: { file: END_TO_END, name: 'is told what is gone, also when the hub was killed' },
  },
  {
    without: 'names that obey nobody',
    file: 'hub/features/homeassistant/discovery-config.ts',
    text: 'return cutText(cleanText(text), NAME_LENGTH) || otherwise',
    becomes: 'return cutText(text, NAME_LENGTH) || otherwise',
    test: { file: ANNOUNCING, name: 'is called harmlessly' },
  },
  {
    without: 'nought as a state of its own',
    file: 'hub/features/homeassistant/components/component.ts',
    text: '{{ v if v is defined and v is not none else',
    becomes: '{{ v if v else',
    test: { file: READ_BACK, name: ' says the same' },
  },
  {
    without: 'a ledger of what stands at another broker that is written first',
    file: 'hub/links/link-session.ts',
    text: "await ledger({ ask: 'note',",
    becomes: "void ledger({ ask: 'note',",
    test: { file: SESSION, name: 'publishes nothing that is not on the ledger' },
  },
  {
    without: 'a bound on what is told at another broker',
    file: 'hub/links/link-session.ts',
    text: 'if (retained || !link.announce || !this.#pace.take(clock.mono(), ORDERS)) return',
    becomes: 'if (retained || !link.announce) return',
    test: { file: SESSION, name: 'hands in what is told there' },
  },
  {
    without: 'passing over orders that another broker kept',
    file: 'hub/links/link-session.ts',
    text: 'if (retained || !link.announce ||',
    becomes: 'if (!link.announce ||',
    test: { file: SESSION, name: 'hands in what is told there' },
  },
  {
    without: 'emptying at another broker what the house does not show any more',
    file: 'hub/links/far-topics.ts',
    text: "      this.#empty(topic, '')\n    }",
    becomes: "      if (!this.#wanted.has(topic)) this.#empty(topic, '')\n    }",
    test: { file: FAR, name: 'is taken back where the ledger has it' },
  },
  {
    without: 'announcements of others at another broker that stay',
    file: 'hub/links/far-topics.ts',
    text: 'if (!this.#houses.has(house) || this.#announced.has(device)) return',
    becomes: 'if (this.#announced.has(device)) return',
    test: { file: FAR, name: 'of somebody else, or is known, stays' },
  },
  {
    without: 'leaving to others what they announce at another broker themselves',
    file: 'hub/links/far-topics.ts',
    text: 'this.status === null || this.#twins.has(device)) return',
    becomes: 'this.status === null) return',
    test: { file: FAR, name: 'is nothing that somebody else announces there' },
  },
  {
    without: 'showing elsewhere what a program may see, and no more',
    file: 'hub/features/homeassistant/link-ledger.ts',
    text: "(seen?.includes(houseAnnounced(topic) ?? '') ?? true)",
    becomes: "(seen?.includes(houseAnnounced(topic) ?? '') ?? true) !== null",
    test: { file: LEDGER, name: 'has taken back what the program may not see any more' },
  },
  {
    without: 'the rights of a program for whoever comes in as one by the local socket',
    file: 'hub/features/users/program-login.ts',
    text: 'rights: rightsOf(db, row), session',
    becomes: "rights: 'all' as const, session",
    test: { file: LOGIN, name: 'lets the hub itself in as a program' },
  },
  {
    without: 'showing all others beside a device whose id cannot stand on a topic',
    file: 'hub/features/homeassistant/shown-devices.ts',
    text: 'if (!row || !isLevel(id) || ',
    becomes: 'if (!row || ',
    test: { file: 'test/hub/features/devices/rows-of-others.test.ts', name: 'a device with the id' },
  },
  {
    without: 'announcing all others beside a device that fails',
    file: 'hub/features/homeassistant/discovery-announcer.ts',
    text: '        if (isDiskFault(error)) throw error\n',
    becomes: '        throw error\n',
    test: {
      file: 'test/hub/features/devices/rows-of-others.test.ts',
      name: 'a device whose abilities are another thing',
    },
  },
  {
    without: 'leaving here what other programs announce here',
    file: 'hub/links/far-topics.ts',
    text: '    if (!isOurs) return\n',
    becomes: '',
    test: { file: FAR, name: 'is nothing that another program announces here' },
  },
  {
    without: 'emptying at another broker what is a topic, and no filter',
    file: 'hub/links/far-topics.ts',
    text: 'one.startsWith(states) && isLevel(one.substring(states.length)),',
    becomes: 'one.startsWith(states),',
    test: { file: FAR, name: 'is emptied on topics alone' },
  },
]
