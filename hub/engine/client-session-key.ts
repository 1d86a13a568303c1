/** No user name and no client id has it: the gate lets no control character pass. */
const BETWEEN = '\n'

/** Where the broker keeps what belongs to a client: ids are the principal's own, so nobody can take another's by its id. */
export function clientSessionKey(owner: string, clientId: string): string {
  return owner === '' ? clientId : `${owner}${BETWEEN}${clientId}`
}

/** The principal in a key. */
export function ownerIn(key: string): string {
  const end = key.indexOf(BETWEEN)
  return end === -1 ? '' : key.slice(0, end)
}
