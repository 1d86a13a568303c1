import type { Database } from '../../../shared/sqlite/open.ts'
import type { JobFigures } from '../../engine/job-step.ts'

/** Every second anew: from an index that has all of it, because a row is behind its payload. SQLite would take another one. */
const FIGURES = `
  SELECT kind, count(*) FILTER (WHERE state = 'waiting') AS waiting, count(*) FILTER (WHERE state = 'running') AS running,
    count(*) FILTER (WHERE state = 'failed') AS failed,
    min(CASE WHEN state = 'waiting' THEN max(ready_at, coalesce(due_at, 0)) END) AS dueSince
  FROM jobs INDEXED BY ix_jobs_figures WHERE state IN ('waiting', 'running', 'failed') GROUP BY kind ORDER BY kind`

/** How many jobs of each kind there are that are not over, by the kind's name. */
export function figuresOf(db: Database): JobFigures[] {
  return db.prepare(FIGURES).all() as JobFigures[]
}
