import { afterEach } from 'vitest'
import type { PostgresVersion } from '../../../scripts/lib/postgres.ts'
import { type CentralServer, useCentral } from '../../central/postgres-servers.ts'

import { addSite, type HouseWithCentral, houseWithCentral } from './house-with-central.ts'

/** A house whose pump runs, its site, and the superuser's address of its central. */
export interface JoinedHouse extends HouseWithCentral {
  admin: string
  site: string
  url: string
}

export interface Houses {
  central: CentralServer
  /** Another house with a site of its own; in `admin`, or in a central that nobody else uses. */
  house(options?: { admin?: string } & Parameters<typeof houseWithCentral>[1]): Promise<JoinedHouse>
}

/** Houses of a describe block; their pumps end after each test. */
export function useHouses(version: PostgresVersion): Houses {
  const central = useCentral(version)
  const running: HouseWithCentral[] = []
  afterEach(async () => {
    for (const house of running.splice(0)) await house.kill()
  })
  return {
    central,
    async house({ admin: given, ...options } = {}) {
      const admin = given ?? (await central.migrated())
      const { url, site } = await addSite(admin, `home${running.length}`)
      const joined = Object.assign(houseWithCentral(url, options), { admin, site, url })
      running.push(joined)
      return joined
    },
  }
}
