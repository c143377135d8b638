"""Models that are made up, and what the gate and the rules that others use say about them."""
