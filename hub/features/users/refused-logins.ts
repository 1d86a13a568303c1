import { RecentCount } from '../../engine/recent-count.ts'

/** How many logins were refused in the last hour, by the device that they named; under an empty name all others. */
export function openRefusedLogins(): RecentCount {
  return new RecentCount()
}
