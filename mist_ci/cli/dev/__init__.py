"""mist-ci dev: commands for who sets up or works on a gate. The only part that may know the simulator."""
