/** Who asks a house that is measured: a person at its own socket, who may do everything. */
export const LOCAL_CALLER = {
  principal: 'local',
  kind: 'local',
  user: null,
  token: null,
  rights: 'all',
  client: 'local.bench',
  address: 'local',
  session: 'bench',
} as const
