interface Asked {
  command: string
  params: object
}

/** Which command answers for an address such as `/trace?device=…&sensor=…&at=…` or `/trace?event=17`; `null`: it names nothing. */
export function askedOf({ device, sensor, at, event, turn }: Record<string, string>): Asked | null {
  if (event !== undefined && /^\d+$/.test(event)) return { command: 'trace/event', params: { event: Number(event) } }
  if (turn !== undefined) return { command: 'trace/turn', params: { turn } }
  if (device === undefined || sensor === undefined) return null
  const time = Number(at)
  return { command: 'trace/reading', params: { device, sensor, ...(time > 0 ? { at: time } : {}) } }
}
