"""Real crashes of released packages, given to the engine as event and source only, and judged against the fixed release."""
