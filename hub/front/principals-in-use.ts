import type { Connection } from '../broker/connection.ts'
import type { Principal } from '../engine/principal.ts'

/** Ids of the bridges that are connected, each once. On the local socket it is the hub that listens to one. */
export function bridgesOf(connections: Iterable<Connection>): string[] {
  const bridges = [...connections].flatMap(({ principal, listener }) => {
    const who = principal as Principal
    return who.kind === 'bridge' && listener !== 'local' ? [who.id] : []
  })
  return [...new Set(bridges)]
}

/** Ids of the tokens and browsers that somebody is connected with through the page, each once. */
export function atPage(connections: Iterable<Connection>): string[] {
  return tokensOf([...connections].filter(({ listener }) => listener === 'web'))
}

/** Ids of the tokens and browsers that connected people and programs logged in with, each once. */
export function tokensOf(connections: Iterable<Connection>): string[] {
  const tokens = [...connections].flatMap(({ principal }) => {
    const who = principal as Principal
    return 'token' in who ? [who.token] : []
  })
  return [...new Set(tokens)]
}
