import { useAnswer } from '../hub/hub.ts'
import type { Schema } from './schema.ts'

/** Where the names are listed that a param of this name may have. */
const LISTS: Readonly<Record<string, { command: string; rows: string }>> = {
  house: { command: 'houses/list', rows: 'houses' },
  room: { command: 'rooms/list', rows: 'rooms' },
  group: { command: 'groups/list', rows: 'groups' },
  device: { command: 'devices/list', rows: 'devices' },
}

/** Names that the hub knows, for the params of a command that name something: each list is asked for once. */
export function useKnownNames(params: Schema): (name: string) => string[] | undefined {
  const names = Object.keys(params.properties ?? {})
  const has = (name: string) => (names.includes(name) ? (LISTS[name]?.command ?? null) : null)
  const answers = new Map(
    Object.entries({
      house: useAnswer<Listed>(has('house')).data,
      room: useAnswer<Listed>(has('room')).data,
      group: useAnswer<Listed>(has('group')).data,
      device: useAnswer<Listed>(has('device')).data,
    }),
  )
  return (name) => {
    const rows = answers.get(name)?.[LISTS[name]?.rows ?? '']
    return rows?.map((row) => row.name)
  }
}

type Listed = Record<string, { name: string }[]>
