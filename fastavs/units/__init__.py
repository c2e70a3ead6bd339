"""Units of quantity and what converts to what."""
