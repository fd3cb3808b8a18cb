"""NumPy engine: sizes, weights, one step, whole sequences, and the trace they leave."""
