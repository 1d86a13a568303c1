/** What the hub's health says of its page, and what to do about it. */
export const PAGE_PROBLEMS = {
  page_certificate:
    'Remove ca.key, ca.crt, page.key and page.crt from the data folder and restart the hub: it makes new ones, and each phone and laptop trusts the new authority once.',
} as const satisfies Record<string, string>

declare module '../../engine/health-problem.ts' {
  interface FeatureProblems extends Record<keyof typeof PAGE_PROBLEMS, unknown> {}
}
