/** Stands in for an engine's thread whose program cannot be loaded, as one without its native package. */
throw new Error('its program cannot be loaded')
