import type { Mutation } from './mutation.ts'

const REFUSED = 'test/hub/dialects/templates/refused-templates.test.ts'
const ANNOUNCING = 'test/hub/dialects/homeassistant/announcing.test.ts'
const HEARING = 'test/hub/dialects/homeassistant/hearing.test.ts'
const ORDERING = 'test/hub/dialects/homeassistant/ordering.test.ts'
const PRINTING = 'test/hub/dialects/templates/printing.test.ts'

/** What others publish: read, and never run. */
export const DIALECTS: readonly Mutation[] = [
  {
    without: 'own members alone being members',
    file: 'hub/dialects/templates/template-value.ts',
    text: ' && Object.hasOwn(value, key) ? value[key] : undefined',
    becomes: ' ? value[key] : undefined',
    test: { file: REFUSED, name: 'gets nothing but own members' },
  },
  {
    without: 'a bound on the parts of a template',
    file: 'hub/dialects/templates/parser.ts',
    text: 'if (++this.#nodes > TEMPLATE_LIMITS.nodes)',
    becomes: 'if (++this.#nodes < 0)',
    test: { file: REFUSED, name: 'is refused in bounded time' },
  },
  {
    without: 'a bound on what is nested in a template',
    file: 'hub/dialects/templates/parser.ts',
    text: 'if (++this.#depth > TEMPLATE_LIMITS.depth)',
    becomes: 'if (++this.#depth < 0)',
    test: { file: REFUSED, name: 'is refused in bounded time' },
  },
  {
    without: 'a bound on what an evaluation looks at',
    file: 'hub/dialects/templates/evaluation.ts',
    text: 'if (this.#steps > TEMPLATE_LIMITS.steps)',
    becomes: 'if (this.#steps < 0)',
    test: { file: REFUSED, name: 'is stopped' },
  },
  {
    without: 'a bound on the texts that a template makes',
    file: 'hub/dialects/templates/evaluation.ts',
    text: 'if (length > TEMPLATE_LIMITS.output)',
    becomes: 'if (length < 0)',
    test: { file: REFUSED, name: 'is stopped' },
  },
  {
    without: 'a bound on the members of lists that a template makes',
    file: 'hub/dialects/templates/operators.ts',
    text: 'if (count > TEMPLATE_LIMITS.steps)',
    becomes: 'if (count < 0)',
    test: { file: REFUSED, name: 'is stopped' },
  },
  {
    without: 'a bound on how deep JSON is nested',
    file: 'hub/dialects/templates/value-json.ts',
    text: '    if (isNestedDeeper(text, TEMPLATE_LIMITS.dataDepth)) return undefined\n',
    becomes: '',
    test: { file: REFUSED, name: 'levels deep as at no JSON' },
  },
  {
    without: 'calling nothing but what is on the lists',
    file: 'hub/dialects/templates/postfixes.ts',
    text: "    else if (parser.isSign('(')) throw parser.error('what is called here is no function')\n",
    becomes: '',
    test: { file: REFUSED, name: 'is refused with the construct and its place' },
  },
  {
    without: 'rounding what is between two to the even one',
    file: 'hub/dialects/templates/rounding.ts',
    text: 'const rounded = isBetween && isOdd ?',
    becomes: 'const rounded = isBetween && !isOdd && isOdd ?',
    test: { file: PRINTING, name: 'prints what Jinja prints' },
  },
  {
    without: 'telling 21.0 from 21',
    file: 'hub/dialects/templates/value-json.ts',
    text: 'return NOT_KEPT.test(text) ? JSON.parse(text, keepNotation) : JSON.parse(text)',
    becomes: 'return JSON.parse(text)',
    test: { file: PRINTING, name: 'prints what Jinja prints' },
  },
  {
    without: 'a bound on the bytes of an announcement',
    file: 'hub/dialects/homeassistant/read-announcement.ts',
    text: 'if (payload.length > ANNOUNCEMENT_BYTES)',
    becomes: 'if (payload.length < 0)',
    test: { file: ANNOUNCING, name: 'is refused as ' },
  },
  {
    without: 'a bound on the entities that a device announces',
    file: 'hub/dialects/homeassistant/read-announcement.ts',
    text: 'of all.slice(0, ENTITIES_PER_DEVICE))',
    becomes: 'of all)',
    test: { file: ANNOUNCING, name: 'has at most 8,192 entities, and those beyond are named' },
  },
  {
    without: 'refusing one entity alone',
    file: 'hub/dialects/homeassistant/read-announcement.ts',
    text: 'if (!(error instanceof NotConnectable)) throw error',
    becomes: 'if (error) throw error',
    test: { file: ANNOUNCING, name: 'may have a part say otherwise, and one that is taken back' },
  },
  {
    without: 'refusing a unique id that would be cut',
    file: 'hub/dialects/homeassistant/read-announcement.ts',
    text: "if (unique === '' || unique.length > 200 || ",
    becomes: "if (unique === '' || ",
    test: { file: ANNOUNCING, name: 'what is known and not connected' },
  },
  {
    without: 'refusing topics with wildcards',
    file: 'hub/dialects/homeassistant/announced-config.ts',
    text: ' && !/[#+\\0]/.test(text)',
    becomes: '',
    test: { file: ANNOUNCING, name: 'what is known and not connected' },
  },
  {
    without: 'refusing a template that asks for what Home Assistant knows',
    file: 'hub/dialects/homeassistant/announced-config.ts',
    text: 'if (own !== undefined) throw',
    becomes: 'if (own === null) throw',
    test: { file: ANNOUNCING, name: 'what is known and not connected' },
  },
  {
    without: 'putting the base topic into topics alone',
    file: 'hub/dialects/homeassistant/written-out.ts',
    text: " || !key.endsWith('topic')",
    becomes: '',
    test: { file: ANNOUNCING, name: 'has its base topic put in at both ends of its topics, and nowhere else' },
  },
  {
    without: 'a bound on the attributes of a message',
    file: 'hub/dialects/hear.ts',
    text: 'if (length <= ATTRIBUTES_LENGTH)',
    becomes: 'if (length >= 0)',
    test: { file: HEARING, name: 'is left alone with the reason where it cannot be used' },
  },
  {
    without: 'a bound on the bytes of a message that are looked at',
    file: 'hub/dialects/payload.ts',
    text: 'if (bytes.length > MESSAGE_BYTES_READ)',
    becomes: 'if (bytes.length < 0)',
    test: { file: HEARING, name: 'is read of a bounded message of text' },
  },
  {
    without: 'a bound on the attributes that messages add up to',
    file: 'hub/dialects/hear.ts',
    text: ' && JSON.stringify(merged).length > ATTRIBUTES_LENGTH',
    becomes: ' && JSON.stringify(merged).length < 0',
    test: { file: HEARING, name: 'does not add up to more attributes than an entity may have' },
  },
  {
    without: 'telling an event from what was retained',
    file: 'hub/dialects/hear.ts',
    text: 'if (said.isEvent && message.retained)',
    becomes: 'if (said.isEvent === null)',
    test: { file: HEARING, name: 'is no event when it was retained, which presses no button again' },
  },
  {
    without: 'keeping a lock from orders without its code',
    file: 'hub/dialects/homeassistant/switching.ts',
    text: "orders: config.has('code_format')",
    becomes: "orders: config.has('no_code_format')",
    test: { file: ORDERING, name: 'does not take is refused with what it takes' },
  },
  {
    without: 'looking whether a number is in its range',
    file: 'hub/dialects/homeassistant/ranges.ts',
    text: 'if (Number.isFinite(value) && value >= min && value <= max) return value',
    becomes: 'if (max >= min) return value',
    test: { file: ORDERING, name: 'does not take is refused with what it takes' },
  },
  {
    without: 'a light that is on being a little bright at least',
    file: 'hub/dialects/homeassistant/lighting.ts',
    text: 'return percent > 0 ? Math.max(1, brightness) : brightness',
    becomes: 'return brightness',
    test: { file: ORDERING, name: 'an order' },
  },
]
