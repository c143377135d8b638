"""Text at the edge becomes typed, frozen values here; inside, nobody handles raw documents."""
