"""The only room that touches the world: each module adapts one library to one port. cli/wiring*.py choose."""
