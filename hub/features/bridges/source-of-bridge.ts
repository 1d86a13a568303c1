/** As the hub's own broker is called among brokers: no entry of hub.toml may have it. */
export const OWN_BROKER = 'hub'

/** The source of devices that a bridge is. */
export function sourceOfBridge(name: string): string {
  return `${OWN_BROKER}-${name}`
}

/** The bridge that a source is, by its name. */
export function bridgeOfSource(source: string): string {
  return source.substring(OWN_BROKER.length + 1)
}

/** Whether a source is a bridge, or was one. */
export function isOfBridge(source: string): boolean {
  return source.startsWith(`${OWN_BROKER}-`)
}
