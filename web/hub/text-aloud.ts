import type { HubConnection } from './connection.ts'
import { HubError } from './hub-error.ts'

/**
 * Has a voice of the hub speak a text. Resolves with where this page can play it, as often as somebody likes: the hub gives it once. Whoever
 * has no use for it any more gives it back with `URL.revokeObjectURL`. Throws a `HubError` that says why nothing speaks.
 */
export async function textAloud(
  connection: Pick<HubConnection, 'ask'>,
  said: { text: string; device?: string; language?: string },
): Promise<string> {
  const { path } = await connection.ask<{ path: string }>('voice/speak', said)
  const answer = await fetch(path)
  if (answer.ok) return URL.createObjectURL(await answer.blob())
  const { error } = (await answer.json().catch(() => ({}))) as {
    error?: { code: string; message: string; hint: string }
  }
  throw new HubError(error?.code ?? 'internal', error?.message ?? `the hub answered ${answer.status}`, error?.hint)
}
