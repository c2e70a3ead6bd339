"""How objects show themselves in a notebook and at the prompt: short, and computed from what is there."""
