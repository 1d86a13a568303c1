import type { HubFiles } from '../../../hub/engine/job-run.ts'

/** For runs that need none of the hub's files. */
export const NO_HUB_FILES: HubFiles = {
  ...{ folder: '/nowhere', keys: '/nowhere/keys', tlsKey: '/nowhere/tls.key', tlsCert: '/nowhere/tls.crt' },
  ...{ config: null, version: '0.0.0' },
}
