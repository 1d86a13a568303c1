import type { Connection } from '../broker/connection.ts'
import type { Principal } from '../engine/principal.ts'

/** Ids of the tokens that connected people and programs logged in with, each once. */
export function tokensOf(connections: Iterable<Connection>): string[] {
  const tokens = [...connections].flatMap(({ principal }) => {
    const who = principal as Principal
    return 'token' in who ? [who.token] : []
  })
  return [...new Set(tokens)]
}
