import { deviceOwner } from '../../engine/client-session-key.ts'
import type { ErasedSubject } from '../../engine/erasure.ts'

/** Who a device or a person is to the broker: the principal whose the client ids are. */
export function brokerOwner({ what, key }: Pick<ErasedSubject, 'what' | 'key'>): string {
  return what === 'device' ? deviceOwner(key) : key
}
