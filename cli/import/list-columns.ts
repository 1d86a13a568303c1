/** The columns of a list that a hub knows, each with what people and programs call it, in one spelling. */
const COLUMNS: Readonly<Record<string, readonly string[]>> = {
  name: ['name', 'device_name', 'user_name', 'friendly_name', 'display_name', 'title', 'label', 'device'],
  type: ['type', 'device_type', 'kind', 'category', 'typ', 'art'],
  brand: ['brand', 'manufacturer', 'vendor', 'make', 'maker', 'detected_brand', 'marke', 'hersteller'],
  model: ['model', 'detected_model', 'product', 'model_name', 'modell'],
  api_config: ['api_config', 'apiconfig', 'config', 'config_data', 'configuration', 'settings'],
  description: ['description', 'user_description', 'notes', 'note', 'comment', 'beschreibung'],
  location: ['location', 'place', 'position', 'standort', 'ort'],
  room: ['room', 'room_name', 'area', 'raum', 'zimmer'],
  house: ['house', 'house_name', 'home', 'site', 'haus'],
  id: ['id', 'device_id', 'uuid', 'unique_id', 'external_id'],
  integration: ['integration', 'integration_type', 'platform', 'ha_domain'],
  device_class: ['device_class', 'class'],
}

const COLUMN_OF: ReadonlyMap<string, string> = new Map(
  Object.entries(COLUMNS).flatMap(([column, names]) => names.map((name) => [name, column] as const)),
)

/**
 * A row under the names that a hub knows, in whatever case and spelling they were written. Of two that mean the same the one with
 * the name itself goes before; what nobody knows is `more`, and cells without anything are left out.
 */
export function knownColumns(record: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const known: Record<string, unknown> = {}
  const more: Record<string, unknown> = {}
  const there = Object.entries(record).filter(([, value]) => value !== null && value !== undefined && value !== '')
  const isExact = ([name]: [string, unknown]) => Object.hasOwn(COLUMNS, spelling(name))
  for (const [name, value] of [...there.filter(isExact), ...there.filter((one) => !isExact(one))]) {
    const column = COLUMN_OF.get(spelling(name))
    const isMeant = column !== 'api_config' || isExact([name, value]) || isConfig(value)
    if (column !== undefined && isMeant && !Object.hasOwn(known, column)) known[column] = value
    else Object.defineProperty(more, name.trim() || 'column', { value, enumerable: true, configurable: true })
  }
  return Object.keys(more).length === 0 ? known : { ...known, more }
}

/** What other programs call settings is often a word. */
function isConfig(value: unknown): boolean {
  return typeof value === 'string' ? value.trimStart().startsWith('{') : typeof value === 'object'
}

/** Whether one of these columns is this one, however it is called. */
export function hasColumn(names: readonly string[], column: string): boolean {
  return names.some((name) => COLUMN_OF.get(spelling(name)) === column)
}

function spelling(name: string): string {
  return name
    .normalize('NFC')
    .replace(/(\p{Ll})(\p{Lu})/gu, '$1_$2')
    .toLocaleLowerCase('en')
    .replace(/[^\p{L}\p{N}]+/gu, '_')
    .replace(/^_+|_+$/g, '')
}
