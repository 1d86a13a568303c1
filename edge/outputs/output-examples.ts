/** A table that works for each type, below `[outputs.<key>]`. */
export const TYPE_EXAMPLES: ReadonlyMap<string, string> = new Map([
  ['relay', 'type = "relay"\npin = 17\nactive_low = true\nmax_on = "2h"\nname = "Garden pump"'],
  ['dimmer', 'type = "dimmer"\npin = 18\nname = "Shelf light"'],
])

/** A line that works for each key that tables of outputs may have. */
const KEY_EXAMPLES: ReadonlyMap<string, string> = new Map([
  ['type', 'type = "relay"'],
  ['pin', 'pin = 17'],
  ['name', 'name = "Garden pump"'],
  ['active_low', 'active_low = true'],
  ['max_on', 'max_on = "2h"'],
  ['hub_loss', 'hub_loss = "10min"'],
  ['frequency_hz', 'frequency_hz = 1000'],
  ['chip', 'chip = "pwmchip0"\nchannel = 0'],
  ['channel', 'chip = "pwmchip0"\nchannel = 0'],
])

/** What works in the table of this label, by the place in the file: each key, and the whole table of its type. */
export function outputExamples(label: string, type: unknown): ReadonlyMap<string, string> {
  const safe = type === 'dimmer' ? 'safe = 20' : 'safe = "off"'
  const lines = [...KEY_EXAMPLES, ['safe', safe] as const].map(([key, line]): [string, string] => [
    `outputs.${label}.${key}`,
    line,
  ])
  return new Map([['outputs', TYPE_EXAMPLES.get(String(type)) ?? ''], ...lines])
}
