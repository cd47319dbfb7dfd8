"""An external analysis server: asked about an issue, it answers with an opinion."""
