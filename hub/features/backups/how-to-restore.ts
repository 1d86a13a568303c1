import { dirname } from 'node:path'
import { z } from 'zod'
import { bytes, time } from '../../../shared/admin/fields.ts'
import { LaresError } from '../../../shared/errors.ts'
import { text } from '../../../shared/messages/fields.ts'
import { shellWord } from '../../../shared/shell-word.ts'
import { localTime } from '../../../shared/time-words.ts'
import type { ArchivePlace } from '../../archive/archive-place.ts'
import { adminCommand } from '../../engine/admin-command.ts'
import { archiveNamed, archivesAt } from './archive-named.ts'
import type { KnownArchive } from './place-book.ts'
import { placeToUse } from './place-to-use.ts'

/** Where an installation of ours keeps its data, and its settings. */
const INSTALLED = { data: '/var/lib/lares', config: '/etc/lares/hub.toml' }

const toType = z.string().meta({ format: 'to-type' })

export const howToRestore = adminCommand({
  area: 'backups',
  verb: 'how-to-restore',
  needs: 'administer',
  summary:
    'What to type on the machine of the hub so that it is as in a backup; without a name the newest that can be read',
  params: z.strictObject({ name: text(200).optional(), place: text(40).optional() }),
  result: z.strictObject({
    says: z.string(),
    /** Each on the machine of the hub, in this order. */
    type: z.array(toType),
    /** What to know before. */
    before: z.array(z.string()),
    place: z.string(),
    name: z.string(),
    bytes,
    verified_at: time.nullable(),
    opened_at: time.nullable(),
    made_at: time,
  }),
  examples: [{ says: 'to the newest', params: {} }],
  positional: ['name'],
  changes: false,
  run({ db, settings }, params) {
    const found =
      params.name === undefined
        ? newest(archivesAt(db, params.place))
        : archiveNamed(db, { ...params, name: params.name })
    const { place, name, made_at, verified_at, opened_at } = found
    return {
      says: `The hub is then as it was at ${localTime(made_at)}`,
      type: steps(placeToUse(place, settings).at, { name, data: dirname(db.name) }),
      before: warnings(found),
      ...{ place, name, bytes: found.bytes, verified_at, opened_at, made_at },
    }
  },
})

/** The newest of which nobody knows that it is damaged. */
function newest<T extends KnownArchive>(all: readonly T[]): T {
  const [found] = all.filter(({ fault }) => fault === null).toSorted((a, b) => b.made_at - a.made_at)
  if (found) return found
  throw new LaresError('not_found', 'there is no backup yet', { hint: 'Make one: lares backups make' })
}

function steps(at: ArchivePlace, { name, data }: { name: string; data: string }): string[] {
  const config = data === INSTALLED.data ? ` --config ${INSTALLED.config}` : ''
  const restore = `sudo lares hub restore --from ${fileAt(at, name)} --replace --data ${shellWord(data)}${config}`
  return [...fetched(at, name), 'sudo systemctl stop lares-hub', restore, 'sudo systemctl start lares-hub']
}

function fileAt(at: ArchivePlace, name: string): string {
  if (at.kind === 'folder') return shellWord(`${at.folder}/${name}`)
  // A stick is wherever the machine has put it.
  if (at.kind === 'usb')
    return `"$(findmnt -fno TARGET -S ${shellWord(`LABEL=${at.label}`)})"/${shellWord(`${at.folder}/${name}`)}`
  return shellWord(name)
}

/** What lies behind a command is brought here first. */
function fetched(at: ArchivePlace, name: string): string[] {
  if (at.kind !== 'command' || at.fetch === null) return []
  return [`${at.fetch.map((word) => shellWord(word.replaceAll('{name}', name))).join(' ')} > ${shellWord(name)}`]
}

function warnings({ fault, opened_at, name }: KnownArchive): string[] {
  return [
    ...(fault === null ? [] : [`This one cannot be used: ${fault}`]),
    ...(opened_at === null ? [`Nobody has opened its database yet. Do that first: lares backups verify ${name}`] : []),
    'What devices sent since then is not in it. What is here now is set aside and not removed.',
    ...(name.endsWith('.age')
      ? ['It asks for the passphrase of the backups: look whether you have it before you stop the hub.']
      : []),
  ]
}
