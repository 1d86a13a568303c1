/** The source that a dialect is which is spoken at a broker of hub.toml. */
export function sourceAtBroker(broker: string, dialect: string): string {
  return `${broker}-${dialect}`
}

/** The broker of a source that `sourceAtBroker` made, as hub.toml calls it. */
export function brokerOfSource({ key, dialect }: { key: string; dialect: string }): string {
  const end = `-${dialect}`
  return key.endsWith(end) ? key.substring(0, key.length - end.length) : key
}
