/** No user name and no client id has it: the gate lets no control character pass. */
const BETWEEN = '\n'

/** Where the broker keeps what belongs to a client: ids are the principal's own, so nobody can take another's by its id. */
export function clientSessionKey(owner: string, clientId: string): string {
  return owner === '' ? clientId : `${owner}${BETWEEN}${clientId}`
}

/** The principal that a device is: nobody's account has such an id. */
export function deviceOwner(device: string): string {
  return `device ${device}`
}

/** The principal in a key. */
export function ownerIn(key: string): string {
  const end = key.indexOf(BETWEEN)
  return end === -1 ? '' : key.slice(0, end)
}
