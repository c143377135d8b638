"""What an evaluation costs beside what the server takes: MIST CI, promptfoo and Inspect on the same server."""
