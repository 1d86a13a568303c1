/** Words for one and the same room: who calls a room by one of them is understood by the others too. */
const ROOMS: readonly (readonly string[])[] = [
  ['bathroom', 'bath', 'washroom'],
  ['living room', 'lounge', 'sitting room', 'front room'],
  ['hall', 'hallway', 'corridor', 'entrance hall'],
  ['study', 'office', 'home office'],
  ['basement', 'cellar'],
  ['attic', 'loft'],
  ['nursery', "children's room", 'kids room', "kid's room", "child's room"],
  ['badezimmer', 'bad'],
  ['wohnzimmer', 'stube', 'wohnstube'],
  ['flur', 'gang', 'diele', 'korridor'],
  ['arbeitszimmer', 'büro', 'home office'],
  ['esszimmer', 'essbereich'],
  ['dachboden', 'speicher', 'estrich'],
]

/** The last word of what gives light. */
const LIGHTS: readonly (readonly string[])[] = [
  ['lamp', 'light'],
  ['lampe', 'leuchte', 'licht'],
]

/** What heats is called so, whatever stands on it. */
const HEATERS = ['heater', 'heating', 'radiator', 'thermostat', 'heizung', 'heizkörper', 'heizer']
/** What is of the same kind and cools is called by none of them. */
const COOLS = /\bac\b|air.?con|cool|klima|kühl/iu

/** Other words for a room that is called so. */
export function roomsAlike(name: string): readonly string[] {
  const folded = name.trim().toLowerCase()
  return ROOMS.filter((words) => words.includes(folded)).flatMap((words) => words.filter((word) => word !== folded))
}

/** Other words for a lamp that is called so: `ceiling lamp` for `ceiling light`. */
export function lightsAlike(name: string): readonly string[] {
  const folded = name.trim().toLowerCase()
  return LIGHTS.flatMap((words) => {
    const last = words.find((word) => folded.endsWith(word))
    return last === undefined
      ? []
      : words.filter((word) => word !== last).map((word) => folded.slice(0, -last.length) + word)
  })
}

/** Other words for what sets how warm it is: `bathroom heating` for `bathroom thermostat`, and `heating` for whatever is called otherwise. */
export function heatersAlike(name: string): readonly string[] {
  const folded = name.trim().toLowerCase()
  if (COOLS.test(folded)) return []
  const last = HEATERS.find((word) => folded.endsWith(word))
  const begin = last === undefined ? '' : folded.slice(0, -last.length)
  return HEATERS.flatMap((word) => (begin === '' ? [word] : [begin + word, word])).filter((word) => word !== folded)
}
