/** Id of the persona that every session has until somebody makes another; each house begins with it. */
export const COMPANION = 'companion'
