import { LaresError } from '../../shared/errors.ts'
import { type Right, whoMay } from '../../shared/rights.ts'
import type { AdminCommand } from './admin-command.ts'
import type { AuthorizedCaller, Caller } from './caller.ts'
import { housesWhere } from './house-rights.ts'

/**
 * The caller with the houses in which this command is allowed. The only place where that is judged: what a command reads and
 * writes it finds by these houses. Throws `needs_person` and `forbidden`.
 */
export function authorize(
  command: Pick<AdminCommand, 'area' | 'verb' | 'needs' | 'needsPerson'>,
  caller: Caller,
): AuthorizedCaller {
  const { area, verb, needs } = command
  if (command.needsPerson && caller.kind !== 'person')
    throw new LaresError('needs_person', `${area}/${verb} is decided by a person, and ${KINDS[caller.kind]} asked`)
  const where = (right: Right) => housesWhere(caller.rights, { area, right })
  const houses = where(needs ?? 'see')
  if (needs !== null && houses?.length === 0) throw refusal({ area, verb, needs }, caller)
  return { ...caller, houses, sees: where('see') }
}

const KINDS = {
  local: 'the socket of this machine',
  person: 'a person',
  integration: 'an integration',
  program: 'a program',
} as const satisfies Record<Caller['kind'], string>

function refusal({ area, verb, needs }: { area: string; verb: string; needs: Right }, { kind, rights }: Caller) {
  const what = `${area}/${verb} is for ${whoMay(needs)}`
  if (kind === 'program')
    return new LaresError('forbidden', `${area}/${verb} needs the right to ${needs}, which this program was not given`)
  if (needs === 'administer') return new LaresError('forbidden', what)
  const belongs = Object.keys(rights).length > 0
  return new LaresError('forbidden', belongs ? what : `${what}, and you belong to no house`, {
    hint: 'Ask an owner of the house, or an administrator of this hub.',
  })
}

/** For what is there and may be seen, but is not the caller's to use in this way. */
export function notYours(what: string): LaresError {
  return new LaresError('forbidden', `${what} is in a house where you may see it and not do this`, {
    hint: 'Ask an owner of that house, or an administrator of this hub.',
  })
}
