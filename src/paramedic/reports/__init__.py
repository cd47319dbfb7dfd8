"""What a time was like, from counts and outcomes alone: no model, and nothing that a reader could not count again."""
