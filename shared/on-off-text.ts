/** Types of entities that are on or off, and whose readings are 1 or 0. */
const TWO_LEVELS: ReadonlySet<string> = new Set(['binary_sensor', 'switch'])

/** `on` and `off` for the 1 and 0 of an entity of this type that is one or the other; any other state as it is. */
export function onOffText(type: string, state: string): string {
  if (!TWO_LEVELS.has(type)) return state
  return state === '1' ? 'on' : state === '0' ? 'off' : state
}
