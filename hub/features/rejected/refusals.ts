import { RecentCount } from '../../engine/recent-count.ts'

/** How many messages of each device were not understood in the last hour, also of one whose share of kept messages is full. */
export function openRefusals(): RecentCount {
  return new RecentCount()
}
