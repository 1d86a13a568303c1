import { LaresError } from '../../shared/errors.ts'
import type { StructuredInput } from '../engine/input.ts'
import type { Base } from './base.ts'

/** What the engine answers an input that nobody waits to see stored. Rejects with `internal` where it failed at that. */
export async function askedEngine<T>({ store }: Pick<Base, 'store'>, input: StructuredInput): Promise<T> {
  const { verdict, value } = await store.input<T>(input)
  if (verdict === 'stored') return value
  throw new LaresError('internal', 'the hub failed to look up who this is')
}
